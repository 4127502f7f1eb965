package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/infra/demo"
	"regulars/infra/local/cloud"
	"regulars/infra/local/queue"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
)

// Times of waiting for record.
const (
	between  = 200 * time.Millisecond // two looks at the queues
	patience = 30 * time.Second       // without a message on any queue
)

// record puts the events on the bus, and returns when record has stored all of
// them.
func (s shopData) record(ctx context.Context, c *cloud.Running, p progress) error {
	events := s.events()
	p.say("puts %d products and %d orders of %d customers on the bus", len(s.Catalogue), s.orders, len(s.Customers))
	if err := demo.Play(ctx, events, 0, 0, c.Events, c.Template.Parameters["EventBusName"], func(int) error { return nil }, nil); err != nil {
		return err
	}
	var dead []string
	for _, q := range c.Template.Queues {
		dead = append(dead, q.DeadLetters)
	}
	said, busy := time.Now(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(between):
		}
		waiting := 0
		for _, q := range c.Queues().Queues() {
			n := q.Visible + q.InFlight + q.Delayed
			if n > 0 && slices.Contains(dead, queue.ARN(q.Name)) {
				return fmt.Errorf("%d events are dead letters in %s: the log is in %s", n, q.Name, c.Settings.Var)
			}
			waiting += n
		}
		switch now := time.Now(); {
		case waiting > 0:
			if busy = now; now.Sub(said) > 4*time.Second {
				said = now
				p.say("%d events wait for record", waiting)
			}
			continue
		case now.Sub(busy) > patience:
			return errors.New("events were lost: no queue has a message, but the tables do not have all orders and products")
		}
		orders, products, err := stored(ctx, c.Store)
		if err != nil {
			return err
		}
		if orders == s.orders && products == len(s.Catalogue) {
			return nil
		}
	}
}

// stored counts the orders of all profiles, and the products of the catalogue.
func stored(ctx context.Context, store *dynamo.Store) (orders, products int, err error) {
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = store.Profiles(ctx, page, func(p profile.Profile) error {
			totals, _ := p.All()
			orders += totals.Orders
			return nil
		})
		if err != nil {
			return 0, 0, err
		}
	}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = store.Products(ctx, page, func(item recommend.Item) error {
			if item.Title != "" {
				products++
			}
			return nil
		})
		if err != nil {
			return 0, 0, err
		}
	}
	return orders, products, nil
}

// inForce returns the model that the night published, and when the night was.
// The version has the second of that time; the half of it is returned, because
// orders have whole seconds. So the same orders count as recent.
func inForce(ctx context.Context, c *cloud.Running) (m recommend.Model, night time.Time, err error) {
	version, data, err := c.Store.Model(ctx, recommend.ModelName)
	if err != nil {
		return m, night, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, night, fmt.Errorf("read the model %s: %w", version, err)
	}
	night, err = time.Parse(time.RFC3339, version)
	return m, night.Add(time.Second / 2), err
}
