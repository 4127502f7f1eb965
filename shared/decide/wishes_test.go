package decide_test

import (
	"maps"
	"strings"
	"testing"

	"regulars/shared/content"
	"regulars/shared/frequency"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// The language that the person chose on the preference page is that of the
// message, whatever their orders say, and of its link back to the page.
func TestTheChosenLanguageIsThatOfTheMessage(t *testing.T) {
	for name, c := range map[string]struct{ order, chosen, subject, lang string }{
		"no choice":                      {"pl-PL", "", "Dla Ciebie", "pl"},
		"a choice":                       {"en", "pl", "Dla Ciebie", "pl"},
		"a choice back":                  {"pl", "en", "For you", "en"},
		"a language that the mail lacks": {"pl", "fr", "For you", "en"},
	} {
		g := aCase("weekly")
		g.snapshot.Profile.Locale = profile.Statement{Value: c.order, At: noon}
		g.snapshot.Contact.Wishes.Language = frequency.Wish{Value: c.chosen, At: noon.AddDate(0, -1, 0)} // before the order
		if d := decision(t, g); d.Mail.Subject != c.subject || d.Send.Language != c.lang {
			t.Errorf("%s: the mail is %q in %s, want %q in %s", name, d.Mail.Subject, d.Send.Language, c.subject, c.lang)
		}
	}
}

// If the person wants links without marks, no link of their mails has a UTM
// parameter.
func TestPlainLinksHaveNoMarks(t *testing.T) {
	for _, c := range []struct {
		chosen string
		marks  bool
	}{{"", true}, {frequency.Yes, false}} {
		g := aCase("weekly")
		g.config.Shop.UTM = shoppolicy.UTM{Source: "regulars", Medium: "email"}
		m := g.config.Messages.Messages["picks"]
		m.HTML += `<a href="{{ shop.url }}">x</a>{% for p in picks %}<i>{{ p.url }}</i>{% endfor %}`
		g.config.Messages = message.NewSet(map[shop.MessageID]content.Message{"picks": m}) // parsed again
		g.snapshot.Items = maps.Clone(g.snapshot.Items)
		for id, item := range g.snapshot.Items {
			item.URL = "https://shop.example.com/p/" + string(id)
			g.snapshot.Items[id] = item
		}
		g.snapshot.Contact.Wishes.Plain = frequency.Wish{Value: c.chosen, At: noon}
		d := decision(t, g)
		if !strings.Contains(d.Mail.HTML, "https://shop.example.com/p/") || strings.Contains(d.Mail.HTML, "utm_") != c.marks {
			t.Errorf("with %q the mail is %s, want marks: %v", c.chosen, d.Mail.HTML, c.marks)
		}
	}
}
