package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// The numbers of two rival methods were computed independently with numpy, for
// the 900 customers of validate.
func TestRivalsOnDunnhumbyMatchNumPy(t *testing.T) {
	const path = "../../../../shared/data/dunnhumby-dc/dc.json.gz" // next to the module
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("not measured: %s is missing", path)
	}
	for only, want := range map[string]string{
		"frequency": "personal frequency .4476 .3329 .5444",
		"popular":   "most popular .1486 .0798 .2278",
	} {
		text, err := evaluate(t, "-data", path, "-format", "dc", "-only", only, "-draws", "10")
		if err != nil {
			t.Fatal(err)
		}
		next, _, _ := strings.Cut(text, "new items only")
		found := false
		for line := range strings.Lines(next) {
			var row []string
			for i, field := range strings.Fields(line) {
				if i < 20 && !strings.HasPrefix(field, "[") && !strings.HasSuffix(field, "]") {
					row = append(row, field)
				}
			}
			found = found || strings.HasPrefix(strings.Join(row, " "), want)
		}
		if !found {
			t.Errorf("no row %q in\n%s", want, next)
		}
	}
}
