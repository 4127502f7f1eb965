package demo

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/points"
	"regulars/shared/shop"
)

// The tables return the profiles as they were folded.
func TestImportWritesTheFoldedHistory(t *testing.T) {
	store, story := dynamotest.Store(t), tell(t, noon)
	story.History, story.Products = story.History[len(story.History)-2000:], story.Products[:200] // enough for many batches
	began := time.Now()
	if err := Import(t.Context(), story, store, nil, nil); err != nil {
		t.Fatal(err)
	}
	want, err := Fold(story.History)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d orders, %d profiles and %d products in %v", len(want.Orders), len(want.Profiles), len(story.Products), time.Since(began).Round(time.Millisecond))
	for i := 0; i < len(want.Profiles); i += 20 {
		got, _, err := store.Profile(t.Context(), want.Profiles[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(asJSON(t, want.Profiles[i]), asJSON(t, got)); diff != "" {
			t.Errorf("profile %s (-folded +stored):\n%s", want.Profiles[i].ID, diff)
		}
	}
}

// Orders of the history earn points, as live orders do.
func TestImportedOrdersEarnPoints(t *testing.T) {
	story := tell(t, noon)
	story.History = story.History[len(story.History)-500:]
	history, err := Fold(story.History)
	if err != nil {
		t.Fatal(err)
	}
	scheme := points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}, Pending: time.Hour, Lives: 24 * time.Hour}
	earn(history, Story{Points: scheme})
	orders, entries := 0, 0
	for _, o := range history.Orders {
		if o.Placed != nil && o.Customer != "" && scheme.For(o.Placed.Total) > 0 {
			orders++
		}
	}
	for _, p := range history.Profiles {
		for _, e := range p.Points.Ledger {
			if e.Kind == points.Earn {
				entries++
			}
		}
	}
	if orders == 0 || entries != orders {
		t.Errorf("%d orders earned points, and there are %d entries", orders, entries)
	}
}
