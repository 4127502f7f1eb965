package message_test

import (
	"strings"
	"testing"

	"regulars/shared/content"
	"regulars/shared/message"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Issue 13: the joiners of a family emoji and of Persian stay in the titles, the
// subject, the text part and the HTML part. All other invisible characters are
// removed, and so are joiners that join nothing.
func TestJoinersStayWhereTheyJoin(t *testing.T) {
	s := setOf("{{ picks.first.title }}", "<p>{{ picks.first.title }}</p>", "{{ picks.first.title }}", nil)
	for title, want := range map[string]string{
		"Family 👨\u200d👩\u200d👧\u200d👦 mug":        "Family 👨\u200d👩\u200d👧\u200d👦 mug",
		"❤\ufe0f\u200d🔥":                           "❤\ufe0f\u200d🔥",
		"👩🏽\u200d⚕\ufe0f":                          "👩🏽\u200d⚕\ufe0f",
		"🙂\u200d↔\ufe0f":                           "🙂\u200d↔\ufe0f",
		"چای\u200cساز می\u200cخواهم":               "چای\u200cساز می\u200cخواهم",
		"کِی\u200cبورد":                            "کِی\u200cبورد", // after a mark
		"ක්\u200dෂ":                                "ක්\u200dෂ",
		"അവന്\u200d":                               "അവന്\u200d",
		"1400 ه\u200d":                             "1400 ه\u200d",
		"P\u200dayP\u200cal":                       "PayPal",
		"T\u200de\u0301\u200da":                    "Te\u0301a",
		"Чай\u200cник":                             "Чайник",
		"\u200cچای\u200c":                          "چای",
		"چای\u200c\u200cساز":                       "چای\u200cساز",
		"👨\u200d mug, \u200d👧":                     "👨 mug, 👧",
		"$\u200d€":                                 "$€",
		"\u202egnp.exe\u202c \u2066x\u2069 \u200f": "gnp.exe x",
		"T\u00ade\u200ba\u2060\ufeff":              "Tea",
		"چای\u202e\u200cساز":                       "چای\u200cساز",
		"👨\u200b\u200d\u2060👩":                     "👨\u200d👩",
		"Mug " + england:                           "Mug " + england,
		england + england:                          england + england,
		"Mug\U000e0067\U000e0062":                  "Mug",
		"🏴\U000e0067\U000e0062":                    "🏴",
		"🏴" + hidden + "\U000e007f":                "🏴",
		"T\U000e0001ea":                            "Tea",
	} {
		d := content.Data{Language: "en", Picks: []recommend.Pick{{Product: shop.Product{Title: title}}}}
		r := render(t, s, d)
		for part, got := range map[string]string{"subject": r.Subject, "text part": strings.TrimSpace(r.Text), "HTML part": strings.TrimSuffix(strings.TrimPrefix(r.HTML, "<p>"), "</p>")} {
			if got != want {
				t.Errorf("the title %+q is %+q in the %s, want %+q", title, got, part, want)
			}
		}
		if wrong := message.Lint(r, d); len(wrong) > 0 {
			t.Errorf("Lint of the title %+q = %q, want nothing", title, wrong)
		}
	}
}

// england is the flag of England: a black flag, "gbeng" in tag characters, and
// the tag that ends it. hidden is a longer text in them.
const (
	england = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
	hidden  = "\U000e0069\U000e0067\U000e006e\U000e006f\U000e0072\U000e0065\U000e0061"
)

func TestJoinersStayInNames(t *testing.T) {
	s := setOf("{{ shop.name }} {{ customer.name }}", "x", "{{ shop.name }} {{ customer.name }}", nil)
	r := render(t, s, content.Data{Language: "en", Customer: content.Greeting{Name: "علی\u200cرضا"}, Shop: content.Shop{Name: "کتاب\u200cخانه"}})
	if want := "کتاب\u200cخانه علی\u200cرضا"; r.Subject != want || strings.TrimSpace(r.Text) != want {
		t.Errorf("the subject is %+q and the text %+q, want %+q", r.Subject, r.Text, want)
	}
}

// A title that is too long is cut before an emoji or a letter, never inside it.
func TestALongTitleIsNotCutInsideACharacter(t *testing.T) {
	s := setOf("x", "x", "{{ picks.first.title }}", nil)
	for last, want := range map[string]string{
		"👨\u200d👩\u200d👧": "", england: "", "👩🏽": "", "e\u0301": "", "می\u200cخ": "م", "ab": "a",
	} {
		long := strings.Repeat("x", 90-len([]rune(last))) + last + "more"
		if last == "ab" || last == "👩🏽" || last == "e\u0301" {
			long = strings.Repeat("x", 88) + last + "more"
		}
		got := render(t, s, content.Data{Language: "en", Picks: []recommend.Pick{{Product: shop.Product{Title: long}}}}).Text
		got = strings.TrimLeft(strings.TrimSpace(got), "x")
		if got != want+"…" {
			t.Errorf("a title that is cut in %+q ends with %+q, want %+q", last, got, want+"…")
		}
	}
}
