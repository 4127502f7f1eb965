package live_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// list returns the words as product IDs.
func list(words string) (ids []shop.ProductID) {
	for _, w := range strings.Fields(words) {
		ids = append(ids, shop.ProductID(w))
	}
	return ids
}

// many returns n product IDs.
func many(prefix string, n int) (ids []shop.ProductID) {
	for i := range n {
		ids = append(ids, shop.ProductID(fmt.Sprint(prefix, i)))
	}
	return ids
}

// table applies changes to rows as the store does: each mark at most once.
type table map[shop.ProductID]live.Row

func (t table) add(changes ...live.Change) {
	for _, c := range changes {
		r := t[c.Row]
		if slices.Contains(r.Marks, c.Mark) {
			continue
		}
		if r.With == nil {
			r.With = map[shop.ProductID]live.Tally{}
		}
		r.Bought += c.Bought
		for p, n := range c.With {
			r.With[p] += n
		}
		r.Marks = append(r.Marks, c.Mark)
		t[c.Row] = r
	}
}

// counts lists how many customers bought each product, and with which others.
func (t table) counts() map[shop.ProductID]string {
	out := map[shop.ProductID]string{}
	for id, r := range t {
		var with []string
		for _, p := range slices.Sorted(maps.Keys(r.With)) {
			if n := r.With[p]; n != 0 {
				with = append(with, fmt.Sprintf("%s %d", p, n.Customers()))
			}
		}
		if text := fmt.Sprintf("%d: %s", r.Bought.Customers(), strings.Join(with, ", ")); text != "0: " {
			out[id] = text
		}
	}
	return out
}

func order(id, kept string) live.Bought {
	return live.Bought{Order: shop.OrderID(id), At: noon, Kept: list(kept)}
}

func TestOrderIsCountedWithItselfAndWithEarlierOrders(t *testing.T) {
	before := []live.Bought{order("o-2", "TEA MUG"), order("o-1", "LAMP TEA")}
	e := live.Count(noon, order("o-3", "BULB MUG SPOON"), before, map[shop.ProductID]bool{"SPOON": true})
	rows := table{}
	rows.add(e.Pending("o-3")...)
	want := map[shop.ProductID]string{ // the mug and the spoon are not new to the customer
		"BULB": "1: LAMP 1, MUG 1, TEA 1", "LAMP": "0: BULB 1", "MUG": "0: BULB 1", "TEA": "0: BULB 1",
	}
	if diff := cmp.Diff(want, rows.counts()); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestOrderWithoutNewProductsCountsNothing(t *testing.T) {
	for phrase, e := range map[string]live.Entry{
		"an empty order":             live.Count(noon, order("o", ""), nil, nil),
		"bought in an earlier order": live.Count(noon, order("o", "TEA"), []live.Bought{order("o-1", "TEA")}, nil),
		"bought in an old order":     live.Count(noon, order("o", "TEA"), nil, map[shop.ProductID]bool{"TEA": true}),
		"a product without a name":   live.Count(noon, live.Bought{Order: "o", Kept: []shop.ProductID{""}}, nil, nil),
	} {
		if got := e.Pending("o"); len(got) > 0 || len(e.Steps) > 0 {
			t.Errorf("%s counts %v", phrase, got)
		}
	}
	one := live.Count(noon, order("o", "TEA TEA TEA"), nil, nil)
	if rows := (table{}); len(one.Pending("o")) != 1 {
		t.Errorf("one product three times changes %v", rows)
	}
}

// A reseller with 10,000 products costs no more writes than other customers.
func TestOrderChangesAtMostEightRows(t *testing.T) {
	huge := live.Bought{Order: "o", At: noon, Kept: many("a", 10_000)}
	e := live.Count(noon, huge, []live.Bought{{Order: "o-1", At: noon, Kept: many("b", 10_000)}}, nil)
	changes := e.Pending("o")
	if len(changes) != live.MostRows || len(e.New)+len(e.With) > 22 {
		t.Errorf("the order changes %d rows with %d products, want %d and 22", len(changes), len(e.New)+len(e.With), live.MostRows)
	}
	if again := live.Count(noon, huge, []live.Bought{{Order: "o-1", At: noon, Kept: many("b", 10_000)}}, nil); cmp.Diff(e, again) != "" {
		t.Error("the same order draws other products")
	}
	other := huge
	other.Order = "p"
	if again := live.Count(noon, other, nil, nil); slices.Equal(e.New, again.New) {
		t.Error("another order of the same products draws the same ones: the others are never counted")
	}
}

// Rows count each kept product once, for all kept and returned products and for
// changes that come in any order and any number of times.
func TestRowsCountKeptProductsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		products := list("A B C D E F")
		some := rapid.SliceOfDistinct(rapid.SampledFrom(products), func(p shop.ProductID) shop.ProductID { return p })
		var all []live.Change
		want := table{}
		var before []live.Bought
		for o := range rapid.IntRange(1, 5).Draw(t, "orders") {
			b := live.Bought{Order: shop.OrderID(fmt.Sprint("o-", o)), At: noon.AddDate(0, 0, o), Kept: some.Draw(t, "kept")}
			e := live.Count(b.At, b, before, nil)
			first := e
			before = append([]live.Bought{b}, before...)
			var gone []shop.ProductID
			for i := range rapid.IntRange(0, 3).Draw(t, "steps") {
				if len(e.Steps) == 0 {
					break
				}
				gone = append(gone, some.Draw(t, "back")...)
				left := slices.DeleteFunc(slices.Clone(b.Kept), func(p shop.ProductID) bool { return slices.Contains(gone, p) })
				e = e.TakeBack(b.At.Add(time.Duration(i)*time.Hour), left)
				if rapid.Bool().Draw(t, "taken back twice") {
					e = e.TakeBack(b.At.AddDate(0, 0, 9), left)
				}
			}
			all = append(all, e.Pending(b.Order)...)
			// The expected result: the first entry without the returned products.
			first.New = slices.DeleteFunc(slices.Clone(first.New), func(p shop.ProductID) bool { return slices.Contains(gone, p) })
			first.Rows = slices.DeleteFunc(slices.Clone(first.Rows), func(p shop.ProductID) bool {
				return slices.Contains(gone, p) && slices.Contains(e.New, p)
			})
			want.add(first.Pending(b.Order)...)
		}
		twice := append(slices.Clone(all), all...)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "shuffle"), 0)).Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
		got := table{}
		got.add(twice...)
		if diff := cmp.Diff(want.counts(), got.counts()); diff != "" {
			t.Fatalf("rows (-want +got):\n%s", diff)
		}
		for id, row := range got {
			for p, n := range row.With {
				if n != want[id].With[p] {
					t.Fatalf("%s with %s weighs %d, want %d", id, p, n, want[id].With[p])
				}
			}
		}
	})
}

func TestDoneStepsAreNotPending(t *testing.T) {
	e := live.Count(noon, order("o", "A B"), nil, nil)
	e.Done = 1
	if got := e.Pending("o"); len(got) != 0 {
		t.Errorf("after the first step, %v are pending", got)
	}
	e = e.TakeBack(noon, list("A"))
	if got := e.Pending("o"); len(got) != 2 {
		t.Errorf("after B was returned, %v are pending, want two rows", got)
	}
	e.Done = 7 // more than there are steps
	if got := e.Pending("o"); len(got) != 0 {
		t.Errorf("with seven steps done, %v are pending", got)
	}
}

func TestRecentCountsWeighMore(t *testing.T) {
	rows := table{}
	buy := func(n int, prefix string, at time.Time, kept string) {
		for i := range n {
			b := live.Bought{Order: shop.OrderID(fmt.Sprint(prefix, i)), At: at, Kept: list(kept)}
			rows.add(live.Count(at, b, nil, nil).Pending(b.Order)...)
		}
	}
	buy(5, "old", noon.AddDate(-1, 0, 0), "LAMP CANDLE")
	buy(3, "new", noon, "LAMP BULB")
	near := rows["LAMP"].Neighbours(live.Sold{})
	if len(near) != 2 || near[0].Product != "BULB" || near[0].Customers != 3 || near[1].Customers != 5 {
		t.Errorf("the lamp's neighbours = %v, want the bulb (3 customers today) before the candle (5 a year ago)", near)
	}
}

func TestPopularPartnersAreHeldBack(t *testing.T) {
	rows := table{}
	for i := range 9 {
		b := order(fmt.Sprint("o", i), "LAMP BAG BULB")
		rows.add(live.Count(noon, b, nil, nil).Pending(b.Order)...)
	}
	near := rows["LAMP"].Neighbours(live.SoldOf(map[shop.ProductID]int{"BAG": 5000, "CUP": 40}))
	if len(near) != 2 || near[0].Product != "BULB" || near[0].Score <= 2*near[1].Score {
		t.Errorf("the lamp's neighbours = %v, want the bulb far before the bag, which most customers buy", near)
	}
	for _, n := range rows["LAMP"].Neighbours(live.Sold{}) {
		if !(n.Score > 0 && n.Score <= 1) {
			t.Errorf("%s scores %v, want above 0 and at most 1", n.Product, n.Score)
		}
	}
	if near := (live.Row{}).Neighbours(live.Sold{}); len(near) != 0 {
		t.Errorf("neighbours of an empty row = %v", near)
	}
}

func TestCut(t *testing.T) {
	row := live.Row{With: map[shop.ProductID]live.Tally{}}
	for i := range 72 {
		row.With[shop.ProductID(fmt.Sprintf("p%02d", i))] = live.Tally(i%32)*100_000 - 5
	}
	for i := range 20 {
		row.Marks = append(row.Marks, live.Mark("o", i, noon.Add(time.Duration(i)*time.Hour)))
	}
	if partners, marks := row.Cut(); len(partners)+len(marks) > 0 {
		t.Errorf("a row of the largest allowed size is cut: %v %v", partners, marks)
	}
	row.Marks = append(row.Marks, live.Mark("o", 20, noon.Add(20*time.Hour)))
	partners, marks := row.Cut()
	if len(partners) != 32 || len(marks) != 13 || !slices.Equal(marks, row.Marks[:13]) {
		t.Errorf("Cut = %d partners and the marks %v, want 32 and the 13 oldest", len(partners), marks)
	}
	for _, p := range partners {
		if row.With[p] > 11*100_000 {
			t.Errorf("%s is cut, and it weighs more than some that stay", p)
		}
	}
}

// Orders from a clock that is decades ahead must not outweigh all others for
// ever, and no number may overflow.
func TestWrongClockDoesNotOverflowCounts(t *testing.T) {
	for _, at := range []time.Time{{}, noon.AddDate(-40, 0, 0), noon.AddDate(80, 0, 0), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)} {
		rows := table{}
		for i := range 1000 {
			b := live.Bought{Order: shop.OrderID(fmt.Sprint("o", i)), At: at, Kept: list("LAMP BULB")}
			rows.add(live.Count(at, b, nil, nil).Pending(b.Order)...)
		}
		near := rows["LAMP"].Neighbours(live.Sold{})
		if len(near) != 1 || near[0].Customers != 1000 || !(near[0].Score > 0 && near[0].Score <= 1) {
			t.Errorf("after orders with the time %s, the lamp's neighbours = %v, want the bulb with 1,000 customers", at, near)
		}
	}
}

func TestMarksSortByTime(t *testing.T) {
	earlier, later := live.Mark("o-1", 0, noon), live.Mark("o-1", 0, noon.Add(2*time.Minute))
	if earlier >= later || len(earlier) != 9 {
		t.Errorf("marks %q and %q two minutes later, want 9 digits in the order of time", earlier, later)
	}
	if live.Mark("o-1", 0, noon) == live.Mark("o-1", 1, noon) || live.Mark("o-1", 0, noon) == live.Mark("o-2", 0, noon) {
		t.Error("another step, or another order, has the same mark")
	}
}

// A product that is in every order keeps the marks of the last minutes, for a
// message that is delivered again after a crash; other products keep their last few.
func TestMarksOfTheLastMinutesAreKept(t *testing.T) {
	for phrase, c := range map[string]struct {
		every time.Duration
		least int // of the newest marks that must be there
		most  int
	}{
		"once a day":           {24 * time.Hour, 8, 20},
		"once a minute":        {time.Minute, 20, 35},
		"six times a minute":   {10 * time.Second, 84, 108},
		"sixty times a minute": {time.Second, 84, 108},
	} {
		var row live.Row
		var all []string
		for i := range 1000 {
			mark := live.Mark("o", i, noon.Add(time.Duration(i)*c.every))
			all, row.Marks = append(all, mark), append(row.Marks, mark)
			_, stale := row.Cut()
			row.Marks = slices.DeleteFunc(row.Marks, func(m string) bool { return slices.Contains(stale, m) })
			if len(row.Marks) > c.most {
				t.Fatalf("%s: %d marks, want %d at most", phrase, len(row.Marks), c.most)
			}
		}
		slices.Sort(all)
		for _, m := range all[len(all)-c.least:] {
			if !slices.Contains(row.Marks, m) {
				t.Errorf("%s: one of the newest %d marks was cut", phrase, c.least)
				break
			}
		}
	}
}
