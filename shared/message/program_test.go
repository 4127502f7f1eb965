package message

import (
	"bytes"
	"math"
	"testing"

	"github.com/osteele/liquid/values"

	"regulars/shared/content"
)

// foldPhrases are the strings of the templates of these tests.
var foldPhrases = map[string]Phrase{
	"plain": {"other": `See <b>"all"</b> {{ shop.name }} {% if %}`},
	"shop":  {"other": "Visit {shop}."},
	"count": {"one": "{count} cup", "other": "{count} cups"},
}

// programTemplates are templates whose programs render them to the end, some with
// expressions of the engine in them.
var programTemplates = []string{
	"{{ 'a' }}{{ \"b\" }}{{ 1 }}{{ 1.50 }}{{ true }}{{ shop.replies }}", "{{ shop.name }}", "{% assign n = picks.size | plus: 2 %}{{ n }}",
	"{{ shop.size }} {{ picks.size }} {{ shop.name.size }}", "{{ picks.first.title }}{{ picks.last.title }}", "{{ picks.first.price | money }}{{ order.total | decimal }}{{ order.total | currency }}",
	"{{ order.until | date }}{{ order.until | iso }}{{ coupon.percent | percent }}{{ picks.first.reason.customers | number }}",
	"{{ 'count' | t: count: 1 }}{{ 'count' | t: count: picks.size }}{{ 'shop' | t: shop: shop.name }}", `{{ "  <b> " | strip }}{{ shop.name | json }}{{ 7 | json }}`,
	"{% if nothing %}1{% elsif picks %}2{% else %}3{% endif %}{% if nothing %}1{% else %}3{% endif %}{% if true %}4{% else %}5{% endif %}", "{% unless nothing %}1{% else %}2{% endunless %}{% unless true %}1{% else %}2{% endunless %}",
	"{% if 1 == 1 and 'a' != 'b' or nothing %}1{% endif %}{% if nothing and picks %}2{% endif %}{% if true or true and false %}3{% endif %}",
	"{% if 1 < 2 %}1{% endif %}{% if 2 < 2 %}2{% endif %}{% if 2 <= 2 %}3{% endif %}{% if 3 > 2 %}4{% endif %}{% if 3 >= 3 %}5{% endif %}{% if 2 >= 3 %}6{% endif %}{% if 2 > 3 %}7{% endif %}{% if 3 <= 2 %}8{% endif %}",
	"{% if nothing <= 1 %}1{% endif %}{% if 1 >= nothing %}2{% endif %}{% if nothing == nil %}3{% endif %}{% if 'a' == 1 %}4{% endif %}{% if 'a' <= 1 %}5{% endif %}{% if shop == 'a' %}6{% endif %}{% if 1 == picks %}7{% endif %}",
	"{% case language %}{% when 'pl' %}1{% when 'de', 'en' %}2{% else %}3{% endcase %}{% case 7 %}{% when 7 %}4{% when 7 %}5{% endcase %}{% case 7 %}{% when 8 or '7' %}6{% else %}7{% endcase %}",
	"{% case 2 %}{% when (1..2) %}1{% when picks[0].reason.times %}2{% else %}3{% endcase %}",
	"{% for pick in picks %}{{ forloop.index }}{{ forloop.index0 }}{{ forloop.rindex }}{{ forloop.rindex0 }}{{ forloop.length }}{{ forloop.first }}{{ forloop.last }}{{ forloop.size }} {{ pick.title }}{% endfor %}",
	"{% for pick in picks %}{{ forloop | json }}{{ 'shop' | t: shop: forloop }}{% assign round = forloop %}{% endfor %}{{ round.index }}",
	"{% assign pick = 1 %}{% assign forloop = 2 %}{% for pick in picks %}{% for pick in picks %}{{ forloop.index }}{% endfor %}{{ forloop.index }}{% endfor %}{{ pick }}{{ forloop }}",
	"{% for pick in picks %}{% if forloop.first %}{% continue %}{% endif %}{{ pick.title }}{% if forloop.index == 3 %}{% break %}{% endif %}-{% endfor %}.", "{% for pick in nothing %}{{ pick }}{% endfor %}.",
	"{% for pick in picks %}{% capture a %}x{% if forloop.index == 2 %}{% break %}{% endif %}{{ forloop.index }}{% endcapture %}{% endfor %}{{ a }}", "{% assign of = 0 %}{% for pick in picks %}{% assign of = of | plus: forloop.index %}{% endfor %}{{ of }}",
	"{% capture a %}<{{ shop.name }}>{% endcapture %}{{ a }}{% capture b %}{{ a }}{% endcapture %}{{ b }}", "{% assign a = shop %}{{ a.name }}{% assign a = picks.first.reason %}{{ a.kind }}{% assign b = a.kind.none.none %}{% if b == nil %}1{% endif %}",
	"{{ 7 | plus: 2 }} {{ 7 | minus: 9 }} {{ 7 | times: 3 }} {{ 7 | divided_by: 2 }} {{ 7 | modulo: 4 }}", "{% assign f = 7 | modulo: 4 %}{{ f | plus: 2 }} {{ f | divided_by: 2 }} {{ 9 | divided_by: f }} {{ 9 | minus: f }} {{ f | times: f }} {{ f | modulo: 2 }}",
	"{% assign f = 1.5 %}{{ f | plus: 6 | modulo: 4 }} {{ true.size | json }} {{ f }} {{ f | times: 2 }} {{ 2 | times: f }} {{ f | plus: 1 | minus: f }} {{ f | divided_by: 2 }} {{ 9 | divided_by: f }} {{ 1000000007 | times: 1000000007 }}",
	"{{ shop.name | upcase }} {{ shop['name'] }} {% if shop.name contains 'Example' %}1{% endif %}{% assign of = shop['name'] | downcase %}{{ of }}", "{% assign of = brand['light'] %}{{ of.text }}{% if of == 1 %}1{% endif %}",
	"{{ 7 | plus }}{% if true or shop | nofilter %}1{% endif %}{{ picks | size }}{% assign under = '1,2' | split: ',' %}{{ picks[1].title }}{% assign a-b = 1 %}{{ a-b }}",
}

// halfKnown are templates that programs give up or do not have.
var halfKnown = []string{
	"{{ nothing }}", "{{ nil }}", "{{ shop }}", "{{ picks }}", "{{ order.total }}", "{{ forloop }}", "{{ 'missing' | t }}", "{{ 7 | t }}", "{{ 'count' | t }}", "{{ shop.name | money }}", "{{ 1 | divided_by: 0 }}", "{{ 1 | divided_by: 0.0 }}",
	"{% assign f = 4 | modulo: 4 %}{{ 1 | divided_by: f }}", "{{ '7' | plus: 1 }}", "{{ '8' | modulo: 3 }}", "{{ '8' | divided_by: 2 }}", "{{ 7 | strip }}", "{{ 7 | money: 7 }}", "{{ order.total.value }}", "{{ order.total.String }}", "{% if shop == shop %}1{% endif %}",
	"{% assign of = brand['light'] %}{% if of == shop %}1{% endif %}", "{% case shop %}{% when shop %}1{% endcase %}", "{% for x in 'text' %}1{% endfor %}", "{% for x in (1..3) %}{{ x }}{% endfor %}", "{% for x in picks limit: 2 %}{{ x.title }}{% endfor %}",
	"{% for x in picks offset: 1 %}{{ x.title }}{% endfor %}", "{% for x in picks reversed %}{{ x.title }}{% endfor %}", "{% for x in nothing %}{% else %}1{% endfor %}", "{% break %}", "{% continue %}", "1{% raw %}{{ a }}{% endraw %}", "1 {{- 2 -}} 3",
	`{% assign kinds = picks | map: "reason" %}{% if kinds.first == shop %}1{% else %}2{% endif %}`, `{% assign kinds = picks | map: "reason" %}{% case kinds.first %}{% when shop %}1{% else %}2{% endcase %}`, "{% capture true %}x{% endcapture %}{{ true.size }}", "{% capture nil %}x{% endcapture %}{{ nil.size }}",
	"{% for x in picks %}{% cycle 'a', 'b' %}{% endfor %}", "{% tablerow x in picks %}{{ x.title }}{% endtablerow %}", "{{ shop.name | nofilter }}",
}

// A program renders the same bytes as the engine, or nothing at all.
func TestProgramsRenderAsTheEngine(t *testing.T) {
	for i, source := range append(programTemplates, halfKnown...) {
		m := Message{Languages: []string{content.DefaultLanguage}, Strings: map[string]map[string]Phrase{content.DefaultLanguage: foldPhrases}, HTML: source, Text: source}
		e, err := newEdition(m, content.DefaultLanguage)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		for _, part := range []template{e.html, e.text} {
			names, err := e.bindings(fullSample())
			if err != nil {
				t.Fatal(err)
			}
			want, fault := part.render(names)
			var got bytes.Buffer
			ok := compile(part.parsed, e.localizer.filters()).run(part, names, &got)
			switch {
			case ok && (got.String() != want || fault != nil):
				t.Errorf("the program of %s renders %q; the engine %q (%v)", source, got.String(), want, fault)
			case ok != (i < len(programTemplates)):
				t.Errorf("the program of %s renders to the end = %t", source, ok)
			}
			if again, err := part.render(names); again != want || (err == nil) != (fault == nil) {
				t.Errorf("%s: after the program the engine renders %q (%v), before it %q", source, again, err, want)
			}
		}
	}
}

func TestEqualIsTheEngines(t *testing.T) {
	numbers := []any{0, 1, -1, 1 << 53, 1<<53 + 1, int64(1), 0.0, 1.0, 0.5, -1.0, float64(1 << 53), math.Copysign(0, -1), math.NaN(), math.Inf(1)}
	some := append(numbers, "", "1", "a", true, false, nil, []any{}, []any{1}, []any{1.0})
	for _, a := range some {
		for _, b := range some {
			if got, want := equal(a, b), values.Equal(a, b); got != want {
				t.Errorf("equal(%#v, %#v) = %t, want %t", a, b, got, want)
			}
		}
	}
}
