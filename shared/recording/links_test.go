package recording

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// The product is stored with its addresses; the log says which of them messages
// leave out.
func TestAddressesOfAProductThatMessagesLeaveOutAreLogged(t *testing.T) {
	h := newFixture(t)
	p := shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London", URL: "https://shop.example.com"}}
	h.Policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
	var log bytes.Buffer
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	revision := 0
	changed := func(url, image string) string {
		revision++
		return event("product.changed", `{'version':'1','product':{'id':'MUG','title':'Mug','currency':'GBP','price':'1.65','updated_at':'`+fmt.Sprintf("2026-11-20T10:00:%02dZ", revision)+`','url':'`+url+`','image':'`+image+`'}}`)
	}
	for _, c := range []struct{ url, image, want string }{
		{"https://shop.example.com/MUG", "https://shop.example.com/MUG.jpg", ""},
		{"", "", ""},
		{"https://evil.example/MUG", "", "messages do not recommend the product"},
		{"http://shop.example.com/MUG", "", "does not begin with https://"},
		{"", "https://evil.example/MUG.jpg", "messages show the product without its picture"},
	} {
		log.Reset()
		h.takes(t, changed(c.url, c.image))
		if text := log.String(); (text == "") != (c.want == "") || !strings.Contains(text, c.want) || strings.Contains(text, "evil") {
			t.Errorf("url %q, image %q: the log is %q, want %q without the address", c.url, c.image, text, c.want)
		}
		items, err := h.store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"MUG"})
		if err != nil || items["MUG"].URL != c.url || items["MUG"].Image != c.image {
			t.Errorf("stored are %q and %q, %v, want %q and %q", items["MUG"].URL, items["MUG"].Image, err, c.url, c.image)
		}
	}
	h.Policy = func(context.Context) (shoppolicy.Policy, error) {
		return p, fmt.Errorf("not published yet: %w", dynamo.ErrNotFound)
	}
	h.takes(t, changed("https://evil.example/MUG", ""))
}
