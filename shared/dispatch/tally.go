package dispatch

import (
	"context"
	"log/slog"
	"sync"

	"regulars/shared/claim"
)

// tally counts the sends that got a state, by the state.
type tally struct {
	mu     sync.Mutex
	states map[claim.State]int
}

func (t *tally) add(state claim.State) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.states == nil {
		t.states = map[claim.State]int{}
	}
	t.states[state]++
}

// Tally logs how many sends got which state since its last call: call it after each batch
// of intents. What became of one send, and why, is in its record. What SES refuses, asks
// to wait for or does not answer is logged for each send.
func (h *Dispatcher) Tally(ctx context.Context) {
	h.tally.mu.Lock()
	states := h.tally.states
	h.tally.states = nil
	h.tally.mu.Unlock()
	if len(states) > 0 {
		slog.InfoContext(ctx, "intents were taken", "to", states)
	}
}
