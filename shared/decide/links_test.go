package decide_test

import (
	"maps"
	"strings"
	"testing"

	"regulars/shared/message"
	"regulars/shared/shop"
)

// A catalogue can contain addresses of other hosts, by mistake or by an attack.
func TestMessagesLinkProductsOnTheShopsHostsOnly(t *testing.T) {
	for name, c := range map[string]struct {
		url, image string
		picked     bool
		shown      bool // its picture
	}{
		"the shop's own page and picture":      {"https://shop.example.com/p/JAR", "https://shop.example.com/JAR.jpg", true, true},
		"a picture on a listed host":           {"https://shop.example.com/p/JAR", "https://cdn.example.com/JAR.jpg", true, true},
		"a page on a listed host":              {"https://cdn.example.com/p/JAR", "", true, false},
		"no page and no picture":               {"", "", true, false},
		"a page on another host":               {"https://evil.example/p/JAR", "https://shop.example.com/JAR.jpg", false, false},
		"a page without https":                 {"http://shop.example.com/p/JAR", "", false, false},
		"a page with a user":                   {"https://shop.example.com@evil.example/", "", false, false},
		"a page with a port":                   {"https://shop.example.com:8443/p/JAR", "", false, false},
		"a page on a subdomain of another one": {"https://shop.example.com.evil.example/", "", false, false},
		"a script":                             {"javascript:alert(1)", "", false, false},
		"a picture on another host":            {"https://shop.example.com/p/JAR", "https://evil.example/pixel.gif", true, false},
		"a picture without https":              {"https://shop.example.com/p/JAR", "http://shop.example.com/JAR.jpg", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase("weekly")
			g.config.Shop.Hosts = []string{"cdn.example.com"}
			m := g.config.Messages.Messages["picks"]
			m.HTML += `{% for p in picks %}<i>{{ p.url }} {{ p.image }}</i>{% endfor %}`
			g.config.Messages.Messages = maps.Clone(g.config.Messages.Messages)
			g.config.Messages.Messages["picks"] = m
			g.config.Messages = message.NewSet(g.config.Messages.Messages) // parsed again
			g.snapshot.Items = maps.Clone(g.snapshot.Items)
			jar := g.snapshot.Items["JAR"]
			jar.URL, jar.Image = c.url, c.image
			g.snapshot.Items["JAR"] = jar
			d := decision(t, g)
			picked := false
			for _, p := range explained(t, d).Items {
				picked = picked || p.Product.ID == shop.ProductID("JAR")
			}
			if picked != c.picked || strings.Contains(d.Mail.Text, "Biscuit jar") != c.picked {
				t.Errorf("the jar is a pick: %v, want %v: %s", picked, c.picked, d.Mail.Text)
			}
			if links := c.picked && c.url != ""; strings.Contains(d.Mail.HTML, "/p/JAR") != links {
				t.Errorf("the mail links to it, want %v: %s", links, d.Mail.HTML)
			}
			if shown := strings.Contains(d.Mail.HTML, ".jpg") || strings.Contains(d.Mail.HTML, ".gif"); shown != c.shown {
				t.Errorf("its picture is shown: %v, want %v: %s", shown, c.shown, d.Mail.HTML)
			}
			if !strings.Contains(d.Mail.Text, "Tin tray") || strings.Contains(d.Mail.HTML, "evil") {
				t.Errorf("the mail lacks the tray or names the other host: %s", d.Mail.HTML)
			}
		})
	}
}
