package recommend_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// goods is a catalogue row; change adds what the row is about.
func goods(id, category string, change ...func(*recommend.Item)) recommend.Item {
	row := recommend.Item{
		Product: shop.Product{ID: shop.ProductID(id), Title: "The " + id, Category: category, Price: shop.Money{Minor: 500, Currency: "EUR"}},
		Learned: recommend.Learned{Customers: 10},
	}
	for _, c := range change {
		c(&row)
	}
	return row
}

func with(neighbours ...recommend.Neighbour) func(*recommend.Item) {
	return func(r *recommend.Item) { r.Neighbours = neighbours }
}

func related(kind shop.Relation, ids ...shop.ProductID) func(*recommend.Item) {
	return func(r *recommend.Item) { r.Relations = map[shop.Relation][]shop.ProductID{kind: ids} }
}

func rows(items ...recommend.Item) map[shop.ProductID]recommend.Item {
	m := map[shop.ProductID]recommend.Item{}
	for _, i := range items {
		m[i.ID] = i
	}
	return m
}

// once is an item bought in one order, that many days ago.
func once(id string, ago int) recommend.Bought {
	at := now.AddDate(0, 0, -ago)
	return recommend.Bought{Product: shop.ProductID(id), Orders: 1, Units: 1, First: at, Last: at}
}

// often is an item bought in n orders, the first and the last so many days ago.
func often(id string, n, first, last int) recommend.Bought {
	b := once(id, last)
	b.Orders, b.Units, b.First = n, n, now.AddDate(0, 0, -first)
	return b
}

func back(b recommend.Bought) recommend.Bought { b.Returned = true; return b }

// line shows a pick as "id kind(product) customers/times/days".
func line(p recommend.Pick) string {
	r := p.Reason
	return fmt.Sprintf("%s %s(%s) %d/%d/%d", p.Product.ID, r.Kind, r.Product, r.Customers, r.Times, r.Days)
}

func TestRecommend(t *testing.T) {
	lamp := goods("lamp", "light", with(
		recommend.Neighbour{Product: "bulb", Score: .5, Customers: 41}, recommend.Neighbour{Product: "shade", Score: .3, Customers: 20}))
	bulb, shade, mug := goods("bulb", "light"), goods("shade", "light"), goods("mug", "kitchen")
	popular := []recommend.Popular{{Product: "mug", Customers: 9}, {Product: "shade", Customers: 30}}
	soldOut := func(r *recommend.Item) { none := 0; r.Stock = &none }
	used := func(days int) func(*recommend.Item) { return func(r *recommend.Item) { r.Used = days } }

	for phrase, c := range map[string]struct {
		history []recommend.Bought
		rows    map[shop.ProductID]recommend.Item
		popular []recommend.Popular
		opt     recommend.Options
		want    string
	}{
		"an empty shop": {opt: recommend.Options{Want: 3}},
		"nothing is wanted": {
			history: []recommend.Bought{once("lamp", 9)}, rows: rows(lamp, bulb), popular: popular, opt: recommend.Options{Want: 0},
		},
		"a new customer gets what is popular": {
			rows: rows(lamp, bulb, shade, mug), popular: popular, opt: recommend.Options{Want: 3, Mode: recommend.ModeGoesWith},
			want: "shade popular() 30/0/0, mug popular() 10/0/0",
		},
		"a new customer is due for nothing": {
			rows: rows(lamp, bulb, shade, mug), popular: popular, opt: recommend.Options{Want: 3, Mode: recommend.ModeAgain},
		},
		"what is bought together, then what is popular": {
			history: []recommend.Bought{once("lamp", 9)}, rows: rows(lamp, bulb, shade, mug), popular: popular,
			opt:  recommend.Options{Want: 3, Mode: recommend.ModeGoesWith},
			want: "bulb together(lamp) 41/0/0, shade together(lamp) 20/0/0, mug popular() 10/0/0",
		},
		"a relation of the catalogue outranks co-purchase": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(goods("lamp", "light", with(lamp.Neighbours...), related(shop.RelationComplements, "shade")), bulb, shade),
			opt:     recommend.Options{Want: 1},
			want:    "shade goes_with(lamp) 0/0/0",
		},
		"a relation may stand in the other's row": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(lamp, bulb, goods("shade", "light", related(shop.RelationComplements, "lamp"))),
			opt:     recommend.Options{Want: 1},
			want:    "shade goes_with(lamp) 0/0/0",
		},
		"what is used up by an item they have": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(lamp, goods("bulb", "light", related(shop.RelationConsumableOf, "lamp")), shade),
			opt:     recommend.Options{Want: 1},
			want:    "bulb consumable(lamp) 0/0/0",
		},
		"what is used up, known from the lamp's own row": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(goods("lamp", "light", func(r *recommend.Item) { r.Consumables = []shop.ProductID{"bulb"} }), bulb),
			opt:     recommend.Options{Want: 1},
			want:    "bulb consumable(lamp) 0/0/0",
		},
		"the lamp is not offered to who bought its bulb": {
			history: []recommend.Bought{once("bulb", 9)},
			rows:    rows(goods("bulb", "light", related(shop.RelationConsumableOf, "lamp")), goods("lamp", "light", func(r *recommend.Item) { r.Customers = 0 })),
			opt:     recommend.Options{Want: 1},
		},
		"an upgrade comes behind a complement, and does not go with what it replaces": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(goods("lamp", "light", func(r *recommend.Item) {
				r.Relations = map[shop.Relation][]shop.ProductID{shop.RelationUpgrades: {"bulb"}, shop.RelationServicePlan: {"shade"}}
			}), bulb, shade),
			opt: recommend.Options{Want: 2}, want: "shade goes_with(lamp) 0/0/0, bulb popular() 10/0/0",
		},
		"an upgrade comes before what is bought together, and says who bought both": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(goods("lamp", "light", with(lamp.Neighbours...), func(r *recommend.Item) {
				r.Relations = map[shop.Relation][]shop.ProductID{shop.RelationUpgrades: {"shade"}}
			}), bulb, shade),
			opt: recommend.Options{Want: 1}, want: "shade together(lamp) 20/0/0",
		},
		"nobody knows when, so nothing is due": {
			history: []recommend.Bought{{Product: "mug", Orders: 4, Units: 4, Places: []int{0, 1, 2, 3}}},
			rows:    rows(goods("mug", "", func(r *recommend.Item) { r.EveryDays = 60 })),
			opt:     recommend.Options{Want: 2},
		},
		"hidden, sold out, untitled, free and unknown products": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(goods("lamp", "light", with(
				recommend.Neighbour{Product: "a", Score: .9, Customers: 9}, recommend.Neighbour{Product: "b", Score: .9, Customers: 9},
				recommend.Neighbour{Product: "c", Score: .9, Customers: 9}, recommend.Neighbour{Product: "d", Score: .9, Customers: 9},
				recommend.Neighbour{Product: "e", Score: .9, Customers: 9}, recommend.Neighbour{Product: "bulb", Score: .1, Customers: 9})),
				goods("a", "", func(r *recommend.Item) { r.Hidden = true }), goods("b", "", soldOut),
				goods("c", "", func(r *recommend.Item) { r.Title = "" }), goods("d", "", func(r *recommend.Item) { r.Price.Minor = 0 }), bulb),
			opt: recommend.Options{Want: 5}, want: "bulb together(lamp) 9/0/0",
		},
		"what came back is neither offered nor a reason": {
			history: []recommend.Bought{back(once("lamp", 9)), back(often("mug", 5, 100, 50))},
			rows:    rows(lamp, bulb, shade, mug), popular: popular, opt: recommend.Options{Want: 5},
			want: "shade popular() 30/0/0",
		},
		"what came back to the last unit": {
			history: []recommend.Bought{func() recommend.Bought { b := once("lamp", 9); b.Units = 0; return b }()},
			rows:    rows(lamp, bulb), opt: recommend.Options{Want: 5},
		},
		"too few customers are no reason": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(goods("lamp", "", with(recommend.Neighbour{Product: "bulb", Score: .5, Customers: 2}, recommend.Neighbour{Product: "shade", Score: .5, Customers: 2})),
				bulb, goods("shade", "", func(r *recommend.Item) { r.Customers = 2 })),
			opt: recommend.Options{Want: 5}, want: "bulb popular() 10/0/0",
		},
		"scores that are no numbers": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(goods("lamp", "", with(recommend.Neighbour{Product: "bulb", Score: math.NaN(), Customers: 9}, recommend.Neighbour{Product: "mug", Score: math.Inf(1), Customers: 9},
				recommend.Neighbour{Product: "shade", Score: .1, Customers: 9})), bulb, shade, mug),
			opt: recommend.Options{Want: 1}, want: "shade together(lamp) 9/0/0",
		},
		"the order at hand weighs most, and is not offered": {
			history: []recommend.Bought{often("lamp", 6, 100, 10), once("mug", 0)},
			rows:    rows(lamp, bulb, goods("mug", "kitchen", with(recommend.Neighbour{Product: "tea", Score: .5, Customers: 5}, recommend.Neighbour{Product: "lamp", Score: .9, Customers: 5})), goods("tea", "kitchen")),
			opt:     recommend.Options{Want: 2, Mode: recommend.ModeGoesWith, Anchor: []shop.ProductID{"mug"}},
			want:    "tea together(mug) 5/0/0, bulb together(lamp) 41/0/0",
		},
		"what was shown too often": {
			history: []recommend.Bought{once("lamp", 9)}, rows: rows(lamp, bulb, shade), opt: recommend.Options{Want: 2, Except: []shop.ProductID{"bulb"}},
			want: "shade together(lamp) 20/0/0",
		},
		"their own rhythm, due": {
			history: []recommend.Bought{often("mug", 3, 100, 40)}, rows: rows(mug), opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain},
			want: "mug again(mug) 0/3/30",
		},
		"their own rhythm, not due yet": {
			history: []recommend.Bought{often("mug", 3, 80, 20)}, rows: rows(mug), opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain},
		},
		"their own rhythm outweighs the item's": {
			history: []recommend.Bought{often("mug", 3, 100, 40)}, rows: rows(goods("mug", "", func(r *recommend.Item) { r.EveryDays = 300 })),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug again(mug) 0/3/30",
		},
		"two buys go by the item's rhythm, and say their own": {
			history: []recommend.Bought{often("mug", 2, 55, 50)}, rows: rows(goods("mug", "", func(r *recommend.Item) { r.EveryDays = 60 })),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug again(mug) 0/2/5",
		},
		"two buys soon after each other are no rhythm yet": {
			history: []recommend.Bought{often("mug", 2, 15, 10)}, rows: rows(goods("mug", "", func(r *recommend.Item) { r.EveryDays = 60 })),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain},
		},
		"twice on one day is not said to be every 0 days": {
			history: []recommend.Bought{func() recommend.Bought { b := often("mug", 2, 90, 90); b.First = b.First.Add(-5 * time.Hour); return b }()},
			rows:    rows(goods("mug", "", func(r *recommend.Item) { r.EveryDays = 60 })),
			opt:     recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug again(mug) 0/2/0",
		},
		"nobody knows since when, so no rhythm is told": {
			history: []recommend.Bought{{Product: "mug", Orders: 4, Units: 4, Last: now.AddDate(0, 0, -90)}},
			rows:    rows(goods("mug", "", func(r *recommend.Item) { r.EveryDays = 60 })),
			opt:     recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug again(mug) 0/4/0",
		},
		"bought once, though others repeat it": {
			history: []recommend.Bought{once("mug", 90)}, rows: rows(goods("mug", "", func(r *recommend.Item) { r.EveryDays = 60 })),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain},
		},
		"the reason is the item that speaks loudest": {
			history: []recommend.Bought{often("lamp", 6, 100, 10), once("mug", 5)},
			rows:    rows(lamp, bulb, goods("mug", "kitchen", with(recommend.Neighbour{Product: "bulb", Score: .1, Customers: 50}))),
			opt:     recommend.Options{Want: 1, Mode: recommend.ModeGoesWith}, want: "bulb together(lamp) 41/0/0",
		},
		"a relation stays the reason, whatever else speaks for it": {
			history: []recommend.Bought{often("mug", 6, 100, 1), once("lamp", 5)},
			rows:    rows(lamp, shade, goods("mug", "kitchen", related(shop.RelationComplements, "shade"))),
			opt:     recommend.Options{Want: 1, Mode: recommend.ModeGoesWith}, want: "shade goes_with(mug) 0/0/0",
		},
		"a score out of range does not outrank a relation": {
			history: []recommend.Bought{once("lamp", 5)},
			rows: rows(goods("lamp", "", with(recommend.Neighbour{Product: "bulb", Score: 7, Customers: 9}), related(shop.RelationComplements, "shade")),
				bulb, shade),
			opt: recommend.Options{Want: 1}, want: "shade goes_with(lamp) 0/0/0",
		},
		"bought once and not used up": {
			history: []recommend.Bought{once("mug", 500)}, rows: rows(mug), popular: popular, opt: recommend.Options{Want: 2},
		},
		"bought once and used up by now": {
			history: []recommend.Bought{once("tea", 30)}, rows: rows(goods("tea", "", used(30))), opt: recommend.Options{Want: 2},
			want: "tea used_up(tea) 0/0/30",
		},
		"bought once and not used up yet": {
			history: []recommend.Bought{once("tea", 10)}, rows: rows(goods("tea", "", used(30))), opt: recommend.Options{Want: 2},
		},
		"new items only": {
			history: []recommend.Bought{often("mug", 3, 100, 40), once("lamp", 9)}, rows: rows(lamp, bulb, mug),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeGoesWith}, want: "bulb together(lamp) 41/0/0",
		},
		"both by turns, what is due first": {
			history: []recommend.Bought{often("mug", 3, 100, 40), often("tea", 4, 130, 40), once("lamp", 9)}, rows: rows(lamp, bulb, shade, mug, goods("tea", "kitchen")),
			opt: recommend.Options{Want: 4}, want: "tea again(tea) 0/4/30, bulb together(lamp) 41/0/0, mug again(mug) 0/3/30, shade together(lamp) 20/0/0",
		},
		"no more than half of one kind, where there are others": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(goods("lamp", "", with(recommend.Neighbour{Product: "a", Score: .5, Customers: 9}, recommend.Neighbour{Product: "b", Score: .4, Customers: 9},
				recommend.Neighbour{Product: "c", Score: .3, Customers: 9}, recommend.Neighbour{Product: "d", Score: .2, Customers: 9}, recommend.Neighbour{Product: "e", Score: .1, Customers: 9})),
				goods("a", "x"), goods("b", "x"), goods("c", "x"), goods("d", "y"), goods("e", "y")),
			opt: recommend.Options{Want: 4}, want: "a together(lamp) 9/0/0, b together(lamp) 9/0/0, d together(lamp) 9/0/0, e together(lamp) 9/0/0",
		},
		"filled up with one kind, where there is no other": {
			history: []recommend.Bought{once("lamp", 9)}, rows: rows(lamp, bulb, shade, goods("z", "light")), popular: []recommend.Popular{{Product: "z", Customers: 4}},
			opt: recommend.Options{Want: 3}, want: "bulb together(lamp) 41/0/0, shade together(lamp) 20/0/0, z popular() 10/0/0",
		},
		"ties go by customers, then by ID": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(goods("lamp", "", with(recommend.Neighbour{Product: "c", Score: .5, Customers: 9}, recommend.Neighbour{Product: "b", Score: .5, Customers: 9}, recommend.Neighbour{Product: "a", Score: .5, Customers: 9})),
				goods("a", ""), goods("b", ""), goods("c", "", func(r *recommend.Item) { r.Customers = 11 })),
			opt: recommend.Options{Want: 3}, want: "c together(lamp) 9/0/0, a together(lamp) 9/0/0, b together(lamp) 9/0/0",
		},
		"bought once, and others repeat it in every fourth order": {
			history: []recommend.Bought{once("mug", 90)}, rows: rows(goods("mug", "", func(r *recommend.Item) { r.EveryDays, r.Again = 60, .25 })),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug others(mug) 0/0/60",
		},
		"bought once, and others repeat it, but it is not time": {
			history: []recommend.Bought{once("mug", 30)}, rows: rows(goods("mug", "", func(r *recommend.Item) { r.EveryDays, r.Again = 60, .25 })),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain},
		},
		"their next order: what is due and what is new by one score": {
			history: []recommend.Bought{often("mug", 3, 100, 40), often("tea", 2, 70, 40), once("lamp", 9)}, rows: rows(lamp, bulb, shade, mug, goods("tea", "kitchen")),
			opt: recommend.Options{Want: 4, Mode: recommend.ModeNext}, want: "mug again(mug) 0/3/30, tea again(tea) 0/2/30, bulb together(lamp) 41/0/0, shade together(lamp) 20/0/0",
		},
		"what is long overdue comes behind what is due": {
			history: []recommend.Bought{often("mug", 3, 100, 40), often("tea", 4, 130, 100)}, rows: rows(mug, goods("tea", "kitchen")),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug again(mug) 0/3/30, tea again(tea) 0/4/10",
		},
		"their next order: what much leads to comes before what they bought twice": {
			history: []recommend.Bought{often("mug", 2, 70, 40), once("lamp", 9), once("desk", 9)},
			rows: rows(goods("lamp", "light", with(recommend.Neighbour{Product: "bulb", Score: 1, Customers: 41})), bulb, mug,
				goods("desk", "", with(recommend.Neighbour{Product: "bulb", Score: .9, Customers: 20}))),
			opt: recommend.Options{Want: 3, Mode: recommend.ModeNext}, want: "bulb together(lamp) 41/0/0, mug again(mug) 0/2/30",
		},
		"their next order: a relation takes the place of the best that is new": {
			history: []recommend.Bought{often("mug", 3, 100, 40), once("lamp", 9)},
			rows:    rows(goods("lamp", "light", with(recommend.Neighbour{Product: "bulb", Score: 1, Customers: 41}), related(shop.RelationComplements, "shade")), bulb, shade, mug),
			opt:     recommend.Options{Want: 3, Mode: recommend.ModeNext}, want: "mug again(mug) 0/3/30, shade goes_with(lamp) 0/0/0, bulb together(lamp) 41/0/0",
		},
		"a product of today, known from today's orders alone": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(goods("lamp", "light", with(lamp.Neighbours...), func(r *recommend.Item) {
				r.Lately = []recommend.Neighbour{{Product: "new", Score: .9, Customers: 5}, {Product: "bulb", Score: .9, Customers: 99}}
			}), bulb, shade, goods("new", "x")),
			opt: recommend.Options{Want: 3}, want: "bulb together(lamp) 41/0/0, new together(lamp) 5/0/0, shade together(lamp) 20/0/0",
		},
		"a shop that learned nothing yet goes by today's orders": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(goods("lamp", "light", func(r *recommend.Item) {
				r.Lately = []recommend.Neighbour{{Product: "shade", Score: .2, Customers: 4}, {Product: "bulb", Score: .3, Customers: 3}}
			}), bulb, shade),
			opt: recommend.Options{Want: 3}, want: "bulb together(lamp) 3/0/0, shade together(lamp) 4/0/0",
		},
		"a row that was read for something else": {
			history: []recommend.Bought{once("lamp", 9)}, rows: rows(goods("lamp", "light"), mug), opt: recommend.Options{Want: 3},
		},
		"an item without a name gives no reason": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(goods("lamp", "light", with(lamp.Neighbours...), related(shop.RelationComplements, "shade"), func(r *recommend.Item) { r.Title = "" }), bulb, shade),
			opt:     recommend.Options{Want: 2}, want: "bulb popular() 10/0/0, shade popular() 10/0/0",
		},
		"an order told twice is one item": {
			history: []recommend.Bought{often("mug", 2, 100, 70), once("mug", 40)}, rows: rows(mug), opt: recommend.Options{Want: 2},
			want: "mug again(mug) 0/3/30",
		},
	} {
		t.Run(phrase, func(t *testing.T) {
			var got []string
			for _, p := range recommend.Recommend(now, recommend.History{Items: c.history}, c.rows, c.popular, c.opt) {
				got = append(got, line(p))
			}
			if got := strings.Join(got, ", "); got != c.want {
				t.Errorf("Recommend = %s\n     want %s", got, c.want)
			}
		})
	}
}

// A relation says when the other one was bought, where that is known for certain.
func TestReasonsTellTheDay(t *testing.T) {
	shelf := rows(goods("lamp", "", related(shop.RelationComplements, "shade")), goods("bulb", "", related(shop.RelationConsumableOf, "lamp")), goods("shade", ""))
	known := once("lamp", 9)
	known.Places = []int{0}
	for phrase, c := range map[string]struct {
		lamp recommend.Bought
		want time.Time
	}{
		"an order that is kept":   {known, known.Last},
		"one that is only summed": {once("lamp", 9), time.Time{}},
	} {
		picks := recommend.Recommend(now, recommend.History{Items: []recommend.Bought{c.lamp}}, shelf, nil, recommend.Options{Want: 2})
		if len(picks) != 2 || !picks[0].Reason.On.Equal(c.want) || !picks[1].Reason.On.Equal(c.want) {
			t.Errorf("%s: picks %+v, want two that tell of %s", phrase, picks, c.want)
		}
	}
}

// Of 10,000 products the newest are looked at, and none is offered as new.
func TestLongHistories(t *testing.T) {
	var h recommend.History
	for i := range 10_000 {
		h.Items = append(h.Items, once(fmt.Sprintf("p%05d", i), i))
	}
	sources := recommend.Sources(h, nil, 500)
	if len(sources) != recommend.LongestHistory {
		t.Errorf("Sources gave %d, want %d", len(sources), recommend.LongestHistory)
	}
	if len(sources) > 0 && sources[0] != "p00000" {
		t.Errorf("Sources begin with %s, want the newest", sources[0])
	}
	// The last of them is far outside what is looked at, but bought it was.
	newest := goods("p00000", "", with(recommend.Neighbour{Product: "p09999", Score: .5, Customers: 9}))
	if got := recommend.Recommend(now, h, rows(newest, goods("p09999", "")), nil, recommend.Options{Want: 3}); len(got) != 0 {
		t.Errorf("Recommend = %v, want nothing: it was bought", got)
	}
}

func TestSources(t *testing.T) {
	h := recommend.History{Items: []recommend.Bought{
		once("once", 5), often("often", 4, 90, 6), back(often("back", 9, 90, 1)), once("anchor", 0), {Product: "", Orders: 1, Units: 1}, {Product: "none", Units: 1},
	}}
	if diff := cmp.Diff([]shop.ProductID{"anchor", "often", "once"}, recommend.Sources(h, nil, 9, "anchor")); diff != "" {
		t.Errorf("Sources: -want +got\n%s", diff)
	}
	if got := recommend.Sources(h, nil, 1); len(got) != 1 || got[0] != "often" {
		t.Errorf("Sources(1) = %v, want often", got)
	}
	popular := []recommend.Popular{{Product: "fad", Customers: 99}, {Product: "fad2", Customers: 98}}
	mixed := recommend.History{Items: []recommend.Bought{once("fad2", 1), once("other", 2), often("staple", 5, 90, 30), once("fad", 3), back(often("back", 9, 90, 1)), once("left", 0)}}
	for phrase, c := range map[string]struct {
		n       int
		anchors []shop.ProductID
		want    string
	}{
		"half of them popular, the others bought often": {4, nil, "[fad fad2 staple left]"},
		"of three, two": {3, nil, "[fad fad2 staple]"},
		"what is at hand leads, and takes no place of a staple": {4, []shop.ProductID{"other", "left", "fad"}, "[fad left staple fad2]"},
		"none": {0, nil, "[]"},
		"less": {-3, nil, "[]"},
	} {
		if got := fmt.Sprint(recommend.Sources(mixed, popular, c.n, c.anchors...)); got != c.want {
			t.Errorf("%s: Sources(%d) = %s, want %s", phrase, c.n, got, c.want)
		}
	}
	if got := recommend.Sources(recommend.History{}, nil, 9); len(got) != 0 {
		t.Errorf("Sources of nothing = %v", got)
	}
}

func TestCandidates(t *testing.T) {
	var near []recommend.Neighbour
	var popular []recommend.Popular
	h := recommend.History{Items: []recommend.Bought{often("lamp", 9, 90, 9)}}
	for i := range 20 {
		near = append(near, recommend.Neighbour{Product: shop.ProductID(fmt.Sprintf("n%02d", i)), Score: .5 - float64(i)/100, Customers: 9})
		popular = append(popular, recommend.Popular{Product: shop.ProductID(fmt.Sprintf("p%02d", i)), Customers: 90 - i})
		h.Items = append(h.Items, often(fmt.Sprintf("a%02d", i), 2, 90, 30+i))
	}
	popular = append(popular, recommend.Popular{Product: "lamp", Customers: 99}, recommend.Popular{Product: "a00", Customers: 98})
	sources := rows(goods("lamp", "", with(near...), related(shop.RelationComplements, "shade")))
	for phrase, c := range map[string]struct {
		n    int
		want string
	}{
		"related first, one popular at last, and none that was bought": {8, "shade n00 n01 n02 n03 n04 n05 p00"},
		"nothing":           {0, ""},
		"less than nothing": {-1, ""},
	} {
		got := strings.Trim(fmt.Sprint(recommend.Candidates(h, sources, popular, c.n)), "[]")
		if got != c.want {
			t.Errorf("%s: Candidates(%d) = %s, want %s", phrase, c.n, got, c.want)
		}
	}
	if got, want := fmt.Sprint(recommend.Candidates(recommend.History{}, nil, popular, 3)), "[lamp a00 p00]"; got != want {
		t.Errorf("of a new customer: Candidates = %s, want %s", got, want)
	}
}

func ExampleRecommend() {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	history := recommend.History{Items: []recommend.Bought{
		{Product: "TEA", Orders: 3, Units: 3, First: now.AddDate(0, 0, -100), Last: now.AddDate(0, 0, -40), Since: 1},
		{Product: "LAMP", Orders: 1, Units: 1, First: now.AddDate(0, 0, -30), Last: now.AddDate(0, 0, -30)},
	}}
	price := shop.Money{Minor: 990, Currency: "EUR"}
	rows := map[shop.ProductID]recommend.Item{
		"TEA":   {Product: shop.Product{ID: "TEA", Title: "Earl Grey", Price: price}},
		"LAMP":  {Product: shop.Product{ID: "LAMP", Title: "Desk lamp", Price: price}, Learned: recommend.Learned{Neighbours: []recommend.Neighbour{{Product: "SHADE", Score: .31, Customers: 41}}}},
		"SHADE": {Product: shop.Product{ID: "SHADE", Title: "Paper shade", Price: price}, Learned: recommend.Learned{Customers: 60}},
	}
	for _, pick := range recommend.Recommend(now, history, rows, nil, recommend.Options{Want: 3, Mode: recommend.ModeBoth}) {
		switch r := pick.Reason; r.Kind {
		case recommend.ReasonAgain:
			fmt.Printf("%s: you bought it %d times, every %d days\n", pick.Product.Title, r.Times, r.Days)
		case recommend.ReasonTogether:
			fmt.Printf("%s: %d customers who bought %s bought it\n", pick.Product.Title, r.Customers, r.Title)
		}
	}
	// Output:
	// Earl Grey: you bought it 3 times, every 30 days
	// Paper shade: 41 customers who bought Desk lamp bought it
}
