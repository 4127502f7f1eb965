package main

import (
	"encoding/json"
	"testing"

	"regulars/shared/sendoutcome"
)

// The call for the audit wakes no send, and a tick does no audit.
func TestAuditAndTickAreSeparateCalls(t *testing.T) {
	b := newBench(t)
	b.waits(t, "send-1", "promotion")
	checks := 0
	b.audit = &sendoutcome.Auditor{Progress: b.store, Books: b.store, Now: b.clock, Publish: func(map[string]int) { checks++ }}
	for range 2 { // the day's check is done after the first
		_, err := b.Handle(t.Context(), json.RawMessage(`{"detail-type":"clock.audit"}`))
		must(t, err)
	}
	if n := b.woken(t); n != 0 || checks != 1 {
		t.Errorf("the auditor checked %d times and woke %d sends, want one check and no woken send", checks, n)
	}
	b.ticks(t)
	if n := b.woken(t); n != 1 || checks != 1 {
		t.Errorf("after the tick there were %d checks and %d woken sends, want one each", checks, n)
	}
}
