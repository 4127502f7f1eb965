package main

import (
	"context"
	"fmt"

	"regulars/infra/demo"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// A tenth of the additional customers share a mailbox, four each: more promotions than
// the cap lets one mailbox have at a time.
const (
	sharing   = 10
	ofMailbox = 4
)

// addCustomers stores the trial's additional customers: the demo's again and again, each
// under another ID and address.
func (h *system) addCustomers(ctx context.Context, story demo.Story, mailboxOf func(address string) shop.Mailbox) error {
	past, err := demo.Fold(story.History)
	if err != nil {
		return err
	}
	const part = 10_000 // between two lines of progress
	for from := 0; from < h.trial.customers; from += part {
		to := min(from+part, h.trial.customers)
		history := dynamo.History{Mailbox: mailboxOf}
		for i := from; i < to; i++ {
			history.Profiles = append(history.Profiles, customer(past.Profiles, i))
		}
		if err := h.Store.Import(ctx, history); err != nil {
			return fmt.Errorf("store customers: %w", err)
		}
		h.say("%d of %d customers are stored", to, h.trial.customers)
	}
	return nil
}

// customer returns the additional customer with this number.
func customer(like []profile.Profile, i int) profile.Profile {
	p := like[i%len(like)]
	p.ID = shop.CustomerID(fmt.Sprintf("c%07d", i))
	p.Email.Value = string(p.ID) + "@example.com"
	if i%sharing == 0 {
		p.Email.Value = fmt.Sprintf("house-%d@example.com", i/sharing/ofMailbox)
	}
	return p
}
