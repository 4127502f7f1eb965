package breaker

import (
	"maps"
	"time"

	"regulars/shared/shop"
)

// Halt is what persons said about a campaign: that it pauses, or that it was
// cancelled. docs/decisions/0063 says what follows from each.
type Halt struct {
	Paused    *Said         `json:"paused,omitempty"` // nil: it does not pause
	Cancelled *Cancellation `json:"cancelled,omitempty"`

	// Resumed is the last resume. It stays stored, so that the item never has
	// the content again that it had before a pause: a write of that pause that
	// takes effect late is refused.
	Resumed *Said `json:"resumed,omitempty"`
}

// Said is who said something, when and why.
type Said struct {
	At  time.Time `json:"at"`
	By  string    `json:"by"`
	Why string    `json:"why,omitempty"`
}

// Cancellation ends the messages of a campaign up to a version. It stays
// stored after the campaign was resumed, because messages that were planned
// before must never be sent, however late they are decided.
type Cancellation struct {
	Said
	Version int   `json:"version"`           // it ends messages of this version and of all before
	Resumed *Said `json:"resumed,omitempty"` // it ends only messages that were planned until then
}

// CampaignPaused is the reason of a message that a person's pause holds.
const CampaignPaused = "campaign-paused"

// Cancels reports whether runs of the campaign's version are cancelled now.
func (h Halt) Cancels(version int) bool {
	return h.Cancelled != nil && h.Cancelled.Resumed == nil && version <= h.Cancelled.Version
}

// ends reports whether the cancellation ends a message of this version that was
// planned at that time.
func (c *Cancellation) ends(version int, planned time.Time) bool {
	return c != nil && version <= c.Version && (c.Resumed == nil || !planned.After(c.Resumed.At))
}

// Halted returns why a person's word stops a message of the campaign, or nil if
// it does not. Stop.Ends says that the message ends; else it is held until the
// campaign is resumed. It names no person, because the reason is stored with
// the customer's messages.
//
// A halt stops every class: the person who gives it was warned.
func (n Now) Halted(now time.Time, id shop.CampaignID, version int, planned time.Time) *Stop {
	h := n.Halts[id]
	switch {
	case h.Cancelled.ends(version, planned):
		return &Stop{Code: "campaign-cancelled", Text: "the campaign was cancelled at " + h.Cancelled.At.UTC().Format(time.RFC3339), Ends: true}
	case h.Paused != nil:
		return &Stop{Code: CampaignPaused, Text: "the campaign is paused since " + h.Paused.At.UTC().Format(time.RFC3339), Again: Breaker{Since: h.Paused.At}.again(now)}
	}
	return nil
}

// withPause returns n with the campaign paused, and false if it was paused
// before.
func (n Now) withPause(id shop.CampaignID, said Said) (Now, bool) {
	h := n.Halts[id]
	if h.Paused != nil {
		return n, false
	}
	h.Paused = &said
	return n.withHalt(id, h), true
}

// withCancellation returns n with the campaign cancelled up to the version, and
// false if it was cancelled before. It ends a pause.
func (n Now) withCancellation(id shop.CampaignID, version int, said Said) (Now, bool) {
	h := n.Halts[id]
	if h.Cancels(version) && h.Paused == nil {
		return n, false
	}
	if !h.Cancels(version) {
		h.Cancelled = &Cancellation{Said: said, Version: version}
	}
	h.Paused = nil
	return n.withHalt(id, h), true
}

// withResume returns n with the campaign going on, and false if it was neither
// paused nor cancelled.
func (n Now) withResume(id shop.CampaignID, said Said) (Now, bool) {
	h := n.Halts[id]
	cancelled := h.Cancelled != nil && h.Cancelled.Resumed == nil
	if h.Paused == nil && !cancelled {
		return n, false
	}
	h.Paused, h.Resumed = nil, &said
	if cancelled {
		ended := *h.Cancelled
		ended.Resumed = &said
		h.Cancelled = &ended
	}
	return n.withHalt(id, h), true
}

func (n Now) withHalt(id shop.CampaignID, h Halt) Now {
	n.Halts = maps.Clone(n.Halts)
	if n.Halts == nil {
		n.Halts = map[shop.CampaignID]Halt{}
	}
	n.Halts[id] = h
	return n
}
