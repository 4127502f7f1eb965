// Package results reads what campaigns did from the tables, for a report of package
// outcome: all sends, the profiles of their customers, and what redeemed coupons took
// off. It needs memory for the report, and for one page of customers in each of the
// parts in which it reads the table of sends at the same time.
package results

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"regulars/shared/checkout"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/outcome"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

const (
	parts = 4   // in which the whole table of sends is read at the same time
	batch = 100 // customers whose profiles are read at a time
)

// Tables has the sends and the customers; [dynamo.Store] does.
type Tables interface {
	Sends(ctx context.Context, page dynamo.Page, visit func(claim.Send) error) (dynamo.Cursor, error)
	Customers(ctx context.Context, ids []shop.CustomerID, mailboxes []shop.Mailbox, names []string) (dynamo.Customers, error)
}

// Coupons has the coupons, with what the orders that redeemed them took off;
// [dynamo.Store] does.
type Coupons interface {
	Coupons(ctx context.Context, hashes []string) (map[string]coupon.Coupon, error)
	Redemption(ctx context.Context, order shop.OrderID) (checkout.Redemption, dynamo.Rev, error)
}

// Uses has what is left of the budgets of offers; [dynamo.Store] does.
type Uses interface {
	Budget(ctx context.Context, offer shop.OfferID, version int) ([]int, error)
}

// Part is a part of the table of sends: that of the Index, from 0, of Of parts.
type Part struct{ Index, Of int }

// All is the whole table of sends.
var All = Part{0, 1}

// Read returns the report of a question over a part of the sends; reports of all parts
// merge into that of [All]. Without coupons (nil), it does not say what
// was redeemed. progress is called with the number of sends
// read so far, by several goroutines at once; nil: it is not called.
//
// It reads the whole part and a profile for each of its customers: a million
// sends of 1 KB are 125,000 read units.
func Read(ctx context.Context, from Tables, coupons Coupons, q outcome.Question, of Part, progress func(sends int64)) (*outcome.Report, error) {
	scans := parts
	if of.Of > 1 {
		scans = 1 // several parts are read at the same time
	}
	reports := make([]*outcome.Report, scans)
	var read atomic.Int64
	all, ctx := errgroup.WithContext(ctx)
	for scan := range scans {
		r := &reader{from: from, coupons: coupons, report: outcome.New(q)}
		reports[scan] = r.report
		all.Go(func() error {
			for page := (dynamo.Page{Segment: of.Index*scans + scan, Segments: of.Of * scans}); page.After != dynamo.End; {
				n := int64(0)
				next, err := from.Sends(ctx, page, func(s claim.Send) error {
					n++
					s.Explained = nil // long, and not needed
					return r.send(ctx, s)
				})
				if err != nil {
					return fmt.Errorf("read sends: %w", err)
				}
				if page.After = next; progress != nil {
					progress(read.Add(n))
				}
			}
			return r.end(ctx)
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	for _, other := range reports[1:] {
		reports[0].Merge(other)
	}
	return reports[0], nil
}

// reader folds the sends of one part of the table. A scan returns all sends of one
// customer together, because they are in one partition.
type reader struct {
	from    Tables
	coupons Coupons
	report  *outcome.Report

	of      shop.CustomerID // whose sends come now
	sends   []claim.Send
	waiting []outcome.Customer // without their profiles yet
}

func (r *reader) send(ctx context.Context, s claim.Send) error {
	if s.Intent.Customer == shop.ErasedPrefix { // of all customers who were erased: as many as there are
		r.report.Add(outcome.Customer{Sends: []claim.Send{s}})
		return nil
	}
	if s.Intent.Customer != r.of {
		if err := r.next(ctx, s.Intent.Customer); err != nil {
			return err
		}
	}
	r.sends = append(r.sends, s)
	return nil
}

// next closes the customer whose sends came so far.
func (r *reader) next(ctx context.Context, id shop.CustomerID) error {
	if len(r.sends) > 0 {
		r.waiting = append(r.waiting, outcome.Customer{Sends: slices.Clone(r.sends)})
	}
	r.of, r.sends = id, r.sends[:0]
	if len(r.waiting) < batch {
		return nil
	}
	return r.fold(ctx)
}

func (r *reader) end(ctx context.Context) error {
	if err := r.next(ctx, ""); err != nil {
		return err
	}
	return r.fold(ctx)
}

// fold adds the customers that wait to the report.
func (r *reader) fold(ctx context.Context) error {
	if len(r.waiting) == 0 {
		return nil
	}
	var ids []shop.CustomerID
	var hashes []string
	for _, c := range r.waiting {
		ids = append(ids, c.Sends[0].Intent.Customer)
		for _, s := range c.Sends {
			if s.Coupon != nil {
				hashes = append(hashes, s.Coupon.Hash)
			}
		}
	}
	customers, err := r.from.Customers(ctx, ids, nil, nil)
	if err != nil {
		return err
	}
	redeemed, err := r.redeemed(ctx, hashes)
	if err != nil {
		return err
	}
	for i, c := range r.waiting {
		var read bool
		if c.Profile, _, read = customers.Profile(ids[i]); !read {
			continue // reported as a row that cannot be read
		}
		c.Redeemed = redeemed
		r.report.Add(c)
	}
	r.waiting = r.waiting[:0]
	return nil
}

// redeemed returns what those of the coupons gave that an order has redeemed.
func (r *reader) redeemed(ctx context.Context, hashes []string) (map[string]outcome.Redeemed, error) {
	if len(hashes) == 0 || r.coupons == nil {
		return nil, nil
	}
	coupons, err := r.coupons.Coupons(ctx, hashes)
	if err != nil {
		return nil, err
	}
	all := map[string]outcome.Redeemed{}
	for hash, c := range coupons {
		if c.State != coupon.Redeemed {
			continue
		}
		of, _, err := r.coupons.Redemption(ctx, c.Order)
		if err != nil && !errors.Is(err, dynamo.ErrNotFound) {
			return nil, err
		}
		all[hash] = given(of, hash)
	}
	return all, nil
}

// given returns what an order's use of a coupon gave.
func given(of checkout.Redemption, hash string) (g outcome.Redeemed) {
	for _, use := range of.Uses {
		if use.Coupon != hash {
			continue
		}
		g.Points += int64(use.Points)
		for _, taken := range of.Quote.Taken {
			if taken.Deal == use.Deal() {
				g.Discount += taken.Off
			}
		}
	}
	return g
}

// Budget is what is left of an offer's uses.
type Budget struct {
	Offer      shop.OfferID
	Left, Uses int
}

// Budgets returns the budget of each offer of a policy, by offer.
func Budgets(ctx context.Context, from Uses, p shoppolicy.Policy) (all []Budget, err error) {
	for _, o := range p.Offers {
		left, err := from.Budget(ctx, o.ID, o.Version)
		if err != nil && !errors.Is(err, dynamo.ErrNotFound) {
			return nil, err
		}
		b := Budget{Offer: o.ID, Uses: o.Budget.Uses}
		for _, n := range left {
			b.Left += n
		}
		all = append(all, b)
	}
	return all, nil
}
