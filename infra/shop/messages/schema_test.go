//go:build !race

package messages_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"regulars/infra/shop/messages"
	"regulars/shared/content"
)

// annotations returns the schema.org annotations of an HTML part.
func annotations(t *testing.T, part string) (found []map[string]any) {
	t.Helper()
	for _, m := range regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindAllStringSubmatch(part, -1) {
		var a map[string]any
		if err := json.Unmarshal([]byte(m[1]), &a); err != nil {
			t.Fatalf("%v in %s", err, m[1])
		}
		if a["@context"] != "https://schema.org" {
			t.Errorf("an annotation has the context %v", a["@context"])
		}
		found = append(found, a)
	}
	return found
}

// Mail programs read from the annotations what the mail is about: the order and
// its page, the coupon and its end, the products.
func TestAnnotationsSayWhatTheMailIsAbout(t *testing.T) {
	for _, c := range []struct {
		scene, kind, field string
		want               any
		count              int
	}{
		{"thanks-with-picks-and-coupon", "Order", "orderNumber", "10482", 1},
		{"thanks-with-picks-and-coupon", "Order", "price", "1234.56", 1},
		{"thanks-with-picks-and-coupon", "Order", "priceCurrency", "GBP", 1},
		{"thanks-with-picks-and-coupon", "Order", "url", "https://shop.example.com/orders/10482", 1},
		{"thanks-with-picks-and-coupon", "Order", "orderStatus", nil, 1},
		{"thanks-with-picks-and-coupon", "DiscountOffer", "discountCode", "R7KQ-3M8V-XW2D-9HTF", 1},
		{"thanks-with-picks-and-coupon", "DiscountOffer", "description", "12.5% off your next order", 1},
		{"thanks-with-picks-and-coupon", "DiscountOffer", "availabilityEnds", "2026-12-05T22:30:00Z", 1},
		{"thanks-with-picks-and-coupon", "PromotionCard", "", nil, 0},
		{"reward-on-some-with-limits", "DiscountOffer", "description", "12.5% off: Mugs & cups", 1},
		{"sorry-delayed", "Order", "orderStatus", "https://schema.org/OrderProblem", 1},
		{"sorry-cancelled", "Order", "orderStatus", "https://schema.org/OrderCancelled", 1},
		{"picks", "PromotionCard", "priceCurrency", "GBP", 5},
		{"picks-without-pictures", "PromotionCard", "", nil, 0},
		{"birthday", "Order", "", nil, 0},
	} {
		n := 0
		for _, a := range annotations(t, render(t, c.scene, func(*content.Data) {})) {
			if a["@type"] != c.kind {
				continue
			}
			n++
			if c.field != "" && a[c.field] != c.want {
				t.Errorf("%s: %s of %s is %v, want %v", c.scene, c.field, c.kind, a[c.field], c.want)
			}
		}
		if n != c.count {
			t.Errorf("%s has %d annotations %s, want %d", c.scene, n, c.kind, c.count)
		}
	}
}

// Annotations are sound JSON in every language and with any data, and repeat
// the data as it is: nothing in it can end a string or a <script>.
func TestAnnotationsAreSoundWithAnyData(t *testing.T) {
	for _, s := range messages.Scenes() {
		for _, language := range publishedSet(t).Messages[s.Message].Languages {
			r, err := publishedSet(t).Render(s.Message, s.Data(language))
			if err != nil {
				t.Fatal(err)
			}
			annotations(t, r.HTML)
		}
	}
	const title = `</script><script>"x\" 'y' & 99%, Ж & <!--`
	for _, a := range annotations(t, render(t, "picks", func(d *content.Data) { d.Picks[0].Product.Title, d.Picks = title, d.Picks[:1] })) {
		if a["headline"] != title {
			t.Errorf("the headline is %v, want %s", a["headline"], title)
		}
	}
}
