package main

import (
	"strings"
	"testing"
	"time"

	"regulars/shared/privacy"
)

// While another erasure, or a person, holds a dead letter, an erasure cannot see it:
// it makes passes until no one holds any. Before, two erasures at once could both
// end with a letter of one of them left (found by infra/proof/canary).
func TestErasureWaitsForDeadLettersThatOthersHold(t *testing.T) {
	f := newFixture(t)
	f.fill()
	hidden := time.Minute
	held, err := f.queues.Receive(t.Context(), "RecordDead", 10, 0, &hidden)
	must(t, err)
	if len(held) == 0 {
		t.Fatal("there is no dead letter to hold")
	}
	job := eraseEvent
	for range 12 {
		f.deliver(job)
		if job = f.next(); strings.Contains(job, `"pass":3`) {
			break
		}
	}
	if !strings.Contains(job, `"pass":3`) {
		t.Fatalf("the erasure ended after two passes, while letters were held; the job is %q", job)
	}
	for _, m := range held {
		must(t, f.queues.Hide("RecordDead", m.Handle, 0))
	}
	f.now = f.now.Add(2 * privacy.Settling)
	f.erase(job)
	for _, text := range f.found() {
		t.Errorf("after the erasure there is %.200s", text)
	}
}
