package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// description returns the schemas and calls of docs/checkout.yaml, the
// description from which shops write their clients.
func description(t *testing.T) (schema func(name string) *jsonschema.Schema, calls map[string]bool) {
	t.Helper()
	text, err := os.ReadFile("../../docs/checkout.yaml")
	must(t, err)
	plain, err := yaml.YAMLToJSON(text)
	must(t, err)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(plain)))
	must(t, err)
	compiler := jsonschema.NewCompiler()
	must(t, compiler.AddResource("checkout.json", doc))
	calls = map[string]bool{}
	for path, methods := range doc.(map[string]any)["paths"].(map[string]any) {
		for method := range methods.(map[string]any) {
			if method != "parameters" {
				calls[strings.ToUpper(method)+" "+path] = true
			}
		}
	}
	return func(name string) *jsonschema.Schema {
		s, err := compiler.Compile("checkout.json#/components/schemas/" + name)
		must(t, err)
		return s
	}, calls
}

// Requests and answers match the description, which allows no field that it
// does not name.
func TestAnswersAreAsDescribed(t *testing.T) {
	schema, calls := description(t)
	b := newBench(t)
	code := b.issue(t, "ann", "ten", 2)
	r := cart("ann", code, "nonsense")
	r.Client, r.ShipTax, r.Lines[0].TaxRate = "192.0.2.1", 2000, 2000
	check := func(what, name string, v any) {
		t.Helper()
		text, err := json.Marshal(v)
		must(t, err)
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(text)))
		must(t, err)
		if err := schema(name).Validate(value); err != nil {
			t.Errorf("%s does not match the schema %s: %v", what, name, err)
		}
	}
	check("the cart", "Cart", r)
	for _, c := range []struct {
		method, path, call, schema string
		body                       any
	}{
		{http.MethodPost, "/quotes", "/quotes", "Quote", r},
		{http.MethodPost, "/quotes", "/quotes", "Problem", "{}"},
		{http.MethodPut, "/orders/o-1/hold", "/orders/{order}/hold", "Quote", r},
		{http.MethodDelete, "/orders/o-1/hold", "/orders/{order}/hold", "State", ""},
		{http.MethodPut, "/orders/o-1/hold", "/orders/{order}/hold", "Quote", r},
		{http.MethodGet, "/orders/o-1", "/orders/{order}", "State", ""},
		{http.MethodPut, "/orders/o-1/redemption", "/orders/{order}/redemption", "State", ""},
		{http.MethodPut, "/orders/o-1/returns/r-1", "/orders/{order}/returns/{return}", "State", `{"lines":{"1":1}}`},
		{http.MethodPut, "/orders/o-1/hold", "/orders/{order}/hold", "Problem", r},
		{http.MethodGet, "/customers/ann/points", "/customers/{customer}/points", "Points", ""},
	} {
		var answer any
		b.call(t, c.method, c.path, c.body, &answer)
		check(c.method+" "+c.path, c.schema, answer)
		if !calls[c.method+" "+c.call] {
			t.Errorf("docs/checkout.yaml does not describe %s %s", c.method, c.call)
		}
	}
	if len(calls) != 7 {
		t.Errorf("docs/checkout.yaml describes %d calls, this test knows 7", len(calls))
	}
}
