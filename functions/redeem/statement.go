package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"regulars/shared/points"
	"regulars/shared/shop"
)

// statement is the answer that the shop's account page shows: a customer's
// points.
type statement struct {
	Customer shop.CustomerID `json:"customer"`
	Balance  int             `json:"balance"` // active and pending
	Active   int             `json:"active"`  // below zero if a refund took back points that were spent
	Pending  int             `json:"pending"`
	Held     int             `json:"held"` // of the active points, those held for orders whose customer is paying
	Worth    int64           `json:"worth"`
	Expiring int             `json:"expiring"` // the active points that expire first, at Expires
	Expires  time.Time       `json:"expires,omitzero"`

	Tier      string    `json:"tier,omitempty"`
	TierUntil time.Time `json:"tier_until,omitzero"` // the end of the tier if nothing more is earned
	NextTier  string    `json:"next_tier,omitempty"`
	Needs     int64     `json:"needs,omitempty"` // points still to be earned for NextTier

	Entries []entry `json:"entries,omitempty"` // the newest ones, newest first
}

// mostEntries is how many entries of a ledger an answer has at most.
const mostEntries = 50

type entry struct {
	ID     string       `json:"id"`
	Kind   points.Kind  `json:"kind"`
	At     time.Time    `json:"at"`
	Points int          `json:"points"`
	Order  shop.OrderID `json:"order,omitempty"`
	To     time.Time    `json:"to,omitzero"` // for a sum of several older entries: the end of its period, which begins at At
	Active time.Time    `json:"active,omitzero"`
	Until  time.Time    `json:"until,omitzero"`
}

func (h *handler) statement(ctx context.Context, customer shop.CustomerID) (any, error) {
	rules, err := h.service.Policies.Policy(ctx)
	if err != nil {
		return nil, err
	}
	known, err := h.service.Customers.Snapshot(ctx, customer)
	if err != nil {
		return nil, fmt.Errorf("read the points of %s: %w", customer, err)
	}
	now, s, account := h.service.Now().UTC(), rules.Points, known.Profile.Points
	b, at := account.Ledger.At(now), s.StandingOf(account.Ledger, now)
	a := statement{
		Customer: customer, Balance: b.Sum, Active: b.Active, Pending: b.Pending, Held: account.HeldAt(now),
		Worth: s.Spend.WorthOf(b.Active), Expiring: b.Next, Expires: b.Expires,
		Tier: at.Tier, TierUntil: at.Until, NextTier: at.Next, Needs: at.Needs,
	}
	all := account.Ledger.Statement(now)
	for _, e := range slices.Backward(all[max(0, len(all)-mostEntries):]) {
		a.Entries = append(a.Entries, entry{e.ID, e.Kind, e.At, e.Points, e.Order, e.To, e.Active, e.Until})
	}
	return a, nil
}
