package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/funnel"
	"regulars/shared/inputfault"
	"regulars/shared/offer"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// mostDecided is how many customers of one campaign have their contact read, so that
// its offers can be decided.
const mostDecided = 2_000

// budgets is the live budgets of offers; [dynamo.Store] is.
type budgets interface {
	Budget(ctx context.Context, offer shop.OfferID, version int) ([]int, error)
}

// offers decides the campaign's offers for customers whom it reaches, with the code
// that decides a message.
func (t trial) offers(ctx context.Context, c campaign.Campaign, in []reached) (all inputfault.InFiles, err error) {
	looked := funnel.Some(in, mostDecided)
	items, err := t.items(ctx, looked)
	if err != nil {
		return nil, err
	}
	given, needless := map[shop.OfferID]int{}, 0
	for _, r := range looked {
		best, refused, err := t.best(ctx, c, r, items)
		if err != nil {
			return nil, err
		}
		switch anyway := func(r offer.Refusal) bool { return r.Code == offer.RefusedAnyway }; {
		case best != nil:
			given[best.Offer.ID]++
		case slices.ContainsFunc(refused, anyway):
			needless++
		}
	}
	size := max(len(looked), len(t.sample.Profiles)*len(looked)/len(in)) // of the sample from which looked were found
	if needless*2 > len(looked) {
		all = append(all, t.withheld(c, needless, len(looked), size))
	}
	for _, id := range slices.Sorted(maps.Keys(given)) {
		advice, err := t.budget(ctx, c, id, given[id], size)
		if err != nil {
			return nil, err
		}
		all = append(all, advice...)
	}
	return all, nil
}

// best decides the campaign's offers for one customer at the time at which the
// campaign reaches them: coupons that they were given since do not count.
func (t trial) best(ctx context.Context, c campaign.Campaign, r reached, items map[shop.ProductID]recommend.Item) (*offer.Grant, []offer.Refusal, error) {
	known, err := t.tables.Snapshot(ctx, r.customer.ID)
	if err != nil {
		return nil, nil, fmt.Errorf("read a customer to check the offers of %s: %w", c.ID, err)
	}
	granted := map[shop.OfferID][]frequency.Grant{}
	for id, grants := range known.Contact.Granted {
		granted[id] = slices.DeleteFunc(slices.Clone(grants), func(g frequency.Grant) bool { return g.At.After(r.at) })
	}
	known.Contact.Granted = granted
	facts := decide.Facts(r.at, decide.Earning(r.customer, t.policy), known.Contact, items, t.policy, r.about)
	facts.Campaign.ID = c.ID
	if c.Scheduled() {
		facts.Campaign.Run = r.at
	}
	best, refused := offer.Best(variantOf(c, r).Allowed(t.policy.Offers), offer.Case{
		Now: r.at, Customer: r.customer.ID, Zone: t.policy.Shop.ZoneOf(r.customer.Zones()), Facts: facts, Granted: granted, Need: t.policy.Need,
	})
	return best, refused, nil
}

// withheld is the advice about a campaign from most of whose customers the need rule
// withholds its offers.
func (t trial) withheld(c campaign.Campaign, needless, looked, size int) inputfault.InFile {
	said, audience := t.sample.About(needless, size), t.sample.About(looked, size)
	gets := "get the message without a coupon"
	if c.NeedsOffer {
		gets = "get no message"
	}
	return inputfault.InFile{
		File: shoppolicy.FileOf(c), Text: fmt.Sprintf("need.yaml takes most of its audience out: %s of %s customers%s buy anyway (%d orders in a row at full price, and on time), and %s", said, audience, lately(c), t.policy.Need.FullPrice, gets),
		Hint: "give them a gift, points or free_shipping, or write owed: true in the offer if it is meant for them, too",
	}
}

// lately says from when the customers are whom a campaign on events reaches.
func lately(c campaign.Campaign) string {
	if len(c.On) == 0 {
		return ""
	}
	return fmt.Sprintf(" of the last %d days", daysBack)
}

// budget returns an advice if what is left of an offer's budget is less than what
// the campaign would give out: a run, or the events of the last days.
func (t trial) budget(ctx context.Context, c campaign.Campaign, id shop.OfferID, given, size int) (inputfault.InFiles, error) {
	o, _ := t.policy.Offer(id)
	left, err := t.left(ctx, o)
	if err != nil {
		return nil, err
	}
	would := t.sample.About(given, size)
	if would.Least <= left {
		return nil, nil
	}
	uses := fmt.Sprintf("%d uses", o.Budget.Uses)
	if left < o.Budget.Uses {
		uses = fmt.Sprintf("%d of its %d uses left", left, o.Budget.Uses)
	}
	text := fmt.Sprintf("the budget of offer %s has %s, and %s customers of the audience would get it", id, uses, would)
	if len(c.On) > 0 {
		text = fmt.Sprintf("the budget of offer %s has %s, and %s customers would have got it in the last %d days", id, uses, would, daysBack)
	}
	return inputfault.InFiles{{
		File: shoppolicy.FileOf(c), Text: text,
		Hint: "raise uses and the offer's version, or narrow who gets it; a customer who comes later gets no coupon",
	}}, nil
}

// left returns the uses that the budget of an offer has left: all of them if the
// offer's version is not published yet.
func (t trial) left(ctx context.Context, o offer.Offer) (uses int, err error) {
	shards, err := t.budgets.Budget(ctx, o.ID, o.Version)
	if errors.Is(err, dynamo.ErrNotFound) {
		return o.Budget.Uses, nil
	}
	for _, left := range shards {
		uses += left
	}
	return uses, err
}

// items returns the catalogue's rows of what the customers bought.
func (t trial) items(ctx context.Context, customers []reached) (map[shop.ProductID]recommend.Item, error) {
	ids := map[shop.ProductID]bool{}
	for _, r := range customers {
		_, bought := r.customer.All()
		for id := range bought {
			ids[id] = true
		}
	}
	items, err := t.tables.Items(ctx, recommend.Model{}, slices.SortedFunc(maps.Keys(ids), func(a, b shop.ProductID) int { return strings.Compare(string(a), string(b)) }))
	if err != nil {
		return nil, fmt.Errorf("read the catalogue to check the offers: %w", err)
	}
	return items, nil
}
