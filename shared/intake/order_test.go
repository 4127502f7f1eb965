package intake

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// mergedInAnyOrder returns the order that the events of one order give. It fails
// the test if another order of arrival gives another one; each event comes twice.
func mergedInAnyOrder(t *testing.T, events []shop.Event) (want shop.Order) {
	t.Helper()
	all := slices.Concat(events, events)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		var order shop.Order
		var err error
		for _, event := range all {
			if order, err = profile.Merge(order, event.Fact.(shop.OrderFact), event.At); err != nil {
				t.Fatal(err)
			}
		}
		if i == 0 {
			want = order
		}
		if !reflect.DeepEqual(order, want) {
			t.Fatalf("the order is %+v, want %+v", order, want)
		}
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	return want
}
