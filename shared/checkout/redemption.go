package checkout

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/shared/coupon"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// State is the state of a redemption. Empty means that nothing is stored.
type State string

const (
	Held     State = "HELD"
	Redeemed State = "REDEEMED"
	Released State = "RELEASED" // given back, because the order was not placed
	Returned State = "RETURNED" // all units of the order were returned
)

// Redemption is everything that one order holds or has redeemed.
type Redemption struct {
	Order    shop.OrderID    `json:"order"`
	Customer shop.CustomerID `json:"customer"`
	State    State           `json:"state"`
	Until    time.Time       `json:"until,omitzero"` // HELD until then at least
	Changed  time.Time       `json:"changed"`

	// Step counts the transitions, so that no two stored redemptions of an order
	// are equal. Their revisions differ, so a write that was decided on an earlier
	// one fails.
	Step int `json:"step"`

	Quote  pricing.Quote `json:"quote"` // as it was held
	Uses   []Use         `json:"uses,omitempty"`
	Points int           `json:"points,omitempty"` // that the order is paid with; their worth is the quote's [PointsDeal]

	// For names the lines whose money the points of a use are for, by its deal; a
	// use that grants a fixed number is not in it.
	For map[shop.OfferID][]string `json:"for,omitempty"`

	// Deals are the discounts that the order was priced with, and the points. After
	// a return the units that stay are priced with them again. An order that was
	// held before they were stored has none.
	Deals []Deal `json:"deals,omitempty"`

	// Returns holds the returns, by their IDs.
	Returns map[string]Return `json:"returns,omitempty"`

	// Erased is when the order's customer was erased: the customer, the quote and
	// the returns are gone, and nothing more can be returned.
	Erased time.Time `json:"erased,omitzero"`
}

// Erase returns what is kept of a redemption after its customer was erased: the
// uses, since they count in their budgets. Of an order that has redeemed nothing
// that is nothing, a redemption without a state; release a hold before.
func (r Redemption) Erase(at time.Time) Redemption {
	if r.State != Redeemed && r.State != Returned {
		return Redemption{Order: r.Order}
	}
	kept := Redemption{Order: r.Order, State: r.State, Changed: r.Changed, Step: r.Step + 1, Erased: shop.Millis(at)}
	for _, u := range r.Uses {
		u.Points = 0
		kept.Uses = append(kept.Uses, u)
	}
	return kept
}

// Use is one use of one offer, with a coupon or without one.
type Use struct {
	Offer   shop.OfferID `json:"offer"`
	Version int          `json:"version"`
	Coupon  string       `json:"coupon,omitempty"` // the hash of its code; empty for an offer that needs no code
	Shard   int          `json:"shard"`            // of the budget, for an offer that needs no code
	Back    bool         `json:"back,omitempty"`   // the use was given back
	Points  int          `json:"points,omitempty"` // that it grants when the order is redeemed
}

// same reports whether both are uses of one coupon, or of one offer without a
// coupon.
func (u Use) same(v Use) bool {
	return u.Offer == v.Offer && u.Version == v.Version && u.Coupon == v.Coupon
}

// Return is the units of one return, and the money and points that are given
// back for them.
type Return struct {
	At    time.Time      `json:"at"`
	Units map[string]int `json:"units"`         // by line
	Tax   int64          `json:"tax,omitempty"` // in Paid
	Paid  int64          `json:"paid"`          // to be paid back: what these units cost after discounts, in minor units

	Points int `json:"points,omitempty"` // given back for these units
}

// Change is one change to a use. It is stored together with the redemption.
type Change struct {
	Use Use
	To  Hold
}

// Hold is the kind of a change to a use.
type Hold string

const (
	Take Hold = "take" // hold the coupon for this order, or debit the budget
	Keep Hold = "keep" // redeem the coupon; a debit of the budget stays
	Free Hold = "free" // give the coupon back, or credit the budget
)

var (
	// ErrOver means that the order was redeemed or returned, and this transition
	// is possible only before that.
	ErrOver = errors.New("the state of the redemption no longer allows it")

	// ErrAnothers means that the order holds discounts for another customer.
	ErrAnothers = errors.New("it is held for another customer; release it first")

	// ErrNotHeld means that the order holds nothing.
	ErrNotHeld = errors.New("nothing is held for this order")

	// ErrUnknownLine means that a return names a line, or units, that the order
	// does not have.
	ErrUnknownLine = errors.New("the order has no such units")
)

// Hold holds the uses and points of wanted for the order, in place of what it
// held before. It fails with [ErrOver] if the order was redeemed, and with
// [ErrAnothers].
func (r Redemption) Hold(wanted Redemption, now time.Time) (Redemption, []Change, error) {
	if r.State == Redeemed || r.State == Returned {
		return r, nil, fmt.Errorf("hold for order %s: it is %s: %w", r.Order, r.State, ErrOver)
	}
	if r.State == Held && r.Customer != wanted.Customer {
		return r, nil, fmt.Errorf("hold for order %s: %w", r.Order, ErrAnothers)
	}
	var changes []Change
	if r.State == Held {
		for _, old := range r.Uses {
			if !slices.ContainsFunc(wanted.Uses, old.same) {
				changes = append(changes, Change{old, Free})
			}
		}
	}
	for i, use := range wanted.Uses {
		at := -1
		if r.State == Held {
			at = slices.IndexFunc(r.Uses, use.same)
		}
		switch {
		case at < 0:
			changes = append(changes, Change{use, Take})
		case use.Coupon != "": // the hold is made longer
			changes = append(changes, Change{use, Take})
		default:
			wanted.Uses[i].Shard = r.Uses[at].Shard // it was debited before, from that shard
		}
	}
	wanted.State, wanted.Until, wanted.Changed, wanted.Returns = Held, now.Add(coupon.HoldTime), now, nil
	wanted.Step = r.Step + 1
	return wanted, changes, nil
}

// Redeem uses what the order holds, because the order was placed. Redeeming it
// again changes nothing. It fails with [ErrNotHeld].
func (r Redemption) Redeem(now time.Time) (Redemption, []Change, error) {
	switch r.State {
	case Redeemed, Returned:
		return r, nil, nil
	case Held:
		r.State, r.Until, r.Changed = Redeemed, time.Time{}, now
		r.Step++
		return r, changes(r.Uses, Keep), nil
	}
	return r, nil, fmt.Errorf("redeem order %s: %w", r.Order, ErrNotHeld)
}

// Release gives back what the order holds, because the order was not placed. If
// it holds nothing, nothing changes. It fails with [ErrOver] if the order was
// redeemed: use [Redemption.Return] then.
func (r Redemption) Release(now time.Time) (Redemption, []Change, error) {
	switch r.State {
	case Held:
		freed := changes(r.Uses, Free)
		r.State, r.Until, r.Changed = Released, time.Time{}, now
		r.Step++
		r.Uses = allBack(r.Uses)
		return r, freed, nil
	case Redeemed, Returned:
		return r, nil, fmt.Errorf("release order %s: it is %s: %w", r.Order, r.State, ErrOver)
	}
	return r, nil, nil
}

func changes(uses []Use, to Hold) (all []Change) {
	for _, u := range uses {
		if !u.Back {
			all = append(all, Change{u, to})
		}
	}
	return all
}

func allBack(uses []Use) []Use {
	uses = slices.Clone(uses)
	for i := range uses {
		uses[i].Back = true
	}
	return uses
}
