//go:build !race

package messages_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"regulars/infra/shop/messages"
	"regulars/shared/content"
	"regulars/shared/shop"
)

// render returns the HTML part of the scene with this name in English.
func render(t *testing.T, name string, change func(*content.Data)) string {
	t.Helper()
	for _, s := range messages.Scenes() {
		if s.Name != name {
			continue
		}
		d := s.Data("en")
		change(&d)
		r, err := publishedSet(t).Render(s.Message, d)
		if err != nil {
			t.Fatal(err)
		}
		return r.HTML
	}
	t.Fatalf("there is no scene %q", name)
	return ""
}

// Each pick is a card with its picture, title, price, reason and button, in any
// number of picks.
func TestEachPickIsACard(t *testing.T) {
	for picks := 1; picks <= 5; picks++ {
		part := render(t, "picks", func(d *content.Data) { d.Picks = d.Picks[:picks] })
		for what, mark := range map[string]*regexp.Regexp{
			"picture": regexp.MustCompile(`<img src="https://shop\.example\.com/pictures/[^"]*"[^>]* width="\d+" height="\d+" alt="[^"]+"`),
			"price":   regexp.MustCompile(`>£[\d.]+</div>`),
			"button":  regexp.MustCompile(`class="line-button"[^>]*><a href="https://shop\.example\.com/p\?`),
			"title":   regexp.MustCompile(`class="ink"`),
		} {
			if got := len(mark.FindAllString(part, -1)); got != picks {
				t.Errorf("%d picks: %d have a %s", picks, got, what)
			}
		}
	}
}

// A picture keeps its form in mail programs that know only the attributes: the
// height follows from the width of the column. Without the size of the file, the
// height is left open.
func TestPictureKeepsItsForm(t *testing.T) {
	for _, c := range []struct {
		name          string
		picks         int
		width, height int
		want          string
	}{
		{"one pick, square", 1, 600, 600, `width="168" height="168"`},
		{"one pick, upright", 1, 300, 600, `width="168" height="336"`},
		{"two columns, wide", 2, 1200, 600, `width="240" height="120"`},
		{"three columns, square", 3, 600, 600, `width="157" height="157"`},
		{"size not known", 1, 0, 0, `width="168" alt=`},
	} {
		part := render(t, "picks", func(d *content.Data) {
			d.Picks = d.Picks[:c.picks]
			for i := range d.Picks {
				d.Picks[i].Product.Width, d.Picks[i].Product.Height = c.width, c.height
			}
		})
		if got := strings.Count(part, c.want); got != c.picks {
			t.Errorf("%s: %s is there %d times, want %d", c.name, c.want, got, c.picks)
		}
	}
}

// The main button leads where it says: to the order, to the cart with the coupon
// applied, or else to the shop. Outlook on Windows gets the same button as a
// shape.
func TestMainButtonLeadsWhereItSays(t *testing.T) {
	const order, cart, home = "https://shop.example.com/orders/10482", "https://shop.example.com/discount/R7KQ-3M8V-XW2D-9HTF?redirect=/cart", "https://shop.example.com/"
	button := regexp.MustCompile(`<a href="([^"]*)" class="button" style="[^"]*">([^<]*)</a>`)
	shape := regexp.MustCompile(`<v:roundrect [^>]*href="([^"]*)"[^>]*arcsize="17%"[^>]*><w:anchorlock/><center style="[^"]*">([^<]*)</center></v:roundrect>`)
	for _, c := range []struct {
		scene, url, text string
		change           func(*content.Data)
	}{
		{"thanks-with-picks-and-coupon", order, "See your order", nil},
		{"thanks-with-picks-and-coupon", home, "Visit Corner &amp; Leaf", func(d *content.Data) { d.Order.URL = "" }},
		{"sorry-delayed", order, "See your order", nil},
		{"reward-amount", cart, "Use your code", nil},
		{"reward-amount", home, "Visit Corner &amp; Leaf", func(d *content.Data) { d.Shop.CartURL = "" }},
		{"birthday", cart, "Use your code", nil},
		{"win-back", cart, "Use your code", nil},
		{"win-back-alone", home, "Visit Corner &amp; Leaf", nil},
		{"picks", home, "Visit Corner &amp; Leaf", nil},
	} {
		if c.change == nil {
			c.change = func(*content.Data) {}
		}
		part := render(t, c.scene, c.change)
		want := fmt.Sprint([][]string{{c.url, c.text}})
		for what, mark := range map[string]*regexp.Regexp{"buttons": button, "shapes": shape} {
			var got [][]string
			for _, m := range mark.FindAllStringSubmatch(part, -1) {
				got = append(got, m[1:])
			}
			if fmt.Sprint(got) != want {
				t.Errorf("%s has the %s %v, want %v", c.scene, what, got, want)
			}
		}
	}
	if part := render(t, "reward-amount", func(d *content.Data) { d.Shop.CartURL, d.Shop.URL = "", "" }); button.MatchString(part) {
		t.Error("a shop without an address has a button")
	}
}

// Nothing is printed for points about which there is nothing to say, not even a
// heading or its space.
func TestNoEmptyBlock(t *testing.T) {
	with := render(t, "thanks-with-points", func(*content.Data) {})
	without := render(t, "thanks-with-points", func(d *content.Data) { d.Points = &content.Points{} })
	if !strings.Contains(with, "Your points") || strings.Contains(without, "Your points") {
		t.Error("the heading of points is not there exactly if there are points")
	}
	blank := regexp.MustCompile(`<div\s+style="[^"]*"\s*>\s*</div>`)
	for _, s := range messages.Scenes() {
		d := s.Data("en")
		r, err := publishedSet(t).Render(s.Message, d)
		if err != nil {
			t.Fatal(err)
		}
		if found := blank.FindAllString(r.HTML, -1); len(found) > 0 {
			t.Errorf("%s has %d empty blocks: %s", s.Name, len(found), found[0])
		}
	}
	m := publishedSet(t).Messages["thanks"]
	m.Needs = []string{"points"}
	if lacks := m.Lacks(content.Data{Points: &content.Points{}}); len(lacks) != 1 {
		t.Errorf("a message that needs points can be sent without any: lacks %q", lacks)
	}
}

// The address of a picture is escaped, so that a catalogue
// cannot write markup.
func TestAddressOfAPictureIsEscaped(t *testing.T) {
	part := render(t, "picks", func(d *content.Data) {
		d.Picks[0].Product.Image = `https://shop.example.com/p.jpg?a="><script>alert(1)</script>`
		d.Picks[0].Product.ID = shop.ProductID("x")
	})
	if strings.Contains(part, "<script>alert") {
		t.Error("the address of a picture is printed as markup")
	}
}
