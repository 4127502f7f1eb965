package main

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/httpapi"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// description is docs/recommendations.yaml, the OpenAPI description of the
// calls.
type description struct {
	doc    any
	schema func(name string) *jsonschema.Schema
	calls  map[string]bool // "GET /customers/{customer}"
}

func readDescription(t *testing.T) description {
	t.Helper()
	text, err := os.ReadFile("../../docs/recommendations.yaml")
	must(t, err)
	plain, err := yaml.YAMLToJSON(text)
	must(t, err)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(plain)))
	must(t, err)
	compiler := jsonschema.NewCompiler()
	must(t, compiler.AddResource("recommendations.json", doc))
	d := description{doc: doc, calls: map[string]bool{}}
	for path, methods := range doc.(map[string]any)["paths"].(map[string]any) {
		for method := range methods.(map[string]any) {
			if method != "parameters" {
				d.calls[strings.ToUpper(method)+" "+path] = true
			}
		}
	}
	d.schema = func(name string) *jsonschema.Schema {
		s, err := compiler.Compile("recommendations.json#/components/schemas/" + name)
		must(t, err)
		return s
	}
	return d
}

// at returns the value at this path below the description's components.
func (d description) at(path ...string) any {
	v := d.doc.(map[string]any)["components"]
	for _, step := range path {
		v = v.(map[string]any)[step]
	}
	return v
}

// check fails the test if text does not follow the named schema.
func (d description) check(t *testing.T, what, name, text string) {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	must(t, err)
	if err := d.schema(name).Validate(value); err != nil {
		t.Errorf("%s does not follow the schema %s: %v\n%s", what, name, err, text)
	}
}

// The schemas allow no fields that they do not name.
func TestRequestsAndAnswersFollowTheDescription(t *testing.T) {
	d := readDescription(t)
	b := newFixture(t, dynamotest.Store(t))
	b.customer(t, profile.Profile{ID: "cat", Orders: anns, ServiceIssues: map[shop.OrderID]profile.ServiceIssue{"o-4": {Delayed: &profile.Issue{Since: noon.AddDate(0, 0, -3)}}}})
	const cart = `{"customer":"ann","products":["RUG","SLIP"],"want":5,"mode":"next","language":"el","except":["VASE"]}`
	d.check(t, "the cart", "Cart", cart)
	for _, c := range []struct{ method, path, call, schema, body string }{
		{http.MethodGet, "/customers/ann", "/customers/{customer}", "Answer", ""},
		{http.MethodGet, "/customers/cat?want=50&mode=again", "/customers/{customer}", "Answer", ""},
		{http.MethodGet, "/customers/unknown", "/customers/{customer}", "Answer", ""},
		{http.MethodGet, "/customers/ann?want=0", "/customers/{customer}", "Problem", ""},
		{http.MethodGet, "/products/LAMP?customer=ann", "/products/{product}", "Answer", ""},
		{http.MethodGet, "/products/SLIP", "/products/{product}", "Answer", ""},
		{http.MethodPost, "/carts", "/carts", "Answer", cart},
		{http.MethodPost, "/carts", "/carts", "Answer", "{}"},
		{http.MethodPost, "/carts", "/carts", "Problem", "[]"},
	} {
		d.check(t, c.method+" "+c.path, c.schema, b.call(t, c.method, c.path, c.body).Body)
		if !d.calls[c.method+" "+c.call] {
			t.Errorf("docs/recommendations.yaml does not describe %s %s", c.method, c.call)
		}
	}
	if len(d.calls) != 3 {
		t.Errorf("docs/recommendations.yaml describes %d calls, want 3", len(d.calls))
	}
}

func TestLimitsAndCodesFollowTheDescription(t *testing.T) {
	d := readDescription(t)
	cart := d.at("schemas", "Cart", "properties").(map[string]any)
	for name, c := range map[string]struct {
		described any
		is        int
	}{
		"want of a query":    {d.at("parameters", "Want", "schema", "maximum"), mostWanted},
		"default of want":    {d.at("parameters", "Want", "schema", "default"), usuallyWanted},
		"want of a cart":     {cart["want"].(map[string]any)["maximum"], mostWanted},
		"products of a cart": {cart["products"].(map[string]any)["maxItems"], mostProducts},
		"except of a cart":   {cart["except"].(map[string]any)["maxItems"], mostProducts},
		"a customer's ID":    {cart["customer"].(map[string]any)["maxLength"], httpapi.MostID},
	} {
		if n, _ := c.described.(json.Number).Int64(); int(n) != c.is {
			t.Errorf("%s: the description has %v, the code %d", name, c.described, c.is)
		}
	}
	same := func(name string, described any, is []string) {
		t.Helper()
		var words []string
		for _, w := range described.([]any) {
			words = append(words, w.(string))
		}
		slices.Sort(words)
		slices.Sort(is)
		if !slices.Equal(words, is) {
			t.Errorf("%s: the description has %v, the code %v", name, words, is)
		}
	}
	var kinds, codes, names []string
	for _, k := range recommend.ReasonKinds {
		kinds = append(kinds, string(k))
	}
	for c := range shorts {
		codes = append(codes, c)
	}
	for _, m := range modes {
		names = append(names, string(m))
	}
	same("reasons", d.at("schemas", "Reason", "properties", "kind", "enum"), kinds)
	same("short answers", d.at("schemas", "Answer", "properties", "short", "properties", "code", "enum"), codes)
	same("modes", d.at("schemas", "Mode", "enum"), names)
}
