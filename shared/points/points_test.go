package points_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

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
	return points.Entry{ID: "take_back/" + string(order), Kind: points.TakeBack, At: day(on), Points: -n, Order: order}
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

func TestAt(t *testing.T) {
	for name, c := range map[string]struct {
		entries         []points.Entry
		on              int
		active, pending int
		next            int
	}{
		"nothing": {nil, 0, 0, 0, 0},
		"pending until the return window is over":      {[]points.Entry{earn("1", 0, 100)}, 13, 0, 100, 0},
		"active from then on":                          {[]points.Entry{earn("1", 0, 100)}, 14, 100, 0, 100},
		"expired":                                      {[]points.Entry{earn("1", 0, 100)}, 365, 0, 0, 0},
		"those that expire soonest are spent first":    {[]points.Entry{earn("1", 0, 100), earn("2", 10, 100), spend("3", 30, 150)}, 30, 50, 0, 50},
		"and what is left lives longer":                {[]points.Entry{earn("1", 0, 100), earn("2", 10, 100), spend("3", 30, 150)}, 370, 50, 0, 50},
		"a return takes back what is pending":          {[]points.Entry{earn("1", 0, 100), takeBack("1", 5, 40)}, 5, 0, 60, 0},
		"a return takes back from its own order first": {[]points.Entry{earn("1", 0, 100), earn("2", 1, 100), takeBack("2", 20, 100)}, 370, 0, 0, 0},
		"a return of what was spent is a debt":         {[]points.Entry{earn("1", 0, 100), spend("2", 20, 100), takeBack("1", 21, 30)}, 21, -30, 0, 0},
		"what is earned next pays the debt first":      {[]points.Entry{earn("1", 0, 100), spend("2", 20, 100), takeBack("1", 21, 30), earn("3", 22, 50)}, 40, 20, 0, 20},
	} {
		t.Run(name, func(t *testing.T) {
			b := ledger(t, c.entries...).At(day(c.on))
			if b.Active != c.active || b.Pending != c.pending || b.Next != c.next || b.Sum != c.active+c.pending {
				t.Errorf("At(day %d) = %+v, want %d active, %d pending, %d to expire next", c.on, b, c.active, c.pending, c.next)
			}
		})
	}
}

func TestNobodySpendsWhatIsNotActive(t *testing.T) {
	l := ledger(t, earn("1", 0, 100))
	if _, err := l.Add(spend("2", 13, 1)); !errors.Is(err, points.ErrShort) {
		t.Errorf("pending points were spent: %v", err)
	}
	if _, err := l.Add(spend("2", 14, 101)); !errors.Is(err, points.ErrShort) {
		t.Errorf("more than there is was spent: %v", err)
	}
	if _, err := l.Add(spend("2", 365, 1)); !errors.Is(err, points.ErrShort) {
		t.Errorf("expired points were spent: %v", err)
	}
}

func TestAddTakesAnEntryOnce(t *testing.T) {
	l := ledger(t, earn("1", 0, 100), earn("1", 0, 100))
	if len(l) != 1 {
		t.Errorf("%d entries, want one", len(l))
	}
	if _, err := l.Add(earn("1", 0, 90)); !errors.Is(err, points.ErrEntry) {
		t.Errorf("one ID stands for two things: %v", err)
	}
	for _, e := range []points.Entry{{}, {ID: "x", At: march, Kind: "gift", Points: 1}, {ID: "x", At: march, Kind: points.Spend, Points: 1}, {ID: "x", At: march, Kind: points.Earn, Points: 1}} {
		if _, err := l.Add(e); !errors.Is(err, points.ErrEntry) {
			t.Errorf("Add(%+v) = %v, want ErrEntry", e, err)
		}
	}
}

// Whatever happens, the balance is the sum of the ledger, nobody spends more
// than is active, and writing expiries down changes nothing.
func TestTheBalanceIsTheSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var l points.Ledger
		on := 0
		for n := range rapid.IntRange(1, 30).Draw(t, "entries") {
			on += rapid.IntRange(0, 90).Draw(t, "days")
			order := shop.OrderID(fmt.Sprint(n))
			some := rapid.IntRange(1, 100).Draw(t, "points")
			e := earn(order, on, some)
			switch rapid.IntRange(0, 3).Draw(t, "kind") {
			case 1:
				e = spend(order, on, some)
			case 2:
				e = takeBack(order, on, some)
				e.Order = shop.OrderID(fmt.Sprint(rapid.IntRange(0, n).Draw(t, "of order")))
			case 3:
				e = points.Entry{ID: "return/" + string(order), Kind: points.Return, At: day(on), Points: some, Until: day(on + rapid.IntRange(1, 400).Draw(t, "lives"))}
			}
			before := l.At(day(on)).Active
			longer, err := l.Add(e)
			if errors.Is(err, points.ErrShort) {
				if before >= some {
					t.Fatalf("%d of %d could not be spent", some, before)
				}
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			if e.Kind == points.Spend && before < some {
				t.Fatalf("%d were spent of %d", some, before)
			}
			l = longer
			for _, now := range []time.Time{day(on), day(on + rapid.IntRange(0, 500).Draw(t, "later"))} {
				b, closed := l.At(now), l.Close(now)
				sum := 0
				for _, e := range closed {
					sum += e.Points
				}
				if b.Sum != sum || b.Sum != b.Active+b.Pending || b.Pending < 0 {
					t.Fatalf("at %s the balance is %+v, the ledger adds up to %d: %+v", now, b, sum, closed)
				}
				if again := closed.At(now); again != b {
					t.Fatalf("writing expiries down made %+v of %+v", again, b)
				}
			}
		}
	})
}

func TestStanding(t *testing.T) {
	scheme := points.Scheme{
		Tiers:  []points.Tier{{"member", 0}, {"silver", 100}, {"gold", 300}},
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
		"nothing bought":                     {nil, 0, "member", "silver", 100},
		"just below":                         {bought(0, 99), 1, "member", "silver", 1},
		"reached":                            {bought(0, 60, 10, 40), 10, "silver", "gold", 200},
		"straight to the top":                {bought(0, 300), 0, "gold", "", 0},
		"kept while the window holds enough": {bought(0, 60, 10, 40), 364, "silver", "gold", 200},
		"kept for the grace period":          {bought(0, 60, 10, 40), 365 + 89, "silver", "gold", 300},
		"lost after it":                      {bought(0, 60, 10, 40), 365 + 90, "member", "silver", 100},
		"two halves that never met":          {bought(0, 60, 366, 60), 366, "member", "silver", 40},
		"a return takes it away":             {bought(0, 100, 5, -20), 500, "member", "silver", 100},
	} {
		t.Run(name, func(t *testing.T) {
			at := scheme.Standing(c.history, day(c.on))
			if at.Tier != c.tier || at.Next != c.next || at.Needs != c.needs {
				t.Errorf("Standing(day %d) = %+v, want %s, next %s for %d", c.on, at, c.tier, c.next, c.needs)
			}
		})
	}
}
