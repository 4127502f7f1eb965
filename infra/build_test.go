package infra

import (
	"os"
	"strings"
	"testing"
)

// docs/builds.md: each of these keeps the machine, the folder or the clone out
// of the binaries.
func TestBuildsAreReproducible(t *testing.T) {
	text, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, flags, _ := strings.Cut(string(text), "\nBUILD := ")
	flags, _, _ = strings.Cut(flags, "\n")
	for _, want := range []string{"CGO_ENABLED=0", "-trimpath", "-buildvcs=false"} {
		if !strings.Contains(flags, want) {
			t.Errorf("the Makefile builds functions with %s, want %s as well", flags, want)
		}
	}
}
