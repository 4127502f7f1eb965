// Package messages_test checks the messages of the example shop: they load
// without faults, and golden files contain every text that a customer reads, in
// every language.
package messages_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/ops/publish/mjml"
	"regulars/shared/brand"
	"regulars/shared/inputfault"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

var (
	update = flag.Bool("update", false, "rewrite the golden files")
	pages  = flag.String("pages", "", "write every message as an HTML page into this folder")
)

// published loads the messages, encodes them to JSON and decodes them, once.
var published = sync.OnceValues(func() (message.Set, inputfault.InFiles) {
	source, faults := message.Load(os.DirFS("."), brand.Brand{}.Compile(mjml.Compile))
	if len(faults) > 0 {
		return message.Set{}, faults
	}
	stored, err := json.Marshal(source)
	if err != nil {
		panic(err)
	}
	var set message.Set
	if err := json.Unmarshal(stored, &set); err != nil {
		panic(err)
	}
	return set, nil
})

func publishedSet(t testing.TB) message.Set {
	t.Helper()
	set, faults := published()
	for _, f := range faults {
		t.Error(f)
	}
	if t.Failed() {
		t.FailNow()
	}
	return set
}

// scene is the data of one message. Currency, zone and name depend on the
// language of the customer.
type scene struct {
	name    string
	message shop.MessageID
	change  func(*message.Data)
}

var scenes = []scene{
	{"thanks-with-picks-and-coupon", "thanks", func(d *message.Data) {}},
	{"thanks-alone", "thanks", func(d *message.Data) { d.Customer.Name, d.Picks, d.Coupon = "", nil, nil }},
	{"thanks-for-two", "thanks", func(d *message.Data) { d.Picks, d.Coupon, d.Order.Also = nil, nil, []string{"10483"} }},
	{"thanks-for-three", "thanks", func(d *message.Data) { d.Picks, d.Coupon, d.Order.Also = nil, nil, []string{"10483", "10484"} }},
	{"reward-tenth-free", "reward", func(d *message.Data) {
		d.Coupon.Kind, d.Coupon.Product, d.Coupon.Nth, d.Coupon.Minimum = "nth_unit_free", "Jasmine tea, 100 g", 10, shop.Money{}
		d.Coupon.Earned = true
	}},
	{"reward-amount", "reward", func(d *message.Data) { d.Coupon.Kind, d.Coupon.Amount = "amount", money(d, 500) }},
	{"sorry-returned", "sorry", func(d *message.Data) { d.ServiceIssue, d.Coupon = "returned", nil }},
	{"sorry-delayed-until", "sorry", func(d *message.Data) { d.ServiceIssue, d.Order.Until, d.Coupon = "delayed", until, nil }},
	{"sorry-delayed", "sorry", func(d *message.Data) { d.ServiceIssue, d.Coupon = "delayed", nil }},
	{"sorry-cancelled", "sorry", func(d *message.Data) { d.ServiceIssue, d.Coupon = "cancelled", nil }},
	{"picks", "picks", func(d *message.Data) { d.Order, d.Coupon = nil, nil }},
	{"picks-reduced", "picks", func(d *message.Data) {
		d.Order, d.Coupon, d.Picks, d.Picks[0].Was = nil, nil, d.Picks[:2], money(d, 999)
		d.Picks[0].Product.ID, d.Former = "TEA-100", map[shop.ProductID]shop.Money{"TEA-100": money(d, 999)}
	}},
	{"picks-to-win-back", "picks", func(d *message.Data) { d.Order, d.Picks = nil, d.Picks[2:4] }},
	{"sorry-with-goodwill", "sorry", func(d *message.Data) {
		d.ServiceIssue = "delayed"
		d.Coupon.Kind, d.Coupon.Amount = "amount", money(d, 500)
	}},
	{"reward-on-some-with-limits", "reward", func(d *message.Data) {
		d.Coupon.On, d.Coupon.AtMost, d.Coupon.Floor, d.Coupon.Alone = mugs[d.Language], money(d, 1500), true, true
	}},
	{"reward-tiers", "reward", func(d *message.Data) {
		d.Coupon.Kind, d.Coupon.Minimum = "tiers", shop.Money{}
		d.Coupon.Tiers = []message.Tier{{From: money(d, 5000), Percent: 500}, {From: money(d, 10000), Amount: money(d, 1500)}}
	}},
	{"reward-buy-get-free", "reward", func(d *message.Data) {
		d.Coupon = &message.Coupon{Code: d.Coupon.Code, Kind: "buy_get", Buy: 2, Get: 1, Percent: 10_000, On: mugs[d.Language], Until: until}
	}},
	{"reward-buy-get-half", "reward", func(d *message.Data) {
		d.Coupon.Kind, d.Coupon.Buy, d.Coupon.Get, d.Coupon.Percent = "buy_get", 1, 1, 5000
	}},
	{"reward-gift", "reward", func(d *message.Data) {
		d.Coupon.Kind, d.Coupon.Product, d.Coupon.On = "gift", "Jasmine tea, 10 g", mugs[d.Language]
	}},
	{"birthday", "birthday", func(d *message.Data) {
		d.Order, d.Picks = nil, nil
		d.Coupon.Kind, d.Coupon.Amount = "amount", money(d, 500)
	}},
	{"reward-points", "reward", func(d *message.Data) {
		d.Coupon.Kind, d.Coupon.Points, d.Coupon.On = "points", 200, mugs[d.Language]
	}},
	{"reward-points-times", "reward", func(d *message.Data) { d.Coupon.Kind, d.Coupon.Times, d.Coupon.On = "points", 2, mugs[d.Language] }},
	{"thanks-with-points", "thanks", func(d *message.Data) {
		d.Picks, d.Coupon = nil, nil
		d.Points = &message.Points{
			Active: 320, Worth: money(d, 320), Pending: 45, Expiring: 20, Expires: until, Earned: 45, Waiting: 45,
			Tier: tiers[d.Language][0], Next: tiers[d.Language][1], Needs: 235,
		}
	}},
	{"thanks-with-one-reason", "thanks", func(d *message.Data) {
		d.Coupon, d.Picks = nil, d.Picks[2:4]
		d.Picks[1].Reason = d.Picks[0].Reason
		d.Picks[1].Reason.Customers = 9
	}},
	{"thanks-soft-opt-in", "thanks", func(d *message.Data) { d.SoftOptIn, d.Picks = true, d.Picks[:1] }},
	{"reward-soft-opt-in", "reward", func(d *message.Data) { d.SoftOptIn = true }},
	{"sorry-soft-opt-in", "sorry", func(d *message.Data) {
		d.SoftOptIn, d.ServiceIssue = true, "delayed"
		d.Coupon.Kind, d.Coupon.Amount = "amount", money(d, 500)
	}},
	{"thanks-with-brand", "thanks", func(d *message.Data) {
		d.Picks = d.Picks[:1]
		d.Shop.Legal = "Corner & Leaf GmbH, Amtsgericht Beispielstadt HRB 12345, Stammkapital 25.000 €"
		d.Shop.Brand = brand.Brand{
			Logo:   brand.Logo{Light: "https://shop.example.com/logo.png", Dark: "https://shop.example.com/logo-dark.png", Width: 160, Height: 40},
			Light:  brand.Colours{Accent: "#8a1c4a"},
			Button: "pill", Titles: "humanist",
			Social: []brand.Account{{Network: "instagram", URL: "https://www.instagram.com/corner"}, {Network: "youtube", URL: "https://www.youtube.com/@corner"}},
		}
	}},
	{"reward-free-shipping", "reward", func(d *message.Data) { d.Coupon.Kind, d.Coupon.AtMost = "free_shipping", money(d, 500) }},
}

// mugs is the name of the products of an offer, by language.
var mugs = map[string]string{"en": "Mugs & cups", "ru": "Кружки и чашки", "pl": "Kubki i filiżanki", "el": "Κούπες και φλιτζάνια"}

// tiers are the names of two tiers of a loyalty scheme, by language.
var tiers = map[string][2]string{"en": {"Silver", "Gold"}, "ru": {"Серебро", "Золото"}, "pl": {"Srebro", "Złoto"}, "el": {"Ασημένιο", "Χρυσό"}}

// Each kind of offer has a scene, so that a golden file has the text of each
// kind.
func TestEveryKindOfOfferHasAScene(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenes {
		if c := s.data(t, "en").Coupon; c != nil && s.message == "reward" {
			seen[c.Kind] = true
		}
	}
	for _, kind := range offer.Kinds {
		if !seen[string(kind)] {
			t.Errorf("no scene has a coupon of the kind %s", kind)
		}
	}
	if len(seen) != len(offer.Kinds) {
		t.Errorf("the scenes have %d kinds, package offer has %d", len(seen), len(offer.Kinds))
	}
}

var now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

var until = time.Date(2026, 12, 5, 22, 30, 0, 0, time.UTC) // the 6th in Warsaw, Athens and Moscow

var homes = map[string]struct {
	name, zone string
	currency   shop.Currency
}{
	"en": {"Alex", "Europe/London", "GBP"},
	"ru": {"Алекс", "Europe/Moscow", "RUB"},
	"pl": {"Alex", "Europe/Warsaw", "PLN"},
	"el": {"Αλεξ", "Europe/Athens", "EUR"},
}

func money(d *message.Data, minor int64) shop.Money {
	return shop.Money{Minor: minor, Currency: homes[d.Language].currency}
}

// data returns the data of the scene in one language.
func (s scene) data(t testing.TB, language string) message.Data {
	t.Helper()
	home := homes[language]
	zone, err := time.LoadLocation(home.zone)
	if err != nil {
		t.Fatal(err)
	}
	d := message.Data{
		Language: language,
		Zone:     zone,
		Now:      now,
		Shop:     message.Shop{Name: "Corner & Leaf", URL: "https://shop.example.com/", Address: "1 Example Street, 00000 Example Town"},
		Customer: message.Greeting{Name: home.name},
		Links:    message.Links{Unsubscribe: "https://links.example.com/u/aaaa", Preferences: "https://links.example.com/u/bbbb"},
	}
	d.Order = &message.Order{ID: "5600000010482", Number: "10482", Total: money(&d, 123456), Products: []shop.ProductID{"STAND", "JUG"}}
	d.Coupon = &message.Coupon{Code: "R7KQ-3M8V-XW2D-9HTF", Kind: "percent", Percent: 1250, Minimum: money(&d, 4000), Until: until}
	d.Picks = []recommend.Pick{
		pick(&d, "Jasmine tea, 100 g", 799, recommend.Reason{Kind: recommend.ReasonAgain, Times: 3, Days: 28}),
		pick(&d, "Bamboo whisk", 1450, recommend.Reason{Kind: recommend.ReasonGoesWith, Title: "Matcha bowl, celadon", On: now.AddDate(0, 0, -45)}),
		pick(&d, "Set of 3 cake tins, pantry design", 1695, recommend.Reason{Kind: recommend.ReasonTogether, Product: "STAND", Title: "Regency cake stand, 3 tiers", Customers: 21}),
		pick(&d, "Party bunting", 495, recommend.Reason{Kind: recommend.ReasonPopular, Customers: 1204}),
		pick(&d, "Water filters, pack of 4", 1999, recommend.Reason{Kind: recommend.ReasonConsumable, Product: "JUG", Title: "Glass filter jug", On: now}),
	}
	s.change(&d)
	return d
}

func pick(d *message.Data, title string, minor int64, why recommend.Reason) recommend.Pick {
	return recommend.Pick{Product: shop.Product{Title: title, URL: "https://shop.example.com/p?a=1&b=2", Price: money(d, minor)}, Reason: why}
}

// Each golden file has the subject, the text part, and the text and links of
// the HTML part.
func TestMessagesEqualTheGoldenFiles(t *testing.T) {
	set := publishedSet(t)
	for _, s := range scenes {
		for _, language := range set.Messages[s.message].Languages {
			t.Run(s.name+"/"+language, func(t *testing.T) {
				d := s.data(t, language)
				r, err := set.Render(s.message, d)
				if err != nil {
					t.Fatal(err)
				}
				if wrong := message.Lint(r, d); len(wrong) > 0 {
					t.Errorf("Lint = %q, want nothing", wrong)
				}
				got := fmt.Sprintf("Subject: %s\n\n%s\n======== HTML ========\n%s\n", r.Subject, r.Text, readable(r.HTML))
				compare(t, filepath.Join("testdata", language, s.name+".txt"), got)
				if *pages != "" {
					write(t, filepath.Join(*pages, s.name+"."+language+".html"), r.HTML)
				}
			})
		}
	}
}

// No mail asks another host for a picture, a font or a style sheet: it would
// tell that host who reads which mail, and when.
func TestNoMailLoadsAnythingFromAnotherHost(t *testing.T) {
	set := publishedSet(t)
	for _, s := range scenes {
		for _, language := range set.Messages[s.message].Languages {
			d := s.data(t, language)
			for i := range d.Picks {
				d.Picks[i].Product.Image = "https://shop.example.com/p.jpg"
			}
			r, err := set.Render(s.message, d)
			if err != nil {
				t.Fatal(err)
			}
			if foreign := foreignRequests(r.HTML); len(foreign) > 0 {
				t.Errorf("%s in %s loads %q", s.name, language, foreign)
			}
		}
	}
}

// A remote font planted in the layout is found: the compiler itself adds none,
// so it needs an address.
func TestARemoteFontInTheLayoutIsFound(t *testing.T) {
	head, err := os.ReadFile("_layout/head.mjml")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		head string
		want int
	}{
		"as it is":              {"", 0},
		"a font MJML knows":     {`<mj-attributes><mj-text font-family="Lato, sans-serif" /></mj-attributes>`, 0},
		"a font by address":     {`<mj-attributes><mj-text font-family="Lato" /></mj-attributes><mj-font name="Lato" href="https://fonts.example.net/lato.css" />`, 1},
		"an import":             {`<mj-style>@import url(https://fonts.example.net/lato.css);</mj-style>`, 1},
		"a style sheet by link": {`<mj-raw><link href="https://fonts.example.net/lato.css" rel="stylesheet" /></mj-raw>`, 1},
	} {
		got, err := mjml.Compile("<mjml><mj-head>" + string(head) + c.head + "</mj-head><mj-body><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if foreign := foreignRequests(got); len(foreign) != c.want {
			t.Errorf("%s: loads %q, want %d", name, foreign, c.want)
		}
	}
}

// Colours are those of the brand, so that publishing can check their contrast.
func TestTheLayoutHasNoColourOfItsOwn(t *testing.T) {
	colour := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\brgba?\(`)
	for _, pattern := range []string{"*/*.mjml", "*/*.liquid"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if found := colour.FindString(string(content)); found != "" {
				t.Errorf("%s has the colour %s; write one of {{ brand.light }}, with a class for the dark design", file, found)
			}
		}
	}
}

// Both designs are in each mail, whole: every class of the layout that has a
// colour in the light design has one in the dark design, for programs that
// follow prefers-color-scheme and for Outlook.com.
func TestEveryMailHasADarkDesign(t *testing.T) {
	set := publishedSet(t)
	dark := brand.Brand{}.Complete().Dark.Named()
	for _, s := range scenes {
		if s.name == "thanks-with-brand" {
			continue // it has other colours
		}
		r, err := set.Render(s.message, s.data(t, "en"))
		if err != nil {
			t.Fatal(err)
		}
		_, follows, _ := strings.Cut(r.HTML, "@media (prefers-color-scheme: dark)")
		follows, outlook, _ := strings.Cut(follows, "<style>")
		outlook, _, _ = strings.Cut(outlook, "</style>")
		for name, colour := range dark {
			for where, rules := range map[string]string{"prefers-color-scheme": follows, "Outlook.com": outlook} {
				if !strings.Contains(rules, ": "+colour+" !important") {
					t.Errorf("%s: the rules for %s lack the colour %s", s.name, where, name)
				}
			}
		}
		if strings.Count(outlook, "[data-ogsc] ") < 8 || strings.Count(outlook, "[data-ogsb] ") < 6 || strings.Contains(follows, "data-og") {
			t.Errorf("%s: the rules for Outlook.com are not its own: %s", s.name, outlook)
		}
	}
}

// foreignRequests returns what the HTML loads that is not on the shop's host.
func foreignRequests(part string) (foreign []string) {
	for _, address := range message.Requests(part) {
		if !strings.HasPrefix(address, "https://shop.example.com/") {
			foreign = append(foreign, address)
		}
	}
	return foreign
}

// The whole HTML of one message is a golden file, which shows the changes of a
// new MJML compiler.
func TestHTMLEqualsTheGoldenFile(t *testing.T) {
	r, err := publishedSet(t).Render("picks", scenes[10].data(t, "en"))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join("testdata", "picks.html"), r.HTML)
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		write(t, file, got)
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with: go test ./infra/shop/messages -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); if this is intended, run go test with -update:\n%s", file, diff)
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

var (
	unseen   = regexp.MustCompile(`(?is)<!--.*?-->|<style.*?</style>|<title>.*?</title>`)
	anchor   = regexp.MustCompile(`(?is)<a [^>]*?href="([^"]*)"[^>]*>`)
	blockEnd = regexp.MustCompile(`(?i)</(?:div|td|tr|p)>`)
	tag      = regexp.MustCompile(`(?s)<[^>]*>`)
)

// readable returns the text and links of an HTML part, one block on each line.
func readable(part string) string {
	part = unseen.ReplaceAllString(part, "")
	part = blockEnd.ReplaceAllString(strings.Join(strings.Fields(part), " "), "\n")
	part = html.UnescapeString(tag.ReplaceAllString(anchor.ReplaceAllString(part, "<$1> "), ""))
	part = regexp.MustCompile(`<(https://[^ ]*)> `).ReplaceAllString(part, "[$1] ")
	var lines []string
	for line := range strings.Lines(part) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// The stored form must fit in one DynamoDB item (400 KB) together with the rest
// of the policy.
func TestPublishedFormIsSmall(t *testing.T) {
	stored, err := json.Marshal(publishedSet(t))
	if err != nil {
		t.Fatal(err)
	}
	size := len(gzipped(t, stored))
	t.Logf("published: %d bytes, %d gzipped", len(stored), size)
	if size > 350_000 {
		t.Errorf("the messages take %d bytes gzipped, want 350000 at most", size)
	}
}
