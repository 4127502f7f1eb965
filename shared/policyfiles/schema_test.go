//go:build !race

package policyfiles_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"regulars/shared/conditioncheck"
	"regulars/shared/policyfiles"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const schemaFile = "../../infra/shop/offer.schema.json"

// beyond are the broken files that the schema accepts, because it cannot check
// a condition, compare two amounts, or know the shop's languages or the file's
// name.
var beyond = []string{
	"an-offer-above-its-minimum/offers/welcome.yaml",
	"budgets-that-are-too-small/offers/amount.yaml",
	"budgets-that-are-too-small/offers/gift.yaml",
	"budgets-that-are-too-small/offers/percent.yaml",
	"budgets-that-are-too-small/offers/tiers.yaml",
	"conditions-in-every-notation/offers/block.yaml",
	"conditions-in-every-notation/offers/folded.yaml",
	"conditions-in-every-notation/offers/plain.yaml",
	"conditions-in-every-notation/offers/quoted.yaml",
	"conditions-in-the-wrong-place/offers/sale.yaml",
	"conditions-in-the-wrong-place/offers/welcome.yaml",
	"invalid-file-names/offers/Summer Sale.yaml",
	"product-names-that-press-the-reader/offers/welcome.yaml",
	"products-without-a-name/offers/other.yaml",
	"rules-that-contradict-themselves/offers/welcome.yaml",
	"segments-with-faults/offers/welcome.yaml",
	"unknown-tiers/offers/early.yaml",
}

// Load refuses every file that the schema refuses, and the schema refuses every
// file that Load refuses, except the files in beyond.
func TestSchemaAndLoadRefuseTheSameFiles(t *testing.T) {
	schema := offerSchema(t)
	var found []string
	for _, pattern := range []string{"testdata/broken/*/offers/*.yaml", "testdata/sound/offers/*.yaml", "../../infra/shop/offers/*.yaml", "../../infra/ops/offer-library/*.yaml"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) < 5 {
			t.Fatalf("Glob(%s) = %d files, %v", pattern, len(names), err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			from := fs.FS(files(t, ""))
			if strings.Contains(name, "infra") {
				from = os.DirFS("../../infra/shop")
			}
			around := fstest.MapFS{"offers/" + filepath.Base(name): {Data: data}}
			segments, _ := fs.Glob(from, "segments/*.yaml") // fails for a bad pattern only
			for _, file := range append(segments, "shop.yaml", "points.yaml") {
				content, err := fs.ReadFile(from, file)
				if err != nil {
					t.Fatal(err)
				}
				around[file] = &fstest.MapFile{Data: content}
			}
			_, faults := policyfiles.LoadOffers(around, conditioncheck.Compile)
			var content any
			wrong := yaml.Unmarshal(data, &content)
			if wrong == nil {
				wrong = schema.Validate(plainJSON(t, content))
			}
			switch {
			case wrong != nil && faults == nil:
				t.Errorf("the schema refuses %s, LoadOffers does not: %v", name, wrong)
			case wrong == nil && faults != nil:
				found = append(found, strings.TrimPrefix(name, "testdata/broken/"))
			}
		}
	}
	slices.Sort(found)
	if diff := cmp.Diff(beyond, found); diff != "" {
		t.Errorf("files that only LoadOffers refuses (-expected +found):\n%s", diff)
	}
}

// Editors complete the keys of the schema: exactly the keys that LoadOffers
// knows.
func TestSchemaHasEveryKey(t *testing.T) {
	data, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]struct{ Description string }
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	changed := files(t, "")
	changed["offers/welcome.yaml"] = &fstest.MapFile{Data: append(changed["offers/welcome.yaml"].Data, "zzzzzzzz: 1\n"...)}
	_, err = policyfiles.LoadOffers(changed, conditioncheck.Compile)
	_, keys, ok := strings.Cut(err.Error(), "known are ")
	if !ok {
		t.Fatalf("LoadOffers with an unknown key = %v", err)
	}
	for key := range strings.SplitSeq(keys, ", ") {
		if schema.Properties[key].Description == "" {
			t.Errorf("%s does not describe %s", schemaFile, key)
		}
		delete(schema.Properties, key)
	}
	for key := range schema.Properties {
		t.Errorf("%s has %s, which LoadOffers does not know", schemaFile, key)
	}
}

func offerSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	schema, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// plainJSON returns v as it is after encoding to JSON and decoding.
func plainJSON(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return plain
}
