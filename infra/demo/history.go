package demo

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// HistoryWriter stores the history of a shop; *[dynamo.Store] is one.
type HistoryWriter interface {
	Import(context.Context, dynamo.History) error
}

// Import folds the story's history as record folds live events, and writes it
// and the catalogue. A second import writes the same. It overwrites items, so
// it must not run while live events are processed. mailbox names the mailbox of
// an address, as record does; nil: the profiles get none.
func Import(ctx context.Context, story Story, store HistoryWriter, mailbox func(address string) shop.Mailbox, bar *Bar) error {
	history, err := Fold(story.History)
	if err != nil {
		return err
	}
	earn(history, story)
	bar.Begin("Loading a year of orders", len(history.Orders)+len(history.Profiles)+len(story.Products))
	defer bar.End()
	const part = 500 // rows between two steps of the bar
	for products := range slices.Chunk(story.Products, part) {
		if err := store.Import(ctx, dynamo.History{Products: products}); err != nil {
			return err
		}
		bar.Step(len(products))
	}
	for orders := range slices.Chunk(history.Orders, part) {
		if err := store.Import(ctx, dynamo.History{Orders: orders}); err != nil {
			return err
		}
		bar.Step(len(orders))
	}
	for profiles := range slices.Chunk(history.Profiles, part) {
		if err := store.Import(ctx, dynamo.History{Profiles: profiles, Mailbox: mailbox}); err != nil {
			return err
		}
		bar.Step(len(profiles))
	}
	return nil
}

// Fold returns the orders and profiles from order events, sorted by ID. The
// order of the events does not matter.
func Fold(events []shop.Event) (dynamo.History, error) {
	orders := map[shop.OrderID]shop.Order{}
	profiles := map[shop.CustomerID]profile.Profile{}
	for _, event := range events {
		fact, ok := event.Fact.(shop.OrderFact)
		if !ok {
			continue
		}
		old := orders[fact.Order]
		merged, err := profile.Merge(old, fact, event.At)
		if err != nil {
			return dynamo.History{}, fmt.Errorf("fold %s: %w", event.ID, err)
		}
		orders[fact.Order] = merged
		profiles[merged.Customer] = profiles[merged.Customer].Update(old, merged, fact)
	}
	return dynamo.History{
		Orders:   slices.SortedFunc(maps.Values(orders), func(a, b shop.Order) int { return cmp.Compare(a.ID, b.ID) }),
		Profiles: slices.SortedFunc(maps.Values(profiles), func(a, b profile.Profile) int { return cmp.Compare(a.ID, b.ID) }),
	}, nil
}

// earn adds the points that the orders earned, as record does with live events, and
// those that the shop granted.
func earn(history dynamo.History, story Story) {
	scheme := story.Points
	at := map[shop.CustomerID]int{}
	for i, p := range history.Profiles {
		at[p.ID] = i
	}
	for _, o := range history.Orders {
		if i, known := at[o.Customer]; known {
			p := &history.Profiles[i]
			p.Points.Ledger = scheme.Update(p.Points.Ledger, shop.Order{}, o, p.WholeSince())
		}
	}
	for id, grant := range story.Lapsing {
		if i, known := at[id]; known && scheme.On() {
			p := &history.Profiles[i]
			if ledger, err := p.Points.Ledger.Add(grant); err == nil { // it is new
				p.Points.Ledger = ledger
			}
		}
	}
}
