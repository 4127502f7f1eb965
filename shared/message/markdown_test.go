package message_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/content"
	"regulars/shared/inputfault"
	"regulars/shared/message"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// letter is a small message in Markdown without faults. Its layout is HTML,
// because these tests compile no MJML.
var letter = map[string]string{
	"letter/message.yaml": "class: promotion\nlanguages: [en, ru]\nneeds: [picks]\n",
	"letter/en.md":        front("A letter from {{ shop.name }}", "For you") + "# Thank you\n\nHello{% if customer.name != \"\" %}, {{ customer.name }}{% endif %}.\n\n{% picks columns: 2 %}\n",
	"letter/ru.md":        front("Письмо от {{ shop.name }}", "Для вас") + "# Спасибо\n\nЗдравствуйте{% if customer.name != \"\" %}, {{ customer.name }}{% endif %}.\n\n{% picks %}\n",

	"_layout/markdown.mjml":         "<title>{{ subject }}</title>\n<i>{{ preheader }}</i>\n{{ body }}\n{{ footer }}\n",
	"_layout/markdown.txt":          "{{ body }}\n{{ footer }}\n",
	"_layout/title.mjml":            "<h1>{{ title }}</h1>\n",
	"_layout/heading.mjml":          "<h2>{{ heading }}</h2>\n",
	"_layout/quote.mjml":            "<blockquote>{{ quote }}</blockquote>\n",
	"_layout/rule.mjml":             "<hr />\n",
	"_layout/preheader.liquid":      "{% if picks.size > 0 %}{{ picks.first.title }}{% endif %}\n",
	"_layout/greeting.mjml":         "<p>{{ customer.name }}</p>\n",
	"_layout/greeting.txt":          "{{ customer.name }}\n",
	"_layout/picks.mjml":            "{% for pick in picks %}<p class=\"of-{{ columns }}\">{{ pick.title }}</p>{% endfor %}\n",
	"_layout/picks.txt":             "{% for pick in picks %}* {{ pick.title }}\n{% endfor %}\n",
	"_layout/coupon.mjml":           "{% if coupon %}<b>{{ coupon.code }} {{ coupon.until | date }} {{ coupon_link }}</b>{% endif %}\n",
	"_layout/coupon.txt":            "{% if coupon %}{{ coupon.code }} {{ coupon.until | date }}{% endif %}\n",
	"_layout/order.mjml":            "{% if order %}<p>{{ order.number }}</p>{% endif %}\n",
	"_layout/order.txt":             "{% if order %}{{ order.number }}{% endif %}\n",
	"_layout/points.mjml":           "{% if points %}<p>{{ points.active }}</p>{% endif %}\n",
	"_layout/points.txt":            "{% if points %}{{ points.active }}{% endif %}\n",
	"_layout/button.mjml":           "<a href=\"{{ button_url }}\">{{ button_text }}</a>\n",
	"_layout/button.txt":            "{{ button_text }}: {{ button_url }}\n",
	"_layout/footer-promotion.mjml": "<p>{{ shop.address }}</p><a href=\"{{ links.unsubscribe }}\">{{ shop.name }}</a> <a href=\"{{ links.preferences }}\">{{ shop.name }}</a>\n",
	"_layout/footer-promotion.txt":  "{{ shop.address }} {{ links.unsubscribe }} {{ links.preferences }}\n",
	"_layout/footer-order.mjml":     "<p>{{ shop.address }}</p><a href=\"{{ links.unsubscribe }}\">{{ order.number }}</a> <a href=\"{{ links.preferences }}\">{{ shop.name }}</a>\n",
	"_layout/footer-order.txt":      "{{ order.number }} {{ shop.address }} {{ links.unsubscribe }} {{ links.preferences }}\n",
}

func front(subject, preheader string) string {
	return "---\nsubject: \"" + subject + "\"\npreheader: \"" + preheader + "\"\n---\n\n"
}

// letters returns the files of letter with changes; "" removes a file.
func letters(changes map[string]string) fs.FS {
	files := maps.Clone(letter)
	maps.Copy(files, changes)
	fsys := fstest.MapFS{}
	for name, content := range files {
		if content != "" {
			fsys[name] = &fstest.MapFile{Data: []byte(content)}
		}
	}
	return fsys
}

// written returns a message with this text in Markdown, in English only, which
// begins in line 6 of the file, after the heading of level 1 in line 4.
func written(text string) map[string]string {
	return map[string]string{
		"letter/message.yaml": "class: promotion\nlanguages: [en]\n",
		"letter/en.md":        "---\nsubject: \"Hi\"\n---\n# Title\n\n" + text,
		"letter/ru.md":        "",
	}
}

// loadLetter returns the set of the files, encoded and decoded.
func loadLetter(t testing.TB, changes map[string]string) content.Set {
	t.Helper()
	loaded, faults := message.Load(letters(changes), asIs, markdown.Parse)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	stored, err := json.Marshal(loaded)
	if err != nil {
		t.Fatal(err)
	}
	set, err := message.Decode(stored)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// sample is data with everything that a block prints.
func sample() content.Data {
	return content.Data{
		Language: "en",
		Shop:     content.Shop{Name: "Corner & Leaf", URL: "https://shop.example.com/", Address: "1 Example Street", ContactURL: "https://shop.example.com/contact"},
		Customer: content.Greeting{Name: "Alex"},
		Order:    &content.Order{ID: "1", Number: "#1027", URL: "https://shop.example.com/orders/1?a=1&b=2"},
		Picks:    []recommend.Pick{{Product: shop.Product{Title: "Green *tea*", URL: "https://shop.example.com/tea"}}, {Product: shop.Product{Title: "Cup"}}},
		Links:    content.Links{Unsubscribe: "https://shop.example.com/u", Preferences: "https://shop.example.com/p"},
	}
}

// body returns the parts between the title and the footer, without line feeds in
// the HTML part.
func body(t testing.TB, set content.Set, d content.Data) (html, text string) {
	t.Helper()
	r, err := set.Render("letter", d)
	if err != nil {
		t.Fatal(err)
	}
	html = strings.Join(strings.Fields(r.HTML), " ")
	_, html, _ = strings.Cut(html, "</h1>")
	html, _, _ = strings.Cut(html, "<p>1 Example Street")
	_, text, _ = strings.Cut(r.Text, "Title\n")
	text, _, _ = strings.Cut(text, "1 Example Street")
	html = strings.NewReplacer(` css-class="words"`, "", "> <", "><", ">  <", "><").Replace(strings.NewReplacer("<mj-raw>", "", "</mj-raw>", "").Replace(html))
	return strings.TrimSpace(html), strings.TrimSpace(text)
}

func TestMarkdownBecomesHTMLAndText(t *testing.T) {
	const accent = ` style="color:#2e5e4e"`
	for name, c := range map[string]struct{ markdown, html, text string }{
		"paragraphs are not wrapped": {"One\ntwo.\n\nThree.", `<mj-text>One two.</mj-text><mj-text>Three.</mj-text>`, "One two.\n\nThree."},
		"bold and italics":           {"A **b** *c* d", `<mj-text>A <strong>b</strong><em>c</em> d</mj-text>`, "A b c d"},
		"a line break":               {"One\\\ntwo", `<mj-text>One<br /> two</mj-text>`, "One\ntwo"},
		"escapes":                    {`5 \* 3 &amp; "x" < y`, `<mj-text>5 * 3 &amp; &#34;x&#34; &lt; y</mj-text>`, `5 * 3 & "x" < y`},
		"headings":                   {"## Second\n\n### Third", `<h2> Second </h2><mj-text padding="0 0 6px"><h3 style="margin:0;font-size:16px;line-height:1.4;font-weight:600">Third</h3></mj-text>`, "Second\n\nThird"},
		"a list":                     {"- one\n- two\n  - three", `<mj-text><ul style="margin:0;padding:0 24px"><li style="margin:0 0 6px">one</li><li style="margin:0 0 6px"><p style="margin:0 0 8px">two</p><ul style="margin:0;padding:0 24px"><li style="margin:0 0 6px">three</li></ul></li></ul></mj-text>`, "* one\n* two\n  * three"},
		"a numbered list":            {"3. three\n4. four", `<mj-text><ol start="3" style="margin:0;padding:0 24px"><li style="margin:0 0 6px">three</li><li style="margin:0 0 6px">four</li></ol></mj-text>`, "3. three\n4. four"},
		"a quote":                    {"> One\n> two\n>\n> - three", `<blockquote><p style="margin:0 0 8px">One two</p><ul style="margin:0;padding:0 24px"><li style="margin:0 0 6px">three</li></ul></blockquote>`, "> One two\n> * three"},
		"a rule":                     {"---", `<hr />`, "* * *"},
		"a link alone":               {"[Our page](https://shop.example.com/a?b=1&c=2)", `<mj-text><a href="https://shop.example.com/a?b=1&amp;c=2">Our page</a></mj-text>`, "Our page: https://shop.example.com/a?b=1&c=2"},
		"a link in a sentence":       {"See [our page](https://shop.example.com/).", `<mj-text>See <a href="https://shop.example.com/">our page</a>.</mj-text>`, "See our page <https://shop.example.com/>."},
		"an address as a link":       {"See <https://shop.example.com/>", `<mj-text>See <a href="https://shop.example.com/">https://shop.example.com/</a></mj-text>`, "See https://shop.example.com/"},
		"a link by reference":        {"[Our page][1]\n\n{% picks %}\n\n[1]: https://shop.example.com/", `<mj-text><a href="https://shop.example.com/">Our page</a></mj-text><p class="of-0">Green *tea*</p><p class="of-0">Cup</p>`, "Our page: https://shop.example.com/\n\n* Green *tea*\n* Cup"},
		"a link to a variable":       {"[Write]({{ shop.contact_url }})", `<mj-text><a href="https://shop.example.com/contact">Write</a></mj-text>`, "Write: https://shop.example.com/contact"},
		"a link to nothing":          {"[Your cart]({{ shop.cart_url }})\n\n{% coupon %}", `<mj-text>Your cart</mj-text>`, "Your cart"},
		"a mail address":             {"Write to <a@example.com>", `<mj-text>Write to <a href="mailto:a@example.com">a@example.com</a></mj-text>`, "Write to a@example.com"},
		"an image":                   {"![A cup](https://shop.example.com/cup.png)", `<mj-image src="https://shop.example.com/cup.png" width="600px" alt="A cup" padding="0 0 16px" border-radius="10px" css-class="muted" />`, "[A cup]"},
		"an image with a link":       {"[![A cup](https://shop.example.com/cup.png)](https://shop.example.com/)", `<mj-image src="https://shop.example.com/cup.png" width="600px" alt="A cup" href="https://shop.example.com/" padding="0 0 16px" border-radius="10px" css-class="muted" />`, "[A cup]: https://shop.example.com/"},
		"a variable":                 {"**{{ customer.name }}** and {{ picks.first.title | upcase }}", `<mj-text><strong>Alex</strong> and GREEN *TEA*</mj-text>`, "Alex and GREEN *TEA*"},
		"a condition in words":       {"Hi{% if coupon %} rich{% else %} there{% endif %}.", `<mj-text>Hi there.</mj-text>`, "Hi there."},
		"a condition around blocks":  {"{% if order %}\nFirst.\n\n- a\n{% else %}\nSecond.\n{% endif %}\nLast.", `<mj-text>First.</mj-text><mj-text><ul style="margin:0;padding:0 24px"><li style="margin:0 0 6px">a</li></ul></mj-text><mj-text>Last.</mj-text>`, "First.\n\n* a\n\nLast."},
		"a loop":                     {"{% for pick in picks %}\n- {{ pick.title }}\n{% endfor %}", `<mj-text><ul style="margin:0;padding:0 24px"><li style="margin:0 0 6px">Green *tea*</li></ul></mj-text><mj-text><ul style="margin:0;padding:0 24px"><li style="margin:0 0 6px">Cup</li></ul></mj-text>`, "* Green *tea*\n\n* Cup"},
		"picks in columns":           {"{% picks columns: 3 %}", `<p class="of-3">Green *tea*</p><p class="of-3">Cup</p>`, "* Green *tea*\n* Cup"},
		"an order":                   {"{% order %}", `<p>#1027</p>`, "#1027"},
		"blocks without their data":  {"{% coupon %}\n{% points %}\n{% button \"Use it\", cart %}", ``, ""},
		"a button to the order":      {"{% button \"See <it>\", order %}", `<a href="https://shop.example.com/orders/1?a=1&amp;b=2">See &lt;it&gt;</a>`, "See <it>: https://shop.example.com/orders/1?a=1&b=2"},
		"a button to a product":      {"{% button 'The tea', product %}", `<a href="https://shop.example.com/tea">The tea</a>`, "The tea: https://shop.example.com/tea"},
		"a button to a person":       {"{% button \"Ask us\", contact %}", `<a href="https://shop.example.com/contact">Ask us</a>`, "Ask us: https://shop.example.com/contact"},
		"a greeting":                 {"{% greeting %}", `<p>Alex</p>`, "Alex"},
		"a block after a paragraph":  {"One\n{% order %}\ntwo", `<mj-text>One</mj-text><p>#1027</p><mj-text>two</mj-text>`, "One\n\n#1027\n\ntwo"},
		"a block after a list":       {"- one\n{% order %}", `<mj-text><ul style="margin:0;padding:0 24px"><li style="margin:0 0 6px">one</li></ul></mj-text><p>#1027</p>`, "* one\n\n#1027"},
		"carriage returns":           {"One\r\ntwo\r\n\r\n{% order %}\r\n", `<mj-text>One two</mj-text><p>#1027</p>`, "One two\n\n#1027"},
		"right to left":              {"שלום **{{ customer.name }}**", `<mj-text>שלום <strong>Alex</strong></mj-text>`, "שלום Alex"},
	} {
		t.Run(name, func(t *testing.T) {
			html, text := body(t, loadLetter(t, written(c.markdown)), sample())
			if got := strings.ReplaceAll(html, accent, ""); got != c.html {
				t.Errorf("HTML part:\n%s\nwant\n%s", got, c.html)
			}
			if text != c.text {
				t.Errorf("text part:\n%s\nwant\n%s", text, c.text)
			}
		})
	}
}

// Each row adds one fault to a text that begins in line 6; Load must report its
// line and text.
func TestFaultOfMarkdownIsReportedWithItsLine(t *testing.T) {
	for name, c := range map[string]struct{ markdown, want string }{
		"raw HTML":                         {"Some\n<b>bold</b> words", `7: a message cannot have this here: raw HTML`},
		"a block of HTML":                  {"Some\n\n<div>\n{% picks %}\n</div>", `8: a message cannot have this here: raw HTML`},
		"an HTML comment":                  {"<!-- a note -->", `6: a message cannot have this here: raw HTML`},
		"code":                             {"Type `x`", `6: a message cannot have this here: code`},
		"an indented line":                 {"One\n\n    two", `8: a message cannot have this here: code`},
		"a fence":                          {"```\n{% picks %}\n```", `6: a message cannot have this here: code`},
		"a table":                          {"| a | b |\n|---|---|\n| 1 | 2 |", `6: a message cannot have this here: Table`},
		"struck-out words":                 {"A ~~b~~", `6: a message cannot have this here: Strikethrough`},
		"a check box":                      {"- [ ] a", `6: a message cannot have this here: TaskCheckBox`},
		"a second title":                   {"A\n\n# Again", `8: a second heading of level 1`},
		"a small heading":                  {"#### Small", `6: a heading of level 4`},
		"a heading in a list":              {"- # A", `6: a message cannot have this here: heading`},
		"a rule in a quote":                {"> a\n>\n> ---", `8: a message cannot have this here: horizontal rule`},
		"an image in a sentence":           {"See ![a cup](https://shop.example.com/c.png) here", `6: an image stands on a line of its own`},
		"an image in a list":               {"- ![a cup](https://shop.example.com/c.png)", `6: an image stands on a line of its own`},
		"an image without a description":   {"![](https://shop.example.com/c.png)", `6: an image without a description`},
		"an image of a variable":           {"![a]({{ picks.first.image }})", `6: the address of an image is a variable`},
		"a link to http":                   {"[a](http://shop.example.com/)", `6: an http:// link`},
		"a link to a page of this host":    {"[a](/page)", `6: the address of the link is not an absolute https address`},
		"a link to a script":               {"[a](javascript:alert)", `6: the address of the link is not an absolute https address`},
		"a link without an address":        {"[a]()", `6: the address of the link is not an absolute https address`},
		"a link without words":             {"[](https://shop.example.com/)", `6: a link without words`},
		"a link with data in its address":  {"[a](https://shop.example.com/?n={{ customer.name }})", `6: an address has a Liquid mark in it`},
		"a link to a filter":               {"[a]({{ shop.url | upcase }})", `6: an address has a Liquid mark in it`},
		"a link to a name":                 {"[a]({{ customer.name }})", `6: the variable customer.name is no address`},
		"an address in the words":          {"See https://shop.example.com/sale", `6: an address in the words`},
		"an address without a scheme":      {"See www.example.com", `6: an address in the words`},
		"an open brace":                    {"Hello {{ customer.name", `6: a brace that belongs to no Liquid mark`},
		"a mark made of entities":          {"&#123;&#123; shop.name &#125;&#125;", `6: a brace that belongs to no Liquid mark`},
		"a mark over two lines":            {"a\n{{ customer.name\n}}", `7: a Liquid mark goes over several lines`},
		"an empty mark":                    {"a\nb {{ }}", `7: an empty Liquid mark`},
		"an empty tag":                     {"{% %}", `6: an empty Liquid mark`},
		"a private-use character":          {"a\n\n\U000f0000", `8: a character for private use`},
		"a private-use entity":             {"{{ shop.name }}\n&#xf0000; &#1048573;", `7: a character for private use`},
		"an unknown variable":              {"a\nb {{ customer.nam }}", `7: there is no variable "customer.nam"`},
		"an unknown variable in a list":    {"- a\n- b\n  c {{ customer.nam }}", `8: there is no variable "customer.nam"`},
		"an unknown variable in a link":    {"a [b]({{ shop.page }})", `6: there is no variable "shop.page"`},
		"a variable that can be missing":   {"a\n\nb {{ customer.name }}\nc {{ coupon.code }} {{ coupon.until | date }}", `9: in "en": HTML part: undefined variable in {{ coupon.code }}`},
		"the same in a condition":          {"{% if customer.name == \"\" %}\nb {{ order.number }}\n{% endif %}", `7: in "en": HTML part: undefined variable in {{ order.number }}`},
		"an unknown filter":                {"a {{ customer.name | shout }}", `6: in "en": HTML part: … undefined filter "shout"`},
		"a variable as a key":              {"a {{ customer.name | t }}", `6: the filter t is given a variable`},
		"escaping turned off":              {"a {{ customer.name | safe }}", `6: the filter safe is not allowed`},
		"a price":                          {"Only £5 today", `6: the text states a price or a percentage`},
		"a percentage in a list":           {"- a\n- 20 % off", `7: the text states a price or a percentage`},
		"a price in two pieces":            {"a £**5**", `6: the text states a price or a percentage`},
		"a day":                            {"> a\n\nUntil 24 December", `8: the text names a day`},
		"pressure":                         {"## Hurry up", `6: the text presses the reader with "hurry"`},
		"pressure in a button":             {"{% button \"Hurry\", shop %}", `6: the text presses the reader with "hurry"`},
		"pressure in a description":        {"![Hurry](https://shop.example.com/c.png)", `6: the text presses the reader with "hurry"`},
		"an end without its date":          {"The *last* chance", `6: the text mentions an end without a date: "last chance"`},
		"the date in another branch":       {"{% if coupon %}Until {{ coupon.until | date }}{% else %}last chance{% endif %}", `6: the text mentions an end without a date: "last chance"`},
		"a date that is not from the data": {"{% assign until = \"soon\" %}\nThe last chance, until {{ until }}", `7: the text mentions an end without a date: "last chance"`},
		"few left without their number":    {"Only 3 left", `6: the text says that few are left without the number: "only 3 left"`},
		"a block in a sentence":            {"See {% picks %} here", `6: the block picks is inside a text`},
		"a block in bold text":             {"**{% coupon %}**", `6: the block coupon is inside a text`},
		"a block in a list":                {"- a\n  {% picks %}", `7: the block picks is inside a text`},
		"a block in a quote":               {"> {% picks %}", `6: the block picks is inside a text`},
		"a block in a heading":             {"## {% picks %}", `6: the block picks is inside a text`},
		"a block with blanks before it":    {"  {% order %}", `6: the block order is inside a text`},
		"an unknown block":                 {"a\n\n{% pick %}", `8: a text in Markdown has no tag {% pick %}`},
		"an include":                       {"{% include \"picks.mjml\" %}", `6: a text in Markdown has no tag {% include %}`},
		"a raw tag":                        {"{% raw %}{{ x }}{% endraw %}", `6: a text in Markdown has no tag {% raw %}`},
		"four columns":                     {"{% picks columns: 4 %}", `6: the block picks has other parameters than it can have`},
		"another parameter":                {"{% picks rows: 2 %}", `6: the block picks has other parameters than it can have`},
		"a parameter too many":             {"{% coupon 2 %}", `6: the block coupon has other parameters than it can have`},
		"a button without a target":        {"{% button \"Go\" %}", `6: the block button has other parameters than it can have`},
		"a button to nowhere":              {"{% button \"Go\", moon %}", `6: the block button has other parameters than it can have`},
		"a button without words":           {"{% button \" \", shop %}", `6: the block button has other parameters than it can have`},
		"a button with a variable":         {"{% button shop.name, shop %}", `6: the block button has other parameters than it can have`},
		"a condition without its end":      {"a\n\n{% if coupon %}\nb", `8: {% if %} has no {% endif %}`},
		"a condition over two paragraphs":  {"a {% if coupon %}b\n\nc{% endif %}", `6: {% if %} has no {% endif %}`},
		"the end of it":                    {"a {% if coupon %}b\n\nc{% endif %}", `8: {% endif %} does not follow {% if %}`},
		"a condition over bold text":       {"a **b {% if coupon %}c** d{% endif %}", `6: {% if %} has no {% endif %}`},
		"a condition over list items":      {"- a {% if coupon %}\n- b {% endif %}", `6: {% if %} has no {% endif %}`},
		"crossed conditions":               {"{% if coupon %}\n{% for pick in picks %}\n{% endif %}\n{% endfor %}", `8: {% endif %} does not follow {% if %}`},
		"an else alone":                    {"a\n\n{% else %}", `8: {% else %} does not follow {% if %} or {% unless %} or {% case %} or {% for %}`},
		"a condition in a list":            {"- a\n\n  {% if coupon %}\n\n  b", `8: {% if %} has no {% endif %}`},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := message.Load(letters(written(c.markdown)), asIs, markdown.Parse)
			want := c.want
			if !strings.HasPrefix(want, "letter") {
				want = "letter/en.md:" + want
			}
			expectFault(t, faults, want)
		})
	}
}

// expectFault fails if no fault has the text: its beginning and a part of it,
// with … between.
func expectFault(t *testing.T, faults []inputfault.InFile, want string) {
	t.Helper()
	begin, part, _ := strings.Cut(want, "…")
	for _, f := range faults {
		if strings.HasPrefix(f.String(), strings.TrimSpace(begin)) && strings.Contains(f.String(), strings.TrimSpace(part)) {
			return
		}
	}
	t.Errorf("the faults are\n%v\nwant %s", faults, want)
}

// Each row changes files of the message; Load must report the fault.
func TestFaultOfAMarkdownMessageIsReported(t *testing.T) {
	ru := func(text string) string {
		return front("Письмо", "Для вас") + "# Спасибо\n\n" + text
	}
	for name, c := range map[string]struct {
		changes map[string]string
		want    string
	}{
		"a language without a text":     {map[string]string{"letter/ru.md": ""}, `letter/ru.md: the text in "ru" is missing`},
		"a text of another language":    {map[string]string{"letter/pl.md": letter["letter/en.md"]}, `letter/pl.md: no language of the message has this name`},
		"an unknown language":           {map[string]string{"letter/message.yaml": "class: promotion\nlanguages: [en, tlh]\n", "letter/ru.md": "", "letter/tlh.md": letter["letter/en.md"]}, `letter/message.yaml: the language "tlh" is not known`},
		"a body in MJML as well":        {map[string]string{"letter/body.mjml": "<p>{{ shop.name }}</p>"}, `letter/body.mjml: the message is written in Markdown as well`},
		"a subject in message.yaml":     {map[string]string{"letter/message.yaml": letter["letter/message.yaml"] + "subject: \"Hi\"\n"}, `letter/message.yaml: the message is written in Markdown, so its subject is in each text`},
		"no front matter":               {map[string]string{"letter/ru.md": "# Спасибо\n"}, `letter/ru.md:1: the file has no subject`},
		"front matter without its end":  {map[string]string{"letter/ru.md": "---\nsubject: \"a\"\n# b\n"}, `letter/ru.md:1: the file has no subject`},
		"an unknown setting":            {map[string]string{"letter/ru.md": "---\nsubject: \"a\"\npreheadr: \"b\"\n---\n# c\n"}, `letter/ru.md:3: unknown field "preheadr"`},
		"an empty subject":              {map[string]string{"letter/ru.md": "---\nsubject: \"\"\n---\n# c\n"}, `letter/ru.md:2: there is no subject`},
		"a subject over two lines":      {map[string]string{"letter/ru.md": "---\nsubject: |\n  a\n  b\n---\n# c\n"}, `letter/ru.md:2: the subject goes over several lines`},
		"pressure in a subject":         {map[string]string{"letter/ru.md": front("Только сегодня", "б") + "# c\n"}, `letter/ru.md:2: the text mentions an end without a date: "только сегодня"`},
		"a price in a preheader":        {map[string]string{"letter/ru.md": front("а", "Скидка 20 %") + "# c\n"}, `letter/ru.md:3: the text states a price or a percentage`},
		"a block in a subject":          {map[string]string{"letter/ru.md": front("{% picks %}", "б") + "# c\n"}, `letter/ru.md:2: the block picks is inside a text`},
		"a variable that a subject has": {map[string]string{"letter/ru.md": front("{{ shop.nam }}", "б") + "# c\n"}, `letter/ru.md:2: there is no variable "shop.nam"`},
		"a subject without its data":    {map[string]string{"letter/en.md": front("{{ order.total | money }}", "b") + "# c\n", "letter/ru.md": front("{{ order.total | money }}", "б") + "# c\n"}, `letter/ru.md:2: in "ru": subject: … {{ order.total | money }}`},
		"no title":                      {map[string]string{"letter/ru.md": front("а", "б") + "## c\n"}, `letter/ru.md:5: there is no heading of level 1`},
		"a title under a condition":     {map[string]string{"letter/ru.md": front("а", "б") + "{% if coupon %}\n# c\n{% endif %}\n"}, `letter/ru.md:7: the heading of level 1 depends on a condition`},
		"a block in one language":       {map[string]string{"letter/ru.md": ru("а{% if customer.name != \"\" %}, {{ customer.name }}{% endif %}.")}, `letter/ru.md: the text has no block {% picks %}, but en.md:10 has`},
		"a block in the other":          {map[string]string{"letter/ru.md": letter["letter/ru.md"] + "\n{% coupon %}\n"}, `letter/en.md: the text has no block {% coupon %}, but ru.md:12 has`},
		"a variable in one language":    {map[string]string{"letter/ru.md": ru("{% if customer.name != \"\" %}а{% endif %}\n\n{% picks %}\n")}, `letter/ru.md: the text has no {{ customer.name }}, but en.md:8 has`},
		"a condition in one language":   {map[string]string{"letter/ru.md": ru("{{ customer.name }}\n\n{% picks %}\n")}, `letter/ru.md: the text has no condition on customer, but en.md:8 has`},
		"a button in one language":      {map[string]string{"letter/ru.md": letter["letter/ru.md"] + "\n{% button \"а\", shop %}\n"}, `letter/en.md: the text has no button to shop, but ru.md:12 has`},
		"a link in one language":        {map[string]string{"letter/ru.md": letter["letter/ru.md"] + "\n[а]({{ shop.url }})\n"}, `letter/en.md: the text has no link to shop.url, but ru.md:12 has`},
		"a fault in one language":       {map[string]string{"letter/ru.md": strings.Replace(letter["letter/ru.md"], "{{ customer.name }}", "{{ customer.nam }}", 1)}, `letter/ru.md:8: there is no variable "customer.nam"`},
		"a string that is missing":      {map[string]string{"letter/ru.md": letter["letter/ru.md"] + "\n{{ 'also' | t }}\n"}, `letter/en.yaml: the string "also" is missing; letter/ru.md:12 uses it`},
		"no frame":                      {map[string]string{"_layout/markdown.mjml": ""}, `letter/message.yaml: there is no "markdown.mjml" in letter or _layout`},
		"a frame without the body":      {map[string]string{"_layout/markdown.txt": "{{ footer }}\n"}, `_layout/markdown.txt: the partial does not print {{ body }}`},
		"a title that is not printed":   {map[string]string{"_layout/title.mjml": "<h1></h1>\n"}, `_layout/title.mjml: the partial does not print {{ title }}`},
		"words in the frame":            {map[string]string{"_layout/markdown.mjml": "<p>Dear</p>" + letter["_layout/markdown.mjml"]}, `_layout/markdown.mjml:1: the template itself says "Dear"`},
		"words around the title":        {map[string]string{"_layout/title.mjml": "<h1>Dear {{ title }}</h1>\n"}, `_layout/title.mjml:1: the template itself says "Dear"`},
		"words in a block":              {map[string]string{"_layout/picks.txt": "Dear {{ picks.first.title }}\n"}, `_layout/picks.txt:1: the template itself says "Dear"`},
		"a block that is not there":     {map[string]string{"_layout/picks.txt": ""}, `letter/en.md:10: there is no "picks.txt" in letter or _layout`},
		"no unsubscribe link":           {map[string]string{"_layout/footer-promotion.txt": "{{ shop.address }}\n"}, `letter/en.md:6: in "en": the text part of a promotion does not give the unsubscribe link`},
		"a fault of the layout":         {map[string]string{"_layout/picks.mjml": "{% for pick in picks %}<p>\n{{ pick.titel }}</p>{% endfor %}\n"}, `_layout/picks.mjml:2: there is no variable "pick.titel"`},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := message.Load(letters(c.changes), asIs, markdown.Parse)
			expectFault(t, faults, c.want)
		})
	}
}

// A fault of the MJML, such as a layout that has a wrong attribute, has the line
// of the Markdown, or of the layout, that it comes from.
func TestFaultOfTheCompilerIsAtTheMarkdown(t *testing.T) {
	for mark, want := range map[string]string{"Hello": "letter/en.md:8", "Спасибо": "letter/ru.md:6", "of-{{": "_layout/picks.mjml:1", "<i>": "_layout/markdown.mjml:2"} {
		compile := func(mjml string) (string, error) {
			before, _, _ := strings.Cut(mjml, mark)
			return "", inputfault.InFiles{{Line: 1 + strings.Count(before, "\n"), Text: "a wrong attribute"}}
		}
		_, faults := message.Load(letters(nil), compile, markdown.Parse)
		expectFault(t, faults, want+": a wrong attribute")
	}
}

// Of one text with many faults, all are reported.
func TestAllFaultsOfMarkdownAreReported(t *testing.T) {
	_, faults := message.Load(letters(written("Hurry, <b>\n\n# Again\n\n- {% picks %}\n- £5\n")), asIs, markdown.Parse)
	for _, want := range []string{"6: the text presses", "6: a message cannot have this here: raw HTML", "8: a second heading", "10: the block picks", "11: the text states a price"} {
		expectFault(t, faults, "letter/en.md:"+want)
	}
}

// An end and a small stock may be named with the data that proves them.
func TestMarkdownMayNameAnEndWithItsDate(t *testing.T) {
	loadLetter(t, written("{% if coupon %}\nThe last chance: until **{{ coupon.until | date }}**.\n{% endif %}\n{% for pick in picks %}{% if pick.left %}Only {{ pick.left }} left.{% endif %}{% endfor %}\n"))
}

// A coupon has its own link to the cart, unless a button leads there.
func TestCouponLinksToTheCartOnce(t *testing.T) {
	d := sample()
	d.Shop.CartURL = "https://shop.example.com/discount/ABC"
	d.Coupon = &content.Coupon{Code: "ABC", Kind: "percent", Percent: 1000, Until: time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC)}
	for text, want := range map[string]int{"{% coupon %}": 1, "{% coupon %}\n\n{% button \"Use it\", cart %}": 1, "{% coupon %}\n\n{% button \"Shop\", shop %}": 1} {
		html, _ := body(t, loadLetter(t, written(text)), d)
		if got := strings.Count(html, d.Shop.CartURL); got != want {
			t.Errorf("%s: %d links to the cart, want %d:\n%s", text, got, want, html)
		}
	}
}

// A file with a byte order mark and Windows line ends is read like another one.
func TestMarkdownOfWindowsIsRead(t *testing.T) {
	unix, err := json.Marshal(loadLetter(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	changes := map[string]string{}
	for _, name := range []string{"letter/en.md", "letter/ru.md", "letter/message.yaml"} {
		changes[name] = "\ufeff" + strings.ReplaceAll(letter[name], "\n", "\r\n")
	}
	windows, err := json.Marshal(loadLetter(t, changes))
	if err != nil || string(windows) != string(unix) {
		t.Errorf("the message differs (%v):\n%s\nwant\n%s", err, windows, unix)
	}
}

// Each language gets its own words, and the frame of its class.
func TestMarkdownIsRenderedInEachLanguage(t *testing.T) {
	set := loadLetter(t, map[string]string{"letter/message.yaml": "class: service\nlanguages: [en, ru]\nneeds: [picks, order]\n"})
	for language, want := range map[string][3]string{
		"en": {"A letter from Corner & Leaf", "For you", "Thank you\n\nHello, Alex.\n\n* Green *tea*\n* Cup\n\n#1027 1 Example Street https://shop.example.com/u https://shop.example.com/p\n"},
		"ru": {"Письмо от Corner & Leaf", "Для вас", "Спасибо\n\nЗдравствуйте, Alex.\n\n* Green *tea*\n* Cup\n\n#1027 1 Example Street https://shop.example.com/u https://shop.example.com/p\n"},
	} {
		d := sample()
		d.Language = language
		r, err := set.Render("letter", d)
		if err != nil {
			t.Fatal(err)
		}
		_, preheader, _ := strings.Cut(r.HTML, "<i>")
		preheader, _, _ = strings.Cut(preheader, "</i>")
		if got := [3]string{r.Subject, strings.TrimSpace(preheader), r.Text}; got != want {
			t.Errorf("%s: %q, want %q", language, got, want)
		}
	}
}

// Words that need plural forms are strings beside the text.
func TestMarkdownUsesStringsWithPlurals(t *testing.T) {
	files := written("You have {{ 'found' | t: count: picks.size }}.")
	files["letter/en.yaml"] = "found:\n  one: \"{count} find\"\n  other: \"{count} finds\"\n"
	if _, text := body(t, loadLetter(t, files), sample()); text != "You have 2 finds." {
		t.Errorf("the text part is %q", text)
	}
}

// A text in Hebrew is laid out from right to left, and data in it keeps its own
// direction.
func TestMarkdownFromRightToLeft(t *testing.T) {
	set := loadLetter(t, map[string]string{
		"letter/message.yaml":   "class: promotion\nlanguages: [he]\n",
		"letter/en.md":          "",
		"letter/ru.md":          "",
		"letter/he.md":          "---\nsubject: \"שלום\"\n---\n# תודה\n\nשלום **{{ customer.name }}**, [לדף]({{ shop.contact_url }}) של {{ shop.name }}.\n\n- פריט\n",
		"_layout/markdown.mjml": "<html dir=\"{{ direction }}\">" + letter["_layout/markdown.mjml"],
	})
	d := sample()
	d.Language = "he"
	r, err := set.Render("letter", d)
	if err != nil {
		t.Fatal(err)
	}
	html, text := r.HTML, r.Text
	for _, want := range []string{"<html dir=\"rtl\">", "<strong>\u2068Alex\u2069</strong>", "\u2068Corner &amp; Leaf\u2069", "padding:0 24px"} {
		if !strings.Contains(html, want) {
			t.Errorf("the HTML part lacks %q:\n%s", want, html)
		}
	}
	if !strings.Contains(text, "https://shop.example.com/contact") || !strings.Contains(text, "\n\n* פריט\n") {
		t.Errorf("the text part is\n%s", text)
	}
}

// pieces are parts of texts that are valid by themselves; together they often
// are too.
var pieces = []string{
	"Words and **{{ customer.name }}**.", "- an item\n- another", "> a quote\n>\n> of two", "## Heading", "---", "[a *link*]({{ shop.cart_url }}) and [b](https://shop.example.com/)",
	"{% if order %}", "{% else %}", "{% endif %}", "{% unless coupon %}", "{% endunless %}", "{% for pick in picks %}", "{{ pick.title }}", "{% endfor %}",
	"{% picks columns: 1 %}", "{% order %}", "{% button \"Go\", contact %}", "![a](https://shop.example.com/a.png)", "a{% if order %} **b**{% endif %}\\\nc", "1. a\n   - b {{ order.number }}",
}

// However the pieces are combined, Load reports a fault, or every tag of the
// HTML part is closed in its place.
func TestEveryTagOfMarkdownIsClosed(t *testing.T) {
	tags := regexp.MustCompile(`<(/?)([a-z0-9-]+)[^>]*?(/?)>`)
	rapid.Check(t, func(t *rapid.T) {
		text := ""
		for range rapid.IntRange(1, 8).Draw(t, "pieces") {
			text += rapid.SampledFrom(pieces).Draw(t, "piece") + rapid.SampledFrom([]string{"\n", "\n\n"}).Draw(t, "break")
		}
		set, faults := message.Load(letters(written(text)), asIs, markdown.Parse)
		if len(faults) > 0 {
			return
		}
		d := sample()
		if rapid.Bool().Draw(t, "without data") {
			d.Order, d.Picks, d.Customer.Name, d.Shop.ContactURL = nil, nil, "", ""
		}
		r, err := set.Render("letter", d)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		var open []string
		for _, tag := range tags.FindAllStringSubmatch(r.HTML, -1) {
			switch last := len(open) - 1; {
			case tag[3] == "/":
			case tag[1] == "":
				open = append(open, tag[2])
			case last < 0 || open[last] != tag[2]:
				t.Fatalf("%s closes %v in\n%s", tag[0], open, r.HTML)
			default:
				open = open[:last]
			}
		}
		if len(open) > 0 {
			t.Fatalf("%v are open in\n%s", open, r.HTML)
		}
	})
}

// hostileText draws a text of a customer or a catalogue with marks of Markdown, Liquid
// and HTML.
func hostileText(t *rapid.T, label string) string {
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"**bold**", "# Title", "\n\n# Title", "- item", "> quote", "[a](https://evil.example.com/)", "![a](https://evil.example.com/x.png)", "`code`",
		"<script>alert(1)</script>", "{{ shop.name }}", "{% if coupon %}", "{% picks %}", "\U000f0000", "&lt;b&gt;", "https://evil.example.com/", "\u202etxet", "---\nsubject: x\n---",
	})).Draw(t, label)
}

// Whatever the data is, it is words: it becomes no Markdown, no Liquid and no
// HTML.
func TestDataNeverBecomesMarkup(t *testing.T) {
	files := written("**{{ customer.name }}** {{ order.number }}\n\n- {{ shop.name }}\n\n> {{ order.number }}\n\n## {{ shop.name }}\n\n![of {{ shop.name }}](https://shop.example.com/a.png)\n\n[{{ shop.name }}]({{ order.url }})\n\n{% picks %}\n\n{% order %}\n")
	files["letter/message.yaml"] += "needs: [order, picks]\n"
	set := loadLetter(t, files)
	tags := regexp.MustCompile(`</?[a-z]+`)
	count := func(html string) map[string]int {
		counted := map[string]int{}
		for _, tag := range tags.FindAllString(html, -1) {
			counted[tag]++
		}
		return counted
	}
	base := sample()
	base.Picks = base.Picks[:1]
	harmless, err := set.Render("letter", base)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		d := base
		d.Shop.Name = hostileText(t, "shop")
		d.Customer.Name = hostileText(t, "name")
		d.Order = &content.Order{ID: "1", Number: hostileText(t, "order"), URL: base.Order.URL}
		d.Picks = []recommend.Pick{{Product: shop.Product{Title: hostileText(t, "title")}}}
		r, err := set.Render("letter", d)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := count(r.HTML), count(harmless.HTML); !maps.Equal(got, want) {
			t.Fatalf("the tags are %v, want %v", got, want)
		}
		if strings.Contains(r.HTML, "{{") || strings.Contains(r.HTML, "{%") {
			t.Fatal("the HTML part has a Liquid mark")
		}
		if strings.Contains(r.Text, "&#39;") && !strings.Contains(d.Shop.Name+d.Customer.Name+d.Order.Number+d.Picks[0].Product.Title, "&#39;") {
			t.Fatal("the text part is escaped for HTML")
		}
	})
}

// No text in Markdown makes Load panic; what it accepts renders with all samples,
// and lets no HTML of the text through.
func FuzzMarkdown(f *testing.F) {
	for _, text := range []string{
		"a\n\n- b\n{% picks %}\n> c {{ customer.name }}", "{% if coupon %}\n- a\n\n  b\n{% endif %}", "[a](<{{ shop.url }}>)", "**{% if order %}a{% endif %}**", "\ufeff\r\n{{", "- > - a\n\n      b",
		"![{{ shop.name }}](https://shop.example.com/a.png \"t\")", "[a]: https://shop.example.com/\n[a]", "\\{{ shop.name }}\\", "&#x7b;%", "{{ shop.name }}&#xF0000;&#983041;", "<b x='{{ shop.name }}'>", "{% case language %}{% when \"en\" %}a{% endcase %}", "a\\\n{% picks %}\n===", "\u200f{{ shop.name }}\u202e",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, faults := message.Load(letters(written(text)), asIs, markdown.Parse)
		if len(faults) > 0 {
			return
		}
		r, err := set.Render("letter", sample())
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range regexp.MustCompile(`(?i)<\s*/?\s*([a-z!?][a-z0-9-]*)`).FindAllStringSubmatch(r.HTML, -1) {
			if !slices.Contains([]string{"title", "i", "h1", "h2", "h3", "p", "a", "b", "hr", "br", "ul", "ol", "li", "strong", "em", "blockquote", "mj-text", "mj-raw", "mj-image"}, tag[1]) {
				t.Errorf("the HTML part has <%s>", tag[1])
			}
		}
	})
}
