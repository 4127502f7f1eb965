//go:build !race

package message_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/message"
)

// good is note with everything that a good mail has.
var good = map[string]string{
	"note/message.yaml": "class: promotion\nlanguages: [en, ru]\nneeds: [picks]\nsubject: \"{{ 'subject' | t: title: picks.first.initial }}\"\n",
	"note/body.mjml": `<html lang="{{ language }}" dir="ltr">
<body><mj-preview><div style="display:none">{{ 'preheader' | t }}</div></mj-preview>
<h1>{{ 'subject' | t: title: picks.first.initial }}</h1>
{% for pick in picks %}<p>{{ pick.title }} {{ 'people' | t: count: pick.reason.customers, title: pick.reason.title }}</p>{% endfor %}
{% if brand.logo %}<img src="{{ brand.logo.light }}" width="{{ brand.logo.width }}"{% if brand.logo.height > 0 %} height="{{ brand.logo.height }}"{% endif %} alt="">{% endif %}
<a class="button" href="{{ shop.url }}">{{ 'leave' | t }}</a>
{% include "foot.mjml" %}
</body></html>
`,
	"note/en.yaml": "subject: \"A note: {title}\"\npreheader: \"Why we chose it\"\npeople:\n  one: \"{count} person took {title}\"\n  other: \"{count} people took {title}\"\n",
	"note/ru.yaml": "subject: \"Записка: {title}\"\npreheader: \"Почему это\"\npeople:\n  one: \"{title}: {count} человек\"\n  few: \"{title}: {count} человека\"\n  many: \"{title}: {count} человек\"\n  other: \"{title}: {count} человека\"\n",
}

// Each row changes one thing; Load must give this advice, with its place, and
// must publish the message all the same.
func TestLoadGivesAdvice(t *testing.T) {
	for name, test := range map[string]struct {
		file, old, new string
		want           string // the beginning of the advice and a part of it, with … between; "" is none
	}{
		"a good mail":                      {"note/en.yaml", "A note", "Our note", ""},
		"a long subject":                   {"note/ru.yaml", "Записка", strings.Repeat("Записка ", 7), `note/ru.yaml:1: in "ru": the subject has up to 59 characters … put what counts first`},
		"two exclamation marks":            {"note/en.yaml", "A note", "A! Note!", `note/en.yaml:1: in "en": the subject has several exclamation marks`},
		"two together":                     {"note/ru.yaml", "Почему это", "Почему это!!", `note/ru.yaml:2: the string "preheader" has several exclamation marks`},
		"a subject in capitals":            {"note/en.yaml", "A note", "BIG NOTE", `note/en.yaml:1: the string "subject" is in capitals`},
		"capitals in Greek letters":        {"note/ru.yaml", "Записка", "ΜΕΓΑΛΗ ΕΙΔΗΣΗ", `note/ru.yaml:1: the string "subject" is in capitals`},
		"one word in capitals":             {"note/en.yaml", "A note", "A NOTE", ""},
		"a name of letters":                {"note/en.yaml", "A note", "VIP", ""},
		"words of spam":                    {"note/en.yaml", "Why we chose it", "CLICK here to see", `note/en.yaml:2: the string "preheader" says "click here", as spam does`},
		"words of spam in Russian":         {"note/ru.yaml", "Почему это", "Жмите сюда", `note/ru.yaml:2: the string "preheader" says "жмите сюда", as spam does`},
		"a shared string with spam":        {"_layout/en.yaml", "Leave", "Dear friend", `_layout/en.yaml:1: the string "leave" says "dear friend"`},
		"no preheader":                     {"note/body.mjml", `display:none`, `color:#000000`, `note/body.mjml:2: in "en": the mail has no preheader`},
		"a preheader that can be empty":    {"note/body.mjml", `{{ 'preheader' | t }}`, `{% if coupon %}{{ 'preheader' | t }}{% endif %}`, `note/body.mjml:2: in "ru": the mail has no preheader, with some data`},
		"a long preheader":                 {"note/en.yaml", "Why we chose it", strings.Repeat("Why we chose it ", 7), `note/body.mjml:2: in "en": the preheader has up to 111 characters`},
		"the subject again":                {"note/body.mjml", `{{ 'preheader' | t }}`, `{{ 'subject' | t: title: picks.first.initial }}{% if false %}{{ 'preheader' | t }}{% endif %}`, `note/body.mjml:2: in "en": the preheader says the same as the subject`},
		"a subject that names nothing":     {"note/message.yaml", `picks.first.initial`, `shop.name`, `note/en.yaml:1: neither the subject nor the preheader names what is inside`},
		"no title":                         {"note/body.mjml", `<h1>{{ 'subject' | t: title: picks.first.initial }}</h1>`, ``, `note/body.mjml:1: in "en": the mail has 0 titles`},
		"no main button":                   {"note/body.mjml", ` class="button"`, ``, `note/body.mjml:1: in "en": the mail has 0 main buttons`},
		"no language":                      {"note/body.mjml", ` lang="{{ language }}"`, ``, `note/body.mjml:1: in "en": the mail does not say its language`},
		"a picture without a text":         {"note/body.mjml", ` alt=""`, ``, `note/body.mjml:5: a picture has no alt`},
		"a picture without a height":       {"note/body.mjml", `{% if brand.logo.height > 0 %} height="{{ brand.logo.height }}"{% endif %}`, ``, `note/body.mjml:5: a picture has no height`},
		"a picture of MJML without a text": {"note/body.mjml", `<h1>`, `<mj-image src="https://shop.example.com/a.png" width="10px" /><h1>`, `note/body.mjml:3: a picture has no alt`},
		"a table that is read out":         {"_layout/foot.mjml", `<p>{{ shop.address }}</p>`, `<table><tr><td>{{ shop.address }}</td></tr></table>`, `_layout/foot.mjml:1: screen readers read a table`},
		"a large mail":                     {"note/body.mjml", `<h1>`, `<!--` + strings.Repeat(" ", 61<<10) + `--><h1>`, `note/body.mjml:1: in "en": the HTML part has up to … and should have 61440 at most`},
		"many links":                       {"note/body.mjml", `<h1>`, links(26) + `<h1>`, `note/body.mjml:1: in "en": the mail has up to 29 different links`},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(note)
			maps.Copy(files, good)
			if !strings.Contains(files[test.file], test.old) {
				t.Fatalf("%s does not contain %q", test.file, test.old)
			}
			files[test.file] = strings.ReplaceAll(files[test.file], test.old, test.new)
			set, faults := message.Load(with(files), asIs, markdown.Parse)
			if len(faults) > 0 || len(set.Messages) != 1 {
				t.Fatalf("Load = %v, want advice only", faults)
			}
			begin, part, _ := strings.Cut(test.want, " … ")
			found := test.want == "" && len(set.Advice) == 0
			for _, a := range set.Advice {
				found = found || test.want != "" && strings.HasPrefix(a.String(), begin) && strings.Contains(a.String(), part)
			}
			if !found {
				t.Errorf("Advice = %v, want %q", set.Advice, test.want)
			}
		})
	}
}

// links returns n links to different pages.
func links(n int) string {
	var all strings.Builder
	for i := range n {
		all.WriteString(`<a href="https://shop.example.com/` + strings.Repeat("a", i+1) + `"></a>`)
	}
	return all.String()
}

// Advice is not a part of a policy: its version must not depend on it.
func TestAdviceIsNotPublished(t *testing.T) {
	set, _ := message.Load(with(nil), asIs, markdown.Parse)
	if len(set.Advice) == 0 {
		t.Fatal("the note needs no advice, so this test proves nothing")
	}
	published, err := json.Marshal(set)
	if err != nil || strings.Contains(string(published), "Advice") || strings.Contains(string(published), "main button") {
		t.Errorf("the published form has the advice: %s, %v", published, err)
	}
}
