package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"regulars/shared/shop"
)

// EventPutter is an event bus; *eventbridge.Client is one.
type EventPutter interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

// batch is the number of events in one request; EventBridge accepts at most
// ten.
const batch = 5

// Play emits the events from index from on, in the native form, at a rate that
// spreads all events evenly over length. After each batch it calls reached with
// the index of the next event. If ctx ends, it returns the error of ctx.
func Play(ctx context.Context, events []shop.Event, from int, length time.Duration, bus EventPutter, busName string, reached func(next int) error, bar *Bar) error {
	if from >= len(events) {
		return nil
	}
	pace := time.NewTicker(max(length*batch/time.Duration(len(events)), time.Millisecond))
	defer pace.Stop()
	for next := from; next < len(events); {
		some := events[next:min(next+batch, len(events))]
		if err := put(ctx, bus, busName, some); err != nil {
			return fmt.Errorf("emit events %d to %d: %w", next, next+len(some)-1, err)
		}
		next += len(some)
		bar.Step(len(some))
		if err := reached(next); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pace.C:
		}
	}
	return nil
}

// put emits a batch, and retries once the events that the bus did not accept.
func put(ctx context.Context, bus EventPutter, busName string, events []shop.Event) error {
	var entries []types.PutEventsRequestEntry
	for _, event := range events {
		detailType, detail, err := native(event)
		if err != nil {
			return err
		}
		source := "shop"
		text := string(detail)
		entries = append(entries, types.PutEventsRequestEntry{
			Source: &source, DetailType: &detailType, Detail: &text, EventBusName: &busName, Time: &event.At,
		})
	}
	for attempt := 1; ; attempt++ {
		out, err := bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: entries})
		if err != nil {
			return err
		}
		if out.FailedEntryCount == 0 {
			return nil
		}
		if attempt == 2 || len(out.Entries) != len(entries) {
			return fmt.Errorf("the bus did not accept %d events", out.FailedEntryCount)
		}
		i := -1
		entries = slices.DeleteFunc(entries, func(types.PutEventsRequestEntry) bool {
			i++
			return out.Entries[i].ErrorCode == nil
		})
	}
}

// native returns an event in the form in which a shop's back end emits it: the
// detail-type and the detail of events/schema.
func native(event shop.Event) (detailType string, detail []byte, err error) {
	type m = map[string]any
	d := m{"version": "1", "occurred_at": event.At}
	switch fact := event.Fact.(type) {
	case shop.OrderFact:
		detailType = string(fact.Kind)
		order := m{"id": fact.Order}
		d["order"], d["customer"] = order, m{"id": fact.Customer}
		switch {
		case fact.Placed != nil:
			c := fact.Placed.Customer
			d["customer"] = m{"id": c.ID, "email": c.Email, "name": c.Name, "locale": c.Locale, "zone": c.Zone, "country": c.Country, "accepts_marketing": fact.Placed.Consent}
			order["placed_at"], order["updated_at"] = fact.Placed.At, fact.Placed.Revision
			order["currency"], order["total"] = fact.Placed.Total.Currency, amount(fact.Placed.Total)
			var lines []m
			for _, line := range fact.Placed.Lines {
				lines = append(lines, m{"product": line.Product, "title": line.Title, "units": line.Units, "price": amount(line.Price)})
			}
			order["lines"] = lines
		case fact.Delay != nil:
			d["until"] = fact.Delay.Until
		case fact.Return != nil:
			d["return_id"], d["reason"] = fact.Ref, fact.Return.Cause
			var lines []m
			for product, units := range fact.Return.Units {
				lines = append(lines, m{"product": product, "units": units})
			}
			d["lines"] = lines
		case fact.Refund != nil:
			d["refund_id"], d["amount"], d["currency"] = fact.Ref, amount(fact.Refund.Amount), fact.Refund.Amount.Currency
		}
	case shop.CartFact:
		detailType = "cart.changed"
		lines := []m{}
		for _, line := range fact.Cart.Lines {
			lines = append(lines, m{"product": line.Product, "units": line.Units})
		}
		d["customer"], d["cart"] = m{"id": fact.Customer.ID}, m{"id": fact.Cart.ID, "url": fact.Cart.URL, "lines": lines}
	case shop.ProductFact:
		detailType = "product.changed"
		p := fact.Product
		d["product"] = m{
			"id": p.ID, "title": p.Title, "titles": p.Titles, "category": p.Category, "url": p.URL, "image": p.Image, "image_width": p.Width, "image_height": p.Height, "currency": p.Price.Currency, "price": amount(p.Price),
			"stock": p.Stock, "hidden": p.Hidden, "used_up_days": p.Used, "relations": p.Relations, "updated_at": p.Revision,
		}
	case shop.ConsentFact:
		detailType = map[bool]string{true: "consent.given", false: "consent.withdrawn"}[fact.Given]
		d["customer"], d["topic"] = m{"id": fact.Customer}, fact.Topic
		if fact.Source != "" {
			d["source"] = fact.Source
		}
	case shop.CustomerFact:
		detailType = "customer.changed"
		d["customer"], d["birthday"] = m{"id": fact.Customer}, fact.Birthday
	case shop.RunFact:
		detailType = "campaign.run"
		d["campaign"], d["run"] = fact.Campaign, fact.Run
	default:
		return "", nil, fmt.Errorf("event %s: there is no native form of %T", event.ID, event.Fact)
	}
	detail, err = json.Marshal(d)
	return detailType, detail, err
}

// amount returns an amount as pounds and pence.
func amount(m shop.Money) string { return fmt.Sprintf("%d.%02d", m.Minor/100, m.Minor%100) }
