package recording

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// raiseAll returns the intents that the events of a message raise, and the
// intents of all kinds of events that are to be stored with the order. The first
// message that names the order's customer also raises the intents of the order's
// earlier events, which could not raise any without a customer. A payment or a
// parcel that comes before its order raises its intents with the order, because
// what it earns is not known before.
//
// A kind that raised its intents before raises the same ones again. Any other
// kind raises what is still true after all facts: see [shop.Order.Outdates].
//
// If the message corrects the address of a guest, the new address gets the
// transactional messages of the order, also those that went to the mistyped one.
func (h *Recorder) raiseAll(ctx context.Context, events []shop.Event, old dynamo.Order, now shop.Order, p profile.Profile) (all []campaign.Intent, stored map[shop.OrderKind][]campaign.Intent, err error) {
	kinds := map[shop.OrderKind]shop.EventID{} // of the message, with the first event of each
	for _, event := range events {
		if kind := event.Fact.(shop.OrderFact).Kind; kinds[kind] == "" {
			kinds[kind] = event.ID
		}
	}
	stored = old.Raised
	corrected := old.Customer != "" && old.Customer != now.Customer && intake.Guest(p.Email.Value) != old.Customer
	var earlier []campaign.Intent
	for _, f := range factsOf(now) {
		kind := f.fact.Kind
		cause, said := kinds[kind]
		raised, known := stored[kind]
		arrived := kind == shop.OrderDelivered && old.Arrived().IsZero() // what it says of the last parcel can come before what the parcel has in it
		if !said && old.Customer != "" && !corrected && (known || old.Placed != nil) && !arrived || now.Placed == nil && kind.Earns() {
			continue
		}
		if now.Imported && !known && had(old.Order, kind, events) {
			continue
		}
		if kind == shop.OrderReturned { // an earlier one may have been imported, and has raised nothing
			f = newReturn(events, old.Order, f)
		}
		again := known && corrected
		if (!known || again) && !now.Outdates(kind) {
			if raised, err = h.raise(ctx, shop.Event{ID: cmp.Or(cause, events[0].ID), At: f.at}, f.fact, p, again); err != nil {
				return nil, nil, err
			}
		}
		if !known || again { // those of a mistyped address stay: their sends exist
			stored = with(stored, kind, slices.Concat(stored[kind], raised))
		}
		for _, intent := range raised {
			if !slices.ContainsFunc(all, intent.SameSend) {
				all = append(all, intent)
			}
		}
		if !said {
			earlier = append(earlier, raised...)
		}
	}
	if len(earlier) > 0 { // the same message again raises these as well
		first := events[0].Fact.(shop.OrderFact).Kind
		stored = with(stored, first, append(slices.Clone(stored[first]), earlier...))
	}
	return all, stored, nil
}

// had reports whether the order has everything that the events of this kind say,
// so that they say nothing but its history again. A later revision of the order
// is the same order; another return, refund or delay is a new one.
func had(order shop.Order, kind shop.OrderKind, events []shop.Event) bool {
	for _, event := range events {
		fact := event.Fact.(shop.OrderFact)
		if fact.Kind != kind {
			continue
		}
		known := false
		switch kind {
		case shop.OrderReturned:
			_, known = order.Returns[fact.Ref]
		case shop.OrderRefunded:
			_, known = order.Refunds[fact.Ref]
		case shop.OrderDelayed:
			known = order.Delay != nil && !fact.Delay.At.After(order.Delay.At)
		default:
			known = slices.ContainsFunc(factsOf(order), func(f timedFact) bool { return f.fact.Kind == kind })
		}
		if !known {
			return false
		}
	}
	return true
}

// newReturn returns the earliest return among the events that old does not have
// yet, or else the given one.
func newReturn(events []shop.Event, old shop.Order, or timedFact) timedFact {
	found := false
	for _, event := range events {
		fact := event.Fact.(shop.OrderFact)
		if _, known := old.Returns[fact.Ref]; fact.Kind != shop.OrderReturned || known {
			continue
		}
		if !found || fact.Return.At.Before(or.at) {
			or, found = timedFact{fact, fact.Return.At}, true
		}
	}
	return or
}

// raise returns the intents that an event raises for the customer of profile p,
// which contains the event.
//
// The occasion of a placed order is the order's ID; of a later event it is the
// order's ID and the kind of event. So a delay and a return of one order are
// two occasions, and two delays of one order are one.
//
// If only transactional messages are wanted, no campaign of another class raises
// an intent.
func (h *Recorder) raise(ctx context.Context, event shop.Event, fact shop.OrderFact, p profile.Profile, transactional bool) ([]campaign.Intent, error) {
	inForce, err := h.Policy(ctx)
	if err != nil {
		return nil, err
	}
	campaigns := inForce.Started()
	if transactional {
		campaigns = slices.DeleteFunc(slices.Clone(campaigns), func(c campaign.Campaign) bool { return c.Class.Rank() > shop.ClassRecovery.Rank() })
	}
	var items map[shop.ProductID]recommend.Item
	if least := leastUnits(campaigns, fact.Kind); least > 0 {
		if items, err = h.Shop.Items(ctx, recommend.Model{}, decide.Counted(p, fact.Order, least)); err != nil {
			return nil, err
		}
	}
	about := decide.Occasion{Order: fact.Order, Event: fact.Kind, Cause: cause(fact)}
	facts := decide.Facts(h.Now(), p, frequency.Contact{}, items, inForce, about)
	earned := decide.Facts(h.Now(), decide.Earning(p, inForce), frequency.Contact{}, items, inForce, about)
	occasion, at := string(fact.Order), event.At
	if fact.Kind == shop.OrderPlaced {
		at = fact.Placed.At
	} else {
		occasion += "/" + string(fact.Kind)
	}
	var raised []campaign.Intent
	for _, c := range campaign.Triggered(campaigns, fact.Kind, facts, earned) {
		intent := c.AtEvent(at)
		intent.Customer, intent.Occasion, intent.Order = p.ID, occasion, fact.Order
		intent.Planned, intent.Cause = shop.Millis(h.Now()), event.ID
		if c.AsksAgain() {
			intent.Why = about.Cause
		}
		raised = append(raised, intent)
	}
	return raised, nil
}

// leastUnits returns of how many kept units on the category of a product can decide
// whether an event of this kind starts one of the campaigns: 1 if a condition counts
// units by category, the smallest N if only "every Nth unit" offers do, and 0 if nothing
// asks for a category, so that the catalogue need not be read.
func leastUnits(campaigns []campaign.Campaign, kind shop.OrderKind) (least int) {
	for _, c := range campaigns {
		if !slices.Contains(c.On, kind) {
			continue
		}
		if slices.ContainsFunc(c.If.Names(), func(name string) bool { return name == "customer.units" || name == "order.units" }) {
			return 1
		}
		if c.Nth != nil && len(c.Nth.Categories) > 0 && (least == 0 || c.Nth.N < least) {
			least = c.Nth.N
		}
	}
	return least
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
