package main

import (
	"bytes"
	"log/slog"
	"os"
	"strings"
	"testing"

	"regulars/infra/proof/simulate/world"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// CI runs more schedules: make simulate-ci.
func TestPromisesAreKeptInRandomSchedules(t *testing.T) {
	var out, errs bytes.Buffer
	args := []string{"-seeds", "1500"}
	if raceDetector || testing.Short() {
		args[1] = "200"
	}
	held, err := run(t.Context(), args, &out, &errs)
	if err != nil || !held {
		t.Errorf("run(%q) = %v, %v; it says\n%s", args, held, err, out.String())
	}
}

func TestASeedGivesTheSameTraceEachTime(t *testing.T) {
	for seed := uint64(1); seed <= 20; seed++ {
		var first, second bytes.Buffer
		a := world.Run(seed, world.Options{Trace: &first})
		b := world.Run(seed, world.Options{Trace: &second})
		c := world.Run(seed, world.Options{})
		if a.Hash != b.Hash || a.Hash != c.Hash {
			t.Errorf("seed %d: the hashes are %x, %x and without a trace %x, want one", seed, a.Hash, b.Hash, c.Hash)
		}
		if first.String() != second.String() {
			t.Errorf("seed %d: two traces differ", seed)
		}
	}
}

// A program can read the output, and the output names the seed.
func TestOutputOfOneSeed(t *testing.T) {
	var out, errs bytes.Buffer
	held, err := run(t.Context(), []string{"-seed", "3"}, &out, &errs)
	if err != nil || !held {
		t.Fatalf("run = %v, %v; it says\n%s", held, err, out.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "ok seed=3 hash=") {
		t.Errorf("the last line is %q", last)
	}
	if len(lines) < 30 {
		t.Errorf("the trace has %d lines", len(lines))
	}
}
