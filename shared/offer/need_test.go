package offer_test

import (
	"testing"
	"time"

	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

func shipping(id shop.OfferID) offer.Offer {
	return offer.Offer{ID: id, Effect: offer.Effect{Kind: offer.KindShipping}, AtMost: gbp(500), Days: 14}
}

func gift(id shop.OfferID) offer.Offer {
	return offer.Offer{ID: id, Effect: offer.Effect{Kind: offer.KindGift, Gift: &offer.Gift{Product: "TEA", Worth: gbp(300)}}, Days: 14}
}

func TestNeedRefusesCouponsOfCustomersWhoBuyAnyway(t *testing.T) {
	need := offer.Need{FullPrice: 3, Rest: 14}
	anyway := condition.Customer{Orders: 5, Average: gbp(10_000), FullPrice: 3, Rhythm: offer.OnTime, Gap: 30, SinceLast: 20}
	owed := percent("sorry", 1000, "")
	owed.Owed = true
	ago := func(days int) map[shop.OfferID][]frequency.Grant {
		return map[shop.OfferID][]frequency.Grant{"another": {{At: now.AddDate(0, 0, -days)}}}
	}
	for what, test := range map[string]struct {
		need    offer.Need
		who     func(*condition.Customer)
		offers  []offer.Offer
		granted map[shop.OfferID][]frequency.Grant
		want    shop.OfferID
		refusal string // of the first offer that is refused
	}{
		"who buys anyway gets no percentage":  {need: need, offers: []offer.Offer{percent("ten", 1000, "")}, refusal: offer.RefusedAnyway},
		"who buys anyway gets no tiers":       {need: need, offers: []offer.Offer{{ID: "tiers", Effect: offer.Effect{Kind: offer.KindTiers, Tiers: []offer.Tier{{From: gbp(100), Percent: 500}}}}}, refusal: offer.RefusedAnyway},
		"who buys anyway gets a gift":         {need: need, offers: []offer.Offer{percent("ten", 1000, ""), gift("tea")}, want: "tea", refusal: offer.RefusedAnyway},
		"who buys anyway gets free shipping":  {need: need, offers: []offer.Offer{percent("ten", 1000, ""), shipping("free")}, want: "free", refusal: offer.RefusedAnyway},
		"who buys anyway gets an owed offer":  {need: need, offers: []offer.Offer{owed}, want: "sorry"},
		"who is late by their own rhythm":     {need: need, who: func(c *condition.Customer) { c.Rhythm = "late" }, offers: []offer.Offer{percent("ten", 1000, "")}, want: "ten"},
		"who had a coupon for the last order": {need: need, who: func(c *condition.Customer) { c.FullPrice = 2 }, offers: []offer.Offer{percent("ten", 1000, "")}, want: "ten"},
		"a shop without this setting":         {offers: []offer.Offer{percent("ten", 1000, "")}, granted: ago(0), want: "ten"},
		"a coupon thirteen days ago":          {need: need, offers: []offer.Offer{gift("tea")}, granted: ago(13), refusal: offer.RefusedRest},
		"a coupon fourteen days ago":          {need: need, offers: []offer.Offer{gift("tea")}, granted: ago(14), want: "tea"},
		"today's order had an offer without a coupon": {
			need: need, offers: []offer.Offer{gift("tea")}, want: "tea",
			granted: map[shop.OfferID][]frequency.Grant{"free": {{Send: frequency.AtCheckout("o-1"), At: now}}},
		},
		"owed, although there was one today": {need: need, offers: []offer.Offer{owed}, granted: ago(0), want: "sorry"},
		"earned, although there was one today": {
			need: need, who: func(c *condition.Customer) { c.Bought = map[shop.ProductID]condition.Bought{"BAG": bag(10, 165)} },
			offers: []offer.Offer{tenth("tenth")}, granted: ago(0), want: "tenth",
		},
	} {
		t.Run(what, func(t *testing.T) {
			who := anyway
			if test.who != nil {
				test.who(&who)
			}
			best, refusals := offer.Best(test.offers, offer.Case{
				Now: now, Facts: condition.Facts{Customer: who}, Granted: test.granted, Need: test.need,
				Products: map[shop.ProductID]shop.Product{"TEA": {ID: "TEA", Title: "Tea"}},
			})
			got, refusal := shop.OfferID(""), ""
			if best != nil {
				got = best.Offer.ID
			}
			for _, r := range refusals {
				if r.Code != offer.RefusedOutbid {
					refusal = r.Code
				}
			}
			if got != test.want || refusal != test.refusal {
				t.Errorf("Best = %q, refused %q, want %q, %q", got, refusal, test.want, test.refusal)
			}
		})
	}
}

func TestWorthAndRefusalsOfEachKind(t *testing.T) {
	mugs := condition.Customer{Orders: 4, Average: gbp(4000), Bought: map[shop.ProductID]condition.Bought{
		"MUG": {Units: 9, Title: "Mug", Category: "Mug", Price: gbp(1000)}, "TEA": {Units: 2, Title: "Tea", Category: "tea", Price: gbp(700)},
	}}
	onMugs := func(o offer.Offer) offer.Offer { o.On = when(`line.category == "mug"`); return o }
	until := func(o offer.Offer, day offer.Date) offer.Offer { o.Until = day; return o }
	on := func(o offer.Offer, lines string) offer.Offer { o.On = when(lines); return o }
	empty, one := 0, 1
	for what, test := range map[string]struct {
		offer offer.Offer
		who   condition.Customer
		want  int64 // its worth
		code  string
	}{
		"a tenth of what they spend":                    {offer: percent("o", 1000, ""), who: mugs, want: 400},
		"a tenth of the mugs in their basket":           {offer: onMugs(percent("o", 1000, "")), who: mugs, want: 330}, // of a mug and the line of any product: 33.00
		"more than they spend on what they usually buy": {offer: func() offer.Offer { o := percent("o", 1000, ""); o.Minimum = gbp(6000); return o }(), who: mugs, want: 600},
		"half of one unit of two":                       {offer: offer.Offer{ID: "o", Effect: buyGet(1, 1, 5000), Days: 1}, who: condition.Customer{Average: gbp(4000)}, want: 1000},
		"the second tier":                               {offer: offer.Offer{ID: "o", Days: 1, Effect: offer.Effect{Kind: offer.KindTiers, Tiers: []offer.Tier{{From: gbp(1000), Percent: 500}, {From: gbp(4000), Percent: 1000}}}}, who: mugs, want: 400},
		"a tier that they have to reach":                {offer: offer.Offer{ID: "o", Days: 1, Effect: offer.Effect{Kind: offer.KindTiers, Tiers: []offer.Tier{{From: gbp(9000), Amount: gbp(900)}}}}, who: mugs, want: 900},
		"free shipping as far as it goes":               {offer: shipping("o"), who: mugs, want: 500},
		"a gift":                                        {offer: gift("o"), who: mugs, want: 300},
		"a gift that is sold out":                       {offer: offer.Offer{ID: "o", Days: 1, Effect: offer.Effect{Kind: offer.KindGift, Gift: &offer.Gift{Product: "GONE", Worth: gbp(300)}}}, who: mugs, code: offer.RefusedGift},
		"a gift that is not in the catalogue":           {offer: offer.Offer{ID: "o", Days: 1, Effect: offer.Effect{Kind: offer.KindGift, Gift: &offer.Gift{Product: "X", Worth: gbp(300)}}}, who: mugs, code: offer.RefusedGift},
		"a gift of which there are enough":              {offer: gift("o"), who: mugs, want: 300},
		"on a product that is sold out":                 {offer: on(percent("o", 1000, ""), `line.product == "GONE"`), who: mugs, code: offer.RefusedStock},
		"on two of which one is left":                   {offer: on(percent("o", 1000, ""), `line.product in ["GONE", "LAST"]`), who: mugs, want: 230},
		"on two for one of which one is left":           {offer: on(offer.Offer{ID: "o", Effect: buyGet(1, 1, 5000), Days: 1}, `line.product in ["GONE", "LAST"]`), who: mugs, code: offer.RefusedStock},
		"on one that is not counted":                    {offer: on(percent("o", 1000, ""), `line.product in ["GONE", "TEA"]`), who: mugs, want: 300},
		"on what is sold out, among others":             {offer: on(percent("o", 1000, ""), `line.product == "GONE" || line.category == "mug"`), who: mugs, want: 330},
		"a tenth unit that is sold out":                 {offer: tenth("o"), who: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"GONE": bag(10, 165)}}, code: offer.RefusedStock},
		"a tenth unit before one that is sold out":      {offer: tenth("o"), who: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"GONE": bag(10, 165), "TEA": bag(10, 145), "Z": bag(10, 140)}}, want: 145},
		"on nothing that they buy":                      {offer: func() offer.Offer { o := percent("o", 1000, ""); o.On = when(`line.category == "cake"`); return o }(), who: condition.Customer{Average: gbp(1700), Bought: mugs.Bought}, code: offer.RefusedZero},
		"of a customer without orders":                  {offer: percent("o", 1000, ""), want: 1000},
		"automatic":                                     {offer: offer.Offer{ID: "o", Automatic: true, Effect: percent("", 1000, "").Effect}, who: mugs, code: offer.RefusedAutomatic},
		"on its last day":                               {offer: until(percent("o", 1000, ""), "2026-11-22"), who: mugs, want: 400},
		"a day late":                                    {offer: until(percent("o", 1000, ""), "2026-11-21"), who: mugs, code: offer.RefusedOver},
	} {
		t.Run(what, func(t *testing.T) {
			best, refusals := offer.Best([]offer.Offer{test.offer}, offer.Case{
				Now: now, Facts: condition.Facts{Customer: test.who},
				Products: map[shop.ProductID]shop.Product{"TEA": {ID: "TEA", Title: "Tea"}, "GONE": {ID: "GONE", Title: "Gone", Stock: &empty}, "LAST": {ID: "LAST", Stock: &one}},
			})
			switch {
			case test.code != "" && (best != nil || refusals[0].Code != test.code):
				t.Errorf("Best = %+v, %v, want it refused for %s", best, refusals, test.code)
			case test.code == "" && (best == nil || best.Value.Minor != test.want):
				t.Errorf("Best = %+v, %v, want a worth of %d", best, refusals, test.want)
			}
		})
	}
}

func TestCouponEndsNoLaterThanItsOffer(t *testing.T) {
	for what, test := range map[string]struct {
		zone  string
		days  int
		until offer.Date
		want  string
	}{
		"its days end first":                   {"Europe/London", 14, "2026-12-24", "2026-12-06T23:59:59.999Z"},
		"the offer ends first":                 {"Europe/London", 60, "2026-12-24", "2026-12-24T23:59:59.999Z"},
		"without a number of days":             {"Europe/London", 0, "2026-12-24", "2026-12-24T23:59:59.999Z"},
		"on the customer's day in Athens":      {"Europe/Athens", 0, "2026-12-24", "2026-12-24T21:59:59.999Z"},
		"on the customer's day in Los Angeles": {"America/Los_Angeles", 0, "2026-12-24", "2026-12-25T07:59:59.999Z"},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		o := amount("o", 500)
		o.Days, o.Until = test.days, test.until
		best, _ := offer.Best([]offer.Offer{o}, offer.Case{Now: now, Zone: zone})
		if got := best.Until.Format("2006-01-02T15:04:05.999Z07:00"); got != test.want {
			t.Errorf("%s: until = %s, want %s", what, got, test.want)
		}
	}
}

// A holdout has the share of customers that the offer names, always the same ones,
// and other ones for each offer.
func TestHoldoutHasItsShareAndIsIndependentBetweenOffers(t *testing.T) {
	held := map[shop.OfferID]int{}
	both := 0
	for i := range 10_000 {
		out := 0
		for _, id := range []shop.OfferID{"a", "b"} {
			o := amount(id, 500)
			o.Holdout = 1000
			c := offer.Case{Now: now, Customer: shop.CustomerID(rune('A'+i%26)) + shop.CustomerID(time.Unix(int64(i), 0).UTC().String())}
			if refused := o.Refused(c); refused != nil && refused.Code == offer.RefusedHeldOut {
				held[id]++
				out++
			}
		}
		if out == 2 {
			both++
		}
	}
	for id, n := range held {
		if n < 900 || n > 1100 {
			t.Errorf("%d of 10000 are held out of %s, want about 1000", n, id)
		}
	}
	if both < 60 || both > 140 {
		t.Errorf("%d of 10000 are held out of both, want about 100", both)
	}
}

func TestParseDate(t *testing.T) {
	for text, sound := range map[string]bool{"2026-12-24": true, "2028-02-29": true, "2026-02-29": false, "24.12.2026": false, "": false, "2026-1-2": false} {
		if _, err := offer.ParseDate(text); (err == nil) != sound {
			t.Errorf("ParseDate(%q) = %v", text, err)
		}
	}
}
