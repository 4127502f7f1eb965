package decide_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/decide"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// aCart returns a case of a campaign about carts that were left alone for three hours:
// one with two trays and a jar, last changed this long ago.
func aCart(ago time.Duration) given {
	g := aCase()
	p := &g.config.Policy
	p.Messages.Messages = map[shop.MessageID]content.Message{"cart": {
		Class: shop.ClassPromotion, Languages: []string{"en"}, Needs: []string{"cart"}, Subject: "{{ cart.lines.first.title }}",
		HTML: `{% for l in cart.lines %}<p>{{ l.units }} {{ l.title }} {% if l.sold_out %}sold out{% else %}{{ l.price | money }}{% endif %}</p>{% endfor %}<a href="{{ cart.url }}">go on</a><p>{{ shop.address }}</p><a href="{{ links.unsubscribe }}">x</a>`,
		Text: `{% for l in cart.lines %}{{ l.title }} {{ l.price | money }} {% endfor %}{{ cart.url }} {{ shop.address }} {{ links.unsubscribe }}`,
	}}
	p.Campaigns = append(slices.Clone(p.Campaigns), campaign.Campaign{
		ID: "cart", Version: 1, Message: "cart", Class: shop.ClassPromotion, On: []shop.OrderKind{shop.CartAbandoned}, After: 3 * time.Hour, NotAfter: 24 * time.Hour,
	})
	g.snapshot.Profile = g.snapshot.Profile.WithCart(shop.Cart{
		ID: "k-1", At: noon.Add(-ago), URL: "https://shop.example.com/cart/k-1", Lines: []shop.CartLine{{Product: "TRAY", Units: 2}, {Product: "JAR", Units: 1}},
	})
	g.snapshot.Profile.Orders = g.snapshot.Profile.Orders[:1]
	g.intents = []campaign.Intent{ofCart(g, ago)}
	return g
}

// ofCart returns the intent that a change of the cart raised this long ago.
func ofCart(g given, ago time.Duration) campaign.Intent {
	c, _ := g.config.Campaign("cart")
	i := c.AtEvent(noon.Add(-ago))
	i.Customer, i.Occasion, i.Planned = ann, campaign.CartOccasion("k-1"), noon.Add(-ago)
	return i
}

func TestAnAbandonedCart(t *testing.T) {
	change := func(ago time.Duration, id string, lines ...shop.CartLine) func(*given) {
		return func(g *given) {
			g.snapshot.Profile = g.snapshot.Profile.WithCart(shop.Cart{ID: id, At: noon.Add(-ago), Lines: lines})
		}
	}
	tray := shop.CartLine{Product: "TRAY", Units: 1}
	ordered := func(ago time.Duration) func(*given) {
		return func(g *given) {
			g.snapshot.Profile.Orders = append(g.snapshot.Profile.Orders, profile.Visit{Order: "o-3", At: noon.Add(-ago), Net: gbp(100)})
		}
	}
	for name, c := range map[string]struct {
		ago    time.Duration
		change func(*given)
		want   string
	}{
		"not yet":                                {2 * time.Hour, nil, "QUEUED not-yet 2026-11-22 13:00"},
		"left alone for three hours":             {3 * time.Hour, nil, "SENDING"},
		"changed again":                          {3 * time.Hour, change(time.Hour, "k-1", tray), "QUEUED not-yet 2026-11-22 14:00"},
		"an older change that comes late":        {3 * time.Hour, change(5*time.Hour, "k-1", tray), "SENDING"},
		"emptied":                                {7 * time.Hour, change(4*time.Hour, "k-1"), "EXPIRED cart-emptied"},
		"emptied just now":                       {3 * time.Hour, change(time.Minute, "k-1"), "QUEUED not-yet 2026-11-22 14:59"},
		"another cart since":                     {4 * time.Hour, change(time.Hour, "k-2", tray), "EXPIRED cart-gone"},
		"no cart is kept":                        {4 * time.Hour, func(g *given) { g.snapshot.Profile.Cart = nil }, "EXPIRED cart-gone"},
		"ordered":                                {3 * time.Hour, ordered(time.Hour), "EXPIRED cart-ordered"},
		"ordered minutes before the last change": {3 * time.Hour, ordered(3*time.Hour + 10*time.Minute), "EXPIRED cart-ordered"},
		"ordered before the cart":                {3 * time.Hour, ordered(4 * time.Hour), "SENDING"},
		"the mailbox ordered":                    {3 * time.Hour, func(g *given) { g.snapshot.Contact.Ordered = noon.Add(-time.Hour) }, "EXPIRED cart-ordered"},
		"a day too late":                         {28 * time.Hour, nil, "EXPIRED too-late"},
		"an opt-out":                             {3 * time.Hour, func(g *given) { g.snapshot.Profile.Consent.Value = "no" }, "SUPPRESSED no-consent"},
		"all of it is sold out or unknown": {3 * time.Hour, func(g *given) {
			row := g.snapshot.Items["TRAY"]
			row.Stock = new(int)
			g.snapshot.Items["TRAY"] = row
			delete(g.snapshot.Items, "JAR")
		}, "SUPPRESSED nothing-to-say"},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCart(c.ago)
			if c.change != nil {
				c.change(&g)
			}
			if got := state(decision(t, g)); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}

// Whichever change raised the intent, the cart's last change says when it is decided.
func TestTheIntentsOfACartAreAsOne(t *testing.T) {
	g := aCart(time.Hour)
	want := state(decision(t, g))
	for _, ago := range []time.Duration{0, 2 * time.Hour, 50 * time.Hour} {
		g.intents = []campaign.Intent{ofCart(g, ago)}
		d := decision(t, g)
		if got := state(d); got != want || !d.Send.Intent.NotAfter.Equal(noon.Add(26*time.Hour)) {
			t.Errorf("the intent of a change %s ago: Decide = %s until %s, want %s until 26 hours later", ago, got, d.Send.Intent.NotAfter, want)
		}
	}
}

// The mail shows the prices of now and leads to the cart; what is sold out comes last.
func TestAMailShowsTheCart(t *testing.T) {
	g := aCart(3 * time.Hour)
	tray := g.snapshot.Items["TRAY"]
	tray.Stock = new(int)
	g.snapshot.Items["TRAY"] = tray
	d := decision(t, g)
	for _, words := range []string{"<p>1 Biscuit jar £12.50</p><p>2 Tin tray sold out</p>", `href="https://shop.example.com/cart/k-1"`} {
		if !strings.Contains(d.Mail.HTML, words) {
			t.Errorf("the mail does not have %q:\n%s", words, d.Mail.HTML)
		}
	}
	if d.Mail.Subject != "Biscuit jar" {
		t.Errorf("subject = %q", d.Mail.Subject)
	}
	if got, _ := decide.Sources(g.snapshot.Profile, g.intents[0], g.config); !slices.Contains(got, "TRAY") || !slices.Contains(got, "JAR") {
		t.Errorf("Sources = %v, want the products of the cart", got)
	}
}
