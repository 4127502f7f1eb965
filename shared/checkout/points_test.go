package checkout_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/checkout"
	"regulars/shared/points"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

var (
	scheme = points.Scheme{
		Earn: map[shop.Currency]int64{"EUR": 100}, Pending: 14 * 24 * time.Hour, Lives: 365 * 24 * time.Hour, Spend: points.Rate{Points: 100, Worth: 100},
	}
	rich = points.Account{Ledger: scheme.Fold(nil, shop.Order{
		ID: "earlier", Customer: "ann", Placed: &shop.Placed{At: noon.AddDate(0, 0, -20), Total: shop.Money{Minor: 100_000, Currency: "EUR"}},
	})}
)

// paidWith is an order that is held, paid with so many points, and its account.
func paidWith(t interface{ Fatal(...any) }, n int, lines ...pricing.Line) (checkout.Redemption, points.Account) {
	q := pricing.Price(pricing.Cart{Currency: "EUR", Lines: lines}, []pricing.Deal{
		{ID: checkout.PointsDeal, Tender: true, Amount: scheme.Spend.WorthOf(n), Margin: pricing.NoFloor},
	})
	r, _, err := checkout.Redemption{Order: "o-1"}.Hold(checkout.Redemption{Order: "o-1", Customer: "ann", Quote: q, Points: scheme.Spend.Cost(q.Off)}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return r, after(t, checkout.Redemption{}, r, rich)
}

// after is the account after a step, which is asked for twice.
func after(t interface{ Fatal(...any) }, old, next checkout.Redemption, a points.Account) points.Account {
	account, _, err := next.Account(old, a, scheme, noon)
	if err != nil {
		t.Fatal(err)
	}
	if again, changed, err := next.Account(old, account, scheme, noon); err != nil || changed || !reflect.DeepEqual(again, account) {
		t.Fatal(fmt.Sprintf("the step made twice changed %+v into %+v: %v", account, again, err))
	}
	return account
}

// However an order comes back, all the points that it was paid with are given
// back in the end, each part its share, and none below zero.
func TestPointsComeBackInParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lines []pricing.Line
		for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
			lines = append(lines, pricing.Line{
				ID: fmt.Sprint(i), Product: shop.ProductID(fmt.Sprint("p", i)), Units: rapid.IntRange(1, 5).Draw(t, "units"), Price: rapid.Int64Range(1, 900).Draw(t, "price"),
			})
		}
		r, account := paidWith(t, rapid.IntRange(1, 900).Draw(t, "points"), lines...)
		next, _, err := r.Redeem(noon)
		if err != nil {
			t.Fatal(err)
		}
		account, r = after(t, r, next, account), next
		if got := account.Free("", noon); got != 1000-r.Points {
			t.Fatalf("%d were spent, %d of 1000 are left", r.Points, got)
		}
		for part := 0; r.State == checkout.Redeemed; part++ {
			units := map[string]int{}
			for _, l := range lines {
				left := l.Units
				for _, back := range r.Returns {
					left -= back.Units[l.ID]
				}
				if n := rapid.IntRange(0, left).Draw(t, "returned"); n > 0 {
					units[l.ID] = n
				}
			}
			if len(units) == 0 {
				units = nil // the rest
			}
			ref := fmt.Sprint("r-", part)
			next, _, err := r.Return(ref, units, noon)
			if err != nil {
				t.Fatal(err)
			}
			if next.Returns[ref].Points < 0 {
				t.Fatalf("a part gave back %d points", next.Returns[ref].Points)
			}
			account, r = after(t, r, next, account), next
		}
		if got := account.Free("", noon); got != 1000 {
			t.Fatalf("of %d points that were spent %d came back", r.Points, got-1000+r.Points)
		}
	})
}

func TestAccountOfARelease(t *testing.T) {
	r, account := paidWith(t, 300, pricing.Line{ID: "1", Product: "mug", Units: 1, Price: 1000})
	if account.Free("", noon) != 700 {
		t.Errorf("300 are held, %d of 1000 are free", account.Free("", noon))
	}
	next, _, err := r.Release(noon)
	if err != nil {
		t.Fatal(err)
	}
	if got := after(t, r, next, account); got.Free("", noon) != 1000 || got.Held != nil {
		t.Errorf("after the release the account is %+v", got)
	}
}

func TestPointsThatAreGoneAreNotSpent(t *testing.T) {
	r, account := paidWith(t, 300, pricing.Line{ID: "1", Product: "mug", Units: 1, Price: 1000})
	late := r.Until.Add(time.Millisecond)
	taken, err := account.Spend("another", 1000, late)
	if err != nil {
		t.Fatal(err)
	}
	next, _, err := r.Redeem(late)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := next.Account(r, taken, scheme, late); !errors.Is(err, points.ErrShort) {
		t.Errorf("points that another order has were spent: %v", err)
	}
}

// The shop gives its points up while orders are on their way: they go on.
func TestOrdersOutliveTheScheme(t *testing.T) {
	r, account := paidWith(t, 300, pricing.Line{ID: "1", Product: "mug", Units: 1, Price: 1000})
	r.Uses = []checkout.Use{{Offer: "bonus", Version: 1, Points: 50}}
	next, _, err := r.Redeem(noon)
	if err != nil {
		t.Fatal(err)
	}
	if account, _, err = next.Account(r, account, points.Scheme{}, noon); err != nil || account.Ledger.At(noon).Sum != 700 {
		t.Fatalf("after the redemption there are %+v, %v, want 700", account.Ledger.At(noon), err)
	}
	back, _, err := next.Return("all", nil, noon)
	if err != nil {
		t.Fatal(err)
	}
	if account, _, err = back.Account(next, account, points.Scheme{}, noon); err != nil || account.Ledger.At(noon).Sum != 1000 {
		t.Errorf("after all came back there are %+v, %v, want 1000", account.Ledger.At(noon), err)
	}
}
