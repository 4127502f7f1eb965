package decide_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/offer"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// change replaces one row of the catalogue.
func change(g *given, id shop.ProductID, how func(*recommend.Item)) {
	g.snapshot.Items = maps.Clone(g.snapshot.Items)
	row := g.snapshot.Items[id]
	how(&row)
	g.snapshot.Items[id] = row
}

// costs is a history: so many days ago, so much.
func costs(steps ...int) (p shop.Prices) {
	for i := 0; i < len(steps); i += 2 {
		p = p.With(noon.AddDate(0, 0, -steps[i]), gbp(int64(steps[i+1])))
	}
	return p
}

// A former price is stated as far as the history bears it out; the trail says
// what was not believed, and why.
func TestAFormerPriceIsCheckedNotTrusted(t *testing.T) {
	for phrase, c := range map[string]struct {
		prices  shop.Prices
		claimed int64
		printed string // "" for none
		trail   string // "" for nothing to say
	}{
		"true":                    {costs(60, 1500, 2, 1250), 1500, "£15.00", ""},
		"raised just before":      {costs(60, 1300, 5, 2000, 2, 1250), 2000, "£13.00", "above the lowest price of the thirty days before"},
		"without a history":       {nil, 2000, "", "no other price is known"},
		"of a product that's new": {costs(20, 1500, 2, 1250), 1500, "", "not known for thirty days"},
		"nothing claimed":         {costs(60, 1500, 2, 1250), 0, "", ""},
	} {
		t.Run(phrase, func(t *testing.T) {
			g := aCase("weekly")
			change(&g, "JAR", func(row *recommend.Item) { row.Prices, row.Was = c.prices, gbp(c.claimed) })
			d := decision(t, g)
			if d.Send.State != claim.Sending {
				t.Fatalf("Decide = %s", state(d))
			}
			_, printed, _ := strings.Cut(d.Mail.Text, "was ")
			printed, _, _ = strings.Cut(printed, "\n")
			if strings.TrimSpace(printed) != c.printed {
				t.Errorf("the message says it was %q, want %q", printed, c.printed)
			}
			trail := ""
			for _, check := range explained(t, d).Checks {
				if check.Name == "was price" {
					trail += check.No
				}
			}
			if !strings.Contains(trail, c.trail) || c.trail == "" && trail != "" {
				t.Errorf("the trail says %q, want %q in it", trail, c.trail)
			}
		})
	}
}

// A coupon for products that are named goes only while there are some; where the
// last went meanwhile, what waited with it ends, and says so.
func TestNoCouponOutlivesItsStock(t *testing.T) {
	checker, err := condition.NewChecker("GBP")
	check(err)
	only, err := checker.Compile(`line.product in ["JAR", "TRAY"]`)
	check(err)
	with := func(jars, trays int) given {
		g := aCase("deal")
		g.rules.Offers = []offer.Offer{{
			ID: "welcome", Version: 3, Days: 14, On: only, Named: map[string]string{"en": "Jars and trays"},
			Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, Budget: offer.Budget{Uses: 9, Shards: 1},
		}}
		change(&g, "JAR", func(row *recommend.Item) { row.Stock = &jars })
		change(&g, "TRAY", func(row *recommend.Item) { row.Stock = &trays })
		return g
	}
	if d := decision(t, with(0, 1)); d.Send.Coupon == nil {
		t.Errorf("with one left: %s, want the coupon", state(d))
	}
	g := with(0, 0)
	change(&g, "TEA", func(row *recommend.Item) { row.Relations = map[shop.Relation][]shop.ProductID{} })
	g.rules.Campaigns = slices.Clone(g.rules.Campaigns)
	for i := range g.rules.Campaigns {
		g.rules.Campaigns[i].Message, g.rules.Campaigns[i].Picks = "thanks", 0 // it needs no picks: there are none
	}
	d := decision(t, g)
	refusals := explained(t, d).Refusals
	if d.Send.Coupon != nil || len(refusals) != 1 || refusals[0].Code != offer.RefusedStock {
		t.Errorf("with none left: %s, %+v, want it refused for %s", state(d), refusals, offer.RefusedStock)
	}
}

// Which rows are read: without those of the products that an offer names, nobody
// could say whether there are any.
func TestProductsOfOffersAreRead(t *testing.T) {
	checker, err := condition.NewChecker("GBP")
	check(err)
	only, err := checker.Compile(`line.product in ["JAR", "VASE"]`)
	check(err)
	g := aCase("deal")
	g.rules.Offers = []offer.Offer{{ID: "welcome", On: only, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}}}
	if got := decide.Sources(g.snapshot.Profile, campaign.Intent{Campaign: "deal"}, g.rules); !slices.Contains(got, "VASE") || !slices.Contains(got, "JAR") {
		t.Errorf("Sources = %v, want JAR and VASE among them", got)
	}
}
