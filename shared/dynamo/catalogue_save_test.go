package dynamo_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// priced returns a revision of the lantern with that price, from that many days
// before noon.
func priced(daysAgo int, minor int64) shop.Product {
	p := aProduct("71053", noon.AddDate(0, 0, -daysAgo), "Lantern")
	p.Price.Minor = minor
	return p
}

// Late and repeated revisions give the same row as all revisions once, in their
// order.
func TestRowIsTheSameInAnyOrderOfRevisions(t *testing.T) {
	revisions := []shop.Product{priced(60, 900), priced(40, 1200), priced(20, 1000), priced(10, 1200), priced(2, 800), priced(1, 800)}
	inOrder := dynamotest.Store(t)
	for _, p := range revisions {
		must(t, inOrder.SaveProduct(t.Context(), p))
	}
	want, err := inOrder.Items(t.Context(), recommend.Model{}, []shop.ProductID{"71053"})
	must(t, err)
	if former := want["71053"].Prices.Former(want["71053"].Price); former.Lowest.Minor != 1000 || want["71053"].Price.Minor != 800 {
		t.Fatalf("it costs %d, and before %d; want 800 and 1000", want["71053"].Price.Minor, former.Lowest.Minor)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		store := dynamotest.Store(t)
		again := append(append([]shop.Product{}, revisions...), revisions[2], revisions[5])
		random.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		for _, p := range again {
			must(t, store.SaveProduct(t.Context(), p))
		}
		got, err := store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"71053"})
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("in another order, some twice (-want +got):\n%s", diff)
		}
	}
}

func TestConcurrentSavesLoseNoPrice(t *testing.T) {
	store := dynamotest.Store(t)
	store.Pause = noPause
	var workers sync.WaitGroup
	for i := range 5 {
		workers.Go(func() {
			if err := store.SaveProduct(t.Context(), priced(10*i, int64(1000-i))); err != nil {
				t.Error(err)
			}
		})
	}
	workers.Wait()
	items, err := store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"71053"})
	must(t, err)
	if row := items["71053"]; len(row.Prices) != 5 || row.Price.Minor != 1000 {
		t.Errorf("the row costs %d and has %d prices, want 1000 and 5: %v", row.Price.Minor, len(row.Prices), row.Prices)
	}
}

// A repeated revision costs a read and no write.
func TestRepeatedRevisionIsNotWritten(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.SaveProduct(t.Context(), priced(1, 800)))
	wrote := 0.0
	store.Meter = func(_ string, _, w float64) { wrote += w }
	must(t, store.SaveProduct(t.Context(), priced(1, 800)))
	if wrote != 0 {
		t.Errorf("saving the same revision again wrote %v units, want none", wrote)
	}
	must(t, store.SaveProduct(t.Context(), priced(1, 800+1)))
	if wrote != 1 {
		t.Errorf("another price wrote %v units, want 1", wrote)
	}
}
