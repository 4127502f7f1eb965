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

// raiseAll returns the intents that an event raises, and the intents of all
// kinds of events that are to be stored with the order. The first event that
// names the order's customer also raises the intents of the order's earlier
// events, which could not raise any without a customer.
func (h *handler) raiseAll(ctx context.Context, event shop.Event, fact shop.OrderFact, old dynamo.Order, p profile.Profile) (all []campaign.Intent, stored map[shop.OrderKind][]campaign.Intent, err error) {
	facts := []timedFact{{fact, event.At}}
	if old.Customer == "" {
		facts = append(facts, factsOf(old.Order)...)
	}
	stored = old.Raised
	for _, f := range facts {
		if _, known := stored[f.fact.Kind]; known {
			continue
		}
		raised, err := h.raise(ctx, shop.Event{ID: event.ID, At: f.at}, f.fact, p)
		if err != nil {
			return nil, nil, err
		}
		stored, all = with(stored, f.fact.Kind, raised), append(all, raised...)
	}
	return all, with(stored, fact.Kind, all), nil
}

// raise returns the intents that an event raises for the customer of profile p,
// which contains the event.
//
// The occasion of a placed order is the order's ID; of a later event it is the
// order's ID and the kind of event. So a delay and a return of one order are
// two occasions, and two delays of one order are one.
func (h *handler) raise(ctx context.Context, event shop.Event, fact shop.OrderFact, p profile.Profile) ([]campaign.Intent, error) {
	inForce, err := h.policy(ctx)
	if err != nil {
		return nil, err
	}
	items, err := h.shop.Items(ctx, recommend.Model{}, decide.Counted(p, fact.Order, 1))
	if err != nil {
		return nil, err
	}
	facts := decide.Facts(h.now(), p, frequency.Contact{}, items, inForce, decide.Occasion{Order: fact.Order, Event: fact.Kind, Cause: cause(fact)})
	occasion, at := string(fact.Order), event.At
	if fact.Kind == shop.OrderPlaced {
		at = fact.Placed.At
	} else {
		occasion += "/" + string(fact.Kind)
	}
	var raised []campaign.Intent
	for _, c := range campaign.Triggered(inForce.Campaigns, fact.Kind, facts) {
		raised = append(raised, campaign.Intent{
			Campaign: c.ID, Version: c.Version, Customer: p.ID, Occasion: occasion, Order: fact.Order,
			Planned: shop.Millis(h.now()), NotAfter: at.Add(c.NotAfter), Cause: event.ID,
		})
	}
	return raised, nil
}

// cause returns the cause that the fact itself names, or "". The profile does
// not have every cause: a change of mind is no service issue.
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

// with returns a copy of raised with the intents of one kind of event. It
// stores an empty list too, which says that this kind raised no intents, so
// that its campaigns are not evaluated again.
func with(raised map[shop.OrderKind][]campaign.Intent, kind shop.OrderKind, intents []campaign.Intent) map[shop.OrderKind][]campaign.Intent {
	raised = maps.Clone(raised)
	if raised == nil {
		raised = map[shop.OrderKind][]campaign.Intent{}
	}
	raised[kind] = append([]campaign.Intent{}, intents...)
	return raised
}
