package frequency

import (
	"maps"
	"time"

	"regulars/shared/shop"
)

// LinkWorks is how long a link to a person's data, or to their erasure, works, and
// the least time between two mails with such a link of one kind.
const LinkWorks = 24 * time.Hour

// LinkRequest is the latest request of the mailbox's person for a mail with a link
// to their data, or to their erasure (docs/decisions/0060).
type LinkRequest struct {
	At     time.Time   `json:"at"`
	Send   shop.SendID `json:"send"`             // of the mail with the link
	Queued bool        `json:"queued,omitempty"` // the mail's intent is on send's queue
	Used   time.Time   `json:"used,omitzero"`    // when the button behind the link was pressed
}

// Open reports whether the link of this send works at now: it is the latest, was
// not used, and is not over.
func (r LinkRequest) Open(send shop.SendID, now time.Time) bool {
	return r.Send != "" && r.Send == send && r.Used.IsZero() && now.Before(r.At.Add(LinkWorks))
}

// WithLinkAsked returns the contact with the request for a link of this kind,
// [shop.AskedExport] or [shop.AskedErasure], unless one was made less than
// [LinkWorks] before. The receiver is not changed.
func (c Contact) WithLinkAsked(kind shop.OrderKind, r LinkRequest) Contact {
	if old, ok := c.Links[kind]; ok && r.At.Before(old.At.Add(LinkWorks)) {
		return c
	}
	return c.withLink(kind, r)
}

// WithLinkQueued returns the contact after the mail of the request is on send's
// queue. The receiver is not changed.
func (c Contact) WithLinkQueued(kind shop.OrderKind, send shop.SendID) Contact {
	r := c.Links[kind]
	if r.Send != send || r.Queued {
		return c
	}
	r.Queued = true
	return c.withLink(kind, r)
}

// WithLinkUsed returns the contact after the button behind the link was pressed, if
// the link is open. The receiver is not changed.
func (c Contact) WithLinkUsed(kind shop.OrderKind, send shop.SendID, at time.Time) Contact {
	r := c.Links[kind]
	if !r.Open(send, at) {
		return c
	}
	r.Used = shop.Millis(at)
	return c.withLink(kind, r)
}

// WithLinkBack returns the contact with the link open again, because what the button
// asked for at that time could not be done. The receiver is not changed.
func (c Contact) WithLinkBack(kind shop.OrderKind, send shop.SendID, at time.Time) Contact {
	r := c.Links[kind]
	if r.Send != send || !r.Used.Equal(shop.Millis(at)) {
		return c
	}
	r.Used = time.Time{}
	return c.withLink(kind, r)
}

func (c Contact) withLink(kind shop.OrderKind, r LinkRequest) Contact {
	c.Links = maps.Clone(c.Links)
	if c.Links == nil {
		c.Links = map[shop.OrderKind]LinkRequest{}
	}
	c.Links[kind] = r
	return c
}
