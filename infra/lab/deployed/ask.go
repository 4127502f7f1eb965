package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/infra/lab/eval/engine"
	"regulars/infra/lab/eval/trial"
	"regulars/infra/local/cloud"
	"regulars/infra/local/customerview"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// modes are those of the function recommend, by the mode of a trial.
var modes = map[trial.Mode]recommend.Mode{trial.Next: recommend.ModeNext, trial.New: recommend.ModeGoesWith}

// lists are the two lists for one customer.
type lists struct {
	deployed, eval []trial.Item
	differ         bool
}

// asking is how many customers are asked for at once.
const asking = 4

// ask returns the lists for each customer, in their order.
func (s shopData) ask(ctx context.Context, c *cloud.Running, e engine.Listed, p progress) (map[trial.Mode][]lists, error) {
	name := ""
	for _, f := range c.Template.Functions {
		if f.Code == "functions/recommend" {
			name = f.Name
		}
	}
	page := customerview.New(c.Store, c.Functions(), name)
	out := map[trial.Mode][]lists{}
	for _, mode := range trial.Both {
		p.say("asks recommend for %d lists of mode %s", len(s.Customers), modes[mode])
		all := make([]lists, len(s.Customers))
		var done atomic.Int64
		workers, ctx := errgroup.WithContext(ctx)
		workers.SetLimit(asking)
		for i, customer := range s.Customers {
			workers.Go(func() (err error) {
				all[i], err = s.listsFor(ctx, page, e, customer, mode)
				if n := done.Add(1); n%500 == 0 {
					p.say("%d lists of mode %s", n, modes[mode])
				}
				return err
			})
		}
		if err := workers.Wait(); err != nil {
			return nil, err
		}
		out[mode] = all
	}
	return out, nil
}

// listsFor asks for both lists of one customer. What is due, and how much,
// depends on the time, and the function's own time is not known; so eval lists
// at the times before and after the call, and the deployed list must be one of
// these.
func (s shopData) listsFor(ctx context.Context, page *customerview.Reader, e engine.Listed, c trial.Customer, mode trial.Mode) (l lists, err error) {
	before := time.Now().UTC()
	found, err := page.Recommend(ctx, shop.CustomerID(c.ID), url.Values{"mode": {string(modes[mode])}, "want": {strconv.Itoa(long)}})
	if err != nil {
		return l, err
	}
	after := time.Now().UTC()
	for _, pick := range found.Picks {
		item, known := slices.BinarySearch(s.Products, pick.Product.ID)
		if !known {
			return l, fmt.Errorf("recommend lists the product %s, which is not in the catalogue", pick.Product.ID)
		}
		l.deployed = append(l.deployed, trial.Item(item))
	}
	for _, at := range []time.Time{before, after} {
		if l.eval, err = e.Page(at, c.Orders, mode, long); err != nil || slices.Equal(l.deployed, l.eval) {
			return l, err
		}
	}
	l.differ = true
	return l, nil
}
