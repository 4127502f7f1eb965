package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/inputfault"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// past is what happened to the customers and their orders in the last days, and which
// campaigns it would have started.
type past struct {
	events  map[shop.OrderKind]int
	reached map[shop.CampaignID][]reached

	customers int
	name      string // of the customers
}

// fewestDays is how many customers a shop must have for it to stand out that none of
// them has had a birthday or the like in the last days.
const fewestDays = 100

// past starts the campaigns on each event of the last days. A profile has when an
// order was placed, and when it came back, was delayed or was cancelled; one that was
// placed and is not cancelled is taken to have been paid, shipped and delivered at
// once. What customers did after an order is left out of what is known of them then.
func (t trial) past(ctx context.Context) (past, error) {
	all := past{events: map[shop.OrderKind]int{}, reached: map[shop.CampaignID][]reached{}, name: t.sample.Name(), customers: len(t.sample.Profiles)}
	var everyone []reached
	for _, customer := range t.sample.Profiles {
		everyone = append(everyone, reached{customer: customer})
	}
	items, err := t.items(ctx, everyone)
	if err != nil {
		return all, err
	}
	for _, customer := range t.sample.Profiles {
		for _, r := range t.happened(customer) {
			all.events[r.about.Event]++
			facts := decide.Facts(r.at, r.customer, frequency.Contact{}, items, t.policy, r.about)
			earned := decide.Facts(r.at, decide.Earning(r.customer, t.policy), frequency.Contact{}, items, t.policy, r.about)
			for _, c := range campaign.Triggered(t.policy.Started(), r.about.Event, facts, earned) {
				all.reached[c.ID] = append(all.reached[c.ID], r)
			}
		}
		for _, c := range t.policy.Started() {
			if c.OwnDay() != "" {
				all.reached[c.ID] = append(all.reached[c.ID], t.ownDays(c, customer, items)...)
			}
		}
	}
	return all, nil
}

// ownDays returns the customer once for each day of their own that the passes of the
// last days find.
func (t trial) ownDays(c campaign.Campaign, customer profile.Profile, items map[shop.ProductID]recommend.Item) (all []reached) {
	found := map[string]bool{}
	zone := decide.ClockOf(t.policy.Shop, c, customer)
	for day := range daysBack {
		run := campaign.Run{At: c.Due(t.now.AddDate(0, 0, c.Before-day-1), zone)}
		for _, i := range decide.Planned(t.policy, c, run, customer, items) {
			if !found[i.Occasion] {
				found[i.Occasion] = true
				all = append(all, reached{customer: customer, at: run.At})
			}
		}
	}
	return all
}

// happened returns the events of the customer's orders in the last days, oldest
// first, each with the customer as they were.
func (t trial) happened(customer profile.Profile) (all []reached) {
	for i, visit := range customer.Orders {
		then := customer
		then.Orders = customer.Orders[:i+1]
		add := func(at time.Time, kind shop.OrderKind, cause shop.Cause) {
			if at.After(t.now.AddDate(0, 0, -daysBack)) && !at.After(t.now) {
				all = append(all, reached{then, at, decide.Occasion{Order: visit.Order, Event: kind, Cause: cause}})
			}
		}
		if !visit.Cancelled {
			for _, kind := range []shop.OrderKind{shop.OrderPlaced, shop.OrderPaid, shop.OrderShipped, shop.OrderDelivered} {
				add(visit.At, kind, "")
			}
		}
		issue := customer.ServiceIssues[visit.Order]
		for kind, about := range map[shop.OrderKind]*profile.Issue{
			shop.OrderReturned: issue.Returned, shop.OrderDelayed: issue.Delayed, shop.OrderCancelled: issue.Cancelled,
		} {
			if about != nil {
				add(about.Since, kind, about.Cause)
			}
		}
	}
	slices.SortFunc(all, func(a, b reached) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.about.Event, b.about.Event)) })
	return all
}

// of returns whom a campaign on the events of orders would have reached, and an
// advice if that is none, or if its condition leaves out none. Of the events that no
// profile has, it says nothing.
func (p past) of(c campaign.Campaign) (in []reached, advice inputfault.InFiles) {
	events := 0
	for _, kind := range c.On {
		events += p.events[kind]
	}
	in = p.reached[c.ID]
	switch {
	case c.OwnDay() != "" && len(in) == 0 && p.customers >= fewestDays:
		advice = append(advice, inputfault.InFile{
			File: shoppolicy.FileOf(c), Text: fmt.Sprintf("no customer has had such a day in the last %d days: none of %s", daysBack, p.name),
			Hint: "widen if, unless it waits for something that the shop does not know of its customers yet",
		})
	case events < fewestAdvice:
	case len(in) == 0:
		advice = append(advice, inputfault.InFile{
			File: shoppolicy.FileOf(c), Text: fmt.Sprintf("no event of the last %d days would have started it: %d events of %s", daysBack, events, p.name),
			Hint: "widen if, or look for a campaign of its group that has a lower rank",
		})
	case len(in) == events && c.If.Text() != "":
		advice = append(advice, inputfault.InFile{
			File: shoppolicy.FileOf(c), Text: fmt.Sprintf("its if leaves out none: each of %d events of the last %d days would have started it", events, daysBack),
			Hint: "narrow if, or leave it out",
		})
	}
	return in, advice
}
