package message

import (
	"strings"
	"testing"

	"regulars/shared/content"
	"regulars/shared/shop"
)

// Each would be found fifty times in the mail if each line's title counted.
func TestATitleOfManyLinesIsLookedForOnce(t *testing.T) {
	d := content.Data{Cart: &content.Cart{}}
	for range 50 {
		d.Cart.Lines = append(d.Cart.Lines, content.CartLine{Product: shop.Product{Title: "e"}})
	}
	texts := newDataTexts("en", d)
	const times = 1000
	if found := texts.occurrences(nil, strings.Repeat("e", times)); len(found) != times {
		t.Errorf("found %d texts, want %d", len(found), times)
	}
}
