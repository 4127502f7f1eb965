package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"regulars/infra/proof/simulate/judge"
)

// The text that each mutant replaces occurs exactly once. A change of the protocol that
// moves a line fails here at once.
func TestEachMutantFitsTheCode(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range mutants() {
		if seen[m.name] {
			t.Errorf("two mutants are called %q", m.name)
		}
		seen[m.name] = true
		if _, err := m.mutated("../../.."); err != nil {
			t.Errorf("mutant %q: %v", m.name, err)
		}
		if m.means == "" || len(m.edits) == 0 || (len(m.breaks) == 0) == (m.seenBy == nil) {
			t.Errorf("mutant %q: it has to say what it means, what it edits, and either which promise it breaks or which test sees it", m.name)
		}
	}
	if len(seen) < 20 {
		t.Errorf("there are %d mutants, want 20 at least", len(seen))
	}
}

// A mutant that changes behaviour is caught, one that does not survives, and the report
// shows both.
func TestOneIsCaughtAndOneSurvives(t *testing.T) {
	l, err := newLab(t.Context(), t.TempDir(), 100, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	state := func(name, was, is string) mutant {
		return mutant{name: name, edits: []edit{{"shared/claim/state.go", was, is}}, breaks: []judge.Promise{judge.NothingLost}}
	}
	var out, errs bytes.Buffer
	trials, err := l.tryAll(t.Context(), []mutant{
		state("an event lowers a state", `rank[reported] <= rank[s]`, `rank[reported] == rank[s]`),
		state("nothing", `rank[reported] <= rank[s]`, `rank[s] >= rank[reported]`),
	}, 1, &errs)
	if err != nil {
		t.Fatal(err)
	}
	if report(&out, trials, time.Second) {
		t.Errorf("report says that all were caught")
	}
	if by := trials[0]; !by.caught() || by.promise != string(judge.NothingLost) || trials[1].caught() {
		t.Errorf("the trials are %+v, want the first caught and the second not", trials)
	}
	if said := out.String(); !strings.Contains(said, "1 of 2 mutants were caught") || !strings.Contains(said, "survived: nothing\n") {
		t.Errorf("report says\n%s", said)
	}
}

func TestMutantThatNoLongerFitsTheCodeIsRefused(t *testing.T) {
	for name, e := range map[string]edit{
		"it is not there":   {"shared/claim/state.go", "no such line", ""},
		"it is there twice": {"shared/claim/state.go", "State", ""},
		"the file is gone":  {"shared/claim/gone.go", "x", ""},
	} {
		if files, err := (mutant{edits: []edit{e}}).mutated("../../.."); err == nil {
			t.Errorf("%s: mutated = %v, want an error", name, files)
		}
	}
}
