package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/funnel"
	"regulars/shared/inputfault"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

const (
	fewestAdvice = 10 // customers or events below which shares say nothing
	daysAhead    = 30 // on which an empty audience is looked at again
	daysBack     = 30 // whose events the campaigns are tried on
)

// tables is the live tables of customers and products; [dynamo.Store] is.
type tables interface {
	funnel.Customers
	Snapshot(ctx context.Context, id shop.CustomerID) (dynamo.Snapshot, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error)
}

// trial tries a policy on customers of the shop.
type trial struct {
	policy  shoppolicy.Policy
	sample  funnel.Sample
	tables  tables
	budgets budgets
	now     time.Time
}

// reached is a customer who gets a campaign, with what is known of them then.
type reached struct {
	customer profile.Profile
	at       time.Time
	about    decide.Occasion
}

// advise returns what the authors should think about, by the customers that the shop
// has: campaigns that reach none of them or all, offers that the need rule withholds
// from most, budgets that are too small, and campaigns that keep each other from
// being sent.
func (t trial) advise(ctx context.Context) (all inputfault.InFiles, err error) {
	if len(t.sample.Profiles) == 0 {
		return nil, nil
	}
	past, err := t.past(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range t.policy.Started() {
		var in []reached
		var advice inputfault.InFiles
		switch {
		case len(c.On) > 0:
			in, advice = past.of(c)
		case c.Scheduled():
			in, advice = t.audience(c)
		}
		all = append(all, advice...)
		in = slices.DeleteFunc(in, func(r reached) bool { return len(variantOf(c, r).Offers) == 0 })
		if len(in) < fewestAdvice {
			continue
		}
		advice, err := t.offers(ctx, c, in)
		if err != nil {
			return nil, err
		}
		all = append(all, advice...)
	}
	return append(all, t.collisions()...), nil
}

// variantOf returns the campaign as one of its customers gets it. If the shares of its
// variants follow the better one, they are taken to be equal.
func variantOf(c campaign.Campaign, r reached) campaign.Campaign {
	return c.WithFixedShares().For(r.customer.ID, r.customer.FirstOrder(), "")
}

// audience returns the customers of the sample who would get a campaign with a
// schedule or a date now.
func (t trial) audience(c campaign.Campaign) (in []reached, advice inputfault.InFiles) {
	for _, customer := range t.sample.Profiles {
		if t.plans(c, campaign.Run{At: t.now}, customer) {
			in = append(in, reached{customer: customer, at: t.now})
		}
	}
	switch {
	case len(in) == 0 && !t.later(c):
		advice = append(advice, inputfault.InFile{
			File: shoppolicy.FileOf(c), Text: fmt.Sprintf("its audience is empty, today and on each of the next %d days: none of %s", daysAhead, t.sample.Name()),
			Hint: "widen the audience, unless it waits for customers whom the shop does not have yet",
		})
	case len(in) == len(t.sample.Profiles) && len(in) >= fewestAdvice:
		advice = append(advice, inputfault.InFile{
			File: shoppolicy.FileOf(c), Text: "everybody is in its audience: each of " + t.sample.Name(),
			Hint: "narrow the audience, unless it is meant for everybody",
		})
	}
	return in, advice
}

// plans reports whether a run of the campaign raises an intent for the customer.
func (t trial) plans(c campaign.Campaign, run campaign.Run, customer profile.Profile) bool {
	return len(decide.Planned(t.policy, c, run, customer, nil)) > 0
}

// later reports whether some customer would get the campaign on one of the next days.
func (t trial) later(c campaign.Campaign) bool {
	for day := range daysAhead {
		run := campaign.Run{At: t.now.AddDate(0, 0, day+1)}
		if slices.ContainsFunc(t.sample.Profiles, func(p profile.Profile) bool { return t.plans(c, run, p) }) {
			return true
		}
	}
	return false
}
