package funnel

import (
	"cmp"
	"context"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

const pageSize = 500 // customers whose audience is found at a time

// audience returns the messages that a run now raises for the customers, who are one in
// of of all. beyond is how many of them would like the product of the run, but come
// after those whom per_unit allows.
func (r *rehearsal) audience(ctx context.Context, c campaign.Campaign, customers []profile.Profile, of int) (all []message, beyond int, err error) {
	pages := slices.Collect(slices.Chunk(customers, pageSize))
	found := make([][]message, len(pages))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, page := range pages {
		work.Go(func() (err error) {
			found[i], err = r.page(ctx, c, page)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, 0, err
	}
	all = slices.Concat(found...)
	if c.Product == nil {
		return all, 0, nil
	}
	most := c.Product.Most(r.likely[r.about.Product].Product)
	if share := max(most/of, 1); most > 0 && share < len(all) {
		slices.SortStableFunc(all, func(a, b message) int { return -cmp.Compare(a.affinity, b.affinity) })
		all, beyond = all[:share], len(all)-share
	}
	return all, beyond, nil
}

// page returns the messages that a run now raises for some customers.
func (r *rehearsal) page(ctx context.Context, c campaign.Campaign, customers []profile.Profile) (all []message, err error) {
	rows, err := r.bought(ctx, c, customers)
	if err != nil {
		return nil, err
	}
	for _, customer := range customers {
		run, affinity := r.run(c, customer), 0.0
		var intents []campaign.Intent
		if c.Product == nil {
			intents = decide.Planned(r.policy, c, run, customer, rows)
		} else if intent, likes, ok := decide.Reached(r.now, r.policy, c, run, customer, r.likely, r.model.Popular); ok {
			intents, affinity = append(intents, intent), likes
		}
		slices.SortFunc(intents, func(a, b campaign.Intent) int { return strings.Compare(a.Occasion, b.Occasion) })
		for _, intent := range intents {
			intent.Planned = shop.Millis(r.now)
			all = append(all, message{intent, customer.Mailbox, affinity})
		}
	}
	return all, nil
}

// run returns the run of the campaign that reaches the customer now.
func (r *rehearsal) run(c campaign.Campaign, customer profile.Profile) campaign.Run {
	run := campaign.Run{At: r.now.UTC().Truncate(time.Second), Subject: r.about}
	if c.Clock == campaign.ByCustomer {
		run.Local = run.At.In(decide.ClockOf(r.policy.Shop, c, customer)).Format(shop.LocalForm)
	}
	return run
}

// bought returns the catalogue's rows of what the customers bought, if the campaign is on
// products that are due; else none.
func (r *rehearsal) bought(ctx context.Context, c campaign.Campaign, customers []profile.Profile) (map[shop.ProductID]recommend.Item, error) {
	if c.OwnDay() != shop.ReplenishmentDue {
		return nil, nil
	}
	ids := map[shop.ProductID]bool{}
	for _, customer := range customers {
		for _, b := range decide.History(customer).Items {
			ids[b.Product] = true
		}
	}
	return r.tables.Items(ctx, r.model, slices.Sorted(maps.Keys(ids)))
}

// find reads the rows that lead to the product of the campaign, as if what the campaign
// is on had just happened to it.
func (r *rehearsal) find(ctx context.Context, c campaign.Campaign, product shop.ProductID) (err error) {
	if r.likely, err = r.tables.LeadingTo(ctx, r.model, product); err != nil {
		return err
	}
	item, known := r.likely[product]
	if !known {
		return noAudience("the catalogue has no product %s that is sold", product)
	}
	r.about = campaign.Subject{Product: product, Event: c.On[0], Price: item.Price, Day: r.now.UTC().Format(time.DateOnly)}
	if _, why := decide.Outdated(r.about, *c.Product, item, known); why != "" {
		return noAudience("campaign %s would reach no customer with product %s: %s", c.ID, product, why)
	}
	return nil
}
