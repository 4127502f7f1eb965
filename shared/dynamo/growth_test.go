//go:build !race

package dynamo_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// growth is what a customer's profile costs after a number of orders.
type growth struct {
	orders int
	bytes  int     // of the stored item, as DynamoDB counts them
	units  float64 // write units of the next event, the order's item included
}

// grown folds orders as function record does, each with a return and its
// refund, nine a day. Each order has three products; assortment is how many
// different ones the shop has.
func grown(t *testing.T, assortment int, report ...int) (all []growth) {
	t.Helper()
	client := memory.New(dynamotest.Definitions()...)
	store := dynamo.New(client, dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"})
	units := 0.0
	store.Meter = func(_ string, _, write float64) { units += write }
	scheme := points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}, Pending: 14 * 24 * time.Hour, Lives: 365 * 24 * time.Hour}
	p, begin, last := profile.Profile{}, noon.AddDate(-4, 0, 0), report[len(report)-1]
	for n := 1; n <= last; n++ {
		id, at := shop.OrderID(fmt.Sprintf("GB-%06d", 500000+n)), begin.Add(time.Duration(n)*160*time.Minute)
		placed := &shop.Placed{At: at, Revision: at, Customer: shop.Customer{ID: "c-1", Email: "ann@example.com", Name: "Ann Lee"}, Total: shop.Money{Minor: int64(2000 + n*37%5000), Currency: "GBP"}}
		for line := range 3 {
			product := shop.ProductID(fmt.Sprint(20000 + (n*7+line*(assortment/3+1))%assortment))
			placed.Lines = append(placed.Lines, shop.Line{Product: product, Units: 1 + n%4, Price: shop.Money{Minor: 500, Currency: "GBP"}})
		}
		var order shop.Order
		for _, f := range []struct {
			fact shop.OrderFact
			at   time.Time
		}{
			{shop.OrderFact{Kind: shop.OrderPlaced, Placed: placed}, at},
			{shop.OrderFact{Kind: shop.OrderReturned, Ref: "r", Return: &shop.Return{At: at.Add(72 * time.Hour), Cause: shop.CauseDefect, Units: map[shop.ProductID]int{placed.Lines[0].Product: 1}}}, at},
			{shop.OrderFact{Kind: shop.OrderRefunded, Ref: "f", Refund: &shop.Refund{At: at.Add(96 * time.Hour), Amount: shop.Money{Minor: 500, Currency: "GBP"}}}, at},
		} {
			f.fact.Order, f.fact.Customer = id, "c-1"
			merged, err := profile.Merge(order, f.fact, f.at)
			must(t, err)
			p = p.Update(order, merged, f.fact)
			p.Points.Ledger = scheme.Update(p.Points.Ledger, order, merged, p.WholeSince())
			order = merged
		}
		if n != report[len(all)] {
			continue
		}
		_, rev, err := store.Profile(t.Context(), "c-1")
		must(t, err)
		units = 0
		must(t, store.SaveFold(t.Context(), dynamo.Fold{Order: order, Customer: "c-1", Profile: p, ProfileRev: rev}))
		snapshot, err := store.Snapshot(t.Context(), "c-1")
		must(t, err)
		all = append(all, growth{n, snapshot.Bytes, units})
	}
	return all
}

// DynamoDB refuses an item above 400 KB, and charges each write by its size.
func TestProfilesStayFarBelowTheirLimit(t *testing.T) {
	if os.Getenv("DYNAMODB_ENDPOINT") != "" {
		t.Skip("this test has an engine of its own, and runs once")
	}
	for _, g := range grown(t, 4000, 1, 10, 100, 1000, 10_000) {
		t.Logf("after %5d orders with returns %6d bytes, %3.0f write units an event", g.orders, g.bytes, g.units)
		if g.bytes > 32_000 || g.units > 70 {
			t.Errorf("after %d orders the profile has %d bytes, and an event costs %.0f write units; want 32,000 and 70 at most", g.orders, g.bytes, g.units)
		}
	}
}

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
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Order: anOrder("o-1"), Customer: "c-1", Profile: p}))
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
