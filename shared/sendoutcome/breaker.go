package sendoutcome

import (
	"context"
	"log/slog"
	"sync"

	"regulars/shared/breaker"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

// counted holds the counts that [Recorder.Tally] has not stored yet.
type counted struct {
	mu     sync.Mutex
	states map[claim.State]int // events that raised a send, by the state
	more   map[shop.CampaignID]breaker.Counts
}

// note counts an SES event that raised the send. A repeated event raises nothing and
// is not counted again.
func (h *Recorder) note(d claim.Send, n notice) {
	h.counted.mu.Lock()
	defer h.counted.mu.Unlock()
	if h.counted.states == nil {
		h.counted.states = map[claim.State]int{}
	}
	h.counted.states[d.State]++
	if h.Breaker == nil {
		return
	}
	var c breaker.Counts
	switch n.DetailType {
	case "Email Delivered":
		c.Resolved = 1
	case "Email Bounced":
		c.Resolved = 1
		if n.Detail.Bounce != nil && n.Detail.Bounce.Type == "Permanent" {
			c.Bounced = 1
		}
	case "Email Complaint Received":
		c.Complained = 1
	case "Email Rejected":
		c.Rejected = 1
	default:
		return
	}
	if h.counted.more == nil {
		h.counted.more = map[shop.CampaignID]breaker.Counts{}
	}
	campaign := d.Intent.Campaign
	h.counted.more[campaign] = h.counted.more[campaign].Plus(c)
}

// Tally logs how many sends the SES events since its last call have raised, adds the
// outcomes to the counts of the breakers, and trips those whose limits they pass. Call
// it after each batch of events: it costs one write for each campaign in the batch and
// one for the account. If the function dies before, those counts are missing from the
// breakers, and nothing else is lost.
func (h *Recorder) Tally(ctx context.Context) {
	h.counted.mu.Lock()
	states, more := h.counted.states, h.counted.more
	h.counted.states, h.counted.more = nil, nil
	h.counted.mu.Unlock()
	if len(states) > 0 {
		slog.InfoContext(ctx, "SES events raised sends", "to", states)
	}
	if len(more) == 0 {
		return
	}
	if err := h.Breaker.Add(ctx, more); err != nil {
		slog.ErrorContext(ctx, "the outcomes of some messages were not counted for the breakers", "err", err)
	}
}

// countTripped publishes how many breakers have tripped, if any has.
func (h *Recorder) countTripped(ctx context.Context) {
	if h.Breaker == nil {
		return
	}
	tripped, err := h.Breaker.Tripped(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "the tripped breakers could not be read", "err", err)
	}
	if tripped > 0 {
		h.Count("Breaker", tripped)
	}
}
