package message_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/content"
	"regulars/shared/message"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// setOf returns a Set with one message, "m", with these parts.
func setOf(subject, html, text string, phrases map[string]content.Phrase) content.Set {
	return message.NewSet(map[shop.MessageID]content.Message{"m": {
		Class: shop.ClassService, Languages: []string{"pl", "ru", "el", "en"}, Subject: subject, HTML: html, Text: text,
		Strings: map[string]map[string]content.Phrase{"en": phrases, "ru": phrases, "pl": phrases, "el": phrases},
	}})
}

func render(t *testing.T, s content.Set, d content.Data) content.Rendered {
	t.Helper()
	r, err := s.Render("m", d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLanguageFitsTheLocale(t *testing.T) {
	s := setOf("", "", "", nil)
	for locale, want := range map[string]string{
		"en": "en", "en-AU": "en", "en_GB": "en", "pl": "pl", "pl-PL": "pl", "PL": "pl",
		"ru-KZ": "ru", "el-CY": "el", "el-u-nu-latn": "el",
		"": "en", "xx": "en", "not a locale": "en", "de": "en", "zh-Hant-TW": "en",
		"uk": "en", "be": "en", // related to Russian, but another language
	} {
		if got := s.Language("m", locale); got != want {
			t.Errorf("Language(%q) = %q, want %q", locale, got, want)
		}
	}
	m := s.Messages["m"]
	m.Languages = []string{"pl", "ru"}
	s.Messages["m"] = m
	if got := s.Language("m", "de"); got != "pl" {
		t.Errorf("Language without English = %q, want the first, pl", got)
	}
	if got := s.Language("none", "pl"); got != "" {
		t.Errorf("Language of no message = %q, want nothing", got)
	}
}

// A name is text: it is never parsed as markup or a template, and has one line.
func TestNamesArePrintedAsText(t *testing.T) {
	s := setOf("{{ customer.name }}|", "<p>{{ customer.name }}</p>", "{{ customer.name }}", nil)
	tests := map[string]struct{ name, subject, html string }{
		"markup":          {`<b>Sam</b>`, "|", "<p></p>"},
		"an apostrophe":   {`O'Neil`, "O'Neil|", "<p>O&#39;Neil</p>"},
		"a template":      {"{{ shop.name }}", "|", "<p></p>"},
		"a second header": {"Sam\r\nBcc: a@example.com", "|", "<p></p>"},
		"other scripts":   {"Ωμέγα Щука 李", "Ωμέγα Щука 李|", "<p>Ωμέγα Щука 李</p>"},
	}
	for phrase, test := range tests {
		t.Run(phrase, func(t *testing.T) {
			r := render(t, s, content.Data{Language: "en", Customer: content.Greeting{Name: test.name}})
			if r.Subject != test.subject || r.HTML != test.html {
				t.Errorf("Render = %q, %q, want %q, %q", r.Subject, r.HTML, test.subject, test.html)
			}
		})
	}
}

func TestTitlesAreEscapedInHTMLOnly(t *testing.T) {
	phrases := map[string]content.Phrase{"with": {"other": "With {title}, {title}"}}
	s := setOf("x", `{% for p in picks %}<a href="{{ p.url }}">{{ 'with' | t: title: p.title }}</a>{% endfor %}`, "{% for p in picks %}{{ 'with' | t: title: p.title }}{% endfor %}", phrases)
	r := render(t, s, content.Data{Language: "en", Picks: []recommend.Pick{{Product: shop.Product{Title: `<script>alert("{title} {{ x }}")</script>`, URL: `https://example.com/?a=1&b="><x`}}}})
	want := content.Rendered{
		Subject: "x", Class: shop.ClassService, Language: "en",
		HTML: `<a href="https://example.com/?a=1&amp;b=&#34;&gt;&lt;x">With &lt;script&gt;alert(&#34;{title} { x }&#34;)&lt;/script&gt;, &lt;script&gt;alert(&#34;{title} { x }&#34;)&lt;/script&gt;</a>`,
		Text: `With <script>alert("{title} { x }")</script>, <script>alert("{title} { x }")</script>` + "\n",
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
}

// A mail program leaves room for a picture that it does not show only if it
// knows both of its sides.
func TestAPickHasTheSizeOfItsPictureOrNone(t *testing.T) {
	s := setOf("x", "{% for p in picks %}{{ p.image }} {{ p.image_width }}×{{ p.image_height }}{% endfor %}", "", nil)
	const address = "https://shop.example.com/p.jpg"
	for name, c := range map[string]struct {
		product shop.Product
		want    string
	}{
		"both sides":       {shop.Product{Image: address, Width: 600, Height: 450}, address + " 600×450"},
		"no size":          {shop.Product{Image: address}, address + " 0×0"},
		"one side":         {shop.Product{Image: address, Width: 600}, address + " 0×0"},
		"no picture":       {shop.Product{Width: 600, Height: 450}, " 0×0"},
		"no https address": {shop.Product{Image: "http://shop.example.com/p.jpg", Width: 600, Height: 450}, " 0×0"},
	} {
		if r := render(t, s, content.Data{Language: "en", Picks: []recommend.Pick{{Product: c.product}}}); r.HTML != c.want {
			t.Errorf("%s: %q, want %q", name, r.HTML, c.want)
		}
	}
}

func TestOnlyAbsoluteHTTPSLinksArePrinted(t *testing.T) {
	s := setOf("x", "{{ shop.url }}", "", nil)
	for address, want := range map[string]string{
		"https://example.com/a":          "https://example.com/a",
		"http://127.0.0.1:4566/u/x":      "http://127.0.0.1:4566/u/x",
		"http://localhost/":              "http://localhost/",
		"http://example.com/":            "",
		"javascript:alert(1)":            "",
		"//example.com/":                 "",
		"/a":                             "",
		"https://user:pass@example.com/": "",
		"https://":                       "",
		"":                               "",
	} {
		if got := render(t, s, content.Data{Language: "en", Shop: content.Shop{URL: address}}).HTML; got != want {
			t.Errorf("link %q = %q, want %q", address, got, want)
		}
	}
}

// Money, dates, percentages and numbers follow the CLDR. Blanks within an
// amount are no-break spaces.
func TestEachLanguagePrintsAmountsByTheCLDR(t *testing.T) {
	phrases := map[string]content.Phrase{"n": {"one": "{count} one", "few": "{count} few", "many": "{count} many", "other": "{count} other"}}
	s := setOf("{{ order.total | money }} | {{ coupon.minimum }} | {{ coupon.until | date }} | {{ coupon.percent | percent }} | {{ 'n' | t: count: coupon.nth }}", "", "", phrases)
	zone := time.FixedZone("UTC+3", 3*3600)
	d := content.Data{
		Zone:   zone,
		Order:  &content.Order{Total: shop.Money{Minor: 123456789, Currency: "EUR"}},
		Coupon: &content.Coupon{Minimum: shop.Money{Minor: 1250, Currency: "JPY"}, Percent: 1250, Nth: 1022, Until: time.Date(2026, 5, 31, 22, 0, 0, 0, time.UTC)},
	}
	for language, want := range map[string]string{
		"en": "€1,234,567.89 | ¥1,250 | 1 June 2026 | 12.5% | 1,022 other",
		"ru": "1 234 567,89 € | 1 250 ¥ | 1 июня 2026 | 12,5% | 1 022 few",
		"pl": "1 234 567,89 € | 1250 ¥ | 1 czerwca 2026 | 12,5% | 1 022 few",
		"el": "1.234.567,89 € | 1.250 ¥ | 1η Ιουνίου 2026 | 12,5% | 1.022 other",
	} {
		d.Language = language
		got := strings.NewReplacer("\u00a0", " ", "\u202f", " ", "JP¥", "¥").Replace(render(t, s, d).Subject)
		if got != want {
			t.Errorf("in %s: %q, want %q", language, got, want)
		}
	}
}

func TestACurrencyOfThePastIsPrintedWithItsCode(t *testing.T) {
	s := setOf("{{ order.total | money }}", "", "", nil)
	d := content.Data{Order: &content.Order{Total: shop.Money{Minor: 123456, Currency: "DEM"}}}
	for language, want := range map[string]string{"en": "1,234.56\u00a0DEM", "pl": "1\u00a0234,56\u00a0DEM"} {
		d.Language = language
		if got := render(t, s, d).Subject; got != want {
			t.Errorf("in %s: %q, want %q", language, got, want)
		}
	}
}

func TestPluralsFollowTheCLDR(t *testing.T) {
	phrases := map[string]content.Phrase{"n": {"one": "one", "few": "few", "many": "many", "other": "other"}}
	s := setOf("{{ 'n' | t: count: coupon.nth }}", "", "", phrases)
	for language, want := range map[string]string{
		"en": "other one other other other other other other other",
		"el": "other one other other other other other other other",
		"ru": "many one few many many one few many many",
		"pl": "many one few many many many few many many",
	} {
		var got []string
		for _, n := range []int{0, 1, 2, 5, 11, 21, 22, 112, 1000000} {
			got = append(got, render(t, s, content.Data{Language: language, Coupon: &content.Coupon{Nth: n}}).Subject)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("in %s: %v, want %s", language, got, want)
		}
	}
}

func TestRenderReturnsAnError(t *testing.T) {
	good := content.Data{Language: "en"}
	for name, test := range map[string]struct {
		id   shop.MessageID
		html string
		d    content.Data
		want string
	}{
		"an unknown message":         {"none", "", good, `"none"`},
		"an unknown language":        {"m", "", content.Data{Language: "de"}, `no language "de"`},
		"a variable that is not set": {"m", "{{ coupon.code }}", good, "undefined variable"},
		"money that is not known":    {"m", "{{ order.total | money }}", good, "cannot print"},
		"an unknown currency":        {"m", "", content.Data{Language: "en", Order: &content.Order{Total: shop.Money{Minor: 1, Currency: "XQX"}}}, "XQX"},
		"a missing string":           {"m", "{{ 'x' | t }}", good, "is missing"},
		"an include of a local file": {"m", `{% include "urgency.yaml" %}`, good, "include"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := setOf("x", test.html, "x", nil).Render(test.id, test.d)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Render = %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestRenderFailsIfTheDataLacksANeed(t *testing.T) {
	s := setOf("x", "x", "x", nil)
	m := s.Messages["m"]
	m.Needs = []string{"order", "coupon"}
	s.Messages["m"] = m
	d := content.Data{Language: "en", Coupon: &content.Coupon{}}
	if diff := cmp.Diff([]string{"order"}, m.Lacks(d)); diff != "" {
		t.Errorf("Lacks: %s", diff)
	}
	if _, err := s.Render("m", d); err == nil || !strings.Contains(err.Error(), "needs order") {
		t.Errorf("Render = %v, want an error that names order", err)
	}
}

// A set that was read from JSON renders the same bytes, in several goroutines
// at once.
func TestDecodedSetRendersTheSameBytes(t *testing.T) {
	set, faults := message.Load(with(nil), asIs, markdown.Parse)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	stored, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	read, err := message.Decode(stored)
	if err != nil {
		t.Fatal(err)
	}
	d := content.Data{
		Language: "ru", Shop: content.Shop{Address: "1 Example Street"}, Links: content.Links{Unsubscribe: "https://example.com/u"},
		Picks: []recommend.Pick{{Product: shop.Product{Title: "Tea"}, Reason: recommend.Reason{Title: "Pot", Customers: 3}}},
	}
	want, err := set.Render("note", d)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				if got, err := read.Render("note", d); err != nil || got != want {
					t.Errorf("Render = %+v, %v, want %+v", got, err, want)
				}
			}
		})
	}
	all.Wait()
	if !strings.Contains(want.HTML, "Pot: 3 человека") {
		t.Errorf("Render = %q, want the plural form for 3", want.HTML)
	}
}
