//go:build !race

package message

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/osteele/liquid/render"
	"pgregory.net/rapid"

	"regulars/shared/brand"
	"regulars/shared/content"
	"regulars/shared/shop"
)

// The names of variables that a generated template can set are also names of constants.
var (
	foldNames     = []string{"a", "a", "b", "language", "direction", "brand", "shop", "forloop"}
	foldConstants = []string{
		"language", "direction", "shop.name", "shop.address", "shop.contact_url", "shop.replies", "brand.light.text", "brand.width", "brand.logo",
		"brand.logo.light", "brand.social", "brand.social.size", "brand.social.first.name", "'plain' | t", "'shop' | t: shop: shop.name", "shop.name | json", `"<i>"`, "7", "true", "shop.name.size",
	}
	foldVariables = []string{
		"a", "a", "a", "b", "customer.name", "picks.size", "order.number", "order.total | money", "shop.url", "shop.legal", "shop.cart_url",
		"'count' | t: count: picks.size", "'shop' | t: shop: customer.name", "picks.first.title", "shop.size",
		"forloop", "forloop.index", "forloop.last", "forloop.size", "a.title", "a.price | money", "a.reason.kind", "a | strip", "a | json", "order.until | date", "order.until | iso", "coupon.percent | percent",
		"order.total | decimal", "order.total | currency", "picks.last.reason.every.count | number", "a | plus: 1", "b | minus: a", "a | times: picks.size", "picks.size | modulo: 2", "b | divided_by: a",
		"picks.size | modulo: 3 | times: 16 | divided_by: 3", "brand.width | minus: 104 | divided_by: b | plus: a", "picks.size | upcase", "picks[0].title", "1.5",
	}
	foldFaults = []string{
		"brand.nope", "nil", "empty", "pick.title", "forloop.index", "coupon.code", "picks", "subject", "'missing' | t", "'count' | t", "'count' | t: count: language", "shop.name | money", "shop.name | nofilter", "shop", "brand", "brand['width']", "shop.name | upcase", "brand.width | plus: 1",
		"a | divided_by: 0", "a | modulo", "a | money: 1", "order.total", "a.nope.nope", "picks.first", "a | strip: 1",
	}
)

// generated makes a part of a template that parses.
type generated struct{ *rapid.T }

func (p generated) one(of []string) string { return rapid.SampledFrom(of).Draw(p.T, "one") }

// rarely is true at most once in fifty times: rapid prefers small numbers.
func (p generated) rarely() bool { return rapid.IntRange(1, 50).Draw(p.T, "rarely") == 50 }

func (p generated) often() bool { return rapid.Bool().Draw(p.T, "often") }

func (p generated) expression() string {
	switch {
	case p.rarely():
		return p.one(foldFaults)
	case p.often():
		return p.one(foldConstants)
	}
	return p.one(foldVariables)
}

// value is an expression without a filter.
func (p generated) value() string {
	before, _, _ := strings.Cut(p.expression(), " | ")
	return before
}

func (p generated) condition() string {
	c := p.value()
	if p.often() {
		c += p.one([]string{" == ", " != ", " contains ", " < ", " >= "}) + p.value()
	}
	if p.often() {
		c += p.one([]string{" and ", " or "}) + p.value()
	}
	return c
}

func (p generated) nodes(depth int) string {
	var out strings.Builder
	for range rapid.IntRange(0, 5).Draw(p.T, "nodes") {
		out.WriteString(p.node(depth))
	}
	return out.String()
}

func (p generated) node(depth int) string {
	kind := rapid.IntRange(0, 11).Draw(p.T, "kind")
	if depth == 0 {
		kind %= 5
	}
	inner := func() string { return p.nodes(depth - 1) }
	switch kind {
	case 0:
		return p.one([]string{"\n", " <p> ", "}} ", " %} ", "{ ", "\n\n  text\n"})
	case 1, 2, 3:
		if p.rarely() {
			return " {{- " + p.expression() + " -}} "
		}
		return "{{ " + p.expression() + " }}"
	case 4:
		return "{% assign " + p.one(foldNames) + " = " + p.expression() + " %}"
	case 5:
		// It prints one variable at most: with two, a capture in a loop would double what it captured.
		print := "{{ " + p.expression() + " }}"
		body := p.one([]string{" text " + print, "{% if " + p.condition() + " %}" + print + "{% else %} no {% endif %}", "{% assign " + p.one(foldNames) + " = " + p.expression() + " %}" + print})
		return "{% capture " + p.one(foldNames) + " %}" + body + "{% endcapture %}"
	case 6, 7:
		more := ""
		if p.often() {
			more += "{% elsif " + p.condition() + " %}" + inner()
		}
		if p.often() {
			more += "{% else %}" + inner()
		}
		return "{% if " + p.condition() + " %}" + inner() + more + "{% endif %}"
	case 8:
		return "{% unless " + p.condition() + " %}" + inner() + "{% else %}" + inner() + "{% endunless %}"
	case 9:
		return "{% case " + p.value() + " %}{% when " + p.value() + " %}" + inner() + "{% when 'en', language %}" + inner() + "{% else %}" + inner() + "{% endcase %}"
	case 10:
		name, leave, set := p.one(foldNames), "", ""
		if p.often() {
			leave = "{% if " + p.condition() + " %}{% " + p.one([]string{"break", "continue"}) + " %}{% endif %}"
		}
		if p.often() { // for the next round
			set = "{% assign " + p.one(foldNames) + " = " + p.one(foldConstants) + " %}"
		}
		over := p.one([]string{"picks", "picks", "brand.social", "picks", "brand.social reversed", "brand.social limit: 1", "picks limit: 2", "nothing", "shop.name"}) // no map: the engine loops over one in any order
		return "{% for " + name + " in " + over + " %}{{ " + p.one([]string{name, "a"}) + " }}" + inner() + leave + inner() + set + "{% endfor %}"
	default:
		return "{% for account in brand.social %}{% unless forloop.first %} · {% endunless %}{{ account.name }}{{ " + p.value() + " }}{% endfor %}"
	}
}

// foldShops are shops of which at least one has each branch of a layout.
var foldShops = []Shop{
	{},
	fullSample().Shop,
	{Name: `Corner's <b>"Leaf"</b> {{ picks }} Ltd.`, URL: "https://example.com/", Replies: true, Brand: brand.Brand{Width: 480}},
}

// A folded edition renders the same bytes as one that is not folded, and fails with the
// same fault at the same line.
func TestFoldedEditionsRenderTheSame(t *testing.T) {
	data, all, whole := samples(content.DefaultLanguage), 0, 0
	check := rapid.MakeCheck(func(t *rapid.T) {
		p := generated{t}
		m := Message{
			Languages: []string{content.DefaultLanguage}, Strings: map[string]map[string]Phrase{content.DefaultLanguage: foldPhrases},
			Subject: "{{ shop.name }}", HTML: "{% assign a = 1 %}{% assign b = 2 %}" + p.nodes(3), Text: "text",
		}
		d := fullSample()
		if p.often() {
			d = rapid.SampledFrom(data).Draw(t, "data")
		}
		d.Shop = rapid.SampledFrom(foldShops).Draw(t, "shop")
		plain, err := newEdition(m, content.DefaultLanguage)
		if err != nil {
			t.Fatalf("%v\n%s", err, m.HTML)
		}
		folded, _ := newEdition(m, content.DefaultLanguage)
		folded.fold(constant(d.Shop))
		for range 2 { // the first rendering must not change the second
			if want, got := outcome(plain, d), outcome(folded, d); got != want {
				t.Fatalf("folded:\n%s\n\nnot folded:\n%s\n\ntemplate:\n%s", got, want, m.HTML)
			}
		}
		names, _ := folded.bindings(d)
		all++
		if folded.html.program.run(folded.html, names, new(bytes.Buffer)) {
			whole++
		}
	})
	for round := range 8 { // rapid makes 100 templates in each
		t.Run(strconv.Itoa(round), check)
	}
	if t.Logf("programs rendered %d of %d parts to the end", whole, all); whole < all/3 {
		t.Error("the engine rendered most of the parts: this test says too little of programs")
	}
}

// outcome returns what an edition renders, or its fault with all details.
func outcome(e *edition, d Data) string {
	r, err := e.Render(d)
	var located *templateError
	if errors.As(err, &located) {
		return fmt.Sprintf("%s:%d: %s in %q", located.part, located.line, located.text, located.marks)
	}
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n") // of a panic; its stack follows
		return first
	}
	return r.Subject + "\n" + r.HTML + "\n" + r.Text
}

// What does not change is a text of the folded part: here everything but the title.
func TestConstantsAreFolded(t *testing.T) {
	m := Message{
		Languages: []string{content.DefaultLanguage}, Strings: map[string]map[string]Phrase{content.DefaultLanguage: foldPhrases},
		HTML: `{% assign dark = brand.dark %}<p style="color:{{ dark.text }}">{{ shop.name }}{% if brand.logo %}{{ brand.logo.light }}{% else %}no{% endif %} logo
{% for account in brand.social %}{% unless forloop.first %} · {% endunless %}{{ account.name }}{% endfor %}
{% case language %}{% when 'pl' %}pl{% when 'en', 'de' %}{{ 'shop' | t: shop: shop.name }}{{ '"' }}{% endcase %}
{% for pick in picks %}<b style="color:{{ dark.text }}">{{ 'plain' | t }}</b>{{ pick.title }}{% endfor %}`,
	}
	e, err := newEdition(m, content.DefaultLanguage)
	if err != nil {
		t.Fatal(err)
	}
	e.fold(constant(foldShops[1]))
	var texts []string
	var marks int
	var walk func(nodes []render.Node)
	walk = func(nodes []render.Node) {
		for _, n := range nodes {
			switch n := n.(type) {
			case *render.TextNode:
				texts = append(texts, n.Source)
			case *render.SeqNode:
				walk(n.Children)
			case *render.BlockNode:
				marks++
				walk(n.Body)
			default:
				marks++
			}
		}
	}
	walk(e.html.parsed.(*render.SeqNode).Children)
	want := []string{
		`<p style="color:#e8ede9">Example &amp; Daughtershttps://shop.example.com/logo.png?a=1&amp;b=2 logo` + "\nInstagram · YouTube\nVisit Example &amp; Daughters.&#34;\n",
		`<b style="color:#e8ede9">See &lt;b&gt;&#34;all&#34;&lt;/b&gt; {{ shop.name }} {% if %}</b>`,
	}
	if diff := cmp.Diff(want, texts); diff != "" || marks != 3 {
		t.Errorf("%d marks are left, want 3: the assignment, the loop and the title; texts (-want +got):\n%s", marks, diff)
	}
}

// Each shop gets its own name, whichever shop a Set renders first.
func TestAnotherShopDoesNotGetTheFoldedText(t *testing.T) {
	set := NewSet(map[shop.MessageID]Message{"m": {Languages: []string{content.DefaultLanguage}, Subject: "{{ shop.name }}", HTML: "{{ shop.name }}{{ brand.light.accent }}", Text: "{{ shop.url }}"}})
	for range 2 {
		for _, from := range foldShops {
			d := fullSample()
			d.Shop = from
			got, err := set.Render("m", d)
			if err != nil {
				t.Fatal(err)
			}
			plain, err := newEdition(set.Messages["m"], content.DefaultLanguage)
			if err != nil {
				t.Fatal(err)
			}
			if want, err := plain.Render(d); err != nil || got.HTML != want.HTML || got.Subject != want.Subject || got.Text != want.Text {
				t.Errorf("shop %q: %q, want %q (%v)", from.Name, got, want, err)
			}
		}
	}
}
