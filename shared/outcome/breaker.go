package outcome

import (
	"context"
	"log/slog"
	"sync"

	"regulars/shared/breaker"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

// counted is what became of messages since [Settler.Tally] last wrote it down.
type counted struct {
	mu   sync.Mutex
	more map[shop.CampaignID]breaker.Counts
}

// note counts what an event has newly told of a send, for the brakes. What comes
// twice raises nothing the second time, and so counts once.
func (h *Settler) note(d claim.Send, n notice) {
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
	h.counted.mu.Lock()
	defer h.counted.mu.Unlock()
	if h.counted.more == nil {
		h.counted.more = map[shop.CampaignID]breaker.Counts{}
	}
	campaign := d.Intent.Campaign
	h.counted.more[campaign] = h.counted.more[campaign].Plus(c)
}

// Tally writes down what the events since the last call have told, and puts on
// the brakes that it calls for. Call it after each batch of events: it costs one
// write for each campaign in it and one for the account. What a function that
// dies before has not written is missing from the brakes' counts, and from
// nothing else.
func (h *Settler) Tally(ctx context.Context) {
	h.counted.mu.Lock()
	more := h.counted.more
	h.counted.more = nil
	h.counted.mu.Unlock()
	if len(more) == 0 {
		return
	}
	if err := h.Breaker.Add(ctx, more); err != nil {
		slog.ErrorContext(ctx, "what became of some messages was not counted for the brakes", "err", err)
	}
}

// braked publishes how many brakes are on, while there are any.
func (h *Settler) braked(ctx context.Context) {
	if h.Breaker == nil {
		return
	}
	on, err := h.Breaker.On(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "cannot look which brakes are on", "err", err)
	}
	if on > 0 {
		h.Count("Breaker", on)
	}
}
