package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Job lets old data go.
type Job struct {
	Orders    Orders
	Coupons   Coupons
	Sends     Sends
	Customers Customers
	Positions Positions
	Records   Records

	Keep  shoppolicy.KeepDays
	NewID func() shop.SendID // a random name for a send of no customer
	Page  int                // items read at a time; 0: as many as fit in 1 MB
	Dry   bool               // count only, and change nothing
}

// The stages, in their order.
const (
	stageOrders    = "orders"
	stageCoupons   = "coupons"
	stageSends     = "sends"
	stageCustomers = "customers"
	stageRecords   = "records"
)

// reserve is how much of the function's time one page needs.
const reserve = 40 * time.Second

// Begin returns the progress of a job that begins at that time. What is too old is
// decided by it, also if the job goes on the next day.
func Begin(at time.Time) dynamo.Retention {
	return dynamo.Retention{Begun: shop.Millis(at), Stage: stageOrders}
}

// Run goes on from that progress until the job is done or the function's time is
// nearly over. It calls save after each page, and once more when it is done; an
// error of save ends it. It returns the progress.
func (j Job) Run(ctx context.Context, p dynamo.Retention, now func() time.Time, save func(dynamo.Retention) error) (dynamo.Retention, error) {
	j.Keep = j.Keep.WithDefaults()
	for pages := 0; p.Done.IsZero(); pages++ {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < reserve && pages > 0 {
			return p, nil
		}
		gone := counts{}
		for kind, n := range p.Gone {
			gone[kind] = n
		}
		next, err := j.page(ctx, p, gone)
		if err != nil {
			return p, fmt.Errorf("let old data go, stage %s: %w", p.Stage, err)
		}
		p.Cursor, p.Gone = next, gone
		if next == dynamo.End {
			if p.Stage, p.Cursor = after(p.Stage), ""; p.Stage == "" {
				p.Done = shop.Millis(now())
			}
		}
		if err := save(p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// page does one page of the stage, and returns the cursor of the next one.
func (j Job) page(ctx context.Context, p dynamo.Retention, gone counts) (dynamo.Cursor, error) {
	page := dynamo.Page{After: p.Cursor, Limit: j.Page, Broken: func(dynamo.Broken) error { return nil }} // it stays until it is mended
	switch p.Stage {
	case stageOrders:
		return j.orders(ctx, page, p.Begun, gone)
	case stageCoupons:
		return j.coupons(ctx, page, p.Begun, gone)
	case stageSends:
		return j.sends(ctx, page, p.Begun, gone)
	case stageCustomers:
		return j.customers(ctx, page, p.Begun, gone)
	case stageRecords:
		return dynamo.End, j.records(ctx, p.Begun, gone)
	}
	return "", errors.New("the job has an unknown stage")
}

// after returns the stage after one; "" after the last.
func after(stage string) string {
	return map[string]string{stageOrders: stageCoupons, stageCoupons: stageSends, stageSends: stageCustomers, stageCustomers: stageRecords}[stage]
}

// before returns the time before which something is too old to keep.
func before(begun time.Time, days int) time.Time { return begun.AddDate(0, 0, -days) }

// counts is how many of each kind went.
type counts map[string]int

// let calls change, unless the job is dry, and counts one of the kind. If another
// call has changed the item since it was read, it stays until the next night.
func (j Job) let(gone counts, kind string, change func() error) error {
	if !j.Dry {
		err := change()
		if errors.Is(err, dynamo.ErrConflict) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	gone[kind]++
	return nil
}
