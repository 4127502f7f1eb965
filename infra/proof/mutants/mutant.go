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
	name   string // a unique phrase
	means  string // what the broken code does, in a sentence
	edits  []edit
	breaks []judge.Promise // promises that it is expected to break; empty if a test finds it

	// seenBy is the test that has to fail, for a fault outside of the simulation.
	seenBy *check
}

// edit replaces a text of a file. The text has to occur exactly once, so that a list of
// mutants that no longer fits the code is reported.
type edit struct {
	file     string // from the root of the module
	old, new string
}

// check is a committed test: a package, and a pattern for `go test -run`.
type check struct{ pkg, test string }

func (c check) String() string { return "go test " + c.pkg + " -run " + c.test }

// mutants returns all mutants, each group in the order of the protocol.
func mutants() []mutant {
	return slices.Concat(ofClaims(), ofSESCalls(), ofOutcomes(), ofWaiting(), ofCaps(), ofMailboxes(), ofProfiles(), ofCoupons(), ofRivals(), ofRate(), ofBatches(), ofRedemptions(), ofRewards(), ofPoints(), ofBooks(), ofErasures(), ofImports(), ofHalts(), ofJourneys(), ofClocks(), ofTimes(), ofOwnDays(), ofProducts(), ofCatalogue(), ofCounters(), ofRehearsals(), ofConditions(), ofLifts(), ofClicks(), ofNights(), ofFolds(), ofLints())
}

// mutated returns the changed files of the mutant by their path from the root. It fails
// if a text does not occur exactly once.
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

// plant writes the changed files to the folder, and returns the path of the file for
// `go build -overlay`.
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
