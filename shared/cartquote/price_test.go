package cartquote_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/shared/cartquote"
	"regulars/shared/checkout"
	"regulars/shared/condition"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/pricing"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func eur(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "EUR"} }

func code(name string) string {
	return offer.Code([]byte("a key for tests that is long enough"), shop.SendID(name))
}

// ten returns a coupon of ann's for a tenth off mugs, with changes.
func ten(name string, changes ...func(*coupon.Coupon)) coupon.Coupon {
	k := coupon.Coupon{
		Hash: offer.Hash(code(name)), Offer: "ten", Version: 2, Customer: "ann",
		Issued: noon, Until: noon.AddDate(0, 0, 14), State: coupon.Issued,
	}
	for _, change := range changes {
		change(&k)
	}
	return k
}

// newCase returns ann's cart of two mugs and a bag for 30.00, in a shop with free
// shipping once per customer, a tenth off mugs with a code, and points; ann has 500
// points, worth 5.00.
func newCase(t *testing.T) cartquote.Case {
	t.Helper()
	mugs, err := condition.Parse(`line.category == "mug"`, "EUR")
	if err != nil {
		t.Fatal(err)
	}
	c := cartquote.Case{Now: noon}
	c.Customer = "ann"
	c.Cart = pricing.Cart{Currency: "EUR", Shipping: 500, Lines: []pricing.Line{
		{ID: "1", Product: "mug-1", Units: 2, Price: 1000}, {ID: "2", Product: "bag-1", Units: 1, Price: 1000},
	}}
	c.Items = map[shop.ProductID]recommend.Item{
		"mug-1": {Product: shop.Product{ID: "mug-1", Category: "Mug", Cost: eur(600)}}, "bag-1": {Product: shop.Product{ID: "bag-1", Category: "Bag"}},
	}
	c.Policy = shoppolicy.Policy{
		Shop:   shoppolicy.Shop{Currency: "EUR", Zone: "Europe/Athens"},
		Points: points.Scheme{Placed: true, Earn: map[shop.Currency]int64{"EUR": 100}, Lives: 365 * 24 * time.Hour, Spend: points.Rate{Points: 100, Worth: 100}},
		Offers: []offer.Offer{
			{ID: "ship", Version: 1, Automatic: true, Effect: offer.Effect{Kind: offer.KindShipping}, Stacks: "shipping", PerCustomer: 1, Budget: offer.Budget{Uses: 10, Shards: 2}},
			{ID: "ten", Version: 2, Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, On: mugs, Days: 14},
		},
	}
	c.Profile.Points.Ledger = c.Policy.Points.Fold(nil, shop.Order{ID: "earlier", Customer: "ann", Placed: &shop.Placed{At: noon.AddDate(0, 0, -1), Total: eur(50_000)}})
	return c
}

// TestPriceSaysWhatCodesOffersAndPointsGive compares quotes in the form
// "code ten 200; ship 500; points 300 of 500; total 2500".
func TestPriceSaysWhatCodesOffersAndPointsGive(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*cartquote.Case)
		want   string
	}{
		"no code":             {func(*cartquote.Case) {}, "ship 500; points 0 of 500; total 3000"},
		"a coupon":            {typing("a"), "code 200; ship 500; points 0 of 500; total 2800"},
		"an unknown customer": {func(c *cartquote.Case) { typing("a")(c); c.Customer = "" }, "code invalid; ship condition; total 3500"},
		"another customer":    {func(c *cartquote.Case) { typing("a")(c); c.Customer = "bob" }, "code invalid; ship 500; points 0 of 500; total 3000"},
		"the same code twice": {typing("a", "a"), "code 200; code twice; ship 500; points 0 of 500; total 2800"},
		"two of one class":    {typing("a", "b"), "code outbid; code 200; ship 500; points 0 of 500; total 2800"},
		"a text that is no code": {
			func(c *cartquote.Case) { c.Codes = []string{"hello"} }, "code invalid; ship 500; points 0 of 500; total 3000",
		},
		"a coupon that another order holds": {
			having(ten("a", func(k *coupon.Coupon) { k.State, k.Order, k.HeldUntil = coupon.Held, "o-2", noon })),
			"code held; ship 500; points 0 of 500; total 3000",
		},
		"a coupon that another order has redeemed": {
			having(ten("a", func(k *coupon.Coupon) { k.State, k.Order = coupon.Redeemed, "o-2" })), "code used; ship 500; points 0 of 500; total 3000",
		},
		"a coupon after its end and grace": {
			having(ten("a", func(k *coupon.Coupon) { k.Until = noon.Add(-coupon.Grace - time.Millisecond) })), "code invalid; ship 500; points 0 of 500; total 3000",
		},
		"too many wrong codes": {
			func(c *cartquote.Case) { typing("a")(c); c.OnlyHeld, c.Order = true, "o-1" }, "code too-many; ship 500; points 0 of 500; total 3000",
		},
		"too many wrong codes, but the order holds the coupon": {
			func(c *cartquote.Case) {
				having(ten("a", func(k *coupon.Coupon) { k.State, k.Order, k.HeldUntil = coupon.Held, "o-1", noon }))(c)
				c.OnlyHeld, c.Order = true, "o-1"
			}, "code 200; ship 500; points 0 of 500; total 2800",
		},
		"a coupon of an old version": {
			func(c *cartquote.Case) {
				having(ten("a", func(k *coupon.Coupon) { k.Version = 1 }))(c)
				old := c.Policy.Offers[1]
				old.Effect.Percent = 5000
				c.Terms = map[cartquote.Terms]offer.Offer{{Offer: "ten", Version: 1}: old}
			}, "code 1000; ship 500; points 0 of 500; total 2000",
		},
		"a coupon of an old version without terms": {
			having(ten("a", func(k *coupon.Coupon) { k.Version = 1 })), "code invalid; ship 500; points 0 of 500; total 3000",
		},
		"too many wrong codes, and the held coupon has no terms": {
			func(c *cartquote.Case) {
				having(ten("a", func(k *coupon.Coupon) { k.Version, k.State, k.Order, k.HeldUntil = 1, coupon.Held, "o-1", noon }))(c)
				c.OnlyHeld, c.Order = true, "o-1"
			}, "code too-many; ship 500; points 0 of 500; total 3000",
		},
		"an offer that the customer has had": {granted("o-2"), "ship per-customer; points 0 of 500; total 3500"},
		"an offer that the order itself has": {granted("o-1"), "ship 500; points 0 of 500; total 3000"},
		"an offer whose budget is used up": {
			func(c *cartquote.Case) { c.Spent = map[shop.OfferID]bool{"ship": true} }, "ship budget; points 0 of 500; total 3500",
		},
		"an offer of whose holdout the customer is": {
			func(c *cartquote.Case) { c.Policy.Offers[0].Holdout = 10_000 }, "points 0 of 500; total 3500",
		},
		"points":                    {func(c *cartquote.Case) { c.Points = 300 }, "ship 500; points 300 of 500; total 2700"},
		"more points than are free": {func(c *cartquote.Case) { c.Points = 501 }, "ship 500; points few-points of 500; total 3000"},
		"points without a customer": {func(c *cartquote.Case) { c.Points, c.Customer = 1, "" }, "ship condition; points no-points of 0; total 3500"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCase(t)
			test.change(&c)
			if got := short(cartquote.Price(c)); got != test.want {
				t.Errorf("Price = %q, want %q", got, test.want)
			}
		})
	}
}

func having(coupons ...coupon.Coupon) func(*cartquote.Case) {
	return func(c *cartquote.Case) {
		typing("a")(c)
		for _, k := range coupons {
			c.Coupons[k.Hash] = k
		}
	}
}

// typing returns a change by which ann has two coupons, a and b, and types the codes
// of these names.
func typing(names ...string) func(*cartquote.Case) {
	return func(c *cartquote.Case) {
		a, b := ten("a"), ten("b")
		c.Coupons = map[string]coupon.Coupon{a.Hash: a, b.Hash: b}
		for _, name := range names {
			c.Codes = append(c.Codes, code(name))
		}
	}
}

func granted(order shop.OrderID) func(*cartquote.Case) {
	return func(c *cartquote.Case) {
		c.Order = "o-1"
		c.Contact.Granted = map[shop.OfferID][]frequency.Grant{"ship": {{Send: frequency.AtCheckout(order), At: noon}}}
	}
}

func short(q cartquote.Quote) (text string) {
	for _, c := range q.Codes {
		text += fmt.Sprintf("code %v; ", cmp.Or(c.Reason, fmt.Sprint(c.Off)))
	}
	for _, o := range q.Automatic {
		text += fmt.Sprintf("%s %v; ", o.Offer, cmp.Or(o.Reason, fmt.Sprint(o.Off)))
	}
	if p := q.Points; p != nil {
		text += fmt.Sprintf("points %s of %d; ", cmp.Or(p.Reason, fmt.Sprint(p.Spends)), p.Free)
	}
	return text + fmt.Sprintf("total %d", q.Priced.Total)
}

func TestPricedCartTakesCategoryAndCostFromTheCatalogueIfTheLineHasNone(t *testing.T) {
	c := newCase(t)
	c.Cart.Lines[1].Category, c.Cart.Lines[1].Cost = "own", 7
	c.Items["bag-1"] = recommend.Item{Product: shop.Product{Category: "Bag", Cost: eur(600)}}
	c.Policy.Shop.TaxAdded = true
	got := c.PricedCart()
	if got.Lines[0].Category != "Mug" || got.Lines[0].Cost != 600 || got.Lines[1].Category != "own" || got.Lines[1].Cost != 7 || !got.TaxAdded {
		t.Errorf("PricedCart = %+v", got)
	}
	if c.Cart.Lines[0].Category != "" {
		t.Errorf("PricedCart changed the request's cart: %+v", c.Cart)
	}
}

// A wrong code counts as a guess. A coupon without terms is the shop's fault, and
// what another order holds or has used is no guess.
func TestOnlyWrongCodesAreGuesses(t *testing.T) {
	c := newCase(t)
	having(ten("a", func(k *coupon.Coupon) { k.Version = 1 }), ten("b", func(k *coupon.Coupon) { k.State, k.Order = coupon.Redeemed, "o-2" }))(&c)
	c.Codes = []string{code("a"), code("b"), "hello", code("never issued")}
	var wrong []bool
	for _, code := range cartquote.Price(c).Codes {
		wrong = append(wrong, code.Wrong())
	}
	if want := []bool{false, false, true, true}; !slices.Equal(wrong, want) {
		t.Errorf("wrong codes are %v, want %v", wrong, want)
	}
}

func TestCaseNamesWhatToRead(t *testing.T) {
	c := newCase(t)
	having(ten("b", func(k *coupon.Coupon) { k.Version = 1 }))(&c)
	c.Codes = []string{code("a"), "hello", code("b"), code("b")}
	if got, want := c.Hashes(), []string{offer.Hash(code("a")), offer.Hash(code("b")), offer.Hash(code("b"))}; !slices.Equal(got, want) {
		t.Errorf("Hashes = %v, want %v", got, want)
	}
	if got, want := c.OldTerms(), []cartquote.Terms{{Offer: "ten", Version: 1}}; !slices.Equal(got, want) {
		t.Errorf("OldTerms = %v, want %v", got, want)
	}
	if got, want := c.Products(), []shop.ProductID{"bag-1", "mug-1"}; !slices.Equal(got, want) {
		t.Errorf("Products = %v, want %v", got, want)
	}
	if c.OnlyHeld = true; c.Hashes() != nil {
		t.Errorf("Hashes of a quote after too many wrong codes = %v, want none", c.Hashes())
	}
}

func TestRedemptionHasTheTakenUsesAndPoints(t *testing.T) {
	c := newCase(t)
	typing("a")(&c)
	c.Points = 300
	r := cartquote.Price(c).Redemption("o-1", "ann", map[shop.OfferID]int{"ship": 1})
	want := []checkout.Use{{Offer: "ten", Version: 2, Coupon: offer.Hash(code("a"))}, {Offer: "ship", Version: 1, Shard: 1}}
	byOffer := func(a, b checkout.Use) int { return cmp.Compare(b.Offer, a.Offer) }
	if slices.SortFunc(r.Uses, byOffer); !slices.Equal(r.Uses, want) || r.Points != 300 || r.Order != "o-1" || r.Customer != "ann" {
		t.Errorf("Redemption = %+v, want the uses %+v and 300 points", r, want)
	}
}
