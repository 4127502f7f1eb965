package intake

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/shop"
)

// listing returns the listing that a webhook describes.
func listing(t *testing.T, envelope []byte) shop.Listing {
	t.Helper()
	parsed, err := ParseFor(envelope, now, own)
	if err != nil || len(parsed.Events) != 1 {
		t.Fatalf("ParseFor = %+v, %v; want one event", parsed, err)
	}
	return parsed.Events[0].Fact.(shop.ListingFact).Listing
}

func TestAShopifyProductHasTheIDOfItsOrderLines(t *testing.T) {
	lines := map[shop.ProductID]bool{}
	parsed, err := Parse([]byte(sample(t, shopifyWebhook, "orders-create")), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range parsed.Events[0].Fact.(shop.OrderFact).Placed.Lines {
		lines[line.Product] = true
	}
	for _, p := range listing(t, []byte(sample(t, shopifyWebhook, "products-create"))).Products {
		if !lines[p.ID] {
			t.Errorf("the product %q is not the one of the order's lines %v", p.ID, lines)
		}
	}
}

// Each case changes the sample of a mug in three colours, or the gift wrapping
// without SKUs.
func TestFormsOfShopifyProducts(t *testing.T) {
	five := 5
	for name, c := range map[string]struct {
		sample  string
		changes []string // pairs
		at      int      // the product that is looked at
		want    func(*shop.Product)
	}{
		"as it is": {"products-update", nil, 0, func(*shop.Product) {}},
		"a draft":  {"products-update", []string{`"status": "active"`, `"status": "draft"`}, 0, func(p *shop.Product) { p.Hidden = true }},
		"archived": {"products-update", []string{`"status": "active"`, `"status": "archived"`}, 0, func(p *shop.Product) { p.Hidden = true }},
		"unlisted": {"products-update", []string{`"status": "active"`, `"status": "unlisted"`}, 0, func(p *shop.Product) { p.Hidden = true }},
		"not published": {
			"products-update",
			[]string{`"published_at": "2026-10-01T09:01:00+01:00"`, `"published_at": null`},
			0,
			func(p *shop.Product) { p.Hidden = true },
		},
		"published in a month": {
			"products-update",
			[]string{`"published_at": "2026-10-01T09:01:00+01:00"`, `"published_at": "2026-12-20T09:01:00+01:00"`},
			0,
			func(p *shop.Product) { p.Hidden = true },
		},
		"a former price below the price": {
			"products-update",
			[]string{`"compare_at_price": null`, `"compare_at_price": "0.00"`},
			0,
			func(*shop.Product) {},
		},
		"five in stock": {
			"products-update",
			[]string{`"inventory_quantity": 0`, `"inventory_quantity": 5`},
			0,
			func(p *shop.Product) { p.Stock = &five },
		},
		"not tracked": {
			"products-update",
			[]string{`"inventory_policy": "deny"`, `"inventory_policy": "deny", "inventory_management": null`},
			0,
			func(p *shop.Product) { p.Stock = nil },
		},
		"tracked": {
			"products-update",
			[]string{`"inventory_policy": "deny"`, `"inventory_policy": "deny", "inventory_management": "shopify"`},
			0,
			func(*shop.Product) {},
		},
		"sold although it is out of stock": {
			"products-update",
			[]string{`"inventory_policy": "deny"`, `"inventory_policy": "continue"`},
			0,
			func(p *shop.Product) { p.Stock = nil },
		},
		"a picture without a width": {
			"products-update",
			[]string{`"width": 1600`, `"width": null`, `"width": 1600`, `"width": null`},
			0,
			func(p *shop.Product) { p.Width, p.Height = 0, 0 },
		},
		"a handle in another script": {
			"products-update",
			[]string{`"handle": "enamel-mug"`, `"handle": "кружка"`},
			0,
			func(p *shop.Product) {
				p.URL = "https://shop.example.com/products/%D0%BA%D1%80%D1%83%D0%B6%D0%BA%D0%B0?variant=45000000009010"
			},
		},
		"the same SKU on two variants: the first that can be bought": {
			"products-update",
			[]string{`"sku": "MUG-RED"`, `"sku": "MUG-BLUE"`},
			0,
			func(p *shop.Product) {
				p.Title, p.Price.Minor, p.Was = "Enamel Mug", 595, shop.Money{Minor: 795, Currency: "GBP"}
				p.URL = "https://shop.example.com/products/enamel-mug?variant=45000000009011"
				p.Image, p.Width = "https://cdn.shopify.com/s/files/1/0000/0001/files/mug-red.jpg?v=1", 1200
				n := 14
				p.Stock = &n
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := listing(t, []byte(sample(t, shopifyWebhook, c.sample))).Products[c.at]
			c.want(&want)
			got := listing(t, replace(t, sample(t, shopifyWebhook, c.sample), c.changes...)).Products[c.at]
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the product (-want +got):\n%s", diff)
			}
		})
	}
}

// Shopify sends the first hundred variants in full, and the IDs of all.
func TestAShopifyProductOfManyVariantsIsPartial(t *testing.T) {
	mug := sample(t, shopifyWebhook, "products-update")
	if listing(t, []byte(mug)).Partial {
		t.Error("a product with all of its variants is partial")
	}
	more := `"variant_gids": [{"admin_graphql_api_id": "gid://shopify/ProductVariant/1"},`
	if !listing(t, replace(t, mug, `"variant_gids": [`, more)).Partial {
		t.Error("a product with the ID of a further variant is complete")
	}
}

func TestTheTimeOfADeletedShopifyProductIsThatOfTheWebhook(t *testing.T) {
	gone := sample(t, shopifyWebhook, "products-delete")
	want := time.Date(2026, 11, 20, 13, 7, 0, 204e6, time.UTC)
	if l := listing(t, []byte(gone)); !l.Revision.Equal(want) || l.Products != nil {
		t.Errorf("the listing = %+v, want none of its products from %s on", l, want)
	}
}

// The currency and the address are the policy's: without one, the webhook has to
// wait.
func TestAShopifyProductNeedsTheShop(t *testing.T) {
	product := []byte(sample(t, shopifyWebhook, "products-create"))
	none := errors.New("no policy")
	if _, err := ParseFor(product, now, func() (Shop, error) { return Shop{}, none }); !errors.Is(err, none) {
		t.Errorf("ParseFor fails with %v, want the error of the policy", err)
	}
	if parsed, err := Parse(product, now); err != nil || parsed.Ignored == "" {
		t.Errorf("Parse = %+v, %v; want it ignored", parsed, err)
	}
	asked := false
	_, err := ParseFor([]byte(sample(t, shopifyWebhook, "orders-create")), now, func() (Shop, error) { asked = true; return Shop{}, none })
	if err != nil || asked {
		t.Errorf("an order asks for the policy, or fails without it: %v", err)
	}
}
