package points_test

import (
	"errors"
	"fmt"
	"math/rand"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/points"
	"regulars/shared/shop"
)

var march = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func day(n int) time.Time { return march.AddDate(0, 0, n) }

func earn(order shop.OrderID, on, n int) points.Entry {
	return points.Entry{ID: "earn/" + string(order), Kind: points.Earn, At: day(on), Points: n, Order: order, Active: day(on + 14), Until: day(on + 365)}
}

func spend(order shop.OrderID, on, n int) points.Entry {
	return points.Entry{ID: "spend/" + string(order), Kind: points.Spend, At: day(on), Points: -n, Order: order}
}

func takeBack(order shop.OrderID, on, n int) points.Entry {
	return points.Entry{ID: fmt.Sprintf("refund/%s/%d", order, on), Kind: points.TakeBack, At: day(on), Points: -n, Order: order, Lot: "earn/" + string(order)}
}

func ledger(t *testing.T, entries ...points.Entry) (l points.Ledger) {
	t.Helper()
	for _, e := range entries {
		var err error
		if l, err = l.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

func TestBalance(t *testing.T) {
	for name, c := range map[string]struct {
		entries         []points.Entry
		on              int
		active, pending int
		next            int
	}{
		"no entries": {nil, 0, 0, 0, 0},
		"pending until the return window is over":      {[]points.Entry{earn("1", 0, 100)}, 13, 0, 100, 0},
		"active from then on":                          {[]points.Entry{earn("1", 0, 100)}, 14, 100, 0, 100},
		"expired":                                      {[]points.Entry{earn("1", 0, 100)}, 365, 0, 0, 0},
		"those that expire first are spent first":      {[]points.Entry{earn("1", 0, 100), earn("2", 10, 100), spend("3", 30, 150)}, 30, 50, 0, 50},
		"the rest of a spend expires later":            {[]points.Entry{earn("1", 0, 100), earn("2", 10, 100), spend("3", 30, 150)}, 370, 50, 0, 50},
		"a refund takes back what is pending":          {[]points.Entry{earn("1", 0, 100), takeBack("1", 5, 40)}, 5, 0, 60, 0},
		"a refund takes back from its own order first": {[]points.Entry{earn("1", 0, 100), earn("2", 1, 100), takeBack("2", 20, 100)}, 370, 0, 0, 0},
		"a refund of spent points makes a debt":        {[]points.Entry{earn("1", 0, 100), spend("2", 20, 100), takeBack("1", 21, 30)}, 21, -30, 0, 0},
		"the next earned points pay the debt first":    {[]points.Entry{earn("1", 0, 100), spend("2", 20, 100), takeBack("1", 21, 30), earn("3", 22, 50)}, 40, 20, 0, 20},
		"pending points pay a debt once active":        {[]points.Entry{earn("1", 0, 100), earn("2", 10, 50), spend("3", 20, 100), takeBack("1", 21, 30)}, 24, 20, 0, 20},
		"only the rest after the debt expires":         {[]points.Entry{earn("1", 0, 100), earn("2", 10, 50), spend("3", 20, 100), takeBack("1", 21, 30)}, 375, 0, 0, 0},
		"no more is taken back than was earned":        {[]points.Entry{earn("1", 0, 100), takeBack("1", 3, 40), takeBack("1", 4, 100)}, 5, 0, 0, 0},
		"a refund of expired points costs none":        {[]points.Entry{earn("1", 0, 100), earn("2", 360, 100), takeBack("1", 370, 100)}, 380, 100, 0, 100},
		"returned points can be spent at once":         {[]points.Entry{earn("1", 0, 100), spend("2", 20, 100), {ID: "return/2/r", Kind: points.Return, At: day(21), Points: 60, Until: day(400), Order: "2"}}, 21, 60, 0, 60},
	} {
		t.Run(name, func(t *testing.T) {
			b := ledger(t, c.entries...).At(day(c.on))
			if b.Active != c.active || b.Pending != c.pending || b.Next != c.next || b.Sum != c.active+c.pending {
				t.Errorf("At(day %d) = %+v, want %d active, %d pending, %d to expire next", c.on, b, c.active, c.pending, c.next)
			}
		})
	}
}

func TestPendingOfIsWhatAnOrderEarnedAndCannotSpendYet(t *testing.T) {
	l := ledger(t, earn("1", 0, 100), earn("2", 5, 50), takeBack("2", 6, 20))
	for _, c := range []struct {
		order    shop.OrderID
		on, want int
	}{{"1", 6, 100}, {"1", 13, 100}, {"1", 14, 0}, {"2", 6, 30}, {"2", 18, 30}, {"2", 19, 0}, {"3", 6, 0}} {
		if got := l.PendingOf(c.order, day(c.on)); got != c.want {
			t.Errorf("PendingOf order %s on day %d = %d, want %d", c.order, c.on, got, c.want)
		}
	}
}

func TestOnlyActivePointsAreSpent(t *testing.T) {
	l := ledger(t, earn("1", 0, 100))
	if _, err := l.Add(spend("2", 13, 1)); !errors.Is(err, points.ErrShort) {
		t.Errorf("pending points were spent: %v", err)
	}
	if _, err := l.Add(spend("2", 14, 101)); !errors.Is(err, points.ErrShort) {
		t.Errorf("more points than there are were spent: %v", err)
	}
	if _, err := l.Add(spend("2", 365, 1)); !errors.Is(err, points.ErrShort) {
		t.Errorf("expired points were spent: %v", err)
	}
	l = ledger(t, earn("1", 0, 100), spend("2", 20, 60))
	if _, err := l.Add(spend("3", 19, 60)); !errors.Is(err, points.ErrShort) {
		t.Errorf("a clock that is behind spent the same points again: %v", err)
	}
}

func TestAddRefusesFaultyAndIgnoresRepeatedEntries(t *testing.T) {
	l := ledger(t, earn("1", 0, 100), earn("1", 0, 100))
	if len(l) != 1 {
		t.Errorf("%d entries, want one", len(l))
	}
	if _, err := l.Add(earn("1", 0, 90)); !errors.Is(err, points.ErrEntry) {
		t.Errorf("two different entries have one ID: %v", err)
	}
	for _, e := range []points.Entry{
		{},
		{ID: "x", At: march, Kind: "gift", Points: 1},
		{ID: "x", At: march, Kind: points.Expire, Points: -1},
		{ID: "x", At: march, Kind: points.Spend, Points: 1},
		{ID: "x", At: march, Kind: points.Earn, Points: 1},
		{ID: "x", At: march, Kind: points.TakeBack, Points: -1},
	} {
		if _, err := l.Add(e); !errors.Is(err, points.ErrEntry) {
			t.Errorf("Add(%+v) = %v, want ErrEntry", e, err)
		}
	}
}

// After any entries in any order, the balance is the sum of the statement, and no
// spend is more than the active points.
func TestBalanceIsTheSumOfTheStatement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l points.Ledger
		on := 0
		for n := range rapid.IntRange(1, 30).Draw(t, "entries") {
			on += rapid.IntRange(0, 90).Draw(t, "days")
			order := shop.OrderID(fmt.Sprint(n))
			some := rapid.IntRange(1, 100).Draw(t, "points")
			e := earn(order, max(0, on-rapid.IntRange(0, 30).Draw(t, "late")), some)
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 1:
				e = spend(order, on, some)
			case 2:
				e = takeBack(shop.OrderID(fmt.Sprint(rapid.IntRange(0, n).Draw(t, "of order"))), on, some)
				e.ID += "/" + string(order)
			case 3:
				e = points.Entry{ID: "return/" + string(order), Kind: points.Return, At: day(on), Points: some, Until: day(on + rapid.IntRange(1, 400).Draw(t, "lives"))}
			}
			before := l.At(day(on)).Active
			longer, err := l.Add(e)
			if errors.Is(err, points.ErrShort) {
				if before >= some {
					t.Fatalf("%d of %d active points could not be spent", some, before)
				}
				continue
			} else if e.Kind == points.TakeBack && errors.Is(err, points.ErrEntry) { // the order earned nothing
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			if e.Kind == points.Spend && before < some {
				t.Fatalf("%d points were spent of %d active ones", some, before)
			}
			l = longer
			for _, now := range []time.Time{day(on), day(on + rapid.IntRange(0, 500).Draw(t, "later"))} {
				b, sum := l.At(now), 0
				for _, e := range l.Statement(now) {
					sum += e.Points
				}
				if b.Sum != sum || b.Sum != b.Active+b.Pending || b.Pending < 0 || b.Next < 0 || b.Next > max(0, b.Active) {
					t.Fatalf("at %s the balance is %+v, the statement adds up to %d: %+v", now, b, sum, l.Statement(now))
				}
			}
		}
	})
}

var scheme = points.Scheme{
	Placed: true,
	Since:  march, Earn: map[shop.Currency]int64{"GBP": 100}, Pending: 14 * 24 * time.Hour, Lives: 365 * 24 * time.Hour,
	Spend: points.Rate{Points: 100, Worth: 99},
	Tiers: []points.Tier{{Name: "member"}, {Name: "silver", From: 100}}, Window: 365 * 24 * time.Hour, Grace: 90 * 24 * time.Hour,
}

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

func placed(on int, total shop.Money) *shop.Placed {
	return &shop.Placed{At: day(on), Revision: day(on), Total: total}
}

func TestFoldEarnsAndTakesBack(t *testing.T) {
	for name, c := range map[string]struct {
		order         shop.Order
		sum, standing int
	}{
		"an order earns by its total, rounded down":          {shop.Order{Placed: placed(0, gbp(9999))}, 99, 99},
		"an order before the scheme earns nothing":           {shop.Order{Placed: placed(-1, gbp(9999))}, 0, 0},
		"an order in another currency earns nothing":         {shop.Order{Placed: placed(0, shop.Money{Minor: 9999, Currency: "EUR"})}, 0, 0},
		"less than a point is nothing":                       {shop.Order{Placed: placed(0, gbp(99))}, 0, 0},
		"a refund takes back what it had earned":             {shop.Order{Placed: placed(0, gbp(9999)), Refunds: map[string]shop.Refund{"a": {At: day(3), Amount: gbp(2050)}}}, 79, 79},
		"returned products without refund take back nothing": {shop.Order{Placed: placed(0, gbp(9999)), Returns: map[string]shop.Return{"a": {At: day(3), Units: map[shop.ProductID]int{"P": 1}}}}, 99, 99},
		"a cancellation takes back all":                      {shop.Order{Placed: placed(0, gbp(9999)), Cancel: &shop.Cancel{At: day(1)}}, 0, 0},
		"a cancellation and refunds take back all once": {shop.Order{Placed: placed(0, gbp(9999)), Cancel: &shop.Cancel{At: day(1)}, Refunds: map[string]shop.Refund{
			"a": {At: day(2), Amount: gbp(9999)}, "b": {At: day(2), Amount: gbp(9999)},
		}}, 0, 0},
		"a refund without its order is nothing": {shop.Order{Refunds: map[string]shop.Refund{"a": {At: day(3), Amount: gbp(2050)}}}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c.order.ID, c.order.Customer = "o", "c"
			l := scheme.Fold(nil, c.order)
			if b := l.At(day(13)); b.Sum != c.sum || b.Pending != c.sum {
				t.Errorf("Fold(%+v).At = %+v, want %d pending", c.order, b, c.sum)
			}
			if at := scheme.StandingOf(l, day(13)); at.Worth != int64(c.standing) {
				t.Errorf("StandingOf(Fold(%+v)) = %+v, want %d collected", c.order, at, c.standing)
			}
			if again := scheme.Fold(l, c.order); !cmp.Equal(again, l) {
				t.Errorf("folded twice:\n%s", cmp.Diff(l, again))
			}
			later := scheme
			later.Earn, later.Pending = map[shop.Currency]int64{"GBP": 1}, 0
			if again := later.Fold(l, c.order); len(l) > 0 && !cmp.Equal(again, l) {
				t.Errorf("another scheme changed the past:\n%s", cmp.Diff(l, again))
			}
		})
	}
}

func TestEditedOrderReplacesItsEntries(t *testing.T) {
	o := shop.Order{ID: "o", Customer: "c", Placed: placed(0, gbp(9999)), Cancel: &shop.Cancel{At: day(5)}}
	l := scheme.Fold(nil, o)
	o.Placed = placed(0, gbp(5000))
	if got, want := scheme.Fold(l, o), scheme.Fold(nil, o); !cmp.Equal(got, want) {
		t.Errorf("after an edit:\n%s", cmp.Diff(want, got))
	}
	o.Placed = placed(0, gbp(50))
	if got := scheme.Fold(l, o); len(got) != 0 {
		t.Errorf("after an edit to a total that earns nothing the ledger is %+v, want it empty", got)
	}
}

// Promise "same history, same profile": the same orders give the same ledger, byte for
// byte, in whatever order their states come in, and no spend between them is lost.
func TestSameOrdersGiveTheSameLedgerInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var steps []shop.Order // the states of each order, in the order of time
		for n := range rapid.IntRange(1, 5).Draw(t, "orders") {
			o := shop.Order{ID: shop.OrderID(fmt.Sprint("o", n)), Customer: "c", Placed: placed(rapid.IntRange(0, 40).Draw(t, "day"), gbp(int64(rapid.IntRange(0, 30000).Draw(t, "total"))))}
			steps = append(steps, o)
			refunds := map[string]shop.Refund{}
			for r := range rapid.IntRange(0, 3).Draw(t, "refunds") {
				refunds[fmt.Sprint(r)] = shop.Refund{At: day(rapid.IntRange(0, 60).Draw(t, "refunded")), Amount: gbp(int64(rapid.IntRange(1, 15000).Draw(t, "amount")))}
			}
			if len(refunds) > 0 {
				o.Refunds = refunds
				steps = append(steps, o)
			}
			if rapid.Bool().Draw(t, "cancelled") {
				o.Cancel = &shop.Cancel{At: day(50)}
				steps = append(steps, o)
			}
		}
		final := map[shop.OrderID]shop.Order{}
		for _, o := range steps {
			final[o.ID] = o
		}
		var want points.Ledger
		for _, o := range steps {
			want = scheme.Fold(want, o)
		}
		rand.New(rand.NewSource(int64(rapid.Int().Draw(t, "seed")))).Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		var got points.Ledger
		for _, o := range append(steps, steps[:len(steps)/2]...) {
			joined := final[o.ID] // the state after all facts
			if rapid.Bool().Draw(t, "early") {
				joined = o
			}
			got = scheme.Fold(got, joined)
		}
		for _, o := range final {
			got = scheme.Fold(got, o)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("-in time +in any order:\n%s", diff)
		}
	})
}

func TestAccountHoldsSpendsAndGivesBack(t *testing.T) {
	a := points.Account{Ledger: ledger(t, earn("1", 0, 100))}
	now, until := day(20), day(20).Add(15*time.Minute)
	held, err := a.Hold("2", 60, until, now)
	if err != nil || held.Free("2", now) != 100 || held.Free("3", now) != 40 || held.Ledger.At(now).Active != 100 {
		t.Fatalf("Hold = %+v, %v", held, err)
	}
	if _, err := held.Hold("3", 41, until, now); !errors.Is(err, points.ErrShort) {
		t.Errorf("points that one order holds were held for another: %v", err)
	}
	if _, err := held.Spend("3", 41, now); !errors.Is(err, points.ErrShort) {
		t.Errorf("points that one order holds were spent on another: %v", err)
	}
	if again, err := held.Hold("2", 100, until, now); err != nil || again.Free("3", now) != 0 {
		t.Errorf("a second hold = %+v, %v, want it in place of the first", again, err)
	}
	if over, err := held.Hold("3", 100, until.Add(time.Hour), until.Add(time.Millisecond)); err != nil || len(over.Held) != 1 {
		t.Errorf("a lapsed hold still counts: %+v, %v", over, err)
	}
	spent, err := held.Spend("2", 60, now)
	if err != nil || spent.Free("3", now) != 40 || len(spent.Held) != 0 {
		t.Fatalf("Spend = %+v, %v", spent, err)
	}
	if again, err := spent.Spend("2", 60, now); err != nil || !cmp.Equal(again, spent) {
		t.Errorf("the same spend again: %v\n%s", err, cmp.Diff(spent, again))
	}
	back, err := spent.GiveBack("2", "r", 30, scheme.Lives, now)
	if err != nil || back.Free("3", now) != 70 {
		t.Errorf("GiveBack = %+v, %v", back, err)
	}
	granted, err := back.Grant("2", "double", 50, scheme, now)
	if err != nil || granted.Ledger.At(now).Pending != 50 {
		t.Errorf("Grant = %+v, %v", granted, err)
	}
	if taken, err := granted.Ungrant("2", "double", "r", granted.Ledger.At(now).Pending, now); err != nil || taken.Ledger.At(now).Pending != 0 {
		t.Errorf("Ungrant = %+v, %v", taken, err)
	}
	if same, err := back.Ungrant("2", "double", "r", 1, now); err != nil || !cmp.Equal(same, back) {
		t.Errorf("taking back points that were not granted = %+v, %v, want no change", same, err)
	}
}

func TestHeldPointsAreSpentEvenIfTheyAreNotActiveAnyMore(t *testing.T) {
	for name, c := range map[string]struct {
		on     time.Time
		then   []points.Entry // while the customer pays
		active int            // afterwards
	}{
		"the points expire while the customer pays": {day(365).Add(-5 * time.Minute), nil, 0},
		"a refund takes points back":                {day(20), []points.Entry{takeBack("1", 20, 70)}, -30},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := points.Account{Ledger: ledger(t, earn("1", 0, 100))}.Hold("2", 60, c.on.Add(15*time.Minute), c.on)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range c.then {
				if a.Ledger, err = a.Ledger.Add(e); err != nil {
					t.Fatal(err)
				}
			}
			now := c.on.Add(10 * time.Minute)
			spent, err := a.Spend("2", 60, now)
			if b := spent.Ledger.At(now); err != nil || b.Active != c.active || len(spent.Held) != 0 {
				t.Errorf("Spend = %+v, %v, %d are active, want %d", spent, err, b.Active, c.active)
			}
			sum := 0
			for _, e := range spent.Ledger.Statement(now) {
				sum += e.Points
			}
			if sum != c.active {
				t.Errorf("the statement's lines add up to %d, want %d", sum, c.active)
			}
		})
	}
}

func TestRateRoundsWorthDownAndCostUp(t *testing.T) {
	r := scheme.Spend // 100 points are worth 0.99
	for n, worth := range map[int]int64{0: 0, 1: 0, 2: 1, 100: 99, 101: 99, 102: 100} {
		if got := r.WorthOf(n); got != worth {
			t.Errorf("WorthOf(%d) = %d, want %d", n, got, worth)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		r := points.Rate{Points: rapid.IntRange(1, 10_000).Draw(t, "points"), Worth: rapid.Int64Range(1, 10_000).Draw(t, "worth")}
		minor := rapid.Int64Range(1, 1_000_000).Draw(t, "minor")
		if n := r.Cost(minor); r.WorthOf(n) < minor || n > 0 && r.WorthOf(n-1) >= minor {
			t.Fatalf("%+v.Cost(%d) = %d, which is worth %d", r, minor, n, r.WorthOf(n))
		}
	})
}

func TestStandingIsTheTierOfTheWindowAndItsGrace(t *testing.T) {
	scheme := points.Scheme{
		Placed: true,
		Tiers:  []points.Tier{{Name: "member"}, {Name: "silver", From: 100}, {Name: "gold", From: 300}},
		Window: 365 * 24 * time.Hour, Grace: 90 * 24 * time.Hour,
	}
	bought := func(pairs ...int) (history []points.Collected) {
		for i := 0; i < len(pairs); i += 2 {
			history = append(history, points.Collected{At: day(pairs[i]), Worth: int64(pairs[i+1])})
		}
		return history
	}
	for name, c := range map[string]struct {
		history []points.Collected
		on      int
		tier    string
		next    string
		needs   int64
	}{
		"no orders":                        {nil, 0, "member", "silver", 100},
		"one point is missing":             {bought(0, 99), 1, "member", "silver", 1},
		"reached":                          {bought(0, 60, 10, 40), 10, "silver", "gold", 200},
		"the highest tier at once":         {bought(0, 300), 0, "gold", "", 0},
		"kept while the window has enough": {bought(0, 60, 10, 40), 364, "silver", "gold", 200},
		"kept for the grace period":        {bought(0, 60, 10, 40), 365 + 89, "silver", "gold", 300},
		"lost after the grace period":      {bought(0, 60, 10, 40), 365 + 90, "member", "silver", 100},
		"two halves in different windows":  {bought(0, 60, 366, 60), 366, "member", "silver", 40},
		"a return takes the tier away":     {bought(0, 100, 5, -20), 500, "member", "silver", 100},
	} {
		t.Run(name, func(t *testing.T) {
			at := scheme.Standing(c.history, day(c.on))
			if at.Tier != c.tier || at.Next != c.next || at.Needs != c.needs {
				t.Errorf("Standing(day %d) = %+v, want %s, next %s for %d", c.on, at, c.tier, c.next, c.needs)
			}
		})
	}
}
