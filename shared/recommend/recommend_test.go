package recommend_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// product returns a catalogue row, modified by change.
func product(id, category string, change ...func(*recommend.Item)) recommend.Item {
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

func near(id string, score float64, customers int) recommend.Neighbour {
	return recommend.Neighbour{Product: shop.ProductID(id), Score: score, Customers: customers}
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

// once returns an item bought in one order, ago days before now.
func once(id string, ago int) recommend.Bought {
	at := now.AddDate(0, 0, -ago)
	return recommend.Bought{Product: shop.ProductID(id), Orders: 1, Units: 1, First: at, Last: at}
}

// often returns an item bought in n orders, the first and the last that number
// of days ago, and the others evenly between them.
func often(id string, n, first, last int) recommend.Bought {
	var ago []int
	for i := range n {
		ago = append(ago, last+i*(first-last)/max(n-1, 1))
	}
	return on(id, ago...)
}

// on returns an item bought in one order on each of these days ago, the latest
// first.
func on(id string, ago ...int) recommend.Bought {
	b := once(id, ago[0])
	b.Orders, b.Units, b.First = len(ago), len(ago), now.AddDate(0, 0, -ago[len(ago)-1])
	for _, n := range ago {
		b.Times = append(b.Times, now.AddDate(0, 0, -n))
	}
	return b
}

// usual is the row of a product that half of its customers bought again, half
// of them every 60 days or sooner.
func usual(r *recommend.Item) { r.Customers, r.Repeaters, r.EveryDays = 24, 12, 60 }

func back(b recommend.Bought) recommend.Bought { b.Returned = true; return b }

// line formats a pick as "id kind(product) customers/times/days".
func line(p recommend.Pick) string {
	r := p.Reason
	return fmt.Sprintf("%s %s(%s) %d/%d/%d", p.Product.ID, r.Kind, r.Product, r.Customers, r.Times, r.Days)
}

func TestRecommend(t *testing.T) {
	lamp := product("lamp", "light", with(
		recommend.Neighbour{Product: "bulb", Score: .5, Customers: 41}, recommend.Neighbour{Product: "shade", Score: .3, Customers: 20}))
	bulb, shade, mug := product("bulb", "light"), product("shade", "light"), product("mug", "kitchen")
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
		"an empty shop gives no picks": {opt: recommend.Options{Want: 3}},
		"no picks if none are wanted": {
			history: []recommend.Bought{once("lamp", 9)}, rows: rows(lamp, bulb), popular: popular, opt: recommend.Options{Want: 0},
		},
		"a new customer gets popular products": {
			rows: rows(lamp, bulb, shade, mug), popular: popular, opt: recommend.Options{Want: 3, Mode: recommend.ModeGoesWith},
			want: "shade popular() 30/0/0, mug popular() 10/0/0",
		},
		"a new customer has no due items": {
			rows: rows(lamp, bulb, shade, mug), popular: popular, opt: recommend.Options{Want: 3, Mode: recommend.ModeAgain},
		},
		"co-purchases first, then popular products": {
			history: []recommend.Bought{once("lamp", 9)}, rows: rows(lamp, bulb, shade, mug), popular: popular,
			opt:  recommend.Options{Want: 3, Mode: recommend.ModeGoesWith},
			want: "bulb together(lamp) 41/0/0, shade together(lamp) 20/0/0, mug popular() 10/0/0",
		},
		"a relation of the catalogue outranks a co-purchase that is a little stronger": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(product("lamp", "light", with(near("bulb", .5, 41), near("shade", .4, 20)), related(shop.RelationComplements, "shade")), bulb, shade, mug),
			popular: popular, opt: recommend.Options{Want: 1},
			want: "shade goes_with(lamp) 0/0/0",
		},
		"a relation of the catalogue does not outrank one that is much stronger": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(product("lamp", "light", with(near("bulb", .5, 41), near("shade", .1, 20)), related(shop.RelationComplements, "shade")), bulb, product("shade", "home"), mug),
			popular: popular, opt: recommend.Options{Want: 2},
			want: "bulb together(lamp) 41/0/0, shade goes_with(lamp) 0/0/0",
		},
		"a related product that no customer has bought yet": {
			history: []recommend.Bought{once("lamp", 9), once("desk", 9)},
			rows: rows(product("lamp", "light", with(near("bulb", .5, 41), near("rug", .01, 20)), related(shop.RelationComplements, "new")), bulb, product("rug", "home"),
				product("desk", "home", with(near("mug", .01, 20))), mug, product("new", "office", func(r *recommend.Item) { r.Customers = 0 })),
			opt:  recommend.Options{Want: 2},
			want: "bulb together(lamp) 41/0/0, new goes_with(lamp) 0/0/0",
		},
		"a relation may be in the row of the other product": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(lamp, bulb, product("shade", "light", related(shop.RelationComplements, "lamp"))),
			opt:     recommend.Options{Want: 2},
			want:    "bulb together(lamp) 41/0/0, shade goes_with(lamp) 0/0/0",
		},
		"a product that a bought item uses up": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(lamp, product("bulb", "light", related(shop.RelationConsumableOf, "lamp")), shade),
			opt:     recommend.Options{Want: 1},
			want:    "bulb consumable(lamp) 0/0/0",
		},
		"a product that a bought item uses up, from that item's row": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(product("lamp", "light", func(r *recommend.Item) { r.Consumables = []shop.ProductID{"bulb"} }), bulb),
			opt:     recommend.Options{Want: 1},
			want:    "bulb consumable(lamp) 0/0/0",
		},
		"the lamp is not offered to a customer who bought its bulb": {
			history: []recommend.Bought{once("bulb", 9)},
			rows:    rows(product("bulb", "light", related(shop.RelationConsumableOf, "lamp")), product("lamp", "light", func(r *recommend.Item) { r.Customers = 0 })),
			opt:     recommend.Options{Want: 1},
		},
		"an upgrade ranks after a complement, and its reason is popularity": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(product("lamp", "light", func(r *recommend.Item) {
				r.Relations = map[shop.Relation][]shop.ProductID{shop.RelationUpgrades: {"bulb"}, shop.RelationServicePlan: {"shade"}}
			}), bulb, shade),
			opt: recommend.Options{Want: 2}, want: "shade goes_with(lamp) 0/0/0, bulb popular() 10/0/0",
		},
		"an upgrade ranks before a co-purchase that is no weaker, and its reason is co-purchase": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(product("lamp", "light", with(near("bulb", .3, 41), near("shade", .3, 20), near("mug", .1, 20)), func(r *recommend.Item) {
				r.Relations = map[shop.Relation][]shop.ProductID{shop.RelationUpgrades: {"shade"}}
			}), bulb, shade, mug),
			opt: recommend.Options{Want: 1}, want: "shade together(lamp) 20/0/0",
		},
		"nothing is due if the times are not known": {
			history: []recommend.Bought{{Product: "mug", Orders: 4, Units: 4, Places: []int{0, 1, 2, 3}}},
			rows:    rows(product("mug", "", func(r *recommend.Item) { r.EveryDays = 60 })),
			opt:     recommend.Options{Want: 2},
		},
		"hidden, sold-out, untitled, free and unknown products are left out": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(product("lamp", "light", with(
				recommend.Neighbour{Product: "a", Score: .9, Customers: 9}, recommend.Neighbour{Product: "b", Score: .9, Customers: 9},
				recommend.Neighbour{Product: "c", Score: .9, Customers: 9}, recommend.Neighbour{Product: "d", Score: .9, Customers: 9},
				recommend.Neighbour{Product: "e", Score: .9, Customers: 9}, recommend.Neighbour{Product: "bulb", Score: .1, Customers: 9})),
				product("a", "", func(r *recommend.Item) { r.Hidden = true }), product("b", "", soldOut),
				product("c", "", func(r *recommend.Item) { r.Title = "" }), product("d", "", func(r *recommend.Item) { r.Price.Minor = 0 }), bulb),
			opt: recommend.Options{Want: 5}, want: "bulb together(lamp) 9/0/0",
		},
		"a returned item is neither offered nor a reason": {
			history: []recommend.Bought{back(once("lamp", 9)), back(often("mug", 5, 100, 50))},
			rows:    rows(lamp, bulb, shade, mug), popular: popular, opt: recommend.Options{Want: 5},
			want: "shade popular() 30/0/0",
		},
		"an item of which no unit was kept": {
			history: []recommend.Bought{func() recommend.Bought { b := once("lamp", 9); b.Units = 0; return b }()},
			rows:    rows(lamp, bulb), opt: recommend.Options{Want: 5},
		},
		"too few customers are no reason": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(product("lamp", "", with(recommend.Neighbour{Product: "bulb", Score: .5, Customers: 2}, recommend.Neighbour{Product: "shade", Score: .5, Customers: 2})),
				bulb, product("shade", "", func(r *recommend.Item) { r.Customers = 2 })),
			opt: recommend.Options{Want: 5}, want: "bulb popular() 10/0/0",
		},
		"scores that are not numbers are ignored": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(product("lamp", "", with(recommend.Neighbour{Product: "bulb", Score: math.NaN(), Customers: 9}, recommend.Neighbour{Product: "mug", Score: math.Inf(1), Customers: 9},
				recommend.Neighbour{Product: "shade", Score: .1, Customers: 9})), bulb, shade, mug),
			opt: recommend.Options{Want: 1}, want: "shade together(lamp) 9/0/0",
		},
		"the anchor weighs most and is not offered": {
			history: []recommend.Bought{often("lamp", 6, 100, 10), once("mug", 0)},
			rows:    rows(lamp, bulb, product("mug", "kitchen", with(recommend.Neighbour{Product: "tea", Score: .5, Customers: 5}, recommend.Neighbour{Product: "lamp", Score: .9, Customers: 5})), product("tea", "kitchen")),
			opt:     recommend.Options{Want: 2, Mode: recommend.ModeGoesWith, Anchor: []shop.ProductID{"mug"}},
			want:    "tea together(mug) 5/0/0, bulb together(lamp) 41/0/0",
		},
		"products in Except are left out": {
			history: []recommend.Bought{once("lamp", 9)}, rows: rows(lamp, bulb, shade), opt: recommend.Options{Want: 2, Except: []shop.ProductID{"bulb"}},
			want: "shade together(lamp) 20/0/0",
		},
		"due by the customer's own rhythm": {
			history: []recommend.Bought{often("mug", 3, 100, 40)}, rows: rows(product("mug", "", usual)), opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain},
			want: "mug again(mug) 0/3/30",
		},
		"not due yet by the customer's own rhythm": {
			history: []recommend.Bought{often("mug", 3, 80, 20)}, rows: rows(product("mug", "", usual)), opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain},
		},
		"the customer's own rhythm wins over the item's": {
			history: []recommend.Bought{often("mug", 3, 100, 40)}, rows: rows(product("mug", "", usual, func(r *recommend.Item) { r.EveryDays = 300 })),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug again(mug) 0/3/30",
		},
		"two purchases: what others do decides, and the reason gives no rhythm": {
			history: []recommend.Bought{often("mug", 2, 55, 50)}, rows: rows(product("mug", "", usual)),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug again(mug) 0/2/0",
		},
		"two purchases soon after each other are not a rhythm yet": {
			history: []recommend.Bought{often("mug", 2, 15, 10)}, rows: rows(product("mug", "", usual)),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain},
		},
		"two purchases on one day do not make a rhythm of 0 days": {
			history: []recommend.Bought{func() recommend.Bought { b := often("mug", 2, 90, 90); b.First = b.First.Add(-5 * time.Hour); return b }()},
			rows:    rows(product("mug", "", func(r *recommend.Item) { r.EveryDays = 60 })),
			opt:     recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug again(mug) 0/2/0",
		},
		"no rhythm in the reason if the first purchase is not known": {
			history: []recommend.Bought{{Product: "mug", Orders: 4, Units: 4, Last: now.AddDate(0, 0, -90)}},
			rows:    rows(product("mug", "", func(r *recommend.Item) { r.EveryDays = 60 })),
			opt:     recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug again(mug) 0/4/0",
		},
		"bought once, and too few others repeat it": {
			history: []recommend.Bought{once("mug", 90)}, rows: rows(product("mug", "", func(r *recommend.Item) { r.EveryDays = 60 })),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain},
		},
		"the reason names the item with the largest score": {
			history: []recommend.Bought{often("lamp", 6, 100, 10), once("mug", 5)},
			rows:    rows(lamp, bulb, product("mug", "kitchen", with(recommend.Neighbour{Product: "bulb", Score: .1, Customers: 50}))),
			opt:     recommend.Options{Want: 1, Mode: recommend.ModeGoesWith}, want: "bulb together(lamp) 41/0/0",
		},
		"a relation stays the reason if there are co-purchases too": {
			history: []recommend.Bought{often("mug", 6, 100, 1), once("lamp", 5)},
			rows:    rows(lamp, shade, product("mug", "kitchen", related(shop.RelationComplements, "shade"))),
			opt:     recommend.Options{Want: 1, Mode: recommend.ModeGoesWith}, want: "shade goes_with(mug) 0/0/0",
		},
		"a score out of range counts as the largest": {
			history: []recommend.Bought{once("lamp", 5)},
			rows: rows(product("lamp", "", with(near("bulb", 7, 9), near("shade", 1, 9)), related(shop.RelationComplements, "shade")),
				bulb, shade),
			opt: recommend.Options{Want: 1}, want: "shade goes_with(lamp) 0/0/0",
		},
		"bought once and not used up": {
			history: []recommend.Bought{once("mug", 500)}, rows: rows(mug), popular: popular, opt: recommend.Options{Want: 2},
		},
		"bought once and used up": {
			history: []recommend.Bought{once("tea", 30)}, rows: rows(product("tea", "", used(30))), opt: recommend.Options{Want: 2},
			want: "tea used_up(tea) 0/0/30",
		},
		"bought once and not used up yet": {
			history: []recommend.Bought{once("tea", 10)}, rows: rows(product("tea", "", used(30))), opt: recommend.Options{Want: 2},
		},
		"new items only": {
			history: []recommend.Bought{often("mug", 3, 100, 40), once("lamp", 9)}, rows: rows(lamp, bulb, mug),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeGoesWith}, want: "bulb together(lamp) 41/0/0",
		},
		"both in turn, a due item first": {
			history: []recommend.Bought{often("mug", 3, 100, 40), often("tea", 4, 130, 40), once("lamp", 9)}, rows: rows(lamp, bulb, shade, mug, product("tea", "kitchen")),
			opt: recommend.Options{Want: 4}, want: "tea again(tea) 0/4/0, bulb together(lamp) 41/0/0, mug again(mug) 0/3/0, shade together(lamp) 20/0/0",
		},
		"at most half of one category if there are others": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(product("lamp", "", with(recommend.Neighbour{Product: "a", Score: .5, Customers: 9}, recommend.Neighbour{Product: "b", Score: .4, Customers: 9},
				recommend.Neighbour{Product: "c", Score: .3, Customers: 9}, recommend.Neighbour{Product: "d", Score: .2, Customers: 9}, recommend.Neighbour{Product: "e", Score: .1, Customers: 9})),
				product("a", "x"), product("b", "x"), product("c", "x"), product("d", "y"), product("e", "y")),
			opt: recommend.Options{Want: 4}, want: "a together(lamp) 9/0/0, b together(lamp) 9/0/0, d together(lamp) 9/0/0, e together(lamp) 9/0/0",
		},
		"filled up with one category if there is no other": {
			history: []recommend.Bought{once("lamp", 9)}, rows: rows(lamp, bulb, shade, product("z", "light")), popular: []recommend.Popular{{Product: "z", Customers: 4}},
			opt: recommend.Options{Want: 3}, want: "bulb together(lamp) 41/0/0, shade together(lamp) 20/0/0, z popular() 10/0/0",
		},
		"ties are decided by customers, then by ID": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(product("lamp", "", with(recommend.Neighbour{Product: "c", Score: .5, Customers: 9}, recommend.Neighbour{Product: "b", Score: .5, Customers: 9}, recommend.Neighbour{Product: "a", Score: .5, Customers: 9})),
				product("a", ""), product("b", ""), product("c", "", func(r *recommend.Item) { r.Customers = 11 })),
			opt: recommend.Options{Want: 3}, want: "c together(lamp) 9/0/0, a together(lamp) 9/0/0, b together(lamp) 9/0/0",
		},
		"bought once, and others repeat it in every fourth order": {
			history: []recommend.Bought{once("mug", 90)}, rows: rows(product("mug", "", usual, func(r *recommend.Item) { r.Again = .25 })),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug others(mug) 12/0/60",
		},
		"bought once, and others repeat it, but not due yet": {
			history: []recommend.Bought{once("mug", 30)}, rows: rows(product("mug", "", usual, func(r *recommend.Item) { r.Again = .25 })),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain},
		},
		"next order: due and new items by one score": {
			history: []recommend.Bought{often("mug", 3, 100, 40), often("tea", 2, 70, 40), once("lamp", 9)}, rows: rows(lamp, bulb, shade, mug, product("tea", "kitchen")),
			opt: recommend.Options{Want: 4, Mode: recommend.ModeNext}, want: "mug again(mug) 0/3/0, tea again(tea) 0/2/0, bulb together(lamp) 41/0/0, shade together(lamp) 20/0/0",
		},
		"a long overdue item ranks after a due one": {
			history: []recommend.Bought{often("mug", 3, 100, 40), often("tea", 4, 130, 100)}, rows: rows(mug, product("tea", "kitchen")),
			opt: recommend.Options{Want: 2, Mode: recommend.ModeAgain}, want: "mug again(mug) 0/3/0, tea again(tea) 0/4/0",
		},
		"next order: a new item with a high score ranks before one bought twice": {
			history: []recommend.Bought{often("mug", 2, 70, 40), once("lamp", 9), once("desk", 9)},
			rows: rows(product("lamp", "light", with(recommend.Neighbour{Product: "bulb", Score: 1, Customers: 41})), bulb, mug,
				product("desk", "", with(recommend.Neighbour{Product: "bulb", Score: .9, Customers: 20}))),
			opt: recommend.Options{Want: 3, Mode: recommend.ModeNext}, want: "bulb together(lamp) 41/0/0, mug again(mug) 0/2/0",
		},
		"next order: a related item before a new item that is a little stronger": {
			history: []recommend.Bought{often("mug", 3, 100, 40), once("lamp", 9)},
			rows:    rows(product("lamp", "light", with(near("bulb", .5, 41), near("shade", .45, 20), near("rug", .1, 20)), related(shop.RelationComplements, "shade")), bulb, shade, mug, product("rug", "home")),
			opt:     recommend.Options{Want: 3, Mode: recommend.ModeNext}, want: "mug again(mug) 0/3/0, shade goes_with(lamp) 0/0/0, bulb together(lamp) 41/0/0",
		},
		"a product of today, known from live counters only": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(product("lamp", "light", with(lamp.Neighbours...), func(r *recommend.Item) {
				r.Live = []recommend.Neighbour{{Product: "new", Score: .9, Customers: 5}, {Product: "bulb", Score: .9, Customers: 99}}
			}), bulb, shade, product("new", "x")),
			opt: recommend.Options{Want: 3}, want: "bulb together(lamp) 41/0/0, new together(lamp) 5/0/0, shade together(lamp) 20/0/0",
		},
		"a shop without a night uses the live counters": {
			history: []recommend.Bought{once("lamp", 9)},
			rows: rows(product("lamp", "light", func(r *recommend.Item) {
				r.Live = []recommend.Neighbour{{Product: "shade", Score: .2, Customers: 4}, {Product: "bulb", Score: .3, Customers: 3}}
			}), bulb, shade),
			opt: recommend.Options{Want: 3}, want: "bulb together(lamp) 3/0/0, shade together(lamp) 4/0/0",
		},
		"a row without evidence is not picked": {
			history: []recommend.Bought{once("lamp", 9)}, rows: rows(product("lamp", "light"), mug), opt: recommend.Options{Want: 3},
		},
		"an item without a title is not named in a reason": {
			history: []recommend.Bought{once("lamp", 9)},
			rows:    rows(product("lamp", "light", with(lamp.Neighbours...), related(shop.RelationComplements, "shade"), func(r *recommend.Item) { r.Title = "" }), bulb, shade),
			opt:     recommend.Options{Want: 2}, want: "bulb popular() 10/0/0, shade popular() 10/0/0",
		},
		"two entries of one product are merged": {
			history: []recommend.Bought{on("mug", 100, 70), on("mug", 40)}, rows: rows(product("mug", "", usual)), opt: recommend.Options{Want: 2},
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

// A reason from a relation has the day of the purchase if it is known for
// certain.
func TestReasonHasTheDayIfItIsKnown(t *testing.T) {
	catalogue := rows(product("lamp", "", related(shop.RelationComplements, "shade")), product("bulb", "", related(shop.RelationConsumableOf, "lamp")), product("shade", ""))
	known := once("lamp", 9)
	known.Places = []int{0}
	for phrase, c := range map[string]struct {
		lamp recommend.Bought
		want time.Time
	}{
		"an order that is stored": {known, known.Last},
		"an order in a sum only":  {once("lamp", 9), time.Time{}},
	} {
		picks := recommend.Recommend(now, recommend.History{Items: []recommend.Bought{c.lamp}}, catalogue, nil, recommend.Options{Want: 2})
		if len(picks) != 2 || !picks[0].Reason.On.Equal(c.want) || !picks[1].Reason.On.Equal(c.want) {
			t.Errorf("%s: picks %+v, want two reasons with the day %s", phrase, picks, c.want)
		}
	}
}

// Of 10,000 products the newest are used, and no bought one is offered as new.
func TestLongHistoryIsCut(t *testing.T) {
	var h recommend.History
	for i := range 10_000 {
		h.Items = append(h.Items, once(fmt.Sprintf("p%05d", i), i))
	}
	sources := recommend.Sources(h, nil, 500)
	if len(sources) != recommend.LongestHistory {
		t.Errorf("Sources returned %d products, want %d", len(sources), recommend.LongestHistory)
	}
	if len(sources) > 0 && sources[0] != "p00000" {
		t.Errorf("Sources begin with %s, want the newest", sources[0])
	}
	// The oldest is far outside the used part, but it was bought.
	newest := product("p00000", "", with(recommend.Neighbour{Product: "p09999", Score: .5, Customers: 9}))
	if got := recommend.Recommend(now, h, rows(newest, product("p09999", "")), nil, recommend.Options{Want: 3}); len(got) != 0 {
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
		"half are popular, the others bought often":              {4, nil, "[fad fad2 staple left]"},
		"two of three are popular":                               {3, nil, "[fad fad2 staple]"},
		"the anchor leads and takes no place of the second half": {4, []shop.ProductID{"other", "left", "fad"}, "[fad left staple fad2]"},
		"no places":         {0, nil, "[]"},
		"a negative number": {-3, nil, "[]"},
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
	var neighbours []recommend.Neighbour
	var popular []recommend.Popular
	h := recommend.History{Items: []recommend.Bought{often("lamp", 9, 90, 9)}}
	for i := range 20 {
		neighbours = append(neighbours, recommend.Neighbour{Product: shop.ProductID(fmt.Sprintf("n%02d", i)), Score: .5 - float64(i)/100, Customers: 9})
		popular = append(popular, recommend.Popular{Product: shop.ProductID(fmt.Sprintf("p%02d", i)), Customers: 90 - i})
		h.Items = append(h.Items, often(fmt.Sprintf("a%02d", i), 2, 90, 30+i))
	}
	popular = append(popular, recommend.Popular{Product: "lamp", Customers: 99}, recommend.Popular{Product: "a00", Customers: 98})
	sources := rows(product("lamp", "", with(neighbours...), related(shop.RelationComplements, "shade")))
	for phrase, c := range map[string]struct {
		n    int
		want string
	}{
		"related first, one popular last, none that was bought": {8, "shade n00 n01 n02 n03 n04 n05 p00"},
		"no places":         {0, ""},
		"a negative number": {-1, ""},
	} {
		got := strings.Trim(fmt.Sprint(recommend.Candidates(h, sources, popular, c.n)), "[]")
		if got != c.want {
			t.Errorf("%s: Candidates(%d) = %s, want %s", phrase, c.n, got, c.want)
		}
	}
	many := rows(product("lamp", "", with(neighbours...), related(shop.RelationComplements, "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9")))
	if got, want := fmt.Sprint(recommend.Candidates(h, many, popular, 8)), "[r1 r2 r3 r4 n00 n01 n02 p00]"; got != want {
		t.Errorf("with many relations: Candidates = %s, want %s", got, want)
	}
	few := rows(product("lamp", "", with(neighbours[0]), related(shop.RelationComplements, "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9")))
	if got, want := fmt.Sprint(recommend.Candidates(h, few, popular, 8)), "[r1 r2 r3 r4 r5 r6 n00 p00]"; got != want {
		t.Errorf("with relations and little else: Candidates = %s, want %s", got, want)
	}
	if got, want := fmt.Sprint(recommend.Candidates(recommend.History{}, nil, popular, 3)), "[lamp a00 p00]"; got != want {
		t.Errorf("for a new customer: Candidates = %s, want %s", got, want)
	}
}

// Three of six picks because of one recipe box are too many, if there is
// anything else.
func TestAtMostTwoPicksOfOneReason(t *testing.T) {
	box := product("box", "kitchen", with(near("a", .5, 9), near("b", .4, 9), near("c", .3, 9), near("d", .2, 9)))
	tin := product("tin", "kitchen", with(near("c", .01, 4)))
	popular := []recommend.Popular{{Product: "y", Customers: 5}, {Product: "z", Customers: 4}}
	others := []recommend.Item{product("a", "1"), product("b", "2"), product("c", "3"), product("d", "4")}
	history := []recommend.Bought{once("box", 9), once("tin", 9)}
	for phrase, c := range map[string]struct {
		rows []recommend.Item
		opt  recommend.Options
		want string
	}{
		"a third one has another reason if there is one": {
			[]recommend.Item{box, tin, product("y", "5"), product("z", "6")},
			recommend.Options{Want: 4},
			"a together(box) 9/0/0, b together(box) 9/0/0, c together(tin) 4/0/0, y popular() 10/0/0",
		},
		"other products rather than a third one": {
			[]recommend.Item{box, product("y", "5"), product("z", "6")},
			recommend.Options{Want: 4, Mode: recommend.ModeNext},
			"a together(box) 9/0/0, b together(box) 9/0/0, y popular() 10/0/0, z popular() 10/0/0",
		},
		"two of one category rather than a third one": {
			[]recommend.Item{box, product("y", "1"), product("z", "1")},
			recommend.Options{Want: 4},
			"a together(box) 9/0/0, b together(box) 9/0/0, y popular() 10/0/0, z popular() 10/0/0",
		},
		"a third one rather than nothing": {
			[]recommend.Item{box, product("y", "1")},
			recommend.Options{Want: 4},
			"a together(box) 9/0/0, b together(box) 9/0/0, c together(box) 9/0/0, y popular() 10/0/0",
		},
		"after an order": {
			[]recommend.Item{box, product("y", "5"), product("z", "6")},
			recommend.Options{Want: 4, Anchor: []shop.ProductID{"box"}},
			"a together(box) 9/0/0, b together(box) 9/0/0, y popular() 10/0/0, z popular() 10/0/0",
		},
		"on the page of the box": {
			[]recommend.Item{box, product("y", "5"), product("z", "6")},
			recommend.Options{Want: 4, Anchor: []shop.ProductID{"box"}, About: []shop.ProductID{"box"}},
			"a together(box) 9/0/0, b together(box) 9/0/0, c together(box) 9/0/0, d together(box) 9/0/0",
		},
		"by the catalogue": {
			[]recommend.Item{product("box", "kitchen", with(near("d", .1, 9)), related(shop.RelationComplements, "a", "b", "c")), product("y", "5"), product("z", "6")},
			recommend.Options{Want: 4},
			"d together(box) 9/0/0, a goes_with(box) 0/0/0, y popular() 10/0/0, z popular() 10/0/0",
		},
	} {
		var got []string
		for _, p := range recommend.Recommend(now, recommend.History{Items: history}, rows(append(c.rows, others...)...), popular, c.opt) {
			got = append(got, line(p))
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%s: %s, want %s", phrase, got, c.want)
		}
	}
}

// A relation means the same whatever the scale of a re-ranker's scores: one far
// below the others stays there.
func TestRelationsCountOnTheScaleOfTheScores(t *testing.T) {
	items := rows(product("lamp", "", with(near("a", .9, 9), near("b", .8, 9), near("c", .5, 9), near("low", .1, 9)), related(shop.RelationComplements, "b", "low")),
		product("a", ""), product("b", ""), product("c", ""), product("low", ""))
	want := "b a c low"
	for phrase, r := range map[string]recommend.Reranker{
		"the blend":                     nil,
		"logarithms of odds":            scaled(func(blend float64) float64 { return 10*blend - 5 }),
		"a scale of thousands":          scaled(func(blend float64) float64 { return 1e4 * blend }),
		"negative numbers near to zero": scaled(func(blend float64) float64 { return blend/100 - 1 }),
	} {
		var got []string
		for _, p := range recommend.Recommend(now, recommend.History{Items: []recommend.Bought{once("lamp", 9)}}, items, nil,
			recommend.Options{Want: 4, Mode: recommend.ModeGoesWith, Reranker: r, Anchor: []shop.ProductID{"lamp"}}) {
			got = append(got, string(p.Product.ID))
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: %s, want %s", phrase, got, want)
		}
	}
}

// A relation does not raise an item that customers hardly take.
func TestRelationCountsAboveAFloor(t *testing.T) {
	for phrase, c := range map[string]struct {
		others []float64 // neighbour scores
		low    float64   // that of the related item
		sold   int       // its customers
		place  int       // in the list, from 0
	}{
		"far below the others":                 {[]float64{.9, .9, .9, .9, .9, .9, .9, .9, .3, .3}, .1, 9, 10},
		"far below, but no customer bought it": {[]float64{.9, .9, .9, .9, .9, .9, .9, .9, .3, .3}, .1, 0, 0},
		"below the others":                     {[]float64{.9, .9, .9, .5, .5, .5, .5, .5}, .35, 9, 3},
	} {
		low := product("low", "", func(r *recommend.Item) { r.Customers, r.Recent = c.sold, 0 })
		catalogue := []recommend.Item{low}
		neighbours := []recommend.Neighbour{near("low", c.low, 9)}
		for i, score := range c.others {
			id := fmt.Sprint("other", i)
			catalogue, neighbours = append(catalogue, product(id, "")), append(neighbours, near(id, score, 9))
		}
		catalogue = append(catalogue, product("lamp", "", with(neighbours...), related(shop.RelationComplements, "low")))
		picks := recommend.Recommend(now, recommend.History{Items: []recommend.Bought{once("lamp", 9)}}, rows(catalogue...), nil,
			recommend.Options{Want: 20, Mode: recommend.ModeGoesWith, Anchor: []shop.ProductID{"lamp"}, About: []shop.ProductID{"lamp"}})
		place := slices.IndexFunc(picks, func(p recommend.Pick) bool { return p.Product.ID == "low" })
		if place != c.place {
			t.Errorf("%s: the related item has the place %d of %d, want %d", phrase, place, len(picks), c.place)
		}
	}
}

// scaled is a re-ranker that puts the blend's score on another scale.
type scaled func(blend float64) float64

func (s scaled) Score(features []float64) float64 { return s(features[0]) }

// A rhythm is printed from three orders on that are spread over time, while the
// customer keeps it, and of products that one buys again and again.
func TestRhythm(t *testing.T) {
	durable := func(r *recommend.Item) { r.Customers, r.Repeaters, r.EveryDays = 200, 8, 7 }
	used := func(r *recommend.Item) { r.Used = 30 }
	long := on("x", 36, 64, 92)
	long.Orders, long.First = 4, time.Time{} // one order is in a sum only
	for phrase, c := range map[string]struct {
		bought recommend.Bought
		row    func(*recommend.Item)
		want   string // "not offered", or the orders and the days of the reason
	}{
		"an umbrella bought twice":                        {on("x", 40, 47), durable, "2 orders"},
		"an umbrella bought twice last week":              {on("x", 10, 17), durable, "not offered"},
		"an umbrella bought five times, at regular times": {on("x", 40, 70, 100, 130, 160), durable, "5 orders"},
		"three orders in one week, then nothing":          {on("x", 70, 73, 76), used, "3 orders"},
		"three orders in one week, due by the catalogue":  {on("x", 10, 13, 16), used, "not offered"},
		"three orders in one week, and one a year before": {on("x", 70, 73, 76, 440), used, "4 orders"},
		"three orders on two days":                        {on("x", 28, 28, 56), used, "3 orders"},
		"two orders":                                      {on("x", 28, 56), used, "2 orders"},
		"one interval three times the other":              {on("x", 28, 42, 84), used, "3 orders"},
		"one interval twice the other":                    {on("x", 28, 49, 91), used, "3 orders every 32 days"},
		"three orders every 28 days":                      {on("x", 28, 56, 84), used, "3 orders every 28 days"},
		"three orders a week apart":                       {on("x", 6, 13, 20), used, "3 orders every 7 days"},
		"a rhythm that was given up":                      {on("x", 200, 228, 256), used, "3 orders"},
		"repeated by half of its customers":               {on("x", 28, 56, 84), usual, "3 orders every 28 days"},
		"one order is known from a sum only":              {long, used, "4 orders"},
	} {
		c.bought.Product = "x"
		picks := recommend.Recommend(now, recommend.History{Items: []recommend.Bought{c.bought}}, rows(product("x", "", c.row)), nil, recommend.Options{Want: 1, Mode: recommend.ModeAgain})
		got := "not offered"
		if len(picks) > 0 {
			got = fmt.Sprint(picks[0].Reason.Times, " orders")
			if n := picks[0].Reason.Days; n > 0 {
				got += fmt.Sprintf(" every %d days", n)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", phrase, got, c.want)
		}
	}
}

// What others do is printed if ten of them and a quarter of all do it.
func TestOthersAreEnough(t *testing.T) {
	for phrase, c := range map[string]struct {
		customers, repeaters, used int
		want                       string
	}{
		"five repeaters of six":             {6, 5, 0, ""},
		"ten repeaters of ten":              {10, 10, 0, "x others(x) 10/0/60"},
		"ten repeaters of forty":            {40, 10, 0, "x others(x) 10/0/60"},
		"ten repeaters of forty-one":        {41, 10, 0, ""},
		"five repeaters of a consumable":    {6, 5, 30, "x used_up(x) 0/0/30"},
		"ten repeaters of a consumable":     {40, 10, 30, "x others(x) 10/0/60"},
		"not counted by the last night yet": {40, 0, 0, ""},
	} {
		row := product("x", "", func(r *recommend.Item) {
			r.Customers, r.Repeaters, r.Used, r.EveryDays, r.Again = c.customers, c.repeaters, c.used, 60, .5
		})
		got := ""
		for _, p := range recommend.Recommend(now, recommend.History{Items: []recommend.Bought{once("x", 70)}}, rows(row), nil, recommend.Options{Want: 1, Mode: recommend.ModeAgain}) {
			got = line(p)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", phrase, got, c.want)
		}
	}
}

func ExampleRecommend() {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	history := recommend.History{Items: []recommend.Bought{
		{Product: "TEA", Orders: 3, Units: 3, Last: now.AddDate(0, 0, -40), Since: 1, Times: []time.Time{now.AddDate(0, 0, -40), now.AddDate(0, 0, -70), now.AddDate(0, 0, -100)}},
		{Product: "LAMP", Orders: 1, Units: 1, First: now.AddDate(0, 0, -30), Last: now.AddDate(0, 0, -30)},
	}}
	price := shop.Money{Minor: 990, Currency: "EUR"}
	rows := map[shop.ProductID]recommend.Item{
		"TEA":   {Product: shop.Product{ID: "TEA", Title: "Earl Grey", Price: price, Used: 30}},
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
