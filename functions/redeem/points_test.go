package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// withPoints returns a bench whose shop has points, and whose customer ann has
// 500 of them, worth 5.00 and active since yesterday.
func withPoints(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.policy.Offers = b.policy.Offers[1:] // without free shipping, to keep the sums simple
	b.policy.Points = points.Scheme{
		Placed: true,
		Since:  noon.AddDate(-1, 0, 0), Earn: map[shop.Currency]int64{"EUR": 100}, Pending: 14 * 24 * time.Hour, Lives: 365 * 24 * time.Hour,
		Spend: points.Rate{Points: 100, Worth: 100},
		Tiers: []points.Tier{{Name: "member"}, {Name: "gold", From: 600}}, Window: 365 * 24 * time.Hour, Grace: 90 * 24 * time.Hour,
	}
	at := noon.Add(-15 * 24 * time.Hour)
	o := shop.Order{ID: "earlier", Customer: "ann", Placed: &shop.Placed{At: at, Revision: at, Total: eur(50000)}}
	ann := profile.Profile{}.Update(shop.Order{}, o, shop.OrderFact{Kind: shop.OrderPlaced, Order: o.ID, Customer: "ann", Placed: o.Placed})
	ann.Points.Ledger = b.policy.Points.Fold(nil, o)
	must(t, b.store.SaveFold(t.Context(), dynamo.Fold{Order: o, Customer: "ann", Profile: ann}))
	return b
}

// paying returns ann's cart of 30.00 and 5.00 for shipping, to be paid with n
// points in part.
func paying(n int) request {
	r := cart("ann")
	r.Points = n
	return r
}

func (b *bench) account(t *testing.T) (s statement) {
	t.Helper()
	if status := b.call(t, http.MethodGet, "/customers/ann/points", "", &s); status != http.StatusOK {
		t.Fatalf("the statement was answered with %d", status)
	}
	return s
}

func TestPointsAreHeldSpentAndGivenBack(t *testing.T) {
	b := withPoints(t)
	q := b.quote(t, paying(300))
	if want := (quotedPoints{Free: 500, Worth: 500, Earns: 32, Spends: 300, Off: 300}); *q.Points != want || q.Total != 3200 || q.Off != 300 {
		t.Fatalf("the quote is %+v of %d, points %+v, want %+v", q, q.Total, *q.Points, want)
	}
	b.hold(t, "o-1", paying(300))
	b.hold(t, "o-1", paying(300)) // again: the points that the order holds itself are free for it
	if got := b.account(t); got.Balance != 500 || got.Held != 300 || len(got.Entries) != 1 {
		t.Errorf("while the order holds points the account is %+v", got)
	}
	if q := b.quote(t, paying(201)); q.Points.Spends != 0 || q.Points.Free != 200 || q.Points.Reason != "few-points" || q.Points.Text == "" || q.Total != 3500 {
		t.Errorf("held points could be spent on another order: %+v", *q.Points)
	}
	for range 2 { // the first answer was lost
		b.step(t, http.MethodPut, "/orders/o-1/redemption", "")
	}
	if got := b.account(t); got.Balance != 200 || got.Held != 0 || len(got.Entries) != 2 || got.Entries[0].Points != -300 {
		t.Errorf("after it was redeemed the account is %+v", got)
	}
	for range 2 { // a mug is a third of the cart, so a third of the points
		s, _ := b.step(t, http.MethodPut, "/orders/o-1/returns/r-1", map[string]any{"lines": map[string]int{"1": 1}})
		if back := s.Returns["r-1"]; back.Paid != 900 || back.Points != 100 {
			t.Errorf("a mug gave back %+v, want 9.00 and 100 points", back)
		}
	}
	if s, _ := b.step(t, http.MethodPut, "/orders/o-1/returns/r-2", "{}"); s.Returns["r-2"].Points != 200 {
		t.Errorf("the rest gave back %+v, want 200 points", s.Returns["r-2"])
	}
	if got := b.account(t); got.Balance != 500 || got.Active != 500 {
		t.Errorf("after all units were returned the account is %+v", got)
	}
}

func TestReleasedPointsAreFree(t *testing.T) {
	b := withPoints(t)
	b.hold(t, "o-1", paying(500))
	b.step(t, http.MethodDelete, "/orders/o-1/hold", "")
	if got := b.account(t); got.Held != 0 || len(got.Entries) != 1 {
		t.Errorf("after a release the account is %+v", got)
	}
	b.hold(t, "o-1", paying(500))
	b.hold(t, "o-1", paying(0)) // the customer has changed their mind
	if got := b.account(t); got.Held != 0 {
		t.Errorf("after a hold without points the account is %+v", got)
	}
}

func TestPointsPayAtMostForTheProducts(t *testing.T) {
	b := withPoints(t)
	small := paying(500)
	small.Lines = []line{{ID: "1", Product: "bag-1", Units: 1, Price: 199}}
	if q := b.hold(t, "o-1", small); q.Points.Spends != 199 || q.Total != 500 {
		t.Errorf("500 points for a cart of 1.99: %+v, total %d, want 199 of them spent, and shipping to pay", *q.Points, q.Total)
	}
	floor := 0
	b.policy.Points.Margin = &floor
	must(t, b.store.SaveProduct(t.Context(), shop.Product{ID: "bag-1", Title: "bag-1", Category: "Bag", Price: eur(1000), Cost: eur(150), Revision: noon.Add(time.Second)}))
	if q := b.quote(t, small); q.Points.Spends != 0 || q.Points.Reason != "few-points" {
		t.Errorf("with 199 held: %+v", *q.Points)
	}
	b.step(t, http.MethodDelete, "/orders/o-1/hold", "")
	if q := b.quote(t, small); q.Points.Spends != 49 || q.Total != 150+500 {
		t.Errorf("with a floor at the cost of the bag: %+v, total %d", *q.Points, q.Total)
	}
}

func TestPointsOfALapsedHoldGoToAnotherOrder(t *testing.T) {
	b := withPoints(t)
	b.hold(t, "o-1", paying(300))
	b.now = noon.Add(15*time.Minute + time.Millisecond)
	b.hold(t, "o-2", paying(300))
	if _, status := b.step(t, http.MethodPut, "/orders/o-1/redemption", ""); status != http.StatusConflict {
		t.Errorf("the first order's redemption was answered with %d, want 409", status)
	}
	b.step(t, http.MethodPut, "/orders/o-2/redemption", "")
	if got := b.account(t); got.Balance != 200 {
		t.Errorf("the account is %+v", got)
	}
}

// Several orders of one customer are paid with the same points at the same
// time: each point is spent once.
func TestOrdersAtTheSameTimeNeverSpendTheSamePoints(t *testing.T) {
	b := withPoints(t)
	const rivals = 12
	var wg sync.WaitGroup
	spends := make([]int, rivals)
	for i := range rivals {
		wg.Go(func() {
			path := fmt.Sprintf("/orders/o-%d", i)
			for range 20 {
				var q quoted
				if status := b.call(t, http.MethodPut, path+"/hold", paying(200), &q); status != http.StatusOK {
					continue // too many calls at once: the shop calls again
				}
				for range 20 {
					if status := b.call(t, http.MethodPut, path+"/redemption", "", nil); status == http.StatusOK {
						break
					}
				}
				spends[i] = q.Points.Spends
				return
			}
			t.Errorf("order %d got no answer in 20 calls", i)
		})
	}
	wg.Wait()
	sum := 0
	for _, n := range spends {
		sum += n
	}
	if got := b.account(t); sum != 400 || got.Balance != 100 || got.Held != 0 {
		t.Errorf("of 500 points %v were spent in parts of 200, and the account is %+v", spends, got)
	}
}

func TestOfferGrantsPointsAndReturnTakesThemBack(t *testing.T) {
	for name, c := range map[string]struct {
		effect offer.Points
		wants  int
		left   int // of these, after one of the two lines was returned
	}{
		"a fixed number": {offer.Points{Grant: 50}, 50, 50},
		"a multiple":     {offer.Points{Times: 3}, 2 * 30, 2 * 10},
	} {
		t.Run(name, func(t *testing.T) {
			b := withPoints(t)
			b.policy.Offers = append(b.policy.Offers, offer.Offer{
				ID: "bonus", Version: 1, Title: "Bonus", Automatic: true, Stacks: "bonus",
				On:     compile(t, `line.category in ["mug", "bag"]`),
				Effect: offer.Effect{Kind: offer.KindPoints, Points: &c.effect}, Budget: offer.Budget{Uses: 10, Shards: 1},
			})
			must(t, b.store.EnsureBudget(t.Context(), "bonus", 1, 10, 1))
			if q := b.hold(t, "o-1", paying(0)); q.Points.Earns != 35+c.wants || q.Off != 0 || q.Total != 3500 || len(q.Gifts) != 0 || !q.Offers[0].Taken {
				t.Errorf("the hold is %+v, %+v, want %d points for the order and %d more", q, *q.Points, 35, c.wants)
			}
			for range 2 {
				b.step(t, http.MethodPut, "/orders/o-1/redemption", "")
			}
			if got := b.account(t); got.Pending != c.wants || got.Tier != "member" || got.Needs != 100 {
				t.Errorf("after it was redeemed the account is %+v, want %d pending, and none for the tier", got, c.wants)
			}
			for range 2 {
				b.step(t, http.MethodPut, "/orders/o-1/returns/part", `{"lines":{"1":2}}`)
			}
			if got := b.account(t); got.Pending != c.left {
				t.Errorf("after the return of 20.00 of 30.00 the account is %+v, want %d pending", got, c.left)
			}
			b.step(t, http.MethodPut, "/orders/o-1/returns/all", "{}")
			if got := b.account(t); got.Pending != 0 || got.Balance != 500 {
				t.Errorf("after all units were returned the account is %+v", got)
			}
		})
	}
}

func TestOfferThatGrantsNoPointsIsNotUsed(t *testing.T) {
	for name, c := range map[string]struct {
		effect   offer.Points
		customer shop.CustomerID
		price    int64
		scheme   bool
	}{
		"a multiple of no points":      {offer.Points{Times: 3}, "ann", 49, true},
		"an unknown customer":          {offer.Points{Grant: 50}, "", 900, true},
		"a shop without points by now": {offer.Points{Grant: 50}, "ann", 900, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := withPoints(t)
			b.policy.Offers = append(b.policy.Offers, offer.Offer{
				ID: "bonus", Version: 1, Title: "Bonus", Automatic: true, Stacks: "bonus",
				Effect: offer.Effect{Kind: offer.KindPoints, Points: &c.effect}, Budget: offer.Budget{Uses: 1, Shards: 1},
			})
			must(t, b.store.EnsureBudget(t.Context(), "bonus", 1, 1, 1))
			if !c.scheme {
				b.policy.Points = points.Scheme{}
			}
			r := cart(c.customer)
			r.Lines = []line{{ID: "1", Product: "mug-1", Units: 1, Price: c.price}}
			q := b.hold(t, "o-1", r)
			if len(q.Offers) != 1 || q.Offers[0].Taken || q.Offers[0].Reason != "zero" || q.Offers[0].Text == "" {
				t.Errorf("the offers of the hold are %+v, want the offer refused", q.Offers)
			}
			if _, err := b.store.FundedShard(t.Context(), "bonus", 1, 0); err != nil {
				t.Errorf("the only use of the offer was taken: %v", err)
			}
		})
	}
}

// The write units of docs/points.md, as dynoxide counts them. DynamoDB Local (make
// test-oracle) counts one more for the index entry that the transaction writes.
func TestPointsCost(t *testing.T) {
	more := 0.0
	if os.Getenv("DYNAMODB_ENDPOINT") != "" {
		more = 1
	}
	for name, c := range map[string]struct {
		scheme         bool
		points         int
		held, redeemed float64
		spends         int
	}{
		"a shop without points":             {false, 100, 3, 3, 0},
		"points, none spent":                {true, 0, 3, 3, 0},
		"points, some spent":                {true, 100, 5, 5, 100},
		"points, more wanted than are free": {true, 501, 3, 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			b := withPoints(t)
			if !c.scheme {
				b.policy.Points = points.Scheme{}
			}
			var wrote float64
			b.store.Meter = func(_ string, _, w float64) { wrote += w }
			q := b.hold(t, "o-1", paying(c.points))
			if q.Points != nil && q.Points.Spends != c.spends || wrote > c.held+more {
				t.Errorf("a hold with %d points spends %+v and costs %v write units, want %v at most", c.points, q.Points, wrote, c.held)
			}
			wrote = 0
			b.step(t, http.MethodPut, "/orders/o-1/redemption", "")
			if wrote > c.redeemed+more {
				t.Errorf("its redemption costs %v write units, want %v at most", wrote, c.redeemed)
			}
		})
	}
}

func TestAnswersAboutPointsAreAsDescribed(t *testing.T) {
	schema, _ := description(t)
	b := withPoints(t)
	for _, c := range []struct {
		method, path, schema string
		body                 any
	}{
		{http.MethodPost, "/quotes", "Quote", paying(900)},
		{http.MethodPut, "/orders/o-1/hold", "Quote", paying(300)},
		{http.MethodPut, "/orders/o-1/redemption", "State", ""},
		{http.MethodPut, "/orders/o-1/returns/r-1", "State", `{"lines":{"1":1}}`},
		{http.MethodGet, "/customers/ann/points", "Points", ""},
		{http.MethodPost, "/quotes", "Problem", paying(-1)},
	} {
		var answer any
		b.call(t, c.method, c.path, c.body, &answer)
		if err := schema(c.schema).Validate(answer); err != nil {
			t.Errorf("%s %s: the answer does not match the schema %s: %v", c.method, c.path, c.schema, err)
		}
		if said := fmt.Sprint(answer); !strings.Contains(said, "points") && c.schema != "Points" {
			t.Errorf("%s %s: the answer has no points: %s", c.method, c.path, said)
		}
	}
}
