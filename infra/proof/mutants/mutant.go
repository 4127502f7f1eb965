package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"regulars/infra/proof/simulate/judge"
)

// mutant is one fault that can be planted.
type mutant struct {
	name   string // a phrase, unlike that of any other
	means  string // what the code does then, in a sentence
	edits  []edit
	breaks []judge.Promise // that it is expected to break; empty where a test sees it

	// seenBy is for what lies outside of the simulation: the arguments of `go
	// test`, a package and the pattern of a test that has to fail.
	seenBy *check
}

// edit replaces a text of a file, which has to be there exactly once: a list of
// mutants that does not fit the code any more says so.
type edit struct {
	file     string // from the root of the module
	old, new string
}

// check is a committed test.
type check struct{ pkg, test string }

func (c check) String() string { return "go test " + c.pkg + " -run " + c.test }

// mutants returns all of them, each part in the order of the protocol.
func mutants() []mutant {
	return slices.Concat(ofClaims(), ofAsking(), ofOutcomes(), ofWaiting(), ofCaps(), ofCoupons(), ofRivals(), ofRate(), ofRedemptions(), ofPoints())
}

// mutated returns the files that the mutant changes, by their path from the
// root, as they are then. It fails where a text is not there exactly once.
func (m mutant) mutated(root string) (map[string]string, error) {
	files := map[string]string{}
	for _, e := range m.edits {
		text, ok := files[e.file]
		if !ok {
			content, err := os.ReadFile(filepath.Join(root, e.file))
			if err != nil {
				return nil, err
			}
			text = string(content)
		}
		if n := strings.Count(text, e.old); n != 1 {
			return nil, fmt.Errorf("%s holds the text that it replaces %d times, not once; mend the mutant:\n%s", e.file, n, e.old)
		}
		files[e.file] = strings.Replace(text, e.old, e.new, 1)
	}
	return files, nil
}

// plant writes the mutated files to the folder, and returns the path of what `go
// build -overlay` wants to be told.
func (m mutant) plant(root, dir string) (overlay string, err error) {
	files, err := m.mutated(root)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	replace := map[string]string{}
	for file, text := range files {
		place := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(place, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, file)] = place
	}
	content, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, content, 0o600)
}
