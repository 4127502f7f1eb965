package privacy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/shared/checkout"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/journey"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Document is everything that the tables hold about one customer, with the names
// of the stored fields. docs/runbooks/erasure.md explains its parts.
type Document struct {
	Customer shop.CustomerID `json:"customer"`
	Exported time.Time       `json:"exported"`

	Profile     *profile.Profile      `json:"profile,omitempty"`     // who they are, what they ordered, points
	Contact     *frequency.Contact    `json:"contact,omitempty"`     // consents, wishes, recent messages, offers had
	Orders      []dynamo.Order        `json:"orders,omitempty"`      // each with its lines, address and events
	Sends       []claim.Send          `json:"sends,omitempty"`       // each message, when, why or why not
	Decisions   []dynamo.Inputs       `json:"decisions,omitempty"`   // what each decision about a message was made from
	Journeys    []journey.Position    `json:"journeys,omitempty"`    // their step in each journey, or how it ended
	Coupons     []coupon.Coupon       `json:"coupons,omitempty"`     // a coupon's code is in the customer's inbox only
	Redemptions []checkout.Redemption `json:"redemptions,omitempty"` // the prices of each order with its discounts
}

// Tables reads everything about a customer; [dynamo.Store] does so.
type Tables interface {
	Profile(context.Context, shop.CustomerID) (profile.Profile, dynamo.Rev, error)
	Profiles(context.Context, dynamo.Page, func(profile.Profile) error) (dynamo.Cursor, error)
	Contact(context.Context, shop.CustomerID) (frequency.Contact, dynamo.Rev, error)
	OrdersOf(context.Context, dynamo.Page, func(shop.Order) bool, func(dynamo.Order, dynamo.Rev) error) (dynamo.Cursor, error)
	SendsOf(context.Context, shop.CustomerID, func(claim.Send) error) error
	InputsOf(context.Context, shop.CustomerID, func(dynamo.Inputs) error) error
	Positions(context.Context, shop.CustomerID, func(journey.Position) error) error
	CouponsAndRedemptions(context.Context, dynamo.Page, func(coupon.Coupon) error, func(checkout.Redemption, dynamo.Rev) error) (dynamo.Cursor, error)
}

// Export returns everything about a customer. It reads the whole tables of
// orders and coupons, since they have no index by customer. It fails with
// [dynamo.ErrNotFound] if nothing is stored.
func Export(ctx context.Context, tables Tables, id shop.CustomerID, now time.Time) (Document, error) {
	d := Document{Customer: id, Exported: shop.Millis(now)}
	p, rev, err := tables.Profile(ctx, id)
	if err != nil {
		return d, err
	}
	if rev != "" {
		p = p.Whole()
		d.Profile = &p
	}
	c, rev, err := tables.Contact(ctx, id)
	if err != nil {
		return d, err
	}
	if rev != "" {
		d.Contact = &c
	}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = tables.OrdersOf(ctx, page, func(o shop.Order) bool { return o.Customer == id }, func(o dynamo.Order, _ dynamo.Rev) error {
			d.Orders = append(d.Orders, o)
			return nil
		})
		if err != nil {
			return d, err
		}
	}
	err = tables.SendsOf(ctx, id, func(s claim.Send) error {
		d.Sends = append(d.Sends, s)
		return nil
	})
	if err != nil {
		return d, err
	}
	err = tables.InputsOf(ctx, id, func(in dynamo.Inputs) error {
		d.Decisions = append(d.Decisions, in)
		return nil
	})
	if err != nil {
		return d, err
	}
	err = tables.Positions(ctx, id, func(p journey.Position) error {
		d.Journeys = append(d.Journeys, p)
		return nil
	})
	if err != nil {
		return d, err
	}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = tables.CouponsAndRedemptions(ctx, page, func(c coupon.Coupon) error {
			if c.Customer == id {
				d.Coupons = append(d.Coupons, c)
			}
			return nil
		}, func(r checkout.Redemption, _ dynamo.Rev) error {
			if r.Customer == id {
				d.Redemptions = append(d.Redemptions, r)
			}
			return nil
		})
		if err != nil {
			return d, err
		}
	}
	d.sort()
	if d.Profile == nil && d.Contact == nil && len(d.Orders)+len(d.Sends)+len(d.Decisions)+len(d.Journeys)+len(d.Coupons)+len(d.Redemptions) == 0 {
		return d, fmt.Errorf("export customer %s: %w", id, dynamo.ErrNotFound)
	}
	return d, nil
}

// ExportPerson returns the documents of the owner of an address: of the customer, if
// one is given, and of every other whose profile has the address. It reads the whole
// table of customers, and those of orders and coupons once for each customer. The
// list is empty if nothing is stored.
func ExportPerson(ctx context.Context, tables Tables, address string, now time.Time, customer shop.CustomerID) ([]Document, error) {
	of := NewJob("", now, shop.EraseFact{Customer: customer, Email: address})
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		var err error
		page.After, err = tables.Profiles(ctx, page, func(p profile.Profile) error {
			if normal(p.Email.Value) == normal(address) && address != "" {
				of.addCustomer(p.ID)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	all := []Document{}
	for _, id := range of.Customers {
		d, err := Export(ctx, tables, id, now)
		if errors.Is(err, dynamo.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// sort puts the parts in the order of time.
func (d *Document) sort() {
	placed := func(o dynamo.Order) time.Time {
		if o.Placed == nil {
			return time.Time{}
		}
		return o.Placed.At
	}
	slices.SortStableFunc(d.Orders, func(a, b dynamo.Order) int { return placed(a).Compare(placed(b)) })
	slices.SortStableFunc(d.Sends, func(a, b claim.Send) int { return a.Intent.Planned.Compare(b.Intent.Planned) })
	slices.SortStableFunc(d.Decisions, func(a, b dynamo.Inputs) int { return a.Decided.Compare(b.Decided) })
	slices.SortStableFunc(d.Coupons, func(a, b coupon.Coupon) int { return a.Issued.Compare(b.Issued) })
	slices.SortStableFunc(d.Redemptions, func(a, b checkout.Redemption) int { return a.Changed.Compare(b.Changed) })
}
