package points_test

import (
	"fmt"
	"math/rand"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// summing is a scheme whose points live long enough to become sums of months.
var summing = points.Scheme{
	Since: day(-10), Earn: map[shop.Currency]int64{"GBP": 100, "EUR": 120}, Pending: 14 * 24 * time.Hour, Lives: 365 * 24 * time.Hour,
	Tiers: []points.Tier{{Name: "gold", From: 500}}, Window: 365 * 24 * time.Hour,
}

type orderFact struct {
	shop.OrderFact
	at time.Time
}

// customerFacts draws the facts of one customer who has more orders than a
// profile keeps whole.
func customerFacts(t *rapid.T) (facts []orderFact) {
	spread := rapid.SampledFrom([]int{1, 10, 30}).Draw(t, "days between orders")
	for n := range rapid.IntRange(profile.Recent, profile.Recent+15).Draw(t, "orders") {
		id := shop.OrderID(fmt.Sprint("o", n))
		at := day(spread * rapid.IntRange(0, 40).Draw(t, "day")).Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "hours")) * time.Hour)
		currency := rapid.SampledFrom([]shop.Currency{"GBP", "GBP", "EUR"}).Draw(t, "currency")
		for revision := range rapid.IntRange(1, 2).Draw(t, "revisions") {
			facts = append(facts, orderFact{shop.OrderFact{Kind: shop.OrderPlaced, Order: id, Customer: "c", Placed: &shop.Placed{
				At: at, Revision: at.Add(time.Duration(revision) * time.Hour), Customer: shop.Customer{ID: "c"},
				Total: shop.Money{Minor: int64(rapid.IntRange(0, 30000).Draw(t, "total")), Currency: currency},
			}}, at})
		}
		if rapid.IntRange(0, 3).Draw(t, "paid") > 0 {
			facts = append(facts, orderFact{shop.OrderFact{Kind: shop.OrderPaid, Order: id, Customer: "c"}, at.AddDate(0, 0, rapid.IntRange(0, 100).Draw(t, "days until paid"))})
		}
		for r := range rapid.IntRange(0, 2).Draw(t, "refunds") {
			when := at.AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "refunded"))
			facts = append(facts, orderFact{shop.OrderFact{Kind: shop.OrderRefunded, Order: id, Ref: fmt.Sprint("r", r), Refund: &shop.Refund{At: when, Amount: gbp(int64(rapid.IntRange(1, 15000).Draw(t, "amount")))}}, when})
		}
		if rapid.IntRange(0, 5).Draw(t, "cancelled") == 0 {
			facts = append(facts, orderFact{shop.OrderFact{Kind: shop.OrderCancelled, Order: id, Customer: "c", Cancel: &shop.Cancel{At: at.AddDate(0, 0, 3), Cause: shop.CauseOther}}, at.AddDate(0, 0, 3)})
		}
	}
	return facts
}

// book folds facts into a ledger as function record does; each of them is given
// the ledger before and after it.
func book(t *rapid.T, s points.Scheme, facts []orderFact, also func(l points.Ledger, at time.Time) points.Ledger) points.Ledger {
	orders, p := map[shop.OrderID]shop.Order{}, profile.Profile{}
	for _, f := range facts {
		old := orders[f.Order]
		merged, err := profile.Merge(old, f.OrderFact, f.at)
		if err != nil {
			t.Fatal(err)
		}
		if orders[f.Order] = merged; merged.Customer == "" {
			continue
		}
		p = p.Update(old, merged, f.OrderFact)
		p.Points.Ledger = s.Update(p.Points.Ledger, old, merged, p.WholeSince())
		p.Points.Ledger = also(p.Points.Ledger, f.at)
	}
	return p.Points.Ledger
}

func nothing(l points.Ledger, _ time.Time) points.Ledger { return l }

func TestSameFactsGiveTheSameSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := customerFacts(t)
		want := book(t, summing, facts, nothing)
		again := append([]orderFact{}, facts...)
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(facts)-1), 0, 10).Draw(t, "twice") {
			again = append(again, facts[i])
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if diff := cmp.Diff(want, book(t, summing, again, nothing), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the ledger depends on the order of its facts (-in order +shuffled):\n%s", diff)
		}
	})
}

// A customer has all of their points, whether their entries are kept or are only
// in sums: points can expire later in sums, and never earlier.
func TestSumsTakeNoPointsFromTheCustomer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		onPlacing := summing
		onPlacing.Placed = true
		var facts []orderFact
		at := day(0)
		var whole points.Ledger // nothing of it becomes a sum
		for n := range rapid.IntRange(profile.Recent, profile.Recent+30).Draw(t, "orders") {
			at = at.Add(time.Duration(rapid.IntRange(1, 20*24).Draw(t, "hours")) * time.Hour)
			facts = append(facts, orderFact{shop.OrderFact{Kind: shop.OrderPlaced, Order: shop.OrderID(fmt.Sprint("o", n)), Customer: "c", Placed: &shop.Placed{
				At: at, Revision: at, Customer: shop.Customer{ID: "c"}, Total: gbp(int64(rapid.IntRange(0, 30000).Draw(t, "total"))),
			}}, at})
		}
		seed := rapid.Int64().Draw(t, "seed")
		random, n := rand.New(rand.NewSource(seed)), 0
		summed := book(t, onPlacing, facts, func(l points.Ledger, at time.Time) points.Ledger {
			f := facts[n]
			n++
			whole = onPlacing.Fold(whole, shop.Order{ID: f.Order, Customer: "c", Placed: f.Placed})
			if active := whole.At(at).Active; active > 0 && random.Intn(2) == 0 {
				e := points.Entry{ID: fmt.Sprint("spend/", n), Kind: points.Spend, At: at, Points: -1 - random.Intn(active)}
				var err error
				if whole, err = whole.Add(e); err != nil {
					t.Fatal(err)
				}
				if l, err = l.Add(e); err != nil {
					t.Fatalf("the customer cannot spend what they have: %v", err)
				}
			}
			return l
		})
		if rapid.IntRange(0, 3).Draw(t, "length") == 0 && len(summed) >= len(whole) {
			t.Skip("nothing became a sum")
		}
		for _, later := range []int{0, 30, 200, 364, 600} {
			now := at.AddDate(0, 0, later)
			got, want := summed.At(now), whole.At(now)
			if got.Sum < want.Sum || got.Active < want.Active {
				t.Fatalf("after %d days the sums have %+v, the entries %+v", later, got, want)
			}
			statement := 0
			for _, e := range summed.Statement(now) {
				statement += e.Points
			}
			if statement != got.Sum {
				t.Fatalf("after %d days the statement adds up to %d, the balance is %d", later, statement, got.Sum)
			}
			if got, want := onPlacing.StandingOf(summed, now), onPlacing.StandingOf(whole, now); got.Worth < want.Worth {
				t.Fatalf("after %d days %d points count towards a tier, want at least %d", later, got.Worth, want.Worth)
			}
		}
		if got, want := summed.At(at), whole.At(at); later(facts) < 300 && got.Sum != want.Sum {
			t.Fatalf("before any expired the sums have %+v, the entries %+v", got, want)
		}
	})
}

// later returns how many days there are between the first and the last fact.
func later(facts []orderFact) int { return int(facts[len(facts)-1].at.Sub(facts[0].at).Hours() / 24) }

// A return of units long ago takes back what an offer granted with them.
func TestGrantedPointsAreTakenBackFromSums(t *testing.T) {
	a, err := points.Account{}.Grant("1", "double", 80, summing, day(0))
	if err == nil {
		a, err = a.Grant("2", "double", 30, summing, day(0))
	}
	if err != nil {
		t.Fatal(err)
	}
	a.Ledger = a.Ledger.Summed(day(200))
	if len(a.Ledger) != 1 || a.Ledger.At(day(200)).Active != 110 {
		t.Fatalf("the sums are %+v, want one of 110 points", a.Ledger)
	}
	if a, err = a.Ungrant("1", "double", "r", 80, day(200)); err != nil || a.Ledger.At(day(200)).Active != 30 {
		t.Errorf("Ungrant = %+v, %v, want 30 points left", a.Ledger, err)
	}
}

// The points of February 2027 live until 29 February 2028, and the sum of what
// was spent in that month is at its last instant.
func TestSumOfAMonthIsSpentBeforeItExpires(t *testing.T) {
	at := time.Date(2027, 2, 27, 0, 0, 0, 0, time.UTC)
	l := ledger(t,
		points.Entry{ID: "earn/1", Kind: points.Earn, At: at, Points: 100, Order: "1", Active: at.AddDate(0, 0, 14), Until: at.AddDate(0, 0, 365)},
		points.Entry{ID: "spend/2", Kind: points.Spend, At: at.AddDate(0, 0, 364), Points: -100, Order: "2"})
	now := at.AddDate(2, 0, 0)
	if sums := l.Summed(now); len(sums) != 2 || sums.At(now) != (points.Balance{}) {
		t.Errorf("the balance of %+v is %+v, want none", sums, sums.At(now))
	}
}
