package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/campaign"
	"regulars/shared/shop"
)

// News says which runs an event about a product asks for. The zero News asks for
// none; then a product is never new, as in an import.
type News struct {
	Now   time.Time
	Start func(campaign.ProductState) []campaign.Start // from the state of the product with the event: see [campaign.ProductState.Start]
}

// productNews is what a row keeps of a product so that each occasion asks for its
// runs once.
type productNews struct {
	SoldOut shop.SoldOut     `json:"sold_out,omitzero"`
	Awaited bool             `json:"awaited,omitempty"` // the product is new to a catalogue that was loaded before, and was not in stock yet
	New     time.Time        `json:"new,omitzero"`      // see [campaign.ProductState]
	Started []campaign.Start `json:"started,omitempty"`
}

// firstLoad is how long after its first event a catalogue has no new products: a
// platform sends all that it has.
const firstLoad = 7 * 24 * time.Hour

// mostStarted is the most runs that a row keeps, the latest.
const mostStarted = 20

// RecordProduct does what [Store.SaveProduct] does, and stores the runs that news
// asks for in the same write. It returns the runs that this revision of the product
// asked for, now or when it was recorded before: so a caller that dies before it has
// passed them on gets them again with the event.
func (s *Store) RecordProduct(ctx context.Context, p shop.Product, news News) (starts []campaign.Start, err error) {
	err = Retry(ctx, s.Pause, func() error {
		old, next, err := s.productAfter(ctx, p)
		if err != nil {
			return err
		}
		if news.Start != nil {
			if starts, err = s.withNews(ctx, p, old, &next, news); err != nil {
				return err
			}
		}
		return s.saveProduct(ctx, old, next)
	})
	if err != nil {
		return nil, fmt.Errorf("save product %s: %w", p.ID, err)
	}
	return starts, nil
}

// withNews adds to the row next what the revision p of the product says, and the
// runs that it asks for. It returns all runs that this revision ever asked for.
func (s *Store) withNews(ctx context.Context, p shop.Product, old productItem, next *productItem, news News) (starts []campaign.Start, err error) {
	var kept productNews
	if len(old.News) > 0 {
		if err := old.News.read(&kept); err != nil {
			return nil, err
		}
	}
	var state campaign.ProductState
	if err := next.Body.read(&state.Product); err != nil {
		return nil, err
	}
	if err := next.Prices.read(&state.Prices); err != nil {
		return nil, err
	}
	switch {
	case old.Rev == "":
		if kept.Awaited, err = s.loaded(ctx, news.Now); err != nil {
			return nil, err
		}
	case len(old.News) == 0 && len(old.Body) > 0: // the row was imported, or is older than what it says of its stock
		var before shop.Product
		if err := old.Body.read(&before); err != nil {
			return nil, err
		}
		kept.SoldOut = reported(kept.SoldOut, before)
	}
	kept.SoldOut = reported(kept.SoldOut, p)
	if kept.Awaited && !p.Hidden && p.InStock() {
		kept.New, kept.Awaited = p.Revision.UTC(), false
	}
	state.SoldOut, state.New, state.Started, state.Cause = kept.SoldOut, kept.New, kept.Started, p.Revision
	kept.Started = append(kept.Started, news.Start(state)...)
	for _, start := range kept.Started {
		if start.Cause.Equal(p.Revision) {
			starts = append(starts, start)
		}
	}
	kept.Started = kept.Started[max(0, len(kept.Started)-mostStarted):]
	next.News, _ = bodyOf(kept)
	next.Rev = next.rev()
	return starts, nil
}

// reported returns s with what a revision of the product says. A product that no
// customer can see is neither in stock nor sold out.
func reported(s shop.SoldOut, p shop.Product) shop.SoldOut {
	if p.Hidden {
		return s
	}
	return s.With(p.Revision, p.InStock())
}

// catalogueItem has the time of the catalogue's first event.
type catalogueItem struct {
	productKey
	Since stamp `dynamodbav:"since"`
}

// keyOfCatalogue begins with a space, which no product's ID does.
var keyOfCatalogue = productKey{" catalogue"}

// loaded reports whether the catalogue's first event was longer than firstLoad
// before now. The first call stores now as the time of the first event.
func (s *Store) loaded(ctx context.Context, now time.Time) (bool, error) {
	stored, err := s.get(ctx, s.tables.Catalogue, keyOfCatalogue)
	if err != nil {
		return false, err
	}
	if stored != nil {
		var it catalogueItem
		err := unmarshal(stored, &it)
		return now.Sub(it.Since.time()) > firstLoad, err
	}
	e := build(expression.NewBuilder().
		WithUpdate(expression.Set(expression.Name("since"), expression.Value(stampOf(now)))).
		WithCondition(expression.AttributeNotExists(expression.Name("since"))))
	_, err = s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Catalogue, Key: marshal(keyOfCatalogue),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if errors.Is(err, ErrConflict) { // another call has stored it just now
		err = nil
	}
	return false, err
}
