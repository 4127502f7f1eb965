package privacyrequest_test

import (
	"fmt"
	"testing"
	"time"

	"regulars/shared/privacyrequest"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestDaysLeft(t *testing.T) {
	r := privacyrequest.Request{Due: noon}
	for before, want := range map[time.Duration]int{
		30 * 24 * time.Hour: 30, 30*24*time.Hour - 1: 29, 24 * time.Hour: 1, 24*time.Hour - 1: 0, 1: 0,
		0: -1, -24*time.Hour + 1: -1, -24 * time.Hour: -1, -24*time.Hour - 1: -2,
	} {
		if got := r.DaysLeft(noon.Add(-before)); got != want {
			t.Errorf("DaysLeft(%s before the due time) = %d, want %d", before, got, want)
		}
	}
}

func TestARequestKeepsItsFirstAnswer(t *testing.T) {
	r := privacyrequest.New("r-1", privacyrequest.Export, "c-1", shop.RequestFromShop, noon, 0).Close(noon, privacyrequest.ByDocument)
	if again := r.Close(noon.Add(time.Hour), privacyrequest.ByErasure); again != r {
		t.Errorf("Close(%+v) = %+v, want no change", r, again)
	}
}

func TestForgetLeavesNoID(t *testing.T) {
	r := privacyrequest.Request{Customer: "c-1"}.Forget("hash")
	if r.Customer != "" || r.Name != "hash" || r.Forget("other") != r {
		t.Errorf("Forget = %+v, want the hash in place of the ID, once", r)
	}
}

func ExampleNew() {
	r := privacyrequest.New("r-1", privacyrequest.Erase, "c-17", shop.RequestFromPreferences, noon, 0)
	fmt.Println(r.Line(noon.AddDate(0, 0, 23)))
	fmt.Println(r.Line(noon.AddDate(0, 0, 31)))
	// Output:
	// erase  7 days left, answer by 2026-12-22  c-17  asked 2026-11-22 (preferences)  r-1
	// erase  OVERDUE since 2026-12-22, answer by 2026-12-22  c-17  asked 2026-11-22 (preferences)  r-1
}

func ExampleEvent() {
	e := privacyrequest.Event(privacyrequest.Ask{ID: "r-1", Kind: privacyrequest.Export, Customer: "c-17", Email: "ann@example.com", Source: shop.RequestFromPreferences, At: noon})
	fmt.Println(e.DetailType, string(e.Detail))
	// Output: customer.export {"customer":{"email":"ann@example.com","id":"c-17"},"occurred_at":"2026-11-22T12:00:00Z","source":"preferences","version":"1"}
}
