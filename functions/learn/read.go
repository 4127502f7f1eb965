package main

import (
	"context"
	"log/slog"
	"sync"

	"golang.org/x/sync/errgroup"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// tablePart is a part of a table, and how many pages of it are read at once. A page is 1 MB,
// and DynamoDB takes about a tenth of a second for it.
type tablePart struct{ index, of, scans int }

// everything is a whole table.
var everything = tablePart{0, 1, scans}

const (
	scans          = 8
	scansOfSegment = 2 // the four functions that count at a time read as fast as one that reads everything
)

// progress is the number of customers between two log lines about the progress.
const progress = 100_000

// eachCustomer calls visit with each customer's profile, one at a time.
func (h *handler) eachCustomer(ctx context.Context, of tablePart, visit func(profile.Profile)) error {
	read := 0
	return all(ctx, of, h.customers.Profiles, func(p profile.Profile) {
		visit(p)
		if read++; read%progress == 0 {
			slog.InfoContext(ctx, "learn is reading customers", "read", read)
		}
	})
}

// products returns the whole catalogue, in any order.
func (h *handler) products(ctx context.Context) (found []shop.Product, err error) {
	err = all(ctx, everything, h.catalogue.Products, func(item recommend.Item) {
		found = append(found, item.Product)
	})
	return found, err
}

// all lists a part of a table, several pages at once, and calls visit with
// each entry, one at a time and in any order. It keeps only one page of each
// scan in memory.
func all[T any](ctx context.Context, of tablePart, list func(context.Context, dynamo.Page, func(T) error) (dynamo.Cursor, error), visit func(T)) error {
	var one sync.Mutex
	workers, ctx := errgroup.WithContext(ctx)
	for scan := range of.scans {
		workers.Go(func() error {
			page := dynamo.Page{Segment: of.index*of.scans + scan, Segments: of.of * of.scans}
			for page.After != dynamo.End {
				next, err := list(ctx, page, func(v T) error {
					one.Lock()
					defer one.Unlock()
					visit(v)
					return nil
				})
				if err != nil {
					return err
				}
				page.After = next
			}
			return nil
		})
	}
	return workers.Wait()
}
