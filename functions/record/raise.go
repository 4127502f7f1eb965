package main

import (
	"context"
	"maps"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// raiseAll returns the intents that an event gives rise to, and what is to be
// stored of them. The event that tells whose an order is also gives rise to what
// came before it, when nobody could be written to.
func (h *handler) raiseAll(ctx context.Context, event shop.Event, fact shop.OrderFact, old dynamo.Order, p profile.Profile) (all []campaign.Intent, stored map[shop.OrderKind][]campaign.Intent, err error) {
	happened := []told{{fact, event.At}}
	if old.Customer == "" {
		happened = append(happened, before(old.Order)...)
	}
	stored = old.Raised
	for _, t := range happened {
		if _, asked := stored[t.fact.Kind]; asked {
			continue
		}
		raised, err := h.raise(ctx, shop.Event{ID: event.ID, At: t.at}, t.fact, p)
		if err != nil {
			return nil, nil, err
		}
		stored, all = with(stored, t.fact.Kind, raised), append(all, raised...)
	}
	return all, with(stored, fact.Kind, all), nil
}

// raise returns the intents that an event gives rise to, given what the shop
// knows of the customer with it.
//
// The occasion is the order, and for what happens to an order after it was
// placed the order and what happened: a delay and a return of one order are two
// occasions, a delay told twice is one.
func (h *handler) raise(ctx context.Context, event shop.Event, fact shop.OrderFact, p profile.Profile) ([]campaign.Intent, error) {
	rules, err := h.policy(ctx)
	if err != nil {
		return nil, err
	}
	items, err := h.shop.Items(ctx, recommend.Model{}, decide.Counted(p, fact.Order, 1))
	if err != nil {
		return nil, err
	}
	facts := decide.Facts(h.now(), p, frequency.Contact{}, items, rules, decide.Occasion{Order: fact.Order, Event: fact.Kind, Cause: cause(fact)})
	occasion, at := string(fact.Order), event.At
	if fact.Kind == shop.OrderPlaced {
		at = fact.Placed.At
	} else {
		occasion += "/" + string(fact.Kind)
	}
	var raised []campaign.Intent
	for _, c := range campaign.Triggered(rules.Campaigns, fact.Kind, facts) {
		raised = append(raised, campaign.Intent{
			Campaign: c.ID, Version: c.Version, Customer: p.ID, Occasion: occasion, Order: fact.Order,
			Planned: shop.Millis(h.now()), NotAfter: at.Add(c.NotAfter), Cause: event.ID,
		})
	}
	return raised, nil
}

// cause returns why, by the event's own word: the profile remembers only what
// went wrong, and a change of mind is nothing of it.
func cause(fact shop.OrderFact) shop.Cause {
	switch {
	case fact.Cancel != nil:
		return fact.Cancel.Cause
	case fact.Return != nil:
		return fact.Return.Cause
	case fact.Delay != nil:
		return shop.CauseLate
	}
	return ""
}

// with returns a copy of raised with what a kind of event gave rise to, be it
// nothing: it is asked once.
func with(raised map[shop.OrderKind][]campaign.Intent, kind shop.OrderKind, intents []campaign.Intent) map[shop.OrderKind][]campaign.Intent {
	raised = maps.Clone(raised)
	if raised == nil {
		raised = map[shop.OrderKind][]campaign.Intent{}
	}
	raised[kind] = append([]campaign.Intent{}, intents...)
	return raised
}
