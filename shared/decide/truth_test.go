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

// costs returns a price history from pairs of days ago and price.
func costs(steps ...int) (p shop.Prices) {
	for i := 0; i < len(steps); i += 2 {
		p = p.With(noon.AddDate(0, 0, -steps[i]), gbp(int64(steps[i+1])))
	}
	return p
}

// The former price of the catalogue is stated only if the price history
// supports it. The explanation has the reason if it is not.
func TestAFormerPriceIsCheckedAgainstThePriceHistory(t *testing.T) {
	for name, c := range map[string]struct {
		prices  shop.Prices
		claimed int64
		printed string // "": none
		check   string // the explanation's reason; "": none
	}{
		"a true former price":        {costs(60, 1500, 2, 1250), 1500, "£15.00", ""},
		"a price raised just before": {costs(60, 1300, 5, 2000, 2, 1250), 2000, "£13.00", "above the lowest price of the thirty days before"},
		"no price history":           {nil, 2000, "", "no other price is known"},
		"a new product":              {costs(20, 1500, 2, 1250), 1500, "", "not known for thirty days"},
		"no former price":            {costs(60, 1500, 2, 1250), 0, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase("weekly")
			change(&g, "JAR", func(row *recommend.Item) { row.Prices, row.Was = c.prices, gbp(c.claimed) })
			d := decision(t, g)
			if d.Send.State != claim.Sending {
				t.Fatalf("Decide = %s, want SENDING", state(d))
			}
			_, printed, _ := strings.Cut(d.Mail.Text, "was ")
			printed, _, _ = strings.Cut(printed, "\n")
			if strings.TrimSpace(printed) != c.printed {
				t.Errorf("the message prints the former price %q, want %q", printed, c.printed)
			}
			reasons := ""
			for _, check := range explained(t, d).Checks {
				if check.Name == "was price" {
					reasons += check.No
				}
			}
			if !strings.Contains(reasons, c.check) || c.check == "" && reasons != "" {
				t.Errorf("the explanation has the reason %q, want %q in it", reasons, c.check)
			}
		})
	}
}

// The offer names its products. It is granted if at least one of them is in
// stock.
func TestAnOfferForNamedProductsNeedsStock(t *testing.T) {
	only, err := condition.Parse(`line.product in ["JAR", "TRAY"]`, "GBP")
	check(err)
	with := func(jars, trays int) given {
		g := aCase("deal")
		g.config.Offers = []offer.Offer{{
			ID: "welcome", Version: 3, Days: 14, On: only, Named: map[string]string{"en": "Jars and trays"},
			Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, Budget: offer.Budget{Uses: 9, Shards: 1},
		}}
		change(&g, "JAR", func(row *recommend.Item) { row.Stock = &jars })
		change(&g, "TRAY", func(row *recommend.Item) { row.Stock = &trays })
		return g
	}
	if d := decision(t, with(0, 1)); d.Send.Coupon == nil {
		t.Errorf("with one tray in stock: %s, want the coupon", state(d))
	}
	g := with(0, 0)
	change(&g, "TEA", func(row *recommend.Item) { row.Relations = map[shop.Relation][]shop.ProductID{} })
	g.config.Campaigns = slices.Clone(g.config.Campaigns)
	for i := range g.config.Campaigns {
		g.config.Campaigns[i].Message, g.config.Campaigns[i].Picks = "thanks", 0 // a message that needs no picks, because there are none
	}
	d := decision(t, g)
	refusals := explained(t, d).Refusals
	if d.Send.Coupon != nil || len(refusals) != 1 || refusals[0].Code != offer.RefusedStock {
		t.Errorf("without stock: %s, %+v, want the offer refused because of %s", state(d), refusals, offer.RefusedStock)
	}
}

// Their rows have the stock, on which the offer depends.
func TestProductsThatAnOfferNamesAreRead(t *testing.T) {
	only, err := condition.Parse(`line.product in ["JAR", "VASE"]`, "GBP")
	check(err)
	g := aCase("deal")
	g.config.Offers = []offer.Offer{{ID: "welcome", On: only, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}}}
	if got, _ := decide.Sources(g.snapshot.Profile, campaign.Intent{Campaign: "deal"}, g.config); !slices.Contains(got, "VASE") || !slices.Contains(got, "JAR") {
		t.Errorf("Sources = %v, want JAR and VASE among them", got)
	}
}
