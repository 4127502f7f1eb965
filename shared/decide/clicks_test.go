package decide_test

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/shop"
)

// counted is a case whose mail links to the shop, to a product, and to the pages of
// preferences.
func counted() given {
	g := aCase("weekly")
	g.config.ClickURL = "https://go.example.com/"
	g.config.Shop.UTM.Source, g.config.Shop.UTM.Medium = "regulars", "email"
	g.snapshot.Profile.Mailbox = "mailbox-1"
	m := g.config.Messages.Messages["picks"]
	m.HTML += `<a href="{{ shop.url }}">shop</a> <a href="{{ shop.contact_url }}">write</a>{% for p in picks %}{% if p.url != "" %}<a href="{{ p.url }}">{{ p.title }}</a>{% endif %}{% endfor %}`
	m.Text += "\n{{ shop.url }}{% for p in picks %}\n{{ p.url }}{% endfor %}"
	messages := maps.Clone(g.config.Messages.Messages)
	messages["picks"] = m
	g.config.Messages = message.NewSet(messages)
	g.config.Shop.ContactURL = "https://shop.example.com/contact"
	g.snapshot.Items = maps.Clone(g.snapshot.Items)
	jar := g.snapshot.Items["JAR"]
	jar.URL = "https://shop.example.com/p/JAR?colour=red"
	g.snapshot.Items["JAR"] = jar
	return g
}

var clickLinks = regexp.MustCompile(`https://go\.example\.com/([\w.-]+)`)

// The links to the shop lead over click, in both parts, each with its address and its
// parameters; the links of the customer and the page to write to the shop do not.
func TestLinksToTheShopCountClicks(t *testing.T) {
	g := counted()
	d := decision(t, g)
	for part, text := range map[string]string{"HTML": d.Mail.HTML, "text": d.Mail.Text} {
		to := map[string]uint8{}
		for _, m := range clickLinks.FindAllStringSubmatch(text, -1) {
			l, err := g.config.Links.Open(m[1], linktoken.Click)
			if err != nil || l.Customer != ann || l.Mailbox != "mailbox-1" || l.Send != d.Send.ID {
				t.Fatalf("%s: the link is %+v, %v", part, l, err)
			}
			to[l.To] = l.Number
		}
		want := map[string]uint8{
			"https://shop.example.com/?utm_source=regulars&utm_medium=email&utm_campaign=weekly":                 0,
			"https://shop.example.com/p/JAR?colour=red&utm_source=regulars&utm_medium=email&utm_campaign=weekly": 1,
		}
		if !maps.Equal(to, want) {
			t.Errorf("%s: links lead to %v, want %v", part, to, want)
		}
		if strings.Contains(text, "shop.example.com/p/") {
			t.Errorf("%s: there is a direct link to a product", part)
		}
	}
	if !strings.Contains(d.Mail.HTML, `href="https://shop.example.com/contact"`) {
		t.Errorf("the contact page is no direct link: %s", d.Mail.HTML)
	}
}

func TestWhoseLinksAreDirect(t *testing.T) {
	for name, change := range map[string]func(*given){
		"the shop counts no clicks":     func(g *given) { g.config.Shop.NoClicks = true },
		"the person wants none counted": func(g *given) { g.snapshot.Contact.Wishes.Plain.Value = frequency.Yes },
		"a rehearsal":                   func(g *given) { g.config.ClickURL = "" },
		"a customer without a mailbox":  func(g *given) { g.snapshot.Profile.Mailbox = "" },
		"a mail with a link that was asked": func(g *given) {
			url := g.config.ClickURL
			*g = linkAsked(shop.AskedExport)
			g.config.ClickURL = url
			m := g.config.Messages.Messages["link"]
			m.HTML += `<a href="{{ shop.url }}">shop</a>`
			g.config.Messages.Messages["link"] = m
		},
		"a link that would be too long": func(g *given) {
			jar := g.snapshot.Items["JAR"]
			jar.URL += strings.Repeat("x", 900)
			g.snapshot.Items["JAR"] = jar
			g.config.Shop.URL = "https://elsewhere.example.com"
			g.config.Shop.Hosts = []string{"shop.example.com"}
		},
	} {
		g := counted()
		change(&g)
		d := decision(t, g)
		if state(d) != "SENDING" {
			t.Fatalf("%s: Decide = %s", name, state(d))
		}
		links := clickLinks.FindAllString(d.Mail.HTML, -1)
		if name == "a link that would be too long" { // that of the shop's page stays short
			if len(links) != 1 || len(links[0]) > 500 || !strings.Contains(d.Mail.HTML, jarPage) {
				t.Errorf("%s: %q", name, links)
			}
			continue
		}
		if len(links) > 0 || !strings.Contains(d.Mail.HTML, "https://shop.example.com") {
			t.Errorf("%s: the mail has the links %q", name, links)
		}
	}
}

const jarPage = "https://shop.example.com/p/JAR?colour=redxxx"

// The same decision gives the same links, so a mail that is made again is the same.
func TestCountingLinksAreTheSameEachTime(t *testing.T) {
	if a, b := decision(t, counted()), decision(t, counted()); a.Mail.HTML != b.Mail.HTML || a.Mail.Text != b.Mail.Text {
		t.Error("the mails differ")
	}
}
