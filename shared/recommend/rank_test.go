package recommend_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// by is a re-ranker from a function.
type by func(features []float64) float64

func (b by) Score(features []float64) float64 { return b(features) }

func feature(t *testing.T, name string) int {
	t.Helper()
	for i, n := range recommend.FeatureNames() {
		if n == name {
			return i
		}
	}
	t.Fatalf("no feature is called %s: %v", name, recommend.FeatureNames())
	return 0
}

func TestRank(t *testing.T) {
	lamp := product("lamp", "", with(recommend.Neighbour{Product: "bulb", Score: .5, Customers: 41}, recommend.Neighbour{Product: "mug", Score: .2, Customers: 4}))
	often2 := often("mug", 2, 100, 70)
	often2.Places = []int{0, 3}
	hidden := product("shade", "", func(r *recommend.Item) { r.Hidden, r.Title = true, "" })
	history := recommend.History{Orders: 4, Items: []recommend.Bought{once("lamp", 9), often2, back(once("bad", 5)), once("unread", 3)}}
	catalogue := rows(lamp, product("mug", ""), product("bulb", ""), hidden, product("bad", ""), product("stray", ""))
	popular := []recommend.Popular{{Product: "shade", Customers: 30}, {Product: "gone", Customers: 40}}

	for phrase, c := range map[string]struct {
		opt  recommend.Options
		want string
	}{
		"the next order":              {recommend.Options{Mode: recommend.ModeNext}, "mug 0.338, lamp 0.167, bulb 0.150, shade 0.007"},
		"new items":                   {recommend.Options{Mode: recommend.ModeGoesWith}, "bulb 0.150, shade 0.007"},
		"items bought before":         {recommend.Options{Mode: recommend.ModeAgain}, "mug 0.338, lamp 0.167"},
		"an anchor":                   {recommend.Options{Mode: recommend.ModeNext, Anchor: []shop.ProductID{"lamp"}}, "bulb 0.600, mug 0.518, shade 0.007"},
		"a re-ranker":                 {recommend.Options{Mode: recommend.ModeNext, Reranker: by(func(f []float64) float64 { return -f[0] })}, "shade -0.007, bulb -0.150, lamp -0.167, mug -0.338"},
		"a re-ranker without numbers": {recommend.Options{Mode: recommend.ModeNext, Reranker: by(func(f []float64) float64 { return math.Log(f[1] - .5) })}, "mug 0.338, lamp 0.167, bulb 0.150, shade 0.007"},
		"an infinite re-ranker":       {recommend.Options{Mode: recommend.ModeNext, Reranker: by(func([]float64) float64 { return math.Inf(1) })}, "mug 0.338, lamp 0.167, bulb 0.150, shade 0.007"},
	} {
		t.Run(phrase, func(t *testing.T) {
			var got []string
			for _, r := range recommend.Rank(now, history, catalogue, popular, 9, c.opt) {
				got = append(got, fmt.Sprintf("%s %.3f", r.Product, r.Score))
			}
			if got := strings.Join(got, ", "); got != c.want {
				t.Errorf("Rank = %s\nwant   %s", got, c.want)
			}
		})
	}
	if got := recommend.Rank(now, history, catalogue, popular, 1, recommend.Options{Mode: recommend.ModeNext}); len(got) != 1 || got[0].Product != "mug" {
		t.Errorf("Rank of one = %v, want the mug", got)
	}
	if got := recommend.Rank(now, recommend.History{}, nil, nil, -1, recommend.Options{}); len(got) != 0 {
		t.Errorf("Rank of nothing = %v", got)
	}
	for _, r := range recommend.Rank(now, history, catalogue, popular, 9, recommend.Options{Mode: recommend.ModeNext}) {
		want := map[shop.ProductID]float64{"mug": 1, "lamp": 1}[r.Product]
		if got := r.Features[feature(t, "bought")]; got != want || r.Features[feature(t, "blend")] != r.Score {
			t.Errorf("%s has the features %v of %v", r.Product, r.Features, recommend.FeatureNames())
		}
	}
}

// An overdue item falls back by its odds: a re-ranker's scores are logarithms
// of odds, so a negative one falls as far as a positive one.
func TestOverdueItemsFallBackInARerankedList(t *testing.T) {
	used := func(r *recommend.Item) { r.Used = 30 }
	late, timely := once("late", 240), once("timely", 40) // the late one is worth 2/8 of its odds
	catalogue := rows(product("late", "", used), product("timely", "", used))
	units := feature(t, "bought_units")
	for shift, c := range map[float64]struct {
		lead float64 // of the late item, in logarithms of odds
		want string
	}{-5: {1, "timely"}, 5: {1, "timely"}, -9: {2, "late"}, 9: {2, "late"}} {
		late.Units, timely.Units = 2, 1
		r := by(func(f []float64) float64 {
			if f[units] > math.Log(2.5) {
				return shift + c.lead
			}
			return shift
		})
		picks := recommend.Recommend(now, recommend.History{Items: []recommend.Bought{late, timely}}, catalogue, nil, recommend.Options{Want: 1, Mode: recommend.ModeAgain, Reranker: r})
		if len(picks) != 1 || string(picks[0].Product.ID) != c.want {
			t.Errorf("scores about %v: %v is first, want %s", shift, picks, c.want)
		}
	}
}

// A customer's next order is predicted from the sequence of their orders if the
// times are not known.
func TestRankWithoutTimes(t *testing.T) {
	order := func(ids ...shop.ProductID) (o recommend.Order) {
		for _, id := range ids {
			o.Lines = append(o.Lines, recommend.Line{Product: id, Units: 1})
		}
		return o
	}
	h := recommend.HistoryOf([]recommend.Order{order("tea", "mug"), order("tea"), order("tea", "jam", "jam")})
	var got []string
	for _, r := range recommend.Rank(time.Time{}, h, rows(product("tea", ""), product("mug", ""), product("jam", "")), nil, 9, recommend.Options{Mode: recommend.ModeNext}) {
		got = append(got, fmt.Sprintf("%s %.3f", r.Product, r.Score))
	}
	if want := "tea 0.438, jam 0.188, mug 0.188"; strings.Join(got, ", ") != want {
		t.Errorf("Rank = %s, want %s", strings.Join(got, ", "), want)
	}
	if got := recommend.Recommend(now, h, rows(product("tea", ""), product("mug", "")), nil, recommend.Options{Want: 3}); len(got) != 0 {
		t.Errorf("Recommend = %v, want nothing: it is not known whether an item is due", got)
	}
}

func TestHistoryOf(t *testing.T) {
	order := func(ago int, lines ...recommend.Line) recommend.Order {
		return recommend.Order{At: now.AddDate(0, 0, -ago), Lines: lines}
	}
	day := func(ago int) time.Time { return now.AddDate(0, 0, -ago) }
	got := recommend.HistoryOf([]recommend.Order{ // not in their order
		order(1, recommend.Line{Product: "tea", Units: 2}, recommend.Line{Product: "tea", Units: 1}),
		order(30, recommend.Line{Product: "tea", Units: 1}, recommend.Line{Product: "mug", Units: 2, Returned: 1}),
		order(9),
	}, recommend.Sum{Product: "tea", Orders: 4, Units: 5}, recommend.Sum{Product: "old", Orders: 1, Units: 1, Returned: 1})
	want := recommend.History{Orders: 3, Items: []recommend.Bought{
		{Product: "tea", Orders: 6, Units: 9, Last: day(1), Places: []int{0, 2}, Times: []time.Time{day(1), day(30)}},
		{Product: "mug", Orders: 1, Units: 1, First: day(30), Last: day(30), Since: 2, Places: []int{2}, Times: []time.Time{day(30)}, Returned: true},
		{Product: "old", Orders: 1, Units: 0, Last: day(30), Since: 3, Returned: true},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("HistoryOf (-want +got):\n%s", diff)
	}
}

// TestRankIsValidForRandomInput draws rows and histories, many of them invalid.
func TestRankIsValidForRandomInput(t *testing.T) {
	names := recommend.FeatureNames()
	rapid.Check(t, func(t *rapid.T) {
		items := map[shop.ProductID]recommend.Item{}
		for i := range 12 {
			if id := shop.ProductID(fmt.Sprintf("p%d", i)); rapid.IntRange(0, 9).Draw(t, "unknown") > 0 {
				items[id] = drawRow(t, id)
			}
		}
		h := recommend.History{Items: rapid.SliceOfN(rapid.Custom(drawBought), 0, 8).Draw(t, "history"), Orders: rapid.SampledFrom([]int{5, 0, -1, 1 << 60}).Draw(t, "orders")}
		popular := rapid.SliceOfN(rapid.Custom(drawPopular), 0, 6).Draw(t, "popular list")
		opt := recommend.Options{Mode: rapid.SampledFrom([]recommend.Mode{recommend.ModeGoesWith, recommend.ModeAgain, recommend.ModeNext}).Draw(t, "mode")}
		got := recommend.Rank(now, h, items, popular, 20, opt)
		bought := totals(h)
		for i, r := range got {
			if math.IsNaN(r.Score) || math.IsInf(r.Score, 0) || len(r.Features) != len(names) || i > 0 && r.Score > got[i-1].Score {
				t.Fatalf("Rank = %+v at place %d", r, i)
			}
			for f, v := range r.Features {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s is %v", names[f], v)
				}
			}
			_, had := bought[r.Product]
			if had && opt.Mode == recommend.ModeGoesWith || !had && opt.Mode == recommend.ModeAgain || had != (r.Features[1] == 1) {
				t.Fatalf("%s: bought before %v, in a ranking for the mode %s", r.Product, had, opt.Mode)
			}
			if had && (bought[r.Product].Returned || bought[r.Product].Units <= 0) {
				t.Fatalf("%s was returned", r.Product)
			}
		}
		shuffled := recommend.History{Items: rapid.Permutation(h.Items).Draw(t, "shuffled"), Orders: h.Orders}
		if diff := cmp.Diff(got, recommend.Rank(now, shuffled, items, rapid.Permutation(popular).Draw(t, "popular shuffled"), 20, opt)); diff != "" {
			t.Fatalf("another order of the input gives another ranking:\n%s", diff)
		}
	})
}

// Live counters are used for pairs without a score of the night, scaled to the
// night by the pairs that have both.
func TestRankByLiveCounters(t *testing.T) {
	night := with
	live := func(n ...recommend.Neighbour) func(*recommend.Item) {
		return func(r *recommend.Item) { r.Live = n }
	}
	at := func(p string, score float64) recommend.Neighbour {
		return recommend.Neighbour{Product: shop.ProductID(p), Score: score, Customers: 9}
	}
	history := recommend.History{Orders: 1, Items: []recommend.Bought{once("lamp", 9), once("mug", 9)}}
	again := func(chance float64) func(*recommend.Item) {
		return func(r *recommend.Item) { r.Again = chance }
	}
	for phrase, c := range map[string]struct {
		rows map[shop.ProductID]recommend.Item
		want string
	}{
		"two rows add up": {
			rows(product("lamp", "", night(at("bulb", .2))), product("mug", "", night(at("bulb", .1), at("tea", .25))), product("bulb", ""), product("tea", "")),
			"bulb 0.090, tea 0.075",
		},
		"the night's scores win and set the scale": { // lamp-bulb and mug-bulb have both scores: .3 of the night for .6
			rows(product("lamp", "", night(at("bulb", .2)), live(at("bulb", .5), at("tea", .3))), product("mug", "", night(at("bulb", .1)), live(at("bulb", .1))), product("bulb", ""), product("tea", "")),
			"bulb 0.090, tea 0.045",
		},
		"no pair to set the scale": {
			rows(product("lamp", "", live(at("bulb", .5), at("tea", .3))), product("bulb", ""), product("tea", "")),
			"bulb 0.030, tea 0.018",
		},
		"scores that are no numbers": {
			rows(product("lamp", "", night(at("bulb", math.NaN()), at("tea", math.Inf(1))), live(at("bulb", math.Inf(1)), at("tea", -1), at("shade", .5))), product("bulb", ""), product("tea", ""), product("shade", "")),
			"shade 0.030",
		},
		"an invalid chance of a repeat becomes the usual one": { // (1 + 5·.1) / (1 + 5)
			rows(product("lamp", "", again(math.NaN())), product("mug", "", again(1.5))),
			"lamp 0.250, mug 0.250",
		},
		"a repeated product ranks above one that is seldom repeated": {
			rows(product("lamp", "", again(.05)), product("mug", "", again(.5))),
			"mug 0.583, lamp 0.208",
		},
	} {
		mode := recommend.ModeGoesWith
		if strings.Contains(c.want, "lamp") {
			mode = recommend.ModeNext
		}
		var got []string
		for _, r := range recommend.Rank(now, history, c.rows, nil, 9, recommend.Options{Mode: mode}) {
			got = append(got, fmt.Sprintf("%s %.3f", r.Product, r.Score))
		}
		if got := strings.Join(got, ", "); got != c.want {
			t.Errorf("%s: Rank = %s, want %s", phrase, got, c.want)
		}
	}
}
