package message_test

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/inputfault"
	"regulars/shared/message"
)

// asIs replaces the MJML compiler: these tests write HTML directly.
func asIs(source string) (string, error) { return source, nil }

// note is a small message without faults.
var note = map[string]string{
	"note/message.yaml": "class: promotion\nlanguages: [en, ru]\nneeds: [picks]\nsubject: \"{{ 'subject' | t }}\"\n",
	"note/body.mjml": `<p>{% if customer.name != "" %}{{ customer.name }}{% endif %}</p>
{% for pick in picks %}<p>{{ pick.title }} {{ 'people' | t: count: pick.reason.customers, title: pick.reason.title }}</p>{% endfor %}
{% include "foot.mjml" %}
`,
	"note/body.txt":      "{% for pick in picks %}{{ pick.title }}\n{% endfor %}\n{{ shop.address }} {{ links.unsubscribe }} {{ links.preferences }}\n",
	"note/en.yaml":       "subject: \"A note\"\npeople:\n  one: \"{count} person took {title}\"\n  other: \"{count} people took {title}\"\n",
	"note/ru.yaml":       "subject: \"Записка\"\npeople:\n  one: \"{title}: {count} человек\"\n  few: \"{title}: {count} человека\"\n  many: \"{title}: {count} человек\"\n  other: \"{title}: {count} человека\"\n",
	"_layout/foot.mjml":  "<p>{{ shop.address }}</p>\n<a href=\"{{ links.unsubscribe }}\">{{ 'leave' | t }}</a> <a href=\"{{ links.preferences }}\">{{ 'leave' | t }}</a>\n",
	"_layout/en.yaml":    "leave: \"Leave\"\nspare: \"Another message can use this\"\n",
	"_layout/ru.yaml":    "leave: \"Отписаться\"\n",
	"testdata/ignore.me": "",
}

// with returns the files of note with some of them changed; "" removes one.
func with(changes map[string]string) fstest.MapFS {
	files := maps.Clone(note)
	maps.Copy(files, changes)
	fsys := fstest.MapFS{}
	for name, content := range files {
		if content != "" {
			fsys[name] = &fstest.MapFile{Data: []byte(content)}
		}
	}
	return fsys
}

// change returns a file of note with old replaced.
func change(t *testing.T, file, old, replacement string) map[string]string {
	t.Helper()
	if !strings.Contains(note[file], old) {
		t.Fatalf("%s does not contain %q", file, old)
	}
	return map[string]string{file: strings.Replace(note[file], old, replacement, 1)}
}

// Editors on Windows begin a file with a byte order mark and end its lines with
// CR and LF. The mark is in no part of the message.
func TestLoadReadsFilesOfWindows(t *testing.T) {
	changes := map[string]string{}
	for name, content := range note {
		changes[name] = "\ufeff" + strings.ReplaceAll(content, "\n", "\r\n")
	}
	set, faults := message.Load(with(changes), asIs, markdown.Parse)
	if len(faults) > 0 || len(set.Messages) != 1 {
		t.Fatalf("Load = %d messages, %v, want 1 and no fault", len(set.Messages), faults)
	}
	for _, m := range set.Messages {
		if strings.Contains(m.Subject+m.Text+m.HTML, "\ufeff") {
			t.Errorf("a byte order mark is in the message: %q", m)
		}
	}
}

func TestLoadAcceptsAMessageWithoutFaults(t *testing.T) {
	set, faults := message.Load(with(nil), asIs, markdown.Parse)
	if len(faults) > 0 || len(set.Messages) != 1 {
		t.Errorf("Load = %d messages, %v, want 1 and no fault", len(set.Messages), faults)
	}
}

// Each row adds one fault; Load must report its file, line and text.
func TestLoadReportsTheFault(t *testing.T) {
	tests := map[string]struct {
		file, old, new string
		want           string // the beginning of the fault and a part of it, with … between
	}{
		"a string that is missing in Russian": {"note/ru.yaml", "subject: \"Записка\"\n", "", `note/ru.yaml: the string "subject" is missing; note/message.yaml:4 uses it`},
		"a shared string that is missing":     {"_layout/ru.yaml", "leave", "live", `note/ru.yaml: the string "leave" is missing; _layout/foot.mjml:2 uses it`},
		"a missing plural form":               {"note/ru.yaml", "  few: \"{title}: {count} человека\"\n", "", `note/ru.yaml:2: the string "people" has no plural form "few"`},
		"a plural form of another language":   {"note/en.yaml", "  one:", "  few: \"x {title}\"\n  one:", `note/en.yaml:2: the string "people" has a plural form "few", which the language "en" does not have`},
		"a string that nothing uses":          {"note/en.yaml", "people:", "title: \"x\"\npeople:", `note/en.yaml:2: the string "title" is never used`},
		"an empty string":                     {"note/en.yaml", "A note", "", `note/en.yaml:1: the string "subject" is empty`},
		"a string with a line break":          {"note/en.yaml", "A note", `A\nnote`, `note/en.yaml:1: the string "subject" has a line break`},
		"a stray brace":                       {"note/en.yaml", "A note", "A {Note}", `note/en.yaml:1: the string "subject" has a stray brace`},
		"a placeholder that is not given":     {"note/en.yaml", "A note", "A note for {name}", `note/en.yaml:1: the string "subject" prints {name}, which note/message.yaml:4 does not give`},
		"a renamed shared string":             {"_layout/ru.yaml", "leave", "x", `note/ru.yaml: the string "leave" is missing`},
		"a plural without a count":            {"note/body.mjml", "count: pick.reason.customers, ", "", `note/body.mjml:2: the string "people" has plurals`},
		"bad YAML in the strings":             {"note/en.yaml", "subject: \"A note\"", "subject: \"A note", `note/en.yaml:3: value is not allowed`},
		"an unknown variable":                 {"note/body.mjml", "{{ customer.name }}", "{{ customer.nam }}", `note/body.mjml:1: there is no variable "customer.nam"`},
		"an unknown variable in a condition":  {"note/body.mjml", "{% if customer.name", "{% if costumer.name", `note/body.mjml:1: there is no variable "costumer.name"`},
		"an unknown variable in a loop":       {"note/body.mjml", "{{ pick.title }}", "{{ pick.titel }}", `note/body.mjml:2: there is no variable "pick.titel"`},
		"an unknown variable in an argument":  {"note/body.mjml", "title: pick.reason.title", "title: pick.reason.titel", `note/body.mjml:2: there is no variable "pick.reason.titel"`},
		"an unknown variable in a partial":    {"_layout/foot.mjml", "shop.address", "shop.adress", `_layout/foot.mjml:1: there is no variable "shop.adress"`},
		"an unknown variable in the text":     {"note/body.txt", "{{ shop.address }}", "{{ shop.street }}", `note/body.txt:3: there is no variable "shop.street"`},
		"a variable that can be missing":      {"note/body.txt", "{{ shop.address }}", "{{ shop.address }} {{ coupon.code }} {{ coupon.until | date }}", `note/body.txt:3: in "en": text part: … undefined variable`},
		"the same in a condition":             {"note/body.txt", "{{ shop.address }}", "{% if shop.name != \"\" %}\n{{ coupon.until | date }}\n{% endif %} {{ shop.address }}", `note/body.txt:4: in "en": text part: … in {{ coupon.until | date }}`},
		"a code without its end":              {"note/body.txt", "{{ shop.address }}", "{{ shop.address }} {% if coupon %}{{ coupon.code }}{% endif %}", `note/body.txt:1: in "en": the text part gives a code without the day on which it ends`},
		"an unknown filter":                   {"note/body.mjml", "{{ pick.title }}", "{{ pick.title | shout }}", `note/body.mjml:2: in "en": HTML part: … undefined filter "shout"`},
		"a tag that is not closed":            {"note/body.mjml", "{% endfor %}", "", `note/body.mjml:`},
		"escaping turned off":                 {"note/body.mjml", "{{ pick.title }}", "{{ pick.title | safe }}", `note/body.mjml:2: the filter safe is not allowed`},
		"a key that is not written out":       {"note/body.mjml", "{{ pick.title }}", "{{ pick.title | t }}", `note/body.mjml:2: the filter t is given a variable`},
		"words in the template":               {"note/body.mjml", "<p>{% if", "<p>Hello {% if", `note/body.mjml:1: the template itself says "Hello"`},
		"words in the text":                   {"note/body.txt", "{{ shop.address }}", "Address {{ shop.address }}", `note/body.txt:3: the template itself says "Address"`},
		"an http link":                        {"_layout/foot.mjml", "{{ links.unsubscribe }}", "http://example.com/", `_layout/foot.mjml:2: an http:// link`},
		"an empty link":                       {"note/body.mjml", "<p>", "<a href=\"\"></a><p>", `note/body.mjml:1: an empty link`},
		"a partial that is not there":         {"note/body.mjml", "foot.mjml", "feet.mjml", `note/body.mjml:3: there is no "feet.mjml" in note or _layout`},
		"a partial that includes itself":      {"_layout/foot.mjml", "<p>", "{% include 'foot.mjml' %}<p>", `_layout/foot.mjml:1: _layout/foot.mjml includes itself`},
		"no unsubscribe link in the HTML":     {"_layout/foot.mjml", "{{ links.unsubscribe }}", "{{ links.preferences }}", `note/body.mjml:1: in "en": the HTML part of a promotion does not link to unsubscribe`},
		"no unsubscribe link in the text":     {"note/body.txt", " {{ links.unsubscribe }}", "", `note/body.txt:1: in "en": the text part of a promotion does not give the unsubscribe link`},
		"a promotion without an address":      {"_layout/foot.mjml", "<p>{{ shop.address }}</p>", "", `note/body.mjml:1: in "en": a promotion must print the shop's postal address`},
		"a subject with a line break":         {"note/message.yaml", "{{ 'subject' | t }}", "{{ 'subject' | t }}\\n{{ 'subject' | t }}", `note/message.yaml:4: in "en": subject: it is not one line`},
		"a subject that can be empty":         {"note/message.yaml", "{{ 'subject' | t }}", "{% if coupon %}{{ 'subject' | t }}{% endif %}", `note/message.yaml:4: in "en": the subject is empty`},
		"a subject that is too long":          {"note/en.yaml", "A note", strings.Repeat("A note ", 22), `note/en.yaml:1: in "en": the subject is longer than 150 characters`},
		"urgency":                             {"note/en.yaml", "A note", "HURRY up", `note/en.yaml:1: the string "subject" presses the reader with "hurry"`},
		"urgency in Russian":                  {"note/ru.yaml", "Записка", "Только сегодня", `note/ru.yaml:1: the string "subject" mentions an end without a date`},
		"a price in a string":                 {"note/en.yaml", "A note", "Only £9.99", `note/en.yaml:1: the string "subject" states a price`},
		"a percentage in a string":            {"note/ru.yaml", "Записка", "Скидка 20 %", `note/ru.yaml:1: the string "subject" states a price or a percentage`},
		"an end in a string":                  {"note/en.yaml", "A note", "Until 24 December", `note/en.yaml:1: the string "subject" names a day`},
		"an end in a string, in digits":       {"note/ru.yaml", "Записка", "До 24.12.2026", `note/ru.yaml:1: the string "subject" names a day`},
		"scarcity":                            {"note/en.yaml", "A note", "Only 3 left", `note/en.yaml:1: the string "subject" says that few are left without the number: "only 3 left"`},
		"an unknown class":                    {"note/message.yaml", "promotion", "advert", `note/message.yaml: the class "advert" is not known`},
		"an unknown language":                 {"note/message.yaml", "[en, ru]", "[en, tlh]", `note/message.yaml: the language "tlh" is not known`},
		"an unknown need":                     {"note/message.yaml", "[picks]", "[picks, luck]", `note/message.yaml: the message needs "luck"`},
		"an unknown setting":                  {"note/message.yaml", "needs:", "need:", `note/message.yaml:3: … unknown field "need"`},
		"no subject":                          {"note/message.yaml", "subject: \"{{ 'subject' | t }}\"\n", "", `note/message.yaml: there is no subject`},
		"an empty Liquid mark":                {"note/body.mjml", "{{ customer.name }}", "{{ }}", `note/body.mjml:1: an empty Liquid mark`},
		"a placeholder in one language only":  {"note/ru.yaml", "Записка", "Записка {count}", `note/ru.yaml:1: the string "subject" prints {count}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			set, faults := message.Load(with(change(t, test.file, test.old, test.new)), asIs, markdown.Parse)
			if len(set.Messages) > 0 {
				t.Error("Load returned messages, want none")
			}
			begin, part, _ := strings.Cut(test.want, " … ")
			for _, f := range faults {
				if strings.HasPrefix(f.String(), begin) && strings.Contains(f.String(), part) {
					return
				}
			}
			t.Errorf("Load = %q, want %q", faults, test.want)
		})
	}
}

func TestLoadReportsAllFaultsAtOnce(t *testing.T) {
	_, faults := message.Load(with(map[string]string{
		"note/body.mjml":     "<p>{{ a }}{{ b }}</p>",
		"note/ru.yaml":       "",
		"other/body.txt":     "{{ c }}",
		"_layout/en.yaml":    "leave: \"Hurry\"\n",
		"third/message.yaml": "class: none\nlanguages: [en]\nsubject: x\n",
	}), asIs, markdown.Parse)
	all := ""
	for _, f := range faults {
		all += f.String() + "\n"
	}
	for _, want := range []string{`"a"`, `"b"`, "note/ru.yaml", "other/message.yaml", "hurry", `third/message.yaml: the class "none"`, "third/body.mjml", "third/body.txt"} {
		if !strings.Contains(all, want) {
			t.Errorf("Load = \n%s\nwant %s in it", all, want)
		}
	}
}

// A message that can sell is proven under the soft opt-in too; one that cannot is
// not.
func TestLoadRefusesAMessageThatSellsWithoutAnOptOut(t *testing.T) {
	const leave = `{{ shop.address }} {{ links.unsubscribe }} {{ links.preferences }}`
	const out, choices = `<a href="{{ links.unsubscribe }}">{{ 'leave' | t }}</a>`, `<a href="{{ links.preferences }}">{{ 'leave' | t }}</a>`
	const leaveHTML = `{{ shop.address }} ` + out + choices
	const points, picks = "{% if points %}{{ points.active }}{% endif %}", "{% for p in picks %}{{ p.title }}{% endfor %}"
	for name, test := range map[string]struct{ html, text, want string }{
		"a message that sells nothing":       {"", "", ""},
		"picks without an opt-out":           {picks, "", "HTML part has no visible link to unsubscribe"},
		"points without one":                 {points + leaveHTML, "", "text part does not give the link to unsubscribe"},
		"points with one":                    {points + leaveHTML, leave, ""},
		"only if there is something to sell": {points + "{% if sells %}" + leaveHTML + "{% endif %}", "{% if sells %}" + leave + "{% endif %}", ""},
		"an opt-out only if there are picks": {points + "{% if picks.size > 0 %}" + leaveHTML + "{% endif %}", leave, "HTML part has no visible link to unsubscribe"},
		"an opt-out of the soft opt-in only": {points + choices + "{% if soft_opt_in %}" + leaveHTML + "{% endif %}", leave, "HTML part has no visible link to unsubscribe"},
		"no opt-out in the text":             {points + leaveHTML, "{{ links.preferences }}{% if soft_opt_in %}" + leave + "{% endif %}", "text part does not give the link to unsubscribe"},
		"no preference page in the HTML":     {points + "{{ shop.address }}" + out, leave, "HTML part has no visible link to the preference page"},
		"no preference page in the text":     {points + leaveHTML, "{{ shop.address }} {{ links.unsubscribe }}", "text part does not give the link to the preference page"},
		"an opt-out without words":           {points + "{{ shop.address }}" + choices + `<a href="{{ links.unsubscribe }}"> </a>`, leave, "HTML part has no visible link to unsubscribe"},
		"an opt-out in a comment":            {points + "{{ shop.address }}" + choices + "<!-- " + out + " -->", leave, "HTML part has no visible link to unsubscribe"},
		"an opt-out that is hidden":          {points + "{{ shop.address }}" + choices + strings.Replace(out, "<a ", `<a style="display: none" `, 1), leave, "HTML part has no visible link to unsubscribe"},
		"an opt-out for all but Outlook":     {points + "{{ shop.address }}" + choices + "<!--[if !mso]><!-->" + out + "<!--<![endif]-->", leave, ""},
	} {
		test.html, test.text = "<p>{{ 'leave' | t }}</p>"+test.html, "{{ 'leave' | t }} "+test.text
		t.Run(name, func(t *testing.T) {
			_, faults := message.Load(with(map[string]string{
				"news/message.yaml": "class: service\nlanguages: [en]\nsubject: \"{{ 'leave' | t }}\"\n",
				"news/body.mjml":    test.html, "news/body.txt": test.text, "news/en.yaml": "leave: Leave\n",
			}), asIs, markdown.Parse)
			if got := faults.Error(); len(faults) > 0 != (test.want != "") || !strings.Contains(got, test.want) {
				t.Errorf("Load = %s, want %q", got, test.want)
			}
		})
	}
}

// A translation can omit the count in a plural form, but no other placeholder.
func TestLoadReportsATranslationWithoutAPlaceholder(t *testing.T) {
	_, faults := message.Load(with(map[string]string{
		"note/ru.yaml": strings.ReplaceAll(note["note/ru.yaml"], "{title}: ", ""),
	}), asIs, markdown.Parse)
	if len(faults) != 1 || !strings.HasPrefix(faults[0].String(), `note/ru.yaml:2: the string "people" prints {} here, but {title} in note/en.yaml`) {
		t.Errorf("Load = %v, want a fault that names {title}", faults)
	}
}

// The compiler gets the template with its partials inserted; the fault must
// name the file and line that the author wrote.
func TestLoadReportsCompilerFaultsAtTheLineOfTheirFile(t *testing.T) {
	compile := func(string) (string, error) {
		return "", inputfault.InFiles{{Line: 2, Text: "in the body"}, {Line: 4, Text: "in the partial"}}
	}
	_, faults := message.Load(with(nil), compile, markdown.Parse)
	if len(faults) != 2 || faults[0].String() != "_layout/foot.mjml:2: in the partial" || faults[1].String() != "note/body.mjml:2: in the body" {
		t.Errorf("Load = %v, want the lines of both files", faults)
	}
}

// An error of the compiler without lines is reported at the first line.
func TestLoadReportsACompilerErrorWithoutLines(t *testing.T) {
	compile := func(string) (string, error) { return "", errors.New("the compiler crashed") }
	_, faults := message.Load(with(nil), compile, markdown.Parse)
	if len(faults) != 1 || faults[0].String() != "note/body.mjml:1: the compiler crashed" {
		t.Errorf("Load = %v, want the error of the compiler", faults)
	}
}

func TestLoadReportsAFolderWithoutMessages(t *testing.T) {
	if _, faults := message.Load(fstest.MapFS{}, asIs, markdown.Parse); len(faults) != 1 {
		t.Errorf("Load = %v, want one fault", faults)
	}
}
