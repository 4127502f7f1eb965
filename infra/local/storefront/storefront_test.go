//go:build !race

package storefront_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/infra/demo"
	"regulars/infra/local/storefront"
	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

const endpoint = "http://127.0.0.1:4566"

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// shopOf is a store in memory.
type shopOf struct {
	rows   map[shop.ProductID]recommend.Item
	orders map[shop.OrderID]shop.Order
}

func (s shopOf) Items(_ context.Context, _ recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	found := map[shop.ProductID]recommend.Item{}
	for _, id := range ids {
		if row, known := s.rows[id]; known {
			found[id] = row
		}
	}
	return found, nil
}

func (s shopOf) Products(_ context.Context, _ dynamo.Page, visit func(recommend.Item) error) (dynamo.Cursor, error) {
	for _, row := range s.rows {
		if err := visit(row); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

func (s shopOf) Order(_ context.Context, id shop.OrderID) (dynamo.Order, dynamo.Rev, error) {
	return dynamo.Order{Order: s.orders[id]}, "", nil
}

// demoShop returns the demo's catalogue, orders and profiles, with the live
// orders, and the products with most buyers.
func demoShop(t *testing.T) (s shopOf, profiles map[shop.CustomerID]profile.Profile, live []shop.OrderFact, popular []recommend.Popular) {
	t.Helper()
	story, err := demo.Tell(noon)
	if err != nil {
		t.Fatal(err)
	}
	events := slices.Clone(story.History)
	for _, event := range story.Live {
		if fact, ok := event.Fact.(shop.OrderFact); ok && fact.Placed != nil {
			events, live = append(events, event), append(live, fact)
		}
	}
	history, err := demo.Fold(events)
	if err != nil {
		t.Fatal(err)
	}
	s, profiles = shopOf{map[shop.ProductID]recommend.Item{}, map[shop.OrderID]shop.Order{}}, map[shop.CustomerID]profile.Profile{}
	buyers := map[shop.ProductID]int{}
	for _, o := range history.Orders {
		s.orders[o.ID] = o
		for _, line := range o.Placed.Lines {
			buyers[line.Product]++
		}
	}
	for _, p := range history.Profiles {
		profiles[p.ID] = p
	}
	for _, p := range story.Products {
		s.rows[p.ID] = recommend.Item{Product: p, Learned: recommend.Learned{Customers: buyers[p.ID]}}
		popular = append(popular, recommend.Popular{Product: p.ID, Customers: buyers[p.ID]})
	}
	slices.SortFunc(popular, func(a, b recommend.Popular) int {
		return cmp.Or(cmp.Compare(b.Customers, a.Customers), cmp.Compare(a.Product, b.Product))
	})
	return s, profiles, live, popular[:40]
}

// A link of a mail that counts clicks leads to the page on this machine.
func TestRedirectsToTheShopLeadToItsPagesHere(t *testing.T) {
	for to, want := range map[string]string{
		"https://shop.example.com/p/22423?utm_source=x": endpoint + "/shop/p/22423?utm_source=x",
		"https://elsewhere.example/":                    "https://elsewhere.example/",
	} {
		got := httptest.NewRecorder()
		storefront.Redirects(endpoint, http.RedirectHandler(to, http.StatusFound)).ServeHTTP(got, httptest.NewRequest(http.MethodGet, "/lambda-url/Click/token", nil))
		if got.Code != http.StatusFound || got.Header().Get("Location") != want {
			t.Errorf("a redirect to %s leads to %s with %d, want %s", to, got.Header().Get("Location"), got.Code, want)
		}
	}
}

var addresses = regexp.MustCompile(`(?:href|src)="([^"]+)"`)

// Each thanks of the demo that recommends products shows a picture of each. Its
// pictures, the logo, and each page of the shop that it links to are there.
func TestEachAddressInTheDemosMailsAnswers(t *testing.T) {
	policy, err := policyfiles.Load(os.DirFS("../../shop"), celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	links, err := linktoken.New(map[string][]byte{"k": bytes.Repeat([]byte("k"), 32)}, "k")
	if err != nil {
		t.Fatal(err)
	}
	store, profiles, live, popular := demoShop(t)
	config := decide.Config{
		Policy: policy, Tenant: "demo", Links: links, CodeKeys: [][]byte{[]byte("a key")}, BaseURL: endpoint + "/lambda-url/Preferences/",
		Model: recommend.Model{Version: "v", Popular: popular},
	}
	front, shown, asked := storefront.New(store), storefront.Shown(endpoint), map[string]bool{}
	mails, picks := 0, 0
	for _, order := range live {
		p := profiles[order.Customer]
		now := order.Placed.At.Add(time.Minute)
		var intents []campaign.Intent
		for _, c := range policy.Campaigns {
			if c.ID == "thanks" {
				intents = append(intents, campaign.Intent{Campaign: c.ID, Version: c.Version, Customer: p.ID, Occasion: string(order.Order), Order: order.Order, Planned: now, NotAfter: now.Add(c.NotAfter)})
			}
		}
		all, err := decide.Decide(now, decide.Snapshot{Profile: p, Items: store.rows}, intents, config)
		if err != nil {
			t.Fatal(err)
		}
		if all[0].Send.State != claim.Sending {
			continue
		}
		mails++
		page := shown.Replace(all[0].Mail.HTML)
		if strings.Contains(page, demo.Address) {
			t.Fatalf("the thanks for order %s has an address that does not exist", order.Order)
		}
		var why decide.Explanation
		if err := json.Unmarshal(all[0].Send.Explained, &why); err != nil {
			t.Fatal(err)
		}
		for _, pick := range why.Items {
			picks++
			id := pick.Product.ID
			if want := shown.Replace(store.rows[id].Image); store.rows[id].Width != 600 || !slices.Contains(message.Requests(page), want) {
				t.Errorf("the thanks for order %s does not show the picture of product %s", order.Order, id)
			}
		}
		for _, found := range addresses.FindAllStringSubmatch(page, -1) {
			address := html.UnescapeString(found[1])
			path, own := strings.CutPrefix(address, endpoint)
			if !own || !strings.HasPrefix(path, storefront.Prefix) || asked[address] {
				continue
			}
			asked[address] = true
			answer := httptest.NewRecorder()
			front.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
			want := "text/html; charset=utf-8"
			if strings.HasSuffix(path, ".png") {
				want = "image/png"
			}
			if got := answer.Header().Get("Content-Type"); answer.Code != http.StatusOK || got != want {
				t.Errorf("GET %s = %d, %s, want 200, %s", path, answer.Code, got, want)
			}
		}
	}
	t.Logf("%d mails with %d picks, %d addresses of the shop", mails, picks, len(asked))
	if mails < 50 || picks < 100 || len(asked) < 50 {
		t.Errorf("%d mails, %d picks, %d addresses; want at least 50, 100 and 50", mails, picks, len(asked))
	}
}

// Pages show what the link to them promises, and nothing that is not there.
func TestPagesShowWhatTheirLinkSays(t *testing.T) {
	mug := shop.Product{ID: "A/1", Title: `Mug "<b>red</b>"`, Price: shop.Money{Minor: 450, Currency: "GBP"}}
	order := shop.Order{ID: "1001", Placed: &shop.Placed{At: noon, Lines: []shop.Line{{Product: mug.ID, Title: mug.Title, Units: 2, Price: mug.Price}}, Total: shop.Money{Minor: 900, Currency: "GBP"}}}
	front := storefront.New(shopOf{map[shop.ProductID]recommend.Item{mug.ID: {Product: mug}}, map[shop.OrderID]shop.Order{order.ID: order}})
	for path, c := range map[string]struct {
		status int
		want   string
	}{
		"/shop/":                                {200, "£4.50"},
		"/shop/p/A%2F1":                         {200, "Mug &#34;&lt;b&gt;red&lt;/b&gt;&#34;</h1>"},
		"/shop/p/A%2F1?utm_source=regulars":     {200, "£4.50"},
		"/shop/p/other":                         {404, "no such product"},
		"/shop/pictures/A%2F1.png":              {200, "PNG"},
		"/shop/pictures/A%2F1":                  {404, "no such picture"},
		"/shop/pictures/other.png":              {404, "no such picture"},
		"/shop/cart":                            {200, "empty"},
		"/shop/cart?product=A%2F1":              {200, "1 × £4.50"},
		"/shop/discount/SAVE-10?redirect=/cart": {200, "<code>SAVE-10</code> is applied"},
		"/shop/discount/%3Cscript%3E":           {200, "<code>&lt;script&gt;</code>"},
		"/shop/account/orders/1001":             {200, "£9.00"},
		"/shop/account/orders/1002":             {404, "no such order"},
		"/shop/contact":                         {200, "Contact"},
		"/shop/logo.png":                        {200, "PNG"},
		"/shop/logo-dark.png":                   {200, "PNG"},
		"/shop/style.css":                       {200, "--accent"},
		"/shop/other":                           {404, "no such page"},
	} {
		answer := httptest.NewRecorder()
		front.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if answer.Code != c.status || !strings.Contains(answer.Body.String(), c.want) {
			t.Errorf("GET %s = %d: %.300s, want %d and %q", path, answer.Code, answer.Body, c.status, c.want)
		}
		if answer.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("GET %s lets the browser pass its address on", path)
		}
	}
}
