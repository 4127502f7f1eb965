package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/goccy/go-yaml"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/content"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/httpapi"
	"regulars/shared/inputfault/faulttest"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const night = "2026-11-22T03:00:00Z" // the model's version

// texts has the texts of reasons of infra/shop in four languages, and a
// message, which the loader requires.
var texts = sync.OnceValues(func() (content.Set, error) {
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"note/message.yaml": "class: service\nlanguages: [en, ru, pl, el]\nsubject: \"{{ 'leave' | t }}\"\n",
		"note/body.mjml":    "<p>{{ 'leave' | t }}</p>", "note/body.txt": "{{ 'leave' | t }}",
		"note/en.yaml": "leave: Note", "note/ru.yaml": "leave: Записка", "note/pl.yaml": "leave: Notatka", "note/el.yaml": "leave: Σημείωμα",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, name := range []string{"reason.liquid", "en.yaml", "ru.yaml", "pl.yaml", "el.yaml"} {
		text, err := os.ReadFile(filepath.Join("../../infra/shop/messages/_layout", name))
		if err != nil {
			return content.Set{}, err
		}
		if filepath.Ext(name) == ".yaml" {
			if text, err = ofReasons(text); err != nil {
				return content.Set{}, err
			}
		}
		files["_layout/"+name] = &fstest.MapFile{Data: text}
	}
	set, faults := message.Load(files, func(s string) (string, error) { return s, nil }, markdown.Parse)
	if len(faults) > 0 {
		return content.Set{}, errors.New(faults[0].String())
	}
	return set, nil
})

// ofReasons returns the strings of the file that are texts of reasons.
func ofReasons(text []byte) ([]byte, error) {
	var all map[string]any
	if err := yaml.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	maps.DeleteFunc(all, func(key string, _ any) bool { return !strings.HasPrefix(key, "reason_") })
	return yaml.Marshal(all)
}

// fixture is the handler with tables of the local cloud and a small catalogue.
type fixture struct {
	*handler
	store  *dynamo.Store
	policy shoppolicy.Policy
	model  recommend.Model
	broken struct{ policy, model, rows error } // if set, reading it fails
	read   []int                               // the number of rows of each read
	alter  func(recommend.Item) recommend.Item // if set, changes each row that is read
}

func (b *fixture) Policy(context.Context) (shoppolicy.Policy, error) {
	return b.policy, b.broken.policy
}
func (b *fixture) Model(context.Context) (recommend.Model, error) { return b.model, b.broken.model }

func (b *fixture) Snapshot(ctx context.Context, id shop.CustomerID) (dynamo.Snapshot, error) {
	return b.store.Snapshot(ctx, id)
}

func (b *fixture) Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	return b.Sources(ctx, as, ids, 0)
}

func (b *fixture) Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error) {
	b.read = append(b.read, len(ids))
	if b.broken.rows != nil {
		return nil, b.broken.rows
	}
	rows, err := b.store.Sources(ctx, as, ids, counted)
	for id, row := range rows {
		if b.alter != nil {
			rows[id] = b.alter(row)
		}
	}
	return rows, err
}

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

// catalogue is the shop's products, by ID.
var catalogue = map[shop.ProductID]recommend.Item{
	"LAMP": {
		Product: shop.Product{Title: "Desk lamp", Category: "Lamps", Relations: map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"SHADE"}}},
		Learned: recommend.Learned{Customers: 50, Consumables: []shop.ProductID{"BULB"}, Neighbours: []recommend.Neighbour{{Product: "RUG", Score: .5, Customers: 41}, {Product: "VASE", Score: .3, Customers: 12}}},
	},
	"SHADE": {Product: shop.Product{Title: "Paper shade", Category: "Lamps"}, Learned: recommend.Learned{Customers: 9}},
	"BULB":  {Product: shop.Product{Title: "Bulb", Category: "Bulbs", Used: 90}, Learned: recommend.Learned{Customers: 30}},
	"RUG":   {Product: shop.Product{Title: "Wool rug", Titles: map[string]string{"el": "Μάλλινο χαλί"}, Category: "Rugs", URL: "https://shop.example.com/rug", Image: "https://shop.example.com/rug.jpg", Width: 600, Height: 450}, Learned: recommend.Learned{Customers: 44}},
	"VASE":  {Product: shop.Product{Title: "Blue vase"}, Learned: recommend.Learned{Customers: 14}},
	"TEA":   {Product: shop.Product{Title: "Earl Grey", Category: "Tea", Used: 28}, Learned: recommend.Learned{Customers: 22, EveryDays: 28, Neighbours: []recommend.Neighbour{{Product: "MUG", Score: .4, Customers: 21}}}},
	"MUG":   {Product: shop.Product{Title: "Red mug", Category: "Mugs"}, Learned: recommend.Learned{Customers: 60}},
	"JAR":   {Product: shop.Product{Title: "Biscuit jar"}, Learned: recommend.Learned{Customers: 35}},
}

// lampAt is when the customer ann bought a lamp.
var lampAt = noon.AddDate(0, 0, -190)

// anns is the orders of ann, who bought a lamp in May and buys tea every four
// weeks.
var anns = []profile.Visit{
	visit("o-0", 190, "LAMP"), visit("o-1", 118, "TEA"), visit("o-2", 90, "TEA"), visit("o-3", 62, "TEA"), visit("o-4", 34, "TEA"),
}

func visit(id shop.OrderID, days int, products ...shop.ProductID) profile.Visit {
	v := profile.Visit{Order: id, At: noon.AddDate(0, 0, -days), Net: gbp(1000)}
	for _, p := range products {
		v.Lines = append(v.Lines, profile.VisitProduct{Product: p, Units: 1})
	}
	return v
}

func newFixture(t testing.TB, store *dynamo.Store, change ...func(map[shop.ProductID]recommend.Item)) *fixture {
	t.Helper()
	set, err := texts()
	must(t, err)
	b := &fixture{
		store:  store,
		policy: shoppolicy.Policy{Version: "p1", Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Messages: set, PromotionPause: shoppolicy.PromotionPause{AfterRefund: 14}},
		model:  recommend.Model{Version: night, Popular: []recommend.Popular{{Product: "MUG", Customers: 60}, {Product: "JAR", Customers: 35}}},
	}
	b.handler = &handler{customers: b, inForce: b, now: func() time.Time { return noon }}
	rows := maps.Clone(catalogue)
	for _, c := range change {
		c(rows)
	}
	b.stock(t, rows)
	b.customer(t, profile.Profile{ID: "ann", Orders: anns, Locale: profile.Statement{Value: "pl"}})
	return b
}

// stock writes the rows, with the values that the model learned of them.
func (b *fixture) stock(t testing.TB, rows map[shop.ProductID]recommend.Item) {
	t.Helper()
	learned := map[shop.ProductID]recommend.Learned{}
	for id, row := range rows {
		row.ID, row.Revision = id, noon
		if row.Price.Currency == "" {
			row.Price = gbp(1250)
		}
		must(t, b.store.SaveProduct(t.Context(), row.Product))
		learned[id] = row.Learned
	}
	v, err := b.store.BeginModel(t.Context(), night)
	must(t, err)
	must(t, b.store.SaveLearned(t.Context(), v, maps.All(learned)))
}

func (b *fixture) customer(t testing.TB, p profile.Profile) {
	t.Helper()
	must(t, b.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{p}}))
}

func (b *fixture) call(t testing.TB, method, path, body string) events.LambdaFunctionURLResponse {
	t.Helper()
	r := events.LambdaFunctionURLRequest{Body: body}
	r.RawPath, r.RawQueryString, _ = strings.Cut(path, "?")
	r.RequestContext.HTTP.Method = method
	response, err := b.Handle(t.Context(), r)
	must(t, err)
	return response
}

// ask makes one call, which must be answered with 200.
func (b *fixture) ask(t testing.TB, method, path, body string) (a answer) {
	t.Helper()
	got := b.call(t, method, path, body)
	if got.StatusCode != http.StatusOK {
		t.Fatalf("%s %s was answered with %d: %s", method, path, got.StatusCode, got.Body)
	}
	must(t, json.Unmarshal([]byte(got.Body), &a))
	return a
}

func (b *fixture) get(t testing.TB, path string) answer {
	t.Helper()
	return b.ask(t, http.MethodGet, path, "")
}

// of returns the pick of a product, or nil.
func (a answer) of(id shop.ProductID) *pick {
	for i, p := range a.Picks {
		if p.Product.ID == id {
			return &a.Picks[i]
		}
	}
	return nil
}

func (a answer) ids() (ids []string) {
	for _, p := range a.Picks {
		ids = append(ids, string(p.Product.ID))
	}
	slices.Sort(ids)
	return ids
}

func TestEachPickHasATrueReason(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	for name, c := range map[string]struct {
		method, path, body string
		product            shop.ProductID
		want               recommend.Reason
		bought             bool
	}{
		"tea, which ann buys every four weeks":          {"GET", "/customers/ann", "", "TEA", recommend.Reason{Kind: "again", Product: "TEA", Title: "Earl Grey", Times: 4, Days: 28}, true},
		"a shade for the lamp that ann has":             {"GET", "/customers/ann", "", "SHADE", recommend.Reason{Kind: "goes_with", Product: "LAMP", Title: "Desk lamp", On: lampAt}, false},
		"bulbs for the lamp that ann has":               {"GET", "/customers/ann", "", "BULB", recommend.Reason{Kind: "consumable", Product: "LAMP", Title: "Desk lamp", On: lampAt}, false},
		"bought by others with ann's lamp":              {"GET", "/customers/ann", "", "RUG", recommend.Reason{Kind: "together", Product: "LAMP", Title: "Desk lamp", Customers: 41}, false},
		"a shade for the lamp on the page":              {"GET", "/products/LAMP", "", "SHADE", recommend.Reason{Kind: "goes_with_this", Product: "LAMP", Title: "Desk lamp"}, false},
		"bulbs for the lamp on the page":                {"GET", "/products/LAMP", "", "BULB", recommend.Reason{Kind: "consumable_this", Product: "LAMP", Title: "Desk lamp"}, false},
		"bought with the lamp on the page":              {"GET", "/products/LAMP", "", "RUG", recommend.Reason{Kind: "together", Product: "LAMP", Title: "Desk lamp", Customers: 41}, false},
		"a shade for the lamp on the page that ann has": {"GET", "/products/LAMP?customer=ann", "", "SHADE", recommend.Reason{Kind: "goes_with", Product: "LAMP", Title: "Desk lamp", On: lampAt}, false},
		"an unknown visitor's cart with a lamp":         {"POST", "/carts", `{"products":["LAMP"],"mode":"goes_with"}`, "SHADE", recommend.Reason{Kind: "goes_with_this", Product: "LAMP", Title: "Desk lamp"}, false},
		"a newcomer":                                    {"GET", "/customers/unknown", "", "MUG", recommend.Reason{Kind: "popular", Customers: 60}, false},
		"an empty cart":                                 {"POST", "/carts", `{}`, "JAR", recommend.Reason{Kind: "popular", Customers: 35}, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.ask(t, c.method, c.path, c.body)
			got := a.of(c.product)
			if got == nil {
				t.Fatalf("the picks are %v, want %s among them", a.ids(), c.product)
			}
			if got.Reason.Reason != c.want || got.Bought != c.bought || got.Reason.Text == "" {
				t.Errorf("%s is picked because of %+v (bought %v), want %+v (%v)", c.product, got.Reason, got.Bought, c.want, c.bought)
			}
		})
	}
}

func TestReasonsHaveTheTextsOfMessages(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	dees := slices.Clone(anns)
	dees[0].At = lampAt.Add(4 * time.Hour) // 01:00 of the next day in Tokyo
	b.customer(t, profile.Profile{ID: "dee", Orders: dees, Zone: profile.Statement{Value: "Asia/Tokyo"}})
	for name, c := range map[string]struct{ path, language, product, text string }{
		"the customer's own language":            {"/customers/ann", "pl", "RUG", "41 osób, które kupiły „Desk lamp”, wybrało też to."},
		"a month":                                {"/customers/ann?language=en", "en", "SHADE", "Goes with “Desk lamp”, which you bought in May."},
		"the language of the request":            {"/customers/ann?language=el", "el", "RUG", "41 άτομα που αγόρασαν «Desk lamp» πήραν και αυτό."},
		"a language with a region":               {"/customers/ann?language=ru-RU", "ru", "RUG", "Среди купивших «Desk lamp» это выбрал 41 человек."},
		"a language that the shop does not have": {"/customers/ann?language=de", "en", "RUG", "41 customers who bought “Desk lamp” bought this too."},
		"without a customer":                     {"/products/LAMP", "en", "SHADE", "Goes with “Desk lamp”."},
		"without a customer, in Polish":          {"/products/LAMP?language=pl", "pl", "SHADE", "Pasuje do produktu: Desk lamp."},
	} {
		t.Run(name, func(t *testing.T) {
			a := b.get(t, c.path)
			p := a.of(shop.ProductID(c.product))
			if p == nil || p.Reason.Text != c.text || a.Language != c.language {
				t.Errorf("%s in %q gives %s: %+v, want the text %q in %q", c.path, a.Language, c.product, p, c.text, c.language)
			}
		})
	}
}

func TestTitlesAreInTheLanguageOfTheAnswer(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	for path, want := range map[string]string{
		"/products/LAMP?language=el": "Μάλλινο χαλί",
		"/products/LAMP?language=pl": "Wool rug",
		"/products/LAMP":             "Wool rug",
	} {
		if p := b.get(t, path).of("RUG"); p == nil || p.Product.Title != want {
			t.Errorf("%s gives %+v, want the title %q", path, p, want)
		}
	}
}

func TestTheSameProductsAreExcludedAsInMessages(t *testing.T) {
	none := 0
	for name, c := range map[string]struct {
		change func(map[shop.ProductID]recommend.Item)
		path   string
		not    shop.ProductID // is not picked
	}{
		"sold out":                        {func(rows map[shop.ProductID]recommend.Item) { r := rows["RUG"]; r.Stock = &none; rows["RUG"] = r }, "/products/LAMP", "RUG"},
		"hidden":                          {func(rows map[shop.ProductID]recommend.Item) { r := rows["RUG"]; r.Hidden = true; rows["RUG"] = r }, "/products/LAMP", "RUG"},
		"without a title":                 {func(rows map[shop.ProductID]recommend.Item) { r := rows["RUG"]; r.Title = ""; rows["RUG"] = r }, "/products/LAMP", "RUG"},
		"without a price":                 {func(rows map[shop.ProductID]recommend.Item) { r := rows["RUG"]; r.Price = gbp(0); rows["RUG"] = r }, "/products/LAMP", "RUG"},
		"no longer in the catalogue":      {func(rows map[shop.ProductID]recommend.Item) { delete(rows, "RUG") }, "/products/LAMP", "RUG"},
		"bought":                          {nil, "/customers/ann", "LAMP"},
		"on the page":                     {nil, "/products/LAMP", "LAMP"},
		"on the page, although it is due": {nil, "/products/TEA?customer=ann&mode=both", "TEA"},
		"excluded by the request":         {nil, "/products/LAMP?except=VASE&except=RUG", "RUG"},
		"returned":                        {nil, "/customers/bob?want=50", "TEA"},
	} {
		t.Run(name, func(t *testing.T) {
			var change []func(map[shop.ProductID]recommend.Item)
			if c.change != nil {
				change = append(change, c.change)
			}
			b := newFixture(t, dynamotest.Store(t), change...)
			back := slices.Clone(anns)
			back[4].Lines = []profile.VisitProduct{{Product: "TEA", Units: 1, Returned: 1}}
			b.customer(t, profile.Profile{ID: "bob", Orders: back})
			a := b.get(t, c.path)
			if a.of(c.not) != nil || len(a.Picks) == 0 {
				t.Errorf("%s picks %v, want some products and not %s", c.path, a.ids(), c.not)
			}
		})
	}
}

func TestAnAnswerDuringAServiceIssueHasThePicksAndTheIssue(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	b.customer(t, profile.Profile{ID: "cat", Orders: anns, ServiceIssues: map[shop.OrderID]profile.ServiceIssue{"o-4": {Returned: &profile.Issue{Since: noon.AddDate(0, 0, -3), Resolved: noon.AddDate(0, 0, -2)}}}})
	a := b.get(t, "/customers/cat")
	if a.Issue == nil || a.Issue.Kind != "returned" || !a.Issue.Until.Equal(noon.AddDate(0, 0, 12)) || len(a.Picks) == 0 {
		t.Errorf("the answer has the issue %+v and %d picks, want returned until %s, and picks", a.Issue, len(a.Picks), noon.AddDate(0, 0, 12))
	}
	if a := b.get(t, "/customers/ann"); a.Issue != nil {
		t.Errorf("ann has the issue %+v, want none", a.Issue)
	}
}

func TestAnAnswerWithFewerPicksThanWantedHasTheReason(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	b.customer(t, profile.Profile{ID: "new", Orders: []profile.Visit{visit("o-9", 1, "VASE")}})
	for name, c := range map[string]struct {
		path     string
		code     string
		newcomer bool
		none     bool
		learned  bool
	}{
		"no product is due":               {path: "/customers/new?mode=again", code: "few-due", none: true, learned: true},
		"more picks wanted than products": {path: "/customers/ann?want=50", code: "few-left", learned: true},
		"enough picks":                    {path: "/customers/ann?want=1", learned: true},
		"a newcomer":                      {path: "/customers/unknown?want=2", newcomer: true, learned: true},
		"a newcomer wants many":           {path: "/customers/unknown?want=3", code: "few-left", newcomer: true, learned: true},
		"a shop without a model":          {path: "/customers/unknown", code: "nothing-learned", newcomer: true, none: true},
		"a product without a model":       {path: "/products/LAMP?want=1", newcomer: true, learned: false},
	} {
		t.Run(name, func(t *testing.T) {
			model := b.model
			defer func() { b.model = model }()
			if !c.learned {
				b.model = recommend.Model{}
			}
			a := b.get(t, c.path)
			code := ""
			if a.Short != nil {
				code = a.Short.Code
			}
			if code != c.code || a.Newcomer != c.newcomer || (len(a.Picks) == 0) != c.none || a.Picks == nil {
				t.Errorf("%s: short %q, newcomer %v, picks %v; want %q, %v, none %v", c.path, code, a.Newcomer, a.ids(), c.code, c.newcomer, c.none)
			}
		})
	}
}

func TestAnUnknownProductIsReportedAndPopularOnesArePicked(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	a := b.get(t, "/products/SLIP")
	if !slices.Equal(a.Unknown, []shop.ProductID{"SLIP"}) || a.of("MUG") == nil {
		t.Errorf("the answer reports %v as unknown and picks %v, want SLIP, and the popular MUG", a.Unknown, a.ids())
	}
	a = b.ask(t, http.MethodPost, "/carts", `{"products":["LAMP","SLIP","SLIP"]}`)
	if !slices.Equal(a.Unknown, []shop.ProductID{"SLIP"}) || a.of("SHADE") == nil {
		t.Errorf("the cart's answer reports %v as unknown and picks %v, want SLIP, and a shade", a.Unknown, a.ids())
	}
}

// The catalogue has a long SKU under a hash of it.
func TestALongSKUNamesItsProduct(t *testing.T) {
	sku := "LAMP" + strings.Repeat("x", 200)
	sent := request{Products: []shop.ProductID{shop.ProductID(sku)}, Except: []shop.ProductID{shop.ProductID(sku)}, Mode: recommend.ModeBoth}
	r, err := sent.readQuery("")
	if id := shop.ProductOf(sku); err != nil || r.Products[0] != id || r.Except[0] != id || len(id) > shop.MostID {
		t.Errorf("the request is %+v, %v; want the ID of the product", r, err)
	}
}

func TestAllFaultsOfARequestAreReported(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	long := strings.Repeat("x", 129)
	many := `["` + strings.Repeat(`A","`, 100) + `A"]`
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		faults             []string // path and the beginning of the fault
	}{
		"all faults of a query": {"GET", "/customers/" + long + "?want=0&mode=all&language=%21&limit=3", "", 400, []string{
			"customer is 129 bytes", "language is not a language tag", "limit is unknown", "mode is not one of", "want is not between 1 and 50",
		}},
		"a parameter that is a customer's name":   {"GET", "/customers/ann?Jane+Roe=1", "", 400, []string{" a parameter is unknown"}},
		"want is not a number":                    {"GET", "/customers/ann?want=ten", "", 400, []string{"want is not a whole number"}},
		"want is too large":                       {"GET", "/customers/ann?want=51", "", 400, []string{"want is not between 1 and 50"}},
		"a parameter twice":                       {"GET", "/customers/ann?want=1&want=2", "", 400, []string{"want is given 2 times"}},
		"an ID that is not UTF-8":                 {"GET", "/customers/%ff", "", 400, []string{"customer is not UTF-8"}},
		"a customer of a space":                   {"GET", "/customers/%20", "", 400, []string{"customer has spaces around it or control characters"}},
		"a customer with a line break":            {"GET", "/customers/a%0Ab", "", 400, []string{"customer has spaces around it or control characters"}},
		"a customer longer than a key":            {"GET", "/customers/" + strings.Repeat("7", 2049), "", 400, []string{"customer is 2049 bytes long; want 128 at most"}},
		"the key of a mailbox":                    {"GET", "/customers/mailbox:5f", "", 400, []string{`customer begins with "mailbox:"`}},
		"a product with a NUL":                    {"GET", "/products/a%00", "", 400, []string{"products has spaces around it or control characters"}},
		"an empty except":                         {"GET", "/customers/ann?except=", "", 400, []string{"except is empty"}},
		"a customer in the query and in the path": {"GET", "/customers/ann?customer=bob", "", 400, []string{"customer is unknown"}},
		"all faults of a cart": {"POST", "/carts", `{"products":["A","","` + long + `"],"want":-1,"mode":"x","language":"-","except":` + many + `}`, 400, []string{
			"/except has 101 products", "/language is not a language tag", "/mode is not one of", "/products/1 is empty", "/want is not between 1 and 50",
		}},
		"a misspelled field":            {"POST", "/carts", `{"product":["A"]}`, 400, []string{` has the unknown field "product"`}},
		"a body that is not JSON":       {"POST", "/carts", `products`, 400, []string{" is not the expected JSON"}},
		"null":                          {"POST", "/carts", `null`, 400, []string{" is null"}},
		"an empty body":                 {"POST", "/carts", ``, 400, []string{" is not the expected JSON"}},
		"a body that is too long":       {"POST", "/carts", `{"language":"` + strings.Repeat("x", 70_000) + `"}`, 400, []string{" is 70015 bytes long"}},
		"an unknown path":               {"GET", "/people/ann", "", 404, nil},
		"an empty path":                 {"GET", "/", "", 404, nil},
		"a path without its customer":   {"GET", "/customers/", "", 404, nil},
		"a path that is too long":       {"GET", "/customers/ann/picks", "", 404, nil},
		"a path with an invalid escape": {"GET", "/customers/%f", "", 404, nil},
		"another method":                {"DELETE", "/customers/ann", "", 404, nil},
		"a cart with GET":               {"GET", "/carts", "", 404, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := b.call(t, c.method, c.path, c.body)
			var problem httpapi.Problem
			must(t, json.Unmarshal([]byte(got.Body), &problem))
			if got.StatusCode != c.status || problem.Error == "" || len(problem.Faults) != len(c.faults) || got.Headers["Cache-Control"] != "no-store" {
				t.Fatalf("answered with %d %s %v, want %d with %d faults", got.StatusCode, got.Body, got.Headers, c.status, len(c.faults))
			}
			for i, want := range c.faults {
				if text := problem.Faults[i].Path + " " + problem.Faults[i].Fault; !strings.HasPrefix(text, want) {
					t.Errorf("fault %d is %q, want it to begin with %q", i, text, want)
				}
			}
		})
	}
}

func TestAPageGetsPicksIfThePolicyOrTheModelCannotBeRead(t *testing.T) {
	injected := errors.New("injected")
	b := newFixture(t, dynamotest.Store(t))
	b.broken.policy, b.policy = injected, shoppolicy.Policy{}
	a := b.get(t, "/customers/ann")
	if len(a.Picks) == 0 || a.Picks[0].Reason.Kind == "" || a.Picks[0].Reason.Text != "" || a.Language != "" {
		t.Errorf("without a policy the answer is %+v, want picks whose reasons have no text", a)
	}
	b.broken.model, b.model = injected, recommend.Model{}
	if a = b.get(t, "/customers/ann"); a.of("SHADE") == nil || a.of("TEA") == nil {
		t.Errorf("without a model the picks are %v, want those by the catalogue's relations and by ann's own purchases", a.ids())
	}
	b.model = recommend.Model{Version: "2026-11-21T03:00:00Z", Popular: []recommend.Popular{{Product: "GONE", Customers: 9}, {Product: "MUG", Customers: 9}}}
	b.broken.model = nil
	if a = b.get(t, "/customers/unknown"); a.of("MUG") == nil || a.of("GONE") != nil {
		t.Errorf("with popular products that have no row the picks are %v, want only those with a row", a.ids())
	}
	b.broken.rows = injected
	if got := b.call(t, http.MethodGet, "/customers/ann", ""); got.StatusCode != http.StatusInternalServerError || strings.Contains(got.Body, "injected") {
		t.Errorf("without a catalogue the answer is %d %s, want 500 without the cause", got.StatusCode, got.Body)
	}
	b.broken.rows = dynamo.ErrThrottled
	if got := b.call(t, http.MethodGet, "/customers/ann", ""); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("under throttling the answer is %d, want 503", got.StatusCode)
	}
}

func TestAnswersForACustomerAreNotCached(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	for path, want := range map[string]string{
		"/products/LAMP": "private, max-age=60", "/products/LAMP?customer=ann": "no-store", "/customers/ann": "no-store",
	} {
		if got := b.call(t, http.MethodGet, path, "").Headers["Cache-Control"]; got != want {
			t.Errorf("%s: Cache-Control is %q, want %q", path, got, want)
		}
	}
	if got := b.call(t, http.MethodPost, "/carts", "{}").Headers["Cache-Control"]; got != "no-store" {
		t.Errorf("a cart: Cache-Control is %q, want no-store", got)
	}
}

func TestLogsHaveNoPersonalData(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	b.customer(t, profile.Profile{ID: "zoe", Orders: anns, Name: profile.Statement{Value: "Zoe Example"}, Email: profile.Statement{Value: "zoe@example.com"}})
	var log bytes.Buffer
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	injected := errors.New("injected")
	b.broken.policy, b.broken.model, b.broken.rows = injected, injected, injected
	for _, path := range []string{"/customers/zoe", "/products/LAMP?customer=zoe", "/customers/zoe?want=no"} {
		b.call(t, http.MethodGet, path, "")
	}
	if text := log.String(); !strings.Contains(text, "no recommendations") || strings.Contains(strings.ToLower(text), "zoe") {
		t.Errorf("the log is: %s; want the failure without the customer", text)
	}
}

func TestCustomerIDsMayHaveAnyCharacters(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	for _, id := range []shop.CustomerID{"guest:8ced7f56", "a/b", "a b&want=0", "Ольга", "100%", "..", "?"} {
		b.customer(t, profile.Profile{ID: id, Orders: anns})
		if a := b.get(t, "/customers/"+url.PathEscape(string(id))); a.Newcomer {
			t.Errorf("customer %q is a newcomer, want their orders", id)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestNeitherLogNorFaultRepeatsAValue(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	log := faulttest.Captured(t)
	refused := 0
	for _, in := range faulttest.Marked(t, []byte(`{"customer":"ann","products":["A"],"want":3,"mode":"goes_with","language":"pl","except":["B"]}`)) {
		got := b.call(t, http.MethodPost, "/carts", in.Body)
		text := log.Read()
		if got.StatusCode != http.StatusOK {
			refused++
			text += got.Body
		}
		if mark := faulttest.Found(text); mark != "" {
			t.Errorf("a marker in %s: %q is repeated in %s", in.Field, mark, text)
		}
	}
	for _, query := range []string{"want=Zebedee", "mode=zebedee", "language=zebedee@", "zebedee@example.com=1", "customer=%20zebedee", "%zebedee", "zebedee;1"} {
		got := b.call(t, http.MethodGet, "/products/A?"+query, "")
		if mark := faulttest.Found(log.Read() + got.Body); mark != "" || got.StatusCode != http.StatusBadRequest {
			t.Errorf("the query %s is answered with %d %s", query, got.StatusCode, got.Body)
		}
	}
	if refused < 20 {
		t.Errorf("only %d inputs were refused: the markers do not reach the checks", refused)
	}
}
