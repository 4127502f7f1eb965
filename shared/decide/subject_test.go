package decide

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// falling are prices of forty days, of which the last is lower.
func falling(now time.Time) (p shop.Prices) {
	for day := 40; day > 1; day-- {
		p = p.With(now.AddDate(0, 0, -day), shop.Money{Minor: 1000, Currency: "GBP"})
	}
	return p.With(now.AddDate(0, 0, -1), shop.Money{Minor: 800, Currency: "GBP"})
}

func TestAMessageAboutAProductEndsIfItIsNotTrueAnyMore(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	terms := &campaign.ProductTerms{Stock: 3, Cheaper: 1000}
	for name, c := range map[string]struct {
		event  shop.OrderKind
		change func(*recommend.Item, *profile.Profile)
		gone   bool
		want   string
	}{
		"back, still there":         {event: shop.BackInStock},
		"back, fewer than it began": {event: shop.BackInStock, change: func(i *recommend.Item, _ *profile.Profile) { i.Stock = new(1) }},
		"back, sold out again":      {event: shop.BackInStock, change: func(i *recommend.Item, _ *profile.Profile) { i.Stock = new(0) }, want: "sold-out"},
		"hidden":                    {event: shop.BackInStock, change: func(i *recommend.Item, _ *profile.Profile) { i.Hidden = true }, want: "product-gone"},
		"not in the catalogue":      {event: shop.NewProduct, gone: true, want: "product-gone"},
		"cheaper":                   {event: shop.Cheaper},
		"cheaper still": {event: shop.Cheaper, change: func(i *recommend.Item, _ *profile.Profile) {
			i.Price.Minor = 700
			i.Prices = i.Prices.With(now, i.Price)
		}},
		"the price is back up":     {event: shop.Cheaper, change: func(i *recommend.Item, _ *profile.Profile) { i.Price.Minor = 1000 }, want: "price-back-up"},
		"the price is a little up": {event: shop.Cheaper, change: func(i *recommend.Item, _ *profile.Profile) { i.Price.Minor = 801 }, want: "price-back-up"},
		"a lower price was in force": {event: shop.Cheaper, change: func(i *recommend.Item, _ *profile.Profile) {
			i.Prices = i.Prices.With(now.AddDate(0, 0, -5), shop.Money{Minor: 790, Currency: "GBP"})
		}, want: "not-cheaper"},
		"sold out and cheaper":       {event: shop.Cheaper, change: func(i *recommend.Item, _ *profile.Profile) { i.Stock = new(0) }, want: "sold-out"},
		"bought since":               {event: shop.BackInStock, change: func(_ *recommend.Item, p *profile.Profile) { p.Orders = ordered(now.Add(-time.Hour), "MUG") }, want: "bought-since"},
		"bought before":              {event: shop.BackInStock, change: func(_ *recommend.Item, p *profile.Profile) { p.Orders = ordered(now.AddDate(0, 0, -2), "MUG") }},
		"another product was bought": {event: shop.BackInStock, change: func(_ *recommend.Item, p *profile.Profile) { p.Orders = ordered(now.Add(-time.Hour), "JUG") }},
	} {
		t.Run(name, func(t *testing.T) {
			item := recommend.Item{Prices: falling(now), Product: shop.Product{ID: "MUG", Price: shop.Money{Minor: 800, Currency: "GBP"}, Stock: new(5)}}
			var customer profile.Profile
			if c.change != nil {
				c.change(&item, &customer)
			}
			e := evaluation{now: now, campaign: campaign.Campaign{Product: terms, NotAfter: 48 * time.Hour}}
			e.Profile, e.Items = customer, map[shop.ProductID]recommend.Item{"MUG": item}
			if c.gone {
				e.Items = nil
			}
			e.intent = campaign.Intent{Subject: campaign.Subject{Product: "MUG", Event: c.event, Price: shop.Money{Minor: 800, Currency: "GBP"}}, NotAfter: now.Add(24 * time.Hour)}
			got := ""
			if r := e.current(); r != nil {
				got = r.reason.Code
			}
			if got != c.want {
				t.Errorf("the reason is %q, want %q", got, c.want)
			}
		})
	}
}

func ordered(at time.Time, product shop.ProductID) []profile.Visit {
	return []profile.Visit{{Order: "o-1", At: at, Lines: []profile.VisitProduct{{Product: product, Units: 1}}}}
}

// Whether the customer would like the product is asked again, by the rows of what they
// bought.
func TestAMessageAboutAProductEndsIfTheCustomerWouldNotLikeItAnyMore(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	likes, err := condition.Parse("customer.likes[product.id]", "GBP")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change   func(*profile.Profile, map[shop.ProductID]recommend.Item)
		everyone bool // the audience does not ask
		want     string
	}{
		"what they bought leads to it": {},
		"they returned that":           {change: func(p *profile.Profile, _ map[shop.ProductID]recommend.Item) { p.Orders[0].Lines[0].Returned = 1 }, want: "left-audience"},
		"it does not lead to it any more": {change: func(_ *profile.Profile, rows map[shop.ProductID]recommend.Item) {
			rows["POT"] = recommend.Item{Product: shop.Product{ID: "POT", Title: "Teapot"}}
		}, want: "left-audience"},
		"the audience is everybody": {change: func(p *profile.Profile, _ map[shop.ProductID]recommend.Item) { p.Orders = nil }, everyone: true},
		"they bought more than a decision reads": {change: func(p *profile.Profile, rows map[shop.ProductID]recommend.Item) {
			for n := range mostCounted {
				p.Orders[0].Lines = append(p.Orders[0].Lines, profile.VisitProduct{Product: shop.ProductID(fmt.Sprint("P-", n)), Units: 1})
			}
			delete(rows, "POT")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			customer := profile.Profile{ID: "c", Orders: ordered(now.AddDate(0, 0, -20), "POT")}
			rows := map[shop.ProductID]recommend.Item{
				"MUG": {Product: shop.Product{ID: "MUG", Price: shop.Money{Minor: 800, Currency: "GBP"}}},
				"POT": {Product: shop.Product{ID: "POT", Title: "Teapot"}, Learned: recommend.Learned{Neighbours: []recommend.Neighbour{{Product: "MUG", Score: 0.5, Customers: 40}}}},
			}
			if c.change != nil {
				c.change(&customer, rows)
			}
			e := evaluation{now: now, campaign: campaign.Campaign{ID: "back", Version: 1, Product: &campaign.ProductTerms{Stock: 1}, NotAfter: 48 * time.Hour}}
			if !c.everyone {
				e.campaign.Audience = likes
			}
			e.intent = campaign.Intent{Campaign: "back", Version: 1, Subject: campaign.Subject{Product: "MUG", Event: shop.BackInStock}, NotAfter: now.Add(24 * time.Hour)}
			e.Campaigns = []campaign.Campaign{e.campaign}
			e.Profile, e.Items = customer, rows
			got := ""
			if r := e.current(); r != nil {
				got = r.reason.Code
			}
			if got != c.want {
				t.Errorf("the reason is %q, want %q", got, c.want)
			}
			kept := len(Counted(customer, "", 1)) > 0 && !c.everyone
			sources, _ := Sources(customer, e.intent, e.Config)
			if read := slices.Contains(sources, "POT"); read != kept {
				t.Errorf("the row of what they bought is read: %v, want %v", read, kept)
			}
		})
	}
}
