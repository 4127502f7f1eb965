package recommend_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

var relations = []shop.Relation{shop.RelationComplements, shop.RelationUpgrades, shop.RelationConsumableOf, shop.RelationServicePlan}

func drawID(t *rapid.T) shop.ProductID {
	return shop.ProductID(fmt.Sprintf("p%d", rapid.IntRange(0, 11).Draw(t, "id")))
}

func drawRow(t *rapid.T, id shop.ProductID) recommend.Item {
	row := recommend.Item{
		Product: shop.Product{
			ID: id, Title: rapid.SampledFrom([]string{"T" + string(id), "T" + string(id), "T" + string(id), ""}).Draw(t, "title"),
			Category: rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "category"),
			Price:    shop.Money{Minor: rapid.SampledFrom([]int64{500, 900, 1, 0, -1}).Draw(t, "price"), Currency: "EUR"},
			Hidden:   rapid.IntRange(0, 5).Draw(t, "hidden") == 5, Used: rapid.IntRange(0, 40).Draw(t, "used"),
		},
		Learned: recommend.Learned{Customers: rapid.SampledFrom([]int{9, 3, 2, 0, 40}).Draw(t, "customers"), EveryDays: rapid.IntRange(0, 60).Draw(t, "every"), Repeaters: rapid.SampledFrom([]int{0, 10, 9, 30}).Draw(t, "repeaters")},
	}
	if rapid.Bool().Draw(t, "counted") {
		stock := rapid.SampledFrom([]int{3, 1, 0, -1}).Draw(t, "stock")
		row.Stock = &stock
	}
	for _, near := range []*[]recommend.Neighbour{&row.Neighbours, &row.Live} {
		for range rapid.SampledFrom([]int{6, 3, 1, 0}).Draw(t, "neighbours") {
			score := rapid.SampledFrom([]float64{.5, .25, .1, 7, 0, -1, math.NaN(), math.Inf(1)}).Draw(t, "score")
			*near = append(*near, recommend.Neighbour{Product: drawID(t), Score: score, Customers: rapid.SampledFrom([]int{9, 3, 2, 0}).Draw(t, "both"), Alike: rapid.IntRange(0, 3).Draw(t, "alike") == 3})
		}
	}
	row.Again = rapid.SampledFrom([]float64{.1, .5, 0, 1, 2, -1, math.NaN(), math.Inf(1)}).Draw(t, "again")
	row.Variants = rapid.SampledFrom([]shop.ProductID{"", "p1", "p2"}).Draw(t, "variants")
	row.Recent = rapid.SampledFrom([]int{0, 5, -1}).Draw(t, "recent")
	if rapid.Bool().Draw(t, "related") {
		row.Relations = map[shop.Relation][]shop.ProductID{rapid.SampledFrom(relations).Draw(t, "relation"): {drawID(t), drawID(t)}}
	}
	if rapid.Bool().Draw(t, "uses up") {
		row.Consumables = []shop.ProductID{drawID(t)}
	}
	return row
}

func drawBought(t *rapid.T) recommend.Bought {
	last := now.AddDate(0, 0, -rapid.IntRange(-3, 120).Draw(t, "last"))
	orders := rapid.IntRange(1, 5).Draw(t, "orders")
	b := recommend.Bought{Product: drawID(t), Orders: orders, Units: rapid.SampledFrom([]int{2, 1, 5, 0, -1}).Draw(t, "units"), First: last, Last: last, Since: rapid.IntRange(0, 5).Draw(t, "since")}
	if orders > 1 {
		b.First = last.AddDate(0, 0, -rapid.IntRange(0, 200).Draw(t, "first"))
	}
	b.Returned = rapid.IntRange(0, 5).Draw(t, "returned") == 5
	if rapid.Bool().Draw(t, "placed") {
		b.Places = rapid.SliceOfN(rapid.IntRange(-1, 9), 1, orders).Draw(t, "places")
	}
	if rapid.Bool().Draw(t, "timed") { // at equal intervals, or one order is missing
		n := orders - rapid.SampledFrom([]int{0, 0, 1}).Draw(t, "missing")
		for i := range n {
			b.Times = append(b.Times, last.Add(-last.Sub(b.First)*time.Duration(i)/time.Duration(max(orders-1, 1))))
		}
	}
	return b
}

func drawPopular(t *rapid.T) recommend.Popular {
	return recommend.Popular{Product: drawID(t), Customers: rapid.IntRange(0, 20).Draw(t, "popular")}
}

// TestPicksAreAllowedAndTrue checks of each pick that it can be sold, that the
// customer did not return it, and that its reason can be counted in the input.
func TestPicksAreAllowedAndTrue(t *testing.T) {
	kinds := map[recommend.ReasonKind]int{}
	rapid.Check(t, func(t *rapid.T) {
		items := map[shop.ProductID]recommend.Item{}
		for i := range 12 {
			if id := shop.ProductID(fmt.Sprintf("p%d", i)); rapid.IntRange(0, 9).Draw(t, "unknown") > 0 {
				items[id] = drawRow(t, id)
			}
		}
		h := recommend.History{Items: rapid.SliceOfN(rapid.Custom(drawBought), rapid.SampledFrom([]int{4, 2, 0}).Draw(t, "at least"), 8).Draw(t, "history")}
		popular := rapid.SliceOfN(rapid.Custom(drawPopular), 0, 6).Draw(t, "popular list")
		opt := recommend.Options{
			Want:   rapid.SampledFrom([]int{6, 3, 1, 12, 0, -1}).Draw(t, "want"),
			Mode:   rapid.SampledFrom([]recommend.Mode{recommend.ModeGoesWith, recommend.ModeAgain, recommend.ModeNext, recommend.ModeBoth, ""}).Draw(t, "mode"),
			Anchor: rapid.SliceOfN(rapid.Custom(drawID), 0, 2).Draw(t, "anchor"), Except: rapid.SliceOfN(rapid.Custom(drawID), 0, 2).Draw(t, "except"),
		}
		picks := recommend.Recommend(now, h, items, popular, opt)

		if len(picks) > max(opt.Want, 0) {
			t.Fatalf("%d picks, want %d at most", len(picks), opt.Want)
		}
		total := totals(h)
		seen, listed := map[shop.ProductID]bool{}, map[shop.ProductID]bool{}
		owned := map[shop.ProductID]bool{} // groups of variants
		for id, b := range total {
			if row := items[id]; !b.Returned && b.Units > 0 && row.Used == 0 {
				owned[row.Variants] = true
			}
		}
		for _, p := range picks {
			row, id := items[p.Product.ID], p.Product.ID
			bought, had := total[id]
			kinds[p.Reason.Kind]++
			switch {
			case seen[id]:
				t.Fatalf("%s twice", id)
			case row.ID != id || row.Title == "" || row.Price.Minor <= 0 || row.Hidden || !row.InStock():
				t.Fatalf("%s cannot be sold: %+v", id, row)
			case had && (bought.Returned || bought.Units <= 0):
				t.Fatalf("%s was returned: %+v", id, bought)
			case slices.Contains(opt.Anchor, id) || slices.Contains(opt.Except, id):
				t.Fatalf("%s was picked, but it is in Anchor or Except", id)
			case !had && row.Variants != "" && owned[row.Variants]:
				t.Fatalf("%s is a variant of a product that they have", id)
			case row.Variants != "" && listed[row.Variants]:
				t.Fatalf("%s is a variant of another pick", id)
			case had && opt.Mode == recommend.ModeGoesWith:
				t.Fatalf("%s is not new", id)
			case !had && opt.Mode == recommend.ModeAgain:
				t.Fatalf("%s was never bought", id)
			case had && bought.Orders < 2 && row.Used == 0 && (!usually(row) || row.Again < .25 || row.Again > 1):
				t.Fatalf("%s is not an item to repeat: %+v", id, bought)
			case math.IsNaN(p.Score) || p.Score < 0:
				t.Fatalf("%s has score %v", id, p.Score)
			}
			seen[id], listed[row.Variants] = true, true
			if wrong := untrue(p, items, total, popular); wrong != "" {
				t.Fatalf("%s: %+v: %s", id, p.Reason, wrong)
			}
		}

		shuffled := recommend.History{Items: rapid.Permutation(h.Items).Draw(t, "shuffled")}
		again := recommend.Recommend(now, shuffled, items, rapid.Permutation(popular).Draw(t, "shuffled popular"), opt)
		if diff := cmp.Diff(picks, again); diff != "" {
			t.Fatalf("another order of the input gives other picks:\n%s", diff)
		}
		sources := recommend.Sources(h, popular, 3, opt.Anchor...)
		if diff := cmp.Diff(sources, recommend.Sources(shuffled, popular, 3, opt.Anchor...)); diff != "" {
			t.Fatalf("Sources: %s", diff)
		}
		read := map[shop.ProductID]recommend.Item{}
		for _, id := range sources {
			if row, ok := items[id]; ok {
				read[id] = row
			}
		}
		more := recommend.Candidates(h, read, popular, 5, opt.Anchor...)
		if diff := cmp.Diff(more, recommend.Candidates(shuffled, read, popular, 5, opt.Anchor...)); diff != "" {
			t.Fatalf("Candidates: %s", diff)
		}
		for _, id := range sources {
			if bought, had := total[id]; !had || bought.Returned || bought.Units <= 0 {
				t.Fatalf("Sources = %v: %s was not bought, or was returned", sources, id)
			}
		}
		for _, id := range more {
			if _, had := total[id]; had {
				t.Fatalf("Candidates = %v: %s was bought", more, id)
			}
		}
		slices.Sort(more)
		if len(more) > 5 || len(slices.Compact(more)) != len(more) {
			t.Fatalf("Candidates = %v, want 5 different ones at most", more)
		}
	})
	t.Logf("reasons seen: %v", kinds)
}

// usually reports whether the buyers of a product usually buy it again.
func usually(row recommend.Item) bool { return row.Repeaters >= 10 && 4*row.Repeaters >= row.Customers }

// totals merges the entries of one product into one.
func totals(h recommend.History) map[shop.ProductID]recommend.Bought {
	out := map[shop.ProductID]recommend.Bought{}
	for _, b := range h.Items {
		o, ok := out[b.Product]
		if !ok {
			out[b.Product] = b
			continue
		}
		o.Orders, o.Units, o.Returned = o.Orders+b.Orders, o.Units+b.Units, o.Returned || b.Returned
		o.Places, o.Times = slices.Concat(o.Places, b.Places), slices.Concat(o.Times, b.Times)
		if b.First.Before(o.First) {
			o.First = b.First
		}
		if b.Last.After(o.Last) {
			o.Last = b.Last
		}
		out[b.Product] = o
	}
	return out
}

// untrue returns the fault in the reason of a pick, or an empty string.
func untrue(p recommend.Pick, items map[shop.ProductID]recommend.Item, total map[shop.ProductID]recommend.Bought, popular []recommend.Popular) string {
	r, id := p.Reason, p.Product.ID
	if r.Kind == recommend.ReasonPopular {
		most := max(items[id].Customers, items[id].Recent)
		for _, pop := range popular {
			if pop.Product == id {
				most = max(most, pop.Customers)
			}
		}
		if r.Customers != most && r.Customers != items[id].Customers || r.Customers < recommend.FewestCustomers {
			return fmt.Sprintf("%d customers bought it", most)
		}
		return ""
	}
	source, had := total[r.Product]
	if !had || source.Returned || source.Units <= 0 || r.Title == "" || r.Title != items[r.Product].Title {
		return "they do not have the item it names"
	}
	row := items[r.Product]
	if !r.On.IsZero() && (!r.On.Equal(source.Last) || len(source.Places) == 0) {
		return "they did not buy it on that day"
	}
	switch r.Kind {
	case recommend.ReasonAgain:
		if r.Product != id || r.Times != source.Orders || r.Times < 2 || source.Last.After(now) {
			return fmt.Sprintf("bought %d times", source.Orders)
		}
		if r.Days > 0 && (r.Times < 3 || len(source.Times) < r.Times || row.Used == 0 && !usually(row)) {
			return "no rhythm"
		}
	case recommend.ReasonUsedUp:
		if r.Product != id || source.Orders != 1 || r.Days != row.Used || r.Days < 1 {
			return fmt.Sprintf("bought %d times, lasts %d days", source.Orders, row.Used)
		}
	case recommend.ReasonOthers:
		if r.Product != id || source.Orders != 1 || r.Days != row.EveryDays || r.Days < 1 || r.Customers != row.Repeaters || !usually(row) {
			return fmt.Sprintf("bought %d times, by others every %d days", source.Orders, row.EveryDays)
		}
	case recommend.ReasonTogether:
		if r.Customers < recommend.FewestCustomers || !slices.ContainsFunc(slices.Concat(row.Neighbours, row.Live), func(n recommend.Neighbour) bool {
			return n.Product == id && n.Customers == r.Customers && n.Score > 0 && !n.Alike
		}) {
			return "no such neighbour"
		}
	case recommend.ReasonGoesWith:
		if !slices.ContainsFunc([]shop.Relation{shop.RelationComplements, shop.RelationServicePlan}, func(k shop.Relation) bool {
			return slices.Contains(row.Relations[k], id)
		}) && !slices.Contains(items[id].Relations[shop.RelationComplements], r.Product) {
			return "no such relation"
		}
	case recommend.ReasonConsumable:
		if !slices.Contains(row.Consumables, id) && !slices.Contains(items[id].Relations[shop.RelationConsumableOf], r.Product) {
			return "it does not use it up"
		}
	default:
		return "an unknown kind"
	}
	return ""
}
