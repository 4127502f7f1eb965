package recording

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// stocked returns the event of a mug with this number of units, on a day of
// November 2026.
func stocked(day, units int) string {
	return event("product.changed", fmt.Sprintf(`{'version':'1','product':{'id':'MUG','title':'Mug','currency':'GBP','price':'8.00','stock':%d,'updated_at':'2026-11-%02dT12:00:00Z'}}`, units, day))
}

func TestAProductThatIsBackAsksForItsRunUntilTheRequestIsOnTheQueue(t *testing.T) {
	h := newFixture(t)
	h.Policy = func(context.Context) (shoppolicy.Policy, error) {
		return shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Campaigns: []campaign.Campaign{{
			ID: "back", Version: 1, On: []shop.OrderKind{shop.BackInStock}, NotAfter: 48 * time.Hour, Product: &campaign.ProductTerms{Stock: 3, SoldOut: 24 * time.Hour},
		}}}, nil
	}
	h.takes(t, stocked(10, 5), stocked(18, 0), stocked(20, 1))
	if asked := h.asked(t); len(asked) > 0 {
		t.Fatalf("one unit asks for %q, want nothing below three", asked)
	}
	h.queues.Broken.Store(1)
	if again := h.handle(t, stocked(21, 4)); len(again) != 1 {
		t.Fatal("an event whose request could not be put on the queue was acknowledged")
	}
	h.takes(t, stocked(21, 4))
	want := []string{"back@1 back/MUG/2026-11-18 of 2026-11-20T12:00:00Z"}
	if asked := h.asked(t); !slices.Equal(asked, want) {
		t.Fatalf("four units ask for %q, want %q", asked, want)
	}
	h.takes(t, stocked(20, 1), stocked(18, 0), stocked(10, 5))
	if asked := h.asked(t); len(asked) > 0 {
		t.Errorf("the same events again ask for %q, want nothing", asked)
	}
}

// asked takes the requests for runs off plan's queue.
func (h fixture) asked(t testing.TB) (all []string) {
	t.Helper()
	messages, err := h.queues.Receive(t.Context(), "Plan", 10, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		var s campaign.Start
		if err := json.Unmarshal([]byte(m.Body), &s); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprintf("%s@%d %s of %s", s.Campaign, s.Version, s.Subject.Occasion(), s.At.Format(time.RFC3339)))
	}
	return all
}
