package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shop"
)

var update = flag.Bool("update", false, "write the golden files anew")

// regularShop lays the library into a directory of a shop's.
func regularShop(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "offers"), os.DirFS("../offer-library")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"shop.yaml", "need.yaml", "points.yaml"} {
		data, err := os.ReadFile("../../shop/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func offers(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := run(t.Context(), args, func(string) string { return "" }, now, &out)
	return out.String(), err
}

// What is printed for a regular who buys anyway, with the whole library.
func TestTry(t *testing.T) {
	got, err := offers(t, "try", "-customer", "testdata/regular.json", "-cart", "testdata/cart.json", regularShop(t))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/try.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/try.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("try (-want +got):\n%s", diff)
	}
}

// The very body that the checkout sends can be tried, with its taxes.
func TestTryTakesTheCheckoutsCart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cart.json")
	sent := `{"customer": "c-1", "currency": "GBP", "language": "en", "shipping": 0, "shipping_tax_rate": 2000, "codes": ["X"], "lines": [
		{"id": "1", "product": "MUG-1", "units": 2, "price": 600, "tax_rate": 2000}]}`
	if err := os.WriteFile(file, []byte(sent), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := offers(t, "try", "-customer", "testdata/regular.json", "-cart", file, regularShop(t))
	if err != nil || !strings.Contains(got, "tax in it") || !strings.Contains(got, "£2.00") {
		t.Errorf("try = %q, %v, want £2.00 of tax in £12.00", got, err)
	}
}

func TestLintNamesThePlaceOfAFault(t *testing.T) {
	dir := regularShop(t)
	if got, err := offers(t, "lint", dir); err != nil || !strings.HasSuffix(got, ": 16 offers are sound\n") {
		t.Errorf("lint = %q, %v", got, err)
	}
	file := filepath.Join(dir, "offers", "late.yaml")
	if err := os.WriteFile(file, []byte("title: Late\nwhen: customer.rythm == \"late\"\npercent: 10\nvalid_days: 9\nbudget: {uses: 1}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := offers(t, "lint", dir)
	if want := dir + "/offers/late.yaml:2:7: there is no customer.rythm; did you mean customer.rhythm?\n1 faults"; err == nil || err.Error() != want {
		t.Errorf("lint = %v, want %s", err, want)
	}
}

func TestWhatCannotBeTried(t *testing.T) {
	write := func(content string) string {
		file := filepath.Join(t.TempDir(), "it.json")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	who, cart := "testdata/regular.json", "testdata/cart.json"
	for what, test := range map[string]struct {
		args []string
		want string
	}{
		"nothing to do":               {nil, "say what to do"},
		"something unknown":           {[]string{"give"}, "say what to do"},
		"no customer":                 {[]string{"try", "-cart", cart}, "name a customer and a cart"},
		"a customer's file gone":      {[]string{"try", "-customer", "nobody.json", "-cart", cart}, "read the customer"},
		"a misspelt key of theirs":    {[]string{"try", "-customer", write(`{"profil": {}}`), "-cart", cart}, `unknown field "profil"`},
		"a cart that is none":         {[]string{"try", "-customer", who, "-cart", write(`{"lines": [{"id": "1"}]}`)}, "line 1: names no product"},
		"a cart in another currency":  {[]string{"try", "-customer", who, "-cart", write(`{"currency": "EUR"}`)}, "it counts in EUR, the shop in GBP"},
		"a shop that there is not":    {[]string{"lint", "nowhere"}, "read the shop's files"},
		"a local cloud that is asked": {[]string{"try", "-customer", "c-1", "-cart", cart}, "start the local cloud with make run"},
	} {
		if len(test.args) > 0 && test.args[0] == "try" {
			test.args = append(test.args, "../../shop")
		}
		var out strings.Builder
		err := run(t.Context(), test.args, func(name string) string { return map[string]string{"PORT": "1"}[name] }, now, &out)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q in it", what, err, test.want)
		}
	}
}

// Whoever looks for an offer finds it in the manual.
func TestManualNamesTheLibrary(t *testing.T) {
	manual, err := os.ReadFile("../../../docs/offers.md")
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("../offer-library/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.Contains(string(manual), "(../infra/ops/offer-library/"+filepath.Base(name)+")") {
			t.Errorf("docs/offers.md does not name %s", name)
		}
	}
}

// A customer of the local cloud is answered for as their file is.
func TestAStoredCustomerIsTheSame(t *testing.T) {
	file, err := readPerson("testdata/regular.json")
	if err != nil {
		t.Fatal(err)
	}
	store := dynamotest.Store(t)
	if err := store.SaveFold(t.Context(), dynamo.Fold{Order: shop.Order{ID: "o-3", Customer: "c-regular"}, Customer: "c-regular", Profile: file.Profile}); err != nil {
		t.Fatal(err)
	}
	for _, product := range file.Products {
		if err := store.SaveProduct(t.Context(), product); err != nil {
			t.Fatal(err)
		}
	}
	p, err := read(regularShop(t))
	if err != nil {
		t.Fatal(err)
	}
	cart, err := readCart("testdata/cart.json", p.Shop)
	if err != nil {
		t.Fatal(err)
	}
	answer := func(who person) string {
		var out strings.Builder
		if err := (trial{policy: p, person: who, cart: cart, now: now}).print(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	kept, err := stored(t.Context(), store, "c-regular", p, cart)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(answer(file), answer(kept)); diff != "" {
		t.Errorf("from the store (-file +store):\n%s", diff)
	}
	if _, err := stored(t.Context(), store, "c-nobody", p, cart); err == nil || !strings.HasPrefix(err.Error(), "there is no customer c-nobody;") {
		t.Errorf("stored(c-nobody) = %v", err)
	}
}
