package past

import (
	"context"
	"reflect"
	"slices"

	"regulars/infra/ops/importer/shape"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// change returns a contact after what an import says of it, and whether that
// changes it.
type change func(frequency.Contact) (frequency.Contact, bool)

// statement is a yes or a no to a topic; undated, if the file had no time for it.
type statement struct {
	shop.ConsentStatement
	undated bool
}

// saying returns the change of a contact by the statements, and by the
// suppressions of the items.
func saying(said []statement, items ...shape.Item) change {
	return func(c frequency.Contact) (frequency.Contact, bool) {
		next := with(c, said)
		for _, item := range items {
			next = suppress(next, item.Suppress)
		}
		return next, !reflect.DeepEqual(next, c)
	}
}

// with returns the contact with the statements. One without a time of its own
// counts only if nothing was said of its topic before.
func with(c frequency.Contact, said []statement) frequency.Contact {
	for _, s := range said {
		if _, known := c.Consents[s.Topic]; known && s.undated {
			continue
		}
		c = c.WithStatement(s.ConsentStatement)
	}
	return c
}

// suppress returns the contact with a suppression. An erasure stays what it is.
func suppress(c frequency.Contact, s *shape.Suppression) frequency.Contact {
	if s == nil {
		return c
	}
	if s.Reason == shape.Unsubscribed {
		return c.WithStatement(shop.ConsentStatement{Topic: shop.TopicPromotions, At: s.At})
	}
	if old := c.Suppressed; old != nil && old.Reason == frequency.SuppressedErased {
		return c
	}
	why := frequency.SuppressedBounce
	if s.Reason == shape.Complained {
		why = frequency.SuppressedComplaint
	}
	return c.WithSuppression(frequency.Suppression{Reason: why, At: s.At})
}

// own stores what a customer said who has no address, or has another one by now:
// then an opt-out holds there too.
func (w Writer) own(ctx context.Context, id shop.CustomerID, p *person, now profile.Profile) (bool, error) {
	said := p.said
	if p.box != "" {
		if now.Mailbox == p.box {
			return false, nil
		}
		said = slices.DeleteFunc(slices.Clone(said), func(s statement) bool { return s.Given })
	}
	if len(said) == 0 {
		return false, nil
	}
	change := saying(said)
	stored, _, err := w.Store.Contact(ctx, id)
	if err != nil {
		return false, err
	}
	if _, changes := change(stored); !changes || !w.writes() {
		return changes, nil
	}
	return true, w.Store.UpdateContact(ctx, id, change)
}
