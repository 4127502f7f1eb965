package content

import (
	"fmt"
	"strings"
	"testing"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

func linked() Data {
	pick := func(url string) recommend.Pick { return recommend.Pick{Product: shop.Product{URL: url}} }
	return Data{
		Shop:  Shop{URL: "https://shop.example.com/?a=1&b=2", CartURL: "https://shop.example.com/discount/R7KQ", ContactURL: "https://shop.example.com/contact"},
		Order: &Order{URL: "https://shop.example.com/orders/7"},
		Picks: []recommend.Pick{pick("https://shop.example.com/p/JAR"), pick("https://shop.example.com/p/JAR"), pick("https://shop.example.com/p/JAR-2")},
		Links: Links{Unsubscribe: "https://links.example.com/u/x", Preferences: "https://links.example.com/p/x"},
	}
}

func TestLinksToTheShopAreReplaced(t *testing.T) {
	replace := func(address string, number uint8) string { return fmt.Sprintf("https://k.example.com/%d?x&y", number) }
	for in, want := range map[string]string{
		`<a class="b" href="https://shop.example.com/p/JAR">`:          `<a class="b" href="https://k.example.com/2?x&amp;y">`,
		`<a href='https://shop.example.com/p/JAR-2'>x</a>`:             `<a href='https://k.example.com/3?x&amp;y'>x</a>`,
		`<v:roundrect href="https://shop.example.com/?a=1&amp;b=2">`:   `<v:roundrect href="https://k.example.com/0?x&amp;y">`,
		`<a href="https://shop.example.com/discount/R7KQ">use</a> end`: `<a href="https://k.example.com/1?x&amp;y">use</a> end`,
		`<a href="https://shop.example.com/contact">`:                  `<a href="https://shop.example.com/contact">`,
		`<a href="https://shop.example.com/orders/7">`:                 `<a href="https://shop.example.com/orders/7">`,
		`<a href="https://links.example.com/u/x">`:                     `<a href="https://links.example.com/u/x">`,
		`<a href="https://shop.example.com/p/JAR/more">`:               `<a href="https://shop.example.com/p/JAR/more">`,
		`<img src="https://shop.example.com/p/JAR">`:                   `<img src="https://shop.example.com/p/JAR">`,
		`<a href=https://shop.example.com/p/JAR>`:                      `<a href=https://shop.example.com/p/JAR>`,
		`<a href="https://shop.example.com/p/JAR`:                      `<a href="https://shop.example.com/p/JAR`,
		`<a href=`: `<a href=`,
	} {
		if got := (Rendered{HTML: in}).Relinked(linked(), replace).HTML; got != want {
			t.Errorf("HTML %q became %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"See: https://shop.example.com/p/JAR\nBye": "See: https://k.example.com/2?x&y\nBye",
		"(https://shop.example.com/p/JAR-2).":      "(https://k.example.com/3?x&y).",
		"https://shop.example.com/?a=1&b=2":        "https://k.example.com/0?x&y",
		"https://shop.example.com/p/JAR/more":      "https://shop.example.com/p/JAR/more",
		"https://links.example.com/u/x":            "https://links.example.com/u/x",
		"https://":                                 "https://",
	} {
		if got := (Rendered{Text: in}).Relinked(linked(), replace).Text; got != want {
			t.Errorf("text %q became %q, want %q", in, got, want)
		}
	}
}

// Gmail cuts a longer message off, and the unsubscribe link with it.
func TestAMessageThatWouldBecomeTooLongKeepsItsLinks(t *testing.T) {
	r := Rendered{HTML: `<a href="https://shop.example.com/p/JAR">` + strings.Repeat("x", LargestHTML-200), Text: "https://shop.example.com/p/JAR"}
	if got := r.Relinked(linked(), func(string, uint8) string { return strings.Repeat("k", 300) }); got != r {
		t.Error("the message was changed")
	}
}
