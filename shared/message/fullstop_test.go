package message_test

import (
	"strings"
	"testing"

	"regulars/shared/content"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Issue 13: a title or a shop's name that ends with a full stop must not give
// "X..".
func TestNoSentenceEndsWithTwoFullStops(t *testing.T) {
	for title, want := range map[string]string{
		"Tea":         "Your gift: Tea. Tea, “Tea”. Tea… More.",
		"Tea no. 5.":  "Your gift: Tea no. 5. Tea no. 5., “Tea no. 5.”. Tea no. 5.… More.",
		"Tea and so…": "Your gift: Tea and so… Tea and so…, “Tea and so…”. Tea and so…… More.",
		"Tea!":        "Your gift: Tea!. Tea!, “Tea!”. Tea!… More.",
	} {
		s := setOf("x", "x", "{{ 'gift' | t: title: picks.first.title }}", map[string]content.Phrase{"gift": {"other": "Your gift: {title}. {title}, “{title}”. {title}… More."}})
		d := content.Data{Language: "en", Picks: []recommend.Pick{{Product: shop.Product{Title: title}}}}
		if got := strings.TrimSpace(render(t, s, d).Text); got != want {
			t.Errorf("with the title %q the text is %q, want %q", title, got, want)
		}
	}
}
