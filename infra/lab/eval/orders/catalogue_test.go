package orders_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"regulars/infra/lab/eval/orders"
	"regulars/shared/intake"
	"regulars/shared/shop"
)

// changed returns an event product.changed, in one line.
func changed(id, title, updated string, complements ...string) string {
	return fmt.Sprintf(`{"detail-type":"product.changed","time":"2026-01-01T00:00:00Z","detail":{"version":"1","product":{"id":%q,"title":%q,"currency":"GBP","price":"1.50","updated_at":%q,"relations":{"complements":[%s]}}}}`+"\n",
		id, title, updated, strings.Join(complements, ","))
}

const monday, tuesday = "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z"

func TestCatalogueTakesTheLatestRevision(t *testing.T) {
	for name, file := range map[string]string{
		"in order":                  changed("TEA", "Old", monday) + "\n" + changed("TEA", "Tea", tuesday, `"SPOON"`),
		"not in order":              changed("TEA", "Tea", tuesday, `"SPOON"`) + changed("TEA", "Old", monday),
		"both are of the same time": changed("TEA", "Old", tuesday) + changed("TEA", "Tea", tuesday, `"SPOON"`),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := orders.Catalogue(strings.NewReader(file))
			if err != nil || len(got) != 1 || got[0].Title != "Tea" || !slices.Equal(got[0].Relations[shop.RelationComplements], []shop.ProductID{"SPOON"}) {
				t.Errorf("Catalogue = %+v, %v, want the tea with its spoon", got, err)
			}
		})
	}
}

func TestCatalogueFailsWithTheLine(t *testing.T) {
	good := changed("TEA", "Tea", monday)
	for name, c := range map[string]struct{ file, want string }{
		"an empty file":      {"", "there is no product"},
		"not JSON":           {good + "TEA,Tea,1.50\n", "line 2: refused: the event is not JSON"},
		"a list of products": {`[{"id":"TEA"}]`, "line 1: refused"},
		"another event":      {strings.Replace(good, "product.changed", "secret.changed", 1), "line 1: refused: /detail-type is unknown"},
		"an order":           {`{"detail-type":"order.paid","time":"2026-01-01T00:00:00Z","detail":{"version":"1","order":{"id":"7"}}}`, "line 1 is another event"},
		"a line too long":    {good + strings.Repeat("x", 2*intake.MaxBytes), "line 2 is longer than"},
		"a missing price":    {strings.Replace(good, `"price":"1.50",`, "", 1), "line 1: refused: /detail/product/price"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := orders.Catalogue(strings.NewReader(c.file))
			if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 1000 || strings.Contains(err.Error(), "secret") {
				t.Errorf("Catalogue = %v, want a short error with %q", err, c.want)
			}
		})
	}
}

func TestFileWithACatalogue(t *testing.T) {
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	data, products := write("orders.csv", plain), write("products.jsonl", changed("TEA", "Tea", monday, `"SPOON"`)+changed("SPOON", "A spoon", monday))
	set, _, err := orders.File{Path: data, Format: "csv", Cut: july, Catalogue: products}.Read()
	if err != nil {
		t.Fatal(err)
	}
	if diff := format(set); !strings.Contains(diff, "anna? 06-01 MILK TEA, 06-20 TEA: CAKE") || len(set.Catalogue) != 2 || !slices.Contains(set.Products, "SPOON") {
		t.Errorf("the set is\n%swith %d products of the catalogue, want the orders as without it, and both products", diff, len(set.Catalogue))
	}
	if err := set.Check(); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		file orders.File
		want string
	}{
		"a catalogue that is not one": {orders.File{Path: data, Format: "csv", Catalogue: data}, "orders.csv: line 1: refused"},
		"with the dc form":            {orders.File{Path: data, Format: "dc", Catalogue: products}, "a catalogue goes with orders in the format csv"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := c.file.Read(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Read = %v, want an error with %q", err, c.want)
			}
		})
	}
}
