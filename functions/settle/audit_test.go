package main

import (
	"encoding/json"
	"testing"

	"regulars/shared/outcome"
)

// The auditor's minute is its own: it wakes nobody, and a tick checks nothing.
func TestTheAuditorHasItsOwnMinute(t *testing.T) {
	b := newBench(t)
	b.waits(t, "send-1", "promotion")
	checks := 0
	b.audit = &outcome.Auditor{Progress: b.store, Books: b.store, Now: b.clock, Publish: func(map[string]int) { checks++ }}
	for range 2 { // the second has nothing left to do
		_, err := b.Handle(t.Context(), json.RawMessage(`{"detail-type":"clock.audit"}`))
		must(t, err)
	}
	if n := b.woken(t); n != 0 || checks != 1 {
		t.Errorf("the auditor checked %d times and woke %d, want one check and nobody woken", checks, n)
	}
	b.ticks(t)
	if n := b.woken(t); n != 1 || checks != 1 {
		t.Errorf("after the tick %d checks and %d woken, want one each", checks, n)
	}
}
