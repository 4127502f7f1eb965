package dynamo

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/shop"
)

// A new field of a send must be stored: this test sets them all, and fails if it does
// not.
func TestEachFieldOfASendIsStored(t *testing.T) {
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	want := claim.Send{
		ID: "s-1", Intent: campaign.Intent{Campaign: "winter", Version: 1, Customer: "c-1", Occasion: "o"}, State: claim.Queued,
		Mailbox: "m", Reason: claim.Reason{Code: "not-yet", Text: "not yet"}, Attempt: 2, Owner: "w", Unconfirmed: 1,
		Claimed: at, Changed: at, Wake: at, Assigned: at, Message: "picks+warm", Variant: "warm", Drawn: at, Class: shop.ClassPromotion, Language: "en",
		SESID: "ses", ReservationKept: true, Coupon: &coupon.Coupon{Hash: "h"}, Also: []shop.OrderID{"o-2"}, Explained: json.RawMessage(`{"policy":"p"}`),
		Clicks: []claim.Click{{Link: 1, At: at}, {Link: 1, At: at.Add(time.Second)}, {Link: 2, Machine: true}, {Link: 10, At: at}},
	}
	all := reflect.ValueOf(want)
	for i := range all.NumField() {
		if all.Field(i).IsZero() {
			t.Errorf("this test does not set %s: set it here, and store it in sendItem or sendBody", all.Type().Field(i).Name)
		}
	}
	got, err := readSend(marshal(sendItemOf(want)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored and read (-want +got):\n%s", diff)
	}
}
