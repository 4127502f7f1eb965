package dynamo_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

func TestItemNearTheLimitIsReported(t *testing.T) {
	store := dynamotest.Store(t)
	reported := 0
	store.Metric = func(name string, n int) {
		if name == "LargeItems" {
			reported += n
		}
	}
	p := profile.Profile{ID: "c-1", Bought: map[shop.ProductID]profile.Units{}}
	random := rand.New(rand.NewPCG(1, 2))
	for range 31_000 {
		p.Bought[shop.ProductID(fmt.Sprintf("%032x", random.Uint64()))] = profile.Units{Orders: 1, Units: random.IntN(9)}
	}
	must(t, store.SavePast(t.Context(), dynamo.Past{Customer: "c-1", Profile: p})) // puts nothing beside it
	for id := range p.Bought {
		if delete(p.Bought, id); len(p.Bought) <= 100 {
			break
		}
	}
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Order: anOrder("o-2"), Customer: "c-2", Profile: p}))
	if reported > 1 {
		t.Errorf("%d items were reported, want the large one only", reported)
	}
	if reported < 1 {
		t.Error("the large item was not reported")
	}
}
