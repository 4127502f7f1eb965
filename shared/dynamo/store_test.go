package dynamo_test

import (
	"context"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// noon is when every test takes place.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const ann shop.CustomerID = "c-1001"

func anOrder(id shop.OrderID) shop.Order {
	return shop.Order{
		ID: id, Customer: ann,
		Placed: &shop.Placed{
			At: noon.Add(-time.Hour), Revision: noon.Add(-time.Hour),
			Customer: shop.Customer{ID: ann, Email: "ann@example.com", Name: "Ann", Locale: "en-GB", Zone: "Europe/London", Country: "GB"},
			Lines: []shop.Line{
				{Product: "85123A", Title: "White hanging heart T-light holder", Units: 6, Price: shop.Money{Minor: 255, Currency: "GBP"}},
				{Product: "71053", Title: "White metal lantern", Units: 6, Price: shop.Money{Minor: 339, Currency: "GBP"}},
				{Product: "84406B", Title: "Cream cupid hearts coat hanger", Units: 8, Price: shop.Money{Minor: 275, Currency: "GBP"}},
			},
			Total: shop.Money{Minor: 5764, Currency: "GBP"},
		},
	}
}

// aClaim returns a claim of a send that is absent, by a customer without a
// contact.
func aClaim(occasion string, withCoupon bool) claim.Claim {
	intent := campaign.Intent{
		Campaign: "winter", Version: 1, Customer: ann, Occasion: occasion,
		Planned: noon.Add(-time.Minute), NotAfter: noon.Add(24 * time.Hour),
	}
	d := claim.Send{
		ID: intent.SendID("test"), Intent: intent, State: claim.Sending,
		Attempt: 1, Owner: "f3b1c5d2a9e84b60", Claimed: noon, Changed: noon,
		Message: "winter-picks", Class: shop.ClassPromotion, Language: "en",
	}
	c := claim.Claim{Send: d, Contact: frequency.Contact{
		Ledger: []frequency.Entry{{Send: d.ID, At: noon, Class: shop.ClassPromotion, Tags: []string{"winter"}}},
	}}
	if withCoupon {
		c.Coupon = &coupon.Coupon{
			Hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", Offer: "welcome", Version: 1,
			Customer: ann, Send: d.ID, Shard: 0, Issued: noon, Until: noon.Add(14 * 24 * time.Hour), State: "issued",
		}
		c.Send.Coupon = c.Coupon
		c.Contact.Granted = map[shop.OfferID][]frequency.Grant{"welcome": {{Send: d.ID, At: noon}}}
	}
	return c
}

// noPause is a Store.Pause that does not wait.
func noPause(ctx context.Context, _ int) error { return ctx.Err() }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
