package cloud

import (
	"os"
	"strings"
	"testing"
)

// With other flags than the Makefile's the first `make run` would compile and link
// everything twice.
func TestLocalCloudBuildsAsTheMakefileDoes(t *testing.T) {
	text, err := os.ReadFile("../../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, flags, _ := strings.Cut(string(text), "\nBUILD := ")
	flags, _, _ = strings.Cut(flags, "\n")
	if got, want := strings.Join(buildEnv, " "), strings.ReplaceAll(flags, "'", ""); got != want {
		t.Errorf("the local cloud builds with %s, the Makefile with %s", got, want)
	}
}
