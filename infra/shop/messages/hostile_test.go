//go:build !race

package messages_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"regulars/infra/shop/messages"
	"regulars/shared/content"
	"regulars/shared/message"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// hostile draws a harmful text of a customer or a catalogue.
func hostile(t *rapid.T, label string) string {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "{{ shop.name }}", "{% raw %}", "{{{{ x }}}}", "{count} {title}",
		"A\r\nBcc: a@example.com", "&lt;b&gt;", "£1,000 off, 99%", "Привет", "\u202egnp.exe", "<!--", "-->", "]]>", "%}", "'", "$ᛮ0",
	})).Draw(t, label)
}

// With any data, a rendered message can be sent: it has no unresolved marks, no
// text that was escaped twice, no markup except the template's, and a subject
// of one line.
func TestHostileDataGivesASafeMessage(t *testing.T) {
	set := publishedSet(t)
	base := map[string]content.Data{}
	for _, language := range []string{"en", "ru", "pl", "el"} {
		base[language] = messages.Scenes()[0].Data(language)
	}
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom([]shop.MessageID{"thanks", "reward", "sorry", "picks", "win-back", "birthday"}).Draw(t, "message")
		language := rapid.SampledFrom([]string{"en", "ru", "pl", "el"}).Draw(t, "language")
		d := base[language]
		d.Customer.Name = hostile(t, "name")
		d.Order = &content.Order{ID: "1", Number: hostile(t, "order"), Total: d.Order.Total}
		d.ServiceIssue = rapid.SampledFrom([]string{"returned", "delayed", "cancelled"}).Draw(t, "service issue")
		coupon := *d.Coupon
		coupon.Kind = rapid.SampledFrom([]string{"percent", "amount", "nth_unit_free"}).Draw(t, "kind")
		coupon.Amount, coupon.Product, coupon.Nth = d.Order.Total, hostile(t, "product"), rapid.IntRange(2, 1000).Draw(t, "nth")
		d.Coupon = &coupon
		p := d.Picks[rapid.IntRange(0, len(d.Picks)-1).Draw(t, "reason")]
		p.Product.Title, p.Reason.Title, p.Product.URL = hostile(t, "title"), hostile(t, "reason's title"), hostile(t, "URL")
		p.Reason.Customers, p.Reason.Days, p.Reason.Times = rapid.Int().Draw(t, "customers"), rapid.IntRange(0, 400).Draw(t, "days"), rapid.IntRange(0, 400).Draw(t, "times")
		d.Picks = []recommend.Pick{p}

		r, err := set.Render(id, d)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := message.Lint(r, d); len(wrong) > 0 {
			t.Fatalf("Lint = %q in\n%s", wrong, r.Text)
		}
		data := d.Customer.Name + d.Order.Number + coupon.Product + p.Product.Title + p.Reason.Title
		for _, bad := range []string{"{{", "{%", "<no value>", "&amp;amp;", "&amp;#", "<script>alert", "<img src=x", "onerror=alert(1)>"} {
			if written := strings.TrimPrefix(bad, "&amp;"); written != bad && strings.Contains(data, "&"+written) {
				continue // the data contains the escaped form itself
			}
			if strings.Contains(r.HTML, bad) {
				t.Fatalf("the HTML part has %q", bad)
			}
		}
		if strings.Contains(r.Text, "&#39;") || strings.Contains(r.Text, "&#34;") {
			t.Fatal("the text part is escaped for HTML")
		}
	})
}
