package recommend_test

import (
	"math"
	"testing"

	"regulars/shared/recommend"
)

// A customer with four orders: the mug in the last one and the one three
// before, the lamp in the second but last. The lamp leads to the bulb.
func TestFeatures(t *testing.T) {
	mug := often("mug", 2, 1, 100)
	mug.Places, mug.Units = []int{0, 3}, 5
	lamp := once("lamp", 30)
	lamp.Since, lamp.Places = 1, []int{1}
	history := recommend.History{Orders: 4, Items: []recommend.Bought{mug, lamp}}
	bulb := product("bulb", "")
	bulb.Customers, bulb.Recent, bulb.InLast = 15, 10, 5
	catalogue := rows(
		product("mug", "", with(recommend.Neighbour{Product: "bulb", Score: .1, Customers: 4})),
		product("lamp", "", with(recommend.Neighbour{Product: "bulb", Score: .4, Customers: 9})), bulb,
	)
	got := map[string]map[string]float64{}
	for _, r := range recommend.Rank(now, history, catalogue, []recommend.Popular{{Product: "bulb", Customers: 10}}, 9, recommend.Options{Mode: recommend.ModeNext}) {
		of := map[string]float64{}
		for i, name := range recommend.FeatureNames() {
			of[name] = r.Features[i]
		}
		got[string(r.Product)] = of
	}
	for id, want := range map[string]map[string]float64{
		"mug": {
			"bought": 1, "bought_often": math.Log(2), "bought_share": .5, "bought_faded_90": 1 + .9*.9*.9, "bought_faded_60": 1 + .6*.6*.6,
			"bought_last": 1, "bought_since": 0, "bought_gap": math.Log(4), "bought_due_orders": 1. / 3, "bought_units": math.Log(6),
			"bought_orders": math.Log(4), "bought_items": math.Log(2), "bought_lines": math.Log(3), "bought_basket": math.Log(.75),
			"bought_last_basket": math.Log(2), "bought_repeat_share": 1. / 3, "new_led": 0, "new_popular": 0,
		},
		"lamp": {"bought": 1, "bought_last": 0, "bought_since": math.Log(2), "bought_gap": 0, "bought_due_orders": 0, "bought_faded_75": .75},
		"bulb": {
			"bought": 0, "bought_orders": 0, "new_led": .5, "new_led_most": .4, "new_led_last": .1, "new_led_faded": .1 + .4*.75, "new_led_by": math.Log(3),
			"new_popular": math.Log(1.001), "new_customers": math.Log(1.501), "new_trend": .5, "new_in_last": .25, "bought_led": 0,
		},
	} {
		for name, value := range want {
			if x, known := got[id][name]; !known || math.Abs(x-value) > 1e-9 {
				t.Errorf("%s of the %s = %v, want %v", name, id, x, value)
			}
		}
	}
}

// A broken row or history gives finite features, so that a re-ranker can score
// the other candidates.
func TestFeaturesAreFinite(t *testing.T) {
	huge := product("bulb", "", with(recommend.Neighbour{Product: "mug", Score: math.MaxFloat64, Customers: 1}))
	huge.Customers, huge.Recent, huge.InLast, huge.Again = math.MaxInt, -7, math.MaxInt, math.NaN()
	odd := recommend.Bought{Product: "mug", Orders: math.MaxInt, Units: math.MinInt, Since: -4, Places: []int{-9, math.MaxInt}}
	for _, history := range []recommend.History{{}, {Items: []recommend.Bought{odd}}, {Orders: -3, Items: []recommend.Bought{odd, {Product: "bulb", Orders: 1, Units: 1}}}} {
		for _, r := range recommend.Rank(now, history, rows(huge, product("mug", "")), []recommend.Popular{{Product: "bulb", Customers: math.MaxInt}}, 9, recommend.Options{Mode: recommend.ModeNext}) {
			for i, x := range r.Features {
				if math.IsNaN(x) || math.IsInf(x, 0) {
					t.Errorf("%s of the %s is %v", recommend.FeatureNames()[i], r.Product, x)
				}
			}
		}
	}
}
