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
		Placed: true,
		Earn:   map[shop.Currency]int64{"EUR": 100}, Pending: 14 * 24 * time.Hour, Lives: 365 * 24 * time.Hour, Spend: points.Rate{Points: 100, Worth: 100},
	}
	rich = points.Account{Ledger: scheme.Fold(nil, shop.Order{
		ID: "earlier", Customer: "ann", Placed: &shop.Placed{At: noon.AddDate(0, 0, -20), Total: shop.Money{Minor: 100_000, Currency: "EUR"}},
	})}
)

// paidWith returns a held order that is paid with n points, and the account.
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

// after returns the account after a transition, which is made twice.
func after(t interface{ Fatal(...any) }, old, next checkout.Redemption, a points.Account) points.Account {
	account, _, err := next.Account(old, a, scheme, noon)
	if err != nil {
		t.Fatal(err)
	}
	if again, changed, err := next.Account(old, account, scheme, noon); err != nil || changed || !reflect.DeepEqual(again, account) {
		t.Fatal(fmt.Sprintf("the same transition again changed %+v into %+v: %v", account, again, err))
	}
	return account
}

// Returns in any parts give back all points that the order was paid with in the
// end, each part its share, and no part a negative number.
func TestReturnsInPartsGiveBackAllPoints(t *testing.T) {
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
				units = nil // all that is left
			}
			ref := fmt.Sprint("r-", part)
			next, _, err := r.Return(ref, units, noon)
			if err != nil {
				t.Fatal(err)
			}
			if next.Returns[ref].Points < 0 {
				t.Fatalf("a return gave back %d points", next.Returns[ref].Points)
			}
			account, r = after(t, r, next, account), next
		}
		if got := account.Free("", noon); got != 1000 {
			t.Fatalf("of %d points that were spent %d were given back", r.Points, got-1000+r.Points)
		}
	})
}

func TestReleaseFreesPoints(t *testing.T) {
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

func TestPointsOfALapsedHoldAreNotSpentTwice(t *testing.T) {
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
		t.Errorf("points that another order has spent were spent again: %v", err)
	}
}

// The shop ends its points scheme while an order is held. The order can still be
// redeemed and returned.
func TestOrdersOfAnEndedSchemeAreRedeemedAndReturned(t *testing.T) {
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
		t.Errorf("after the return of all there are %+v, %v, want 1000", account.Ledger.At(noon), err)
	}
}
