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

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/httpapi"
	"regulars/shared/message"
	"regulars/shared/policy"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const night = "2026-11-22T03:00:00Z" // the version that was learned

// words are the shop's own reasons in its four languages, beside a message that
// is of no matter here.
var words = sync.OnceValues(func() (message.Set, error) {
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
			return message.Set{}, err
		}
		if filepath.Ext(name) == ".yaml" {
			if text, err = ofReasons(text); err != nil {
				return message.Set{}, err
			}
		}
		files["_layout/"+name] = &fstest.MapFile{Data: text}
	}
	set, faults := message.Load(files, func(s string) (string, error) { return s, nil })
	if len(faults) > 0 {
		return message.Set{}, errors.New(faults[0].String())
	}
	return set, nil
})

// ofReasons returns those of the strings that say reasons.
func ofReasons(text []byte) ([]byte, error) {
	var all map[string]any
	if err := yaml.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	maps.DeleteFunc(all, func(key string, _ any) bool { return !strings.HasPrefix(key, "reason_") })
	return yaml.Marshal(all)
}

// bench is recommend on real tables, with a shop of some products.
type bench struct {
	*handler
	store  *dynamo.Store
	policy policy.Policy
	model  recommend.Model
	broken struct{ policy, model, rows error } // where set, that fails
	read   []int                               // how many rows each read asked for
	spoil  func(recommend.Item) recommend.Item // what a read makes of each row
}

func (b *bench) Policy(context.Context) (policy.Policy, error)  { return b.policy, b.broken.policy }
func (b *bench) Model(context.Context) (recommend.Model, error) { return b.model, b.broken.model }

func (b *bench) Snapshot(ctx context.Context, id shop.CustomerID) (dynamo.Snapshot, error) {
	return b.store.Snapshot(ctx, id)
}

func (b *bench) Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	b.read = append(b.read, len(ids))
	if b.broken.rows != nil {
		return nil, b.broken.rows
	}
	rows, err := b.store.Items(ctx, as, ids)
	for id, row := range rows {
		if b.spoil != nil {
			rows[id] = b.spoil(row)
		}
	}
	return rows, err
}

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

// catalogue is what the shop sells, by ID.
var catalogue = map[shop.ProductID]recommend.Item{
	"LAMP": {
		Product: shop.Product{Title: "Desk lamp", Category: "Lamps", Relations: map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"SHADE"}}},
		Learned: recommend.Learned{Customers: 50, Consumables: []shop.ProductID{"BULB"}, Neighbours: []recommend.Neighbour{{Product: "RUG", Score: .5, Customers: 41}, {Product: "VASE", Score: .3, Customers: 12}}},
	},
	"SHADE": {Product: shop.Product{Title: "Paper shade", Category: "Lamps"}, Learned: recommend.Learned{Customers: 9}},
	"BULB":  {Product: shop.Product{Title: "Bulb", Category: "Bulbs", Used: 90}, Learned: recommend.Learned{Customers: 30}},
	"RUG":   {Product: shop.Product{Title: "Wool rug", Category: "Rugs", URL: "https://shop.example.com/rug", Image: "https://shop.example.com/rug.jpg"}, Learned: recommend.Learned{Customers: 44}},
	"VASE":  {Product: shop.Product{Title: "Blue vase"}, Learned: recommend.Learned{Customers: 14}},
	"TEA":   {Product: shop.Product{Title: "Earl Grey", Category: "Tea"}, Learned: recommend.Learned{Customers: 22, EveryDays: 28, Neighbours: []recommend.Neighbour{{Product: "MUG", Score: .4, Customers: 21}}}},
	"MUG":   {Product: shop.Product{Title: "Red mug", Category: "Mugs"}, Learned: recommend.Learned{Customers: 60}},
	"JAR":   {Product: shop.Product{Title: "Biscuit jar"}, Learned: recommend.Learned{Customers: 35}},
}

// lampAt is when ann bought her lamp.
var lampAt = noon.AddDate(0, 0, -190)

// orders of ann, who buys tea every four weeks and bought a lamp in May.
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

func newBench(t testing.TB, store *dynamo.Store, change ...func(map[shop.ProductID]recommend.Item)) *bench {
	t.Helper()
	set, err := words()
	must(t, err)
	b := &bench{
		store:  store,
		policy: policy.Policy{Version: "p1", Shop: policy.Shop{Currency: "GBP", Zone: "Europe/London"}, Messages: set, PromotionPause: policy.PromotionPause{AfterRefund: 14}},
		model:  recommend.Model{Version: night, Popular: []recommend.Popular{{Product: "MUG", Customers: 60}, {Product: "JAR", Customers: 35}}},
	}
	b.handler = &handler{customers: b, rules: b, now: func() time.Time { return noon }}
	rows := maps.Clone(catalogue)
	for _, c := range change {
		c(rows)
	}
	b.stock(t, rows)
	b.customer(t, profile.Profile{ID: "ann", Orders: anns, Locale: profile.Word{Value: "pl"}})
	return b
}

// stock writes the rows, with what was learned of them.
func (b *bench) stock(t testing.TB, rows map[shop.ProductID]recommend.Item) {
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

func (b *bench) customer(t testing.TB, p profile.Profile) {
	t.Helper()
	must(t, b.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{p}}))
}

func (b *bench) call(t testing.TB, method, path, body string) events.LambdaFunctionURLResponse {
	t.Helper()
	r := events.LambdaFunctionURLRequest{Body: body}
	r.RawPath, r.RawQueryString, _ = strings.Cut(path, "?")
	r.RequestContext.HTTP.Method = method
	answered, err := b.Handle(t.Context(), r)
	must(t, err)
	return answered
}

// ask makes one call that must be answered.
func (b *bench) ask(t testing.TB, method, path, body string) (a answer) {
	t.Helper()
	got := b.call(t, method, path, body)
	if got.StatusCode != http.StatusOK {
		t.Fatalf("%s %s was answered with %d: %s", method, path, got.StatusCode, got.Body)
	}
	must(t, json.Unmarshal([]byte(got.Body), &a))
	return a
}

func (b *bench) get(t testing.TB, path string) answer {
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

func TestEachPickHasAReasonThatIsTrueOfTheAsker(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	for phrase, c := range map[string]struct {
		method, path, body string
		product            shop.ProductID
		want               recommend.Reason
		bought             bool
	}{
		"tea, which ann buys every four weeks": {"GET", "/customers/ann", "", "TEA", recommend.Reason{Kind: "again", Product: "TEA", Title: "Earl Grey", Times: 4, Days: 28}, true},
		"a shade for the lamp that ann has":    {"GET", "/customers/ann", "", "SHADE", recommend.Reason{Kind: "goes_with", Product: "LAMP", Title: "Desk lamp", On: lampAt}, false},
		"bulbs for the lamp that ann has":      {"GET", "/customers/ann", "", "BULB", recommend.Reason{Kind: "consumable", Product: "LAMP", Title: "Desk lamp", On: lampAt}, false},
		"what others bought with her lamp":     {"GET", "/customers/ann", "", "RUG", recommend.Reason{Kind: "together", Product: "LAMP", Title: "Desk lamp", Customers: 41}, false},
		"the lamp on the page of a stranger":   {"GET", "/products/LAMP", "", "SHADE", recommend.Reason{Kind: "goes_with_this", Product: "LAMP", Title: "Desk lamp"}, false},
		"bulbs for the lamp on the page":       {"GET", "/products/LAMP", "", "BULB", recommend.Reason{Kind: "consumable_this", Product: "LAMP", Title: "Desk lamp"}, false},
		"bought with the lamp on the page":     {"GET", "/products/LAMP", "", "RUG", recommend.Reason{Kind: "together", Product: "LAMP", Title: "Desk lamp", Customers: 41}, false},
		"ann looks at the lamp that she has":   {"GET", "/products/LAMP?customer=ann", "", "SHADE", recommend.Reason{Kind: "goes_with", Product: "LAMP", Title: "Desk lamp", On: lampAt}, false},
		"a stranger's cart with a lamp":        {"POST", "/carts", `{"products":["LAMP"],"mode":"goes_with"}`, "SHADE", recommend.Reason{Kind: "goes_with_this", Product: "LAMP", Title: "Desk lamp"}, false},
		"a newcomer":                           {"GET", "/customers/nobody", "", "MUG", recommend.Reason{Kind: "popular", Customers: 60}, false},
		"an empty cart":                        {"POST", "/carts", `{}`, "JAR", recommend.Reason{Kind: "popular", Customers: 35}, false},
	} {
		t.Run(phrase, func(t *testing.T) {
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

func TestReasonsAreSaidInTheWordsOfMessages(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	dees := slices.Clone(anns)
	dees[0].At = lampAt.Add(4 * time.Hour) // 1 o'clock of the next morning in Tokyo
	b.customer(t, profile.Profile{ID: "dee", Orders: dees, Zone: profile.Word{Value: "Asia/Tokyo"}})
	for phrase, c := range map[string]struct{ path, language, product, text string }{
		"the customer's own language": {"/customers/ann", "pl", "RUG", "41 osób, które kupiły „Desk lamp”, wybrało też to."},
		"a date, in the shop's zone":  {"/customers/ann?language=en", "en", "SHADE", "Goes with “Desk lamp”, which you bought on 16 May 2026."},
		"a date, in the customer's":   {"/customers/dee?language=en", "en", "SHADE", "Goes with “Desk lamp”, which you bought on 17 May 2026."},
		"a language that is asked":    {"/customers/ann?language=el", "el", "RUG", "41 άτομα που αγόρασαν «Desk lamp» πήραν και αυτό."},
		"with its region":             {"/customers/ann?language=ru-RU", "ru", "RUG", "Среди купивших «Desk lamp» это выбрал 41 человек."},
		"one that is not spoken":      {"/customers/ann?language=de", "en", "RUG", "41 customers who bought “Desk lamp” bought this too."},
		"nobody's":                    {"/products/LAMP", "en", "SHADE", "Goes with “Desk lamp”."},
		"a stranger's, in Polish":     {"/products/LAMP?language=pl", "pl", "SHADE", "Pasuje do produktu: Desk lamp."},
	} {
		t.Run(phrase, func(t *testing.T) {
			a := b.get(t, c.path)
			p := a.of(shop.ProductID(c.product))
			if p == nil || p.Reason.Text != c.text || a.Language != c.language {
				t.Errorf("%s in %q says of %s: %+v, want %q in %q", c.path, a.Language, c.product, p, c.text, c.language)
			}
		})
	}
}

func TestTheSameIsLeftOutAsInMessages(t *testing.T) {
	none := 0
	for phrase, c := range map[string]struct {
		change func(map[shop.ProductID]recommend.Item)
		path   string
		gone   shop.ProductID
	}{
		"sold out":                      {func(rows map[shop.ProductID]recommend.Item) { r := rows["RUG"]; r.Stock = &none; rows["RUG"] = r }, "/products/LAMP", "RUG"},
		"hidden":                        {func(rows map[shop.ProductID]recommend.Item) { r := rows["RUG"]; r.Hidden = true; rows["RUG"] = r }, "/products/LAMP", "RUG"},
		"without a title":               {func(rows map[shop.ProductID]recommend.Item) { r := rows["RUG"]; r.Title = ""; rows["RUG"] = r }, "/products/LAMP", "RUG"},
		"without a price":               {func(rows map[shop.ProductID]recommend.Item) { r := rows["RUG"]; r.Price = gbp(0); rows["RUG"] = r }, "/products/LAMP", "RUG"},
		"no longer there":               {func(rows map[shop.ProductID]recommend.Item) { delete(rows, "RUG") }, "/products/LAMP", "RUG"},
		"bought":                        {nil, "/customers/ann", "LAMP"},
		"on the page":                   {nil, "/products/LAMP", "LAMP"},
		"on the page, though it is due": {nil, "/products/TEA?customer=ann&mode=both", "TEA"},
		"to be left out":                {nil, "/products/LAMP?except=VASE&except=RUG", "RUG"},
		"returned":                      {nil, "/customers/bob?want=50", "TEA"},
	} {
		t.Run(phrase, func(t *testing.T) {
			var change []func(map[shop.ProductID]recommend.Item)
			if c.change != nil {
				change = append(change, c.change)
			}
			b := newBench(t, dynamotest.Store(t), change...)
			back := slices.Clone(anns)
			back[4].Lines = []profile.VisitProduct{{Product: "TEA", Units: 1, Returned: 1}}
			b.customer(t, profile.Profile{ID: "bob", Orders: back})
			a := b.get(t, c.path)
			if a.of(c.gone) != nil || len(a.Picks) == 0 {
				t.Errorf("%s gives %v, want some and not %s", c.path, a.ids(), c.gone)
			}
		})
	}
}

// A page that the customer came to is answered while something is wrong, and
// told what.
func TestAPageIsToldWhatIsWrong(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	b.customer(t, profile.Profile{ID: "cat", Orders: anns, ServiceIssues: map[shop.OrderID]profile.ServiceIssue{"o-4": {Returned: &profile.Issue{Since: noon.AddDate(0, 0, -3), Right: noon.AddDate(0, 0, -2)}}}})
	a := b.get(t, "/customers/cat")
	if a.Trouble == nil || a.Trouble.What != "returned" || !a.Trouble.Until.Equal(noon.AddDate(0, 0, 12)) || len(a.Picks) == 0 {
		t.Errorf("the answer has trouble %+v and %d picks, want returned until %s, and some", a.Trouble, len(a.Picks), noon.AddDate(0, 0, 12))
	}
	if a := b.get(t, "/customers/ann"); a.Trouble != nil {
		t.Errorf("ann has trouble %+v, want none", a.Trouble)
	}
}

func TestAShortAnswerSaysWhy(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	b.customer(t, profile.Profile{ID: "new", Orders: []profile.Visit{visit("o-9", 1, "VASE")}})
	for phrase, c := range map[string]struct {
		path     string
		code     string
		newcomer bool
		none     bool
		learned  bool
	}{
		"nothing is due":           {path: "/customers/new?mode=again", code: "few-due", none: true, learned: true},
		"more wanted than there":   {path: "/customers/ann?want=50", code: "few-left", learned: true},
		"enough":                   {path: "/customers/ann?want=1", learned: true},
		"a newcomer":               {path: "/customers/nobody?want=2", newcomer: true, learned: true},
		"a newcomer wants many":    {path: "/customers/nobody?want=3", code: "few-left", newcomer: true, learned: true},
		"a shop without a model":   {path: "/customers/nobody", code: "nothing-learned", newcomer: true, none: true},
		"a stranger before orders": {path: "/products/LAMP?want=1", newcomer: true, learned: false},
	} {
		t.Run(phrase, func(t *testing.T) {
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

func TestAnUnknownProductIsNamedAndThePageIsNotEmpty(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	a := b.get(t, "/products/SLIP")
	if !slices.Equal(a.Unknown, []shop.ProductID{"SLIP"}) || a.of("MUG") == nil {
		t.Errorf("the answer names %v and picks %v, want SLIP, and what is popular", a.Unknown, a.ids())
	}
	a = b.ask(t, http.MethodPost, "/carts", `{"products":["LAMP","SLIP","SLIP"]}`)
	if !slices.Equal(a.Unknown, []shop.ProductID{"SLIP"}) || a.of("SHADE") == nil {
		t.Errorf("the cart's answer names %v and picks %v, want SLIP, and a shade", a.Unknown, a.ids())
	}
}

func TestEveryFaultOfARequestIsNamed(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	long := strings.Repeat("x", 129)
	many := `["` + strings.Repeat(`A","`, 100) + `A"]`
	for phrase, c := range map[string]struct {
		method, path, body string
		status             int
		faults             []string // path and the beginning of the fault
	}{
		"all that a query can have": {"GET", "/customers/" + long + "?want=0&mode=all&language=%21&limit=3", "", 400, []string{
			"customer is 129 bytes", `language is "!"`, "limit is not known", "mode is \"all\"", "want is 0",
		}},
		"a number that is none":                      {"GET", "/customers/ann?want=ten", "", 400, []string{`want is "ten"`}},
		"a number too great":                         {"GET", "/customers/ann?want=51", "", 400, []string{"want is 51; want 1 to 50"}},
		"twice the same":                             {"GET", "/customers/ann?want=1&want=2", "", 400, []string{"want is there 2 times"}},
		"bytes that are no text":                     {"GET", "/customers/%ff", "", 400, []string{"customer is not UTF-8"}},
		"an empty exception":                         {"GET", "/customers/ann?except=", "", 400, []string{"except is empty"}},
		"a customer by query where the path has one": {"GET", "/customers/ann?customer=bob", "", 400, []string{"customer is not known"}},
		"all that a cart can have": {"POST", "/carts", `{"products":["A","","` + long + `"],"want":-1,"mode":"x","language":"-","except":` + many + `}`, 400, []string{
			"/except has 101 products", `/language is "-"`, `/mode is "x"`, "/products/1 is empty", "/products/2 is 129 bytes", "/want is -1",
		}},
		"a slip in a name":         {"POST", "/carts", `{"product":["A"]}`, 400, []string{` has the unknown field "product"`}},
		"no JSON":                  {"POST", "/carts", `products`, 400, []string{" is not the expected JSON"}},
		"null":                     {"POST", "/carts", `null`, 400, []string{" is null"}},
		"nothing":                  {"POST", "/carts", ``, 400, []string{" is not the expected JSON"}},
		"a body without end":       {"POST", "/carts", `{"language":"` + strings.Repeat("x", 70_000) + `"}`, 400, []string{" is 70015 bytes long"}},
		"no such path":             {"GET", "/people/ann", "", 404, nil},
		"no path":                  {"GET", "/", "", 404, nil},
		"no customer":              {"GET", "/customers/", "", 404, nil},
		"a path that goes on":      {"GET", "/customers/ann/picks", "", 404, nil},
		"a path that is cut short": {"GET", "/customers/%f", "", 404, nil},
		"another method":           {"DELETE", "/customers/ann", "", 404, nil},
		"a cart that is got":       {"GET", "/carts", "", 404, nil},
	} {
		t.Run(phrase, func(t *testing.T) {
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

// What makes an answer better may fail: the page is not empty over it.
func TestWhatIsPublishedMayBeGone(t *testing.T) {
	gone := errors.New("gone, by order of a test")
	b := newBench(t, dynamotest.Store(t))
	b.broken.policy, b.policy = gone, policy.Policy{}
	a := b.get(t, "/customers/ann")
	if len(a.Picks) == 0 || a.Picks[0].Reason.Kind == "" || a.Picks[0].Reason.Text != "" || a.Language != "" {
		t.Errorf("without the shop's words the answer is %+v, want picks with reasons that have no text", a)
	}
	b.broken.model, b.model = gone, recommend.Model{}
	if a = b.get(t, "/customers/ann"); a.of("SHADE") == nil || a.of("TEA") == nil {
		t.Errorf("without a model the picks are %v, want what the catalogue and ann's own rhythm say", a.ids())
	}
	b.model = recommend.Model{Version: "2026-11-21T03:00:00Z", Popular: []recommend.Popular{{Product: "GONE", Customers: 9}, {Product: "MUG", Customers: 9}}}
	b.broken.model = nil
	if a = b.get(t, "/customers/nobody"); a.of("MUG") == nil || a.of("GONE") != nil {
		t.Errorf("of a version whose rows are gone, the picks are %v, want what is popular and still there", a.ids())
	}
	b.broken.rows = gone
	if got := b.call(t, http.MethodGet, "/customers/ann", ""); got.StatusCode != http.StatusInternalServerError || strings.Contains(got.Body, "order of a test") {
		t.Errorf("without a catalogue the answer is %d %s, want 500 and nothing of the cause", got.StatusCode, got.Body)
	}
	b.broken.rows = dynamo.ErrThrottled
	if got := b.call(t, http.MethodGet, "/customers/ann", ""); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("under throttling the answer is %d, want 503", got.StatusCode)
	}
}

func TestAnswersForACustomerAreKeptByNobody(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
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

// Whatever fails, the log names nobody.
func TestLogsAreAboutNobody(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	b.customer(t, profile.Profile{ID: "zoe", Orders: anns, Name: profile.Word{Value: "Zoe Example"}, Email: profile.Word{Value: "zoe@example.com"}})
	var log bytes.Buffer
	before := slog.Default()
	defer slog.SetDefault(before)
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	gone := errors.New("gone, by order of a test")
	b.broken.policy, b.broken.model, b.broken.rows = gone, gone, gone
	for _, path := range []string{"/customers/zoe", "/products/LAMP?customer=zoe", "/customers/zoe?want=no"} {
		b.call(t, http.MethodGet, path, "")
	}
	if text := log.String(); !strings.Contains(text, "no recommendations") || strings.Contains(strings.ToLower(text), "zoe") {
		t.Errorf("the log says: %s", text)
	}
}

// IDs are the shop's own, whatever stands in them.
func TestIDsOfAnyScript(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	for _, id := range []shop.CustomerID{"guest:8ced7f56", "a/b", "a b&want=0", "Ольга", "100%", "..", "?"} {
		b.customer(t, profile.Profile{ID: id, Orders: anns})
		if a := b.get(t, "/customers/"+url.PathEscape(string(id))); a.Newcomer {
			t.Errorf("customer %q is not known", id)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
