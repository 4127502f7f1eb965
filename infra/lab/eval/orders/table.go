package orders

import (
	"context"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// tables reads a shop's customers and products; dynamo.Store implements it.
type tables interface {
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
	Products(ctx context.Context, page dynamo.Page, visit func(recommend.Item) error) (dynamo.Cursor, error)
}

// Table reads the customers of a shop with the products that they ordered and
// kept, without cancelled orders. A profile has its newest orders one by one
// (profile.Recent of them); all older ones together become one order at the
// time of the first, as in the nightly learning. The log has the products of
// the shop's catalogue.
//
// It scans both tables once: half a read unit for each 4 KB. limit is as in
// [Log]. progress gets the number of customers and products that were read.
func Table(ctx context.Context, from tables, limit int, progress trial.Progress) (*Log, error) {
	log := &Log{Limit: limit}
	people, summed := 0, 0
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		next, err := from.Profiles(ctx, page, func(p profile.Profile) error {
			people++
			progress("reads the shop's customers", people, 0)
			if len(p.Older()) > 0 {
				summed++
			}
			return log.profile(p)
		})
		if err != nil {
			return nil, err
		}
		page.After = next
	}
	var products []shop.Product
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		next, err := from.Products(ctx, page, func(item recommend.Item) error {
			products = append(products, item.Product)
			progress("reads the shop's products", len(products), 0)
			return nil
		})
		if err != nil {
			return nil, err
		}
		page.After = next
	}
	log.Know(products)
	log.Note("Read %d profiles of the shop's tables; the oldest orders of %d of them are one order, because a profile only keeps their sum.", people, summed)
	return log, nil
}

// profile adds the lines of one customer.
func (l *Log) profile(p profile.Profile) error {
	add := func(order shop.OrderID, at time.Time, product shop.ProductID, kept int) error {
		if kept <= 0 {
			return nil
		}
		return l.Add(string(p.ID), string(order), at, product)
	}
	for product, units := range p.Older() {
		if err := add("earlier", p.Earlier.First, product, units.Units-units.Returned); err != nil {
			return err
		}
	}
	for _, v := range p.Orders {
		if v.Cancelled {
			continue
		}
		for _, line := range v.Lines {
			if err := add(v.Order, v.At, line.Product, line.Units-line.Returned); err != nil {
				return err
			}
		}
	}
	return nil
}
