package results_test

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/checkout"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/outcome"
	"regulars/shared/pricing"
	"regulars/shared/profile"
	"regulars/shared/results"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// tables are tables in memory, of which the test says which coupons were redeemed, and
// that remember how many customers were read at a time.
type tables struct {
	*dynamo.Store
	redemptions map[shop.OrderID]checkout.Redemption
	coupons     map[string]coupon.Coupon
	most        chan int
}

func (t tables) Customers(ctx context.Context, ids []shop.CustomerID, mailboxes []shop.Mailbox, names []string) (dynamo.Customers, error) {
	t.most <- len(ids)
	return t.Store.Customers(ctx, ids, mailboxes, names)
}

func (t tables) Coupons(_ context.Context, hashes []string) (map[string]coupon.Coupon, error) {
	found := map[string]coupon.Coupon{}
	for _, hash := range hashes {
		if c, ok := t.coupons[hash]; ok {
			found[hash] = c
		}
	}
	return found, nil
}

func (t tables) Redemption(_ context.Context, order shop.OrderID) (checkout.Redemption, dynamo.Rev, error) {
	if r, ok := t.redemptions[order]; ok {
		return r, "1", nil
	}
	return checkout.Redemption{}, "", dynamo.ErrNotFound
}

// Every send of the table is counted once with its customer, whatever the pages and
// parts in which the table is read.
func TestReadFoldsEveryCustomerOnce(t *testing.T) {
	const customers, erased = 450, 30
	store := dynamo.New(memory.New(dynamotest.Definitions()...), dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"})
	from := tables{store, map[shop.OrderID]checkout.Redemption{}, map[string]coupon.Coupon{}, make(chan int, customers)}
	want := outcome.New(outcome.Question{Now: noon.AddDate(0, 1, 0), Currency: "GBP"})
	var profiles []profile.Profile
	save := func(s claim.Send) {
		if err := store.End(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	for n := range customers {
		id := shop.CustomerID(fmt.Sprint("c-", n))
		p := profile.Profile{ID: id, Orders: []profile.Visit{{Order: shop.OrderID(id), At: noon.Add(24 * time.Hour), Net: shop.Money{Minor: int64(n), Currency: "GBP"}}}}
		profiles = append(profiles, p)
		c := outcome.Customer{Profile: p, Redeemed: map[string]outcome.Redeemed{}}
		for i := range 1 + n%5 {
			s := claim.Send{
				ID: shop.SendID(fmt.Sprint(n, "-", i)), State: claim.Delivered, Class: shop.ClassPromotion, Changed: noon, Claimed: noon, Assigned: noon, SESID: "x",
				Intent: campaign.Intent{Campaign: shop.CampaignID([]string{"a", "b"}[i%2]), Version: 1, Customer: id, Occasion: fmt.Sprint("o-", i), Planned: noon},
			}
			if n%9 == 0 {
				s.State, s.Reason, s.SESID = claim.HeldOut, claim.Reason{Code: "holdout"}, ""
			}
			if n%7 == 0 {
				hash := string(s.ID)
				s.Coupon = &coupon.Coupon{Hash: hash, Offer: "welcome", Customer: id}
				if i == 0 {
					from.coupons[hash] = coupon.Coupon{Hash: hash, State: coupon.Redeemed, Order: shop.OrderID(id)}
					use := checkout.Use{Offer: "welcome", Coupon: hash, Points: 5}
					from.redemptions[shop.OrderID(id)] = checkout.Redemption{
						Uses:  []checkout.Use{{Offer: "other"}, use},
						Quote: pricing.Quote{Off: 900, Taken: []pricing.Taken{{Deal: "other", Off: 650}, {Deal: use.Deal(), Off: 250}}},
					}
					c.Redeemed[hash] = outcome.Redeemed{Discount: 250, Points: 5}
				} else {
					from.coupons[hash] = coupon.Coupon{Hash: hash, State: coupon.Issued}
				}
			}
			c.Sends = append(c.Sends, s)
			save(s)
		}
		want.Add(c)
	}
	for n := range erased {
		s := claim.Send{ID: shop.SendID(fmt.Sprint("gone-", n)), State: claim.Capped, Changed: noon, Intent: campaign.Intent{Campaign: "a", Customer: shop.ErasedPrefix, Planned: noon}}
		save(s)
		want.Add(outcome.Customer{Sends: []claim.Send{s}})
	}
	if err := store.Import(t.Context(), dynamo.History{Profiles: profiles}); err != nil {
		t.Fatal(err)
	}
	got := outcome.New(want.Question)
	for i := range 3 {
		part, err := results.Read(t.Context(), from, from, want.Question, results.Part{Index: i, Of: 3}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got.Merge(part)
	}
	if len(got.Rows()) != len(want.Rows()) {
		t.Fatalf("%d rows, want %d", len(got.Rows()), len(want.Rows()))
	}
	for i, w := range want.Rows() {
		g := got.Rows()[i]
		if g.Key != w.Key || g.Planned != w.Planned || g.Mailed != w.Mailed || g.Held != w.Held || g.Coupons != w.Coupons || g.After != w.After {
			t.Errorf("row %+v:\n got %d planned, %+v, %+v\nwant %d planned, %+v, %+v", w.Key, g.Planned, g.Coupons, g.After, w.Planned, w.Coupons, w.After)
		}
	}
	close(from.most)
	read := 0
	for n := range from.most {
		if read += n; n > 100 {
			t.Errorf("%d customers were read at a time, want 100 at most", n)
		}
	}
	if read != customers {
		t.Errorf("%d customers were read, want each of %d once", read, customers)
	}
	if !slices.IsSortedFunc(got.Rows(), func(a, b *outcome.Row) int { return a.Compare(b.Key) }) {
		t.Error("the rows are not in order")
	}
}

// endless is a table of sends that is generated while it is read, of the customers of
// another table over and over.
type endless struct {
	tables
	sends, customers int
}

func (e endless) Sends(_ context.Context, page dynamo.Page, visit func(claim.Send) error) (dynamo.Cursor, error) {
	at := 0
	if page.After != "" {
		if _, err := fmt.Sscan(string(page.After), &at); err != nil {
			return "", err
		}
	}
	const perPage = 1000
	for i := at; i < at+perPage; i++ {
		s := claim.Send{
			ID: shop.SendID(fmt.Sprint(i)), State: claim.Delivered, Class: shop.ClassPromotion, Changed: noon, Claimed: noon, Assigned: noon,
			Explained: make([]byte, 500),
			Intent:    campaign.Intent{Campaign: "a", Customer: shop.CustomerID(fmt.Sprint("c-", i/3%e.customers)), Planned: noon},
		}
		if err := visit(s); err != nil {
			return "", err
		}
	}
	if at += perPage; at >= e.sends/page.Segments {
		return dynamo.End, nil
	}
	return dynamo.Cursor(fmt.Sprint(at)), nil
}

func TestReadNeedsConstantMemory(t *testing.T) {
	store := dynamo.New(memory.New(dynamotest.Definitions()...), dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"})
	var profiles []profile.Profile
	for n := range 200 {
		profiles = append(profiles, profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", n))})
	}
	if err := store.Import(t.Context(), dynamo.History{Profiles: profiles}); err != nil {
		t.Fatal(err)
	}
	from := endless{tables: tables{Store: store, most: make(chan int, 100_000)}, sends: 200_000, customers: len(profiles)}
	var mu sync.Mutex
	var first, last uint64
	got, err := results.Read(t.Context(), from, nil, outcome.Question{Now: noon, Currency: "GBP"}, results.All, func(sends int64) {
		if sends != 20_000 && sends != from.sends64() {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		first, last = cmp.Or(first, m.HeapAlloc), m.HeapAlloc
	})
	if err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if planned := got.Rows()[0].Planned; planned != from.sends64() {
		t.Errorf("%d sends were counted, want %d", planned, from.sends)
	}
	if first == 0 || last > first+3_000_000 {
		t.Errorf("the heap has %d bytes after a tenth of the sends and %d after all, want no more", first, last)
	}
}

func (e endless) sends64() int64 { return int64(e.sends) }
