package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/ops/offercheck/trial"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shop"
)

var update = flag.Bool("update", false, "write the golden files again")

// regularShop returns the directory of a shop that has all offers of the
// library.
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

// The golden file testdata/try.txt holds what try prints for a regular customer
// who buys without a discount, with all offers of the library.
func TestTryPrintsEveryOfferAndTheCart(t *testing.T) {
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

// try takes the body that the shop sends to the checkout, with its taxes and
// codes, and looks up the category of a line in the catalogue as the checkout
// does.
func TestTryTakesTheCartOfACheckoutCall(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cart.json")
	sent := `{"customer": "c-1", "currency": "GBP", "language": "en", "shipping": 0, "shipping_tax_rate": 2000, "codes": ["X"], "lines": [
		{"id": "1", "product": "MUG-1", "units": 2, "price": 600, "tax_rate": 2000}]}`
	if err := os.WriteFile(file, []byte(sent), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := offers(t, "try", "-customer", "testdata/regular.json", "-cart", file, regularShop(t))
	if err != nil || !strings.Contains(got, "tax in it") || !strings.Contains(got, "£1.00\n") {
		t.Errorf("try = %q, %v, want £1.00 of tax in the £6.00 of two mugs, one of which is free", got, err)
	}
	if !strings.Contains(got, "\nX: nothing: it is not the code of a coupon that this customer has\n") {
		t.Errorf("try = %q, want the code X refused", got)
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
	if want := dir + "/offers/late.yaml:2:7: there is no customer.rythm; did you mean customer.rhythm?\n1 fault"; err == nil || err.Error() != want {
		t.Errorf("lint = %v, want %s", err, want)
	}
}

func TestWrongArgumentsAreRefused(t *testing.T) {
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
		"no command":                          {nil, "say what to do"},
		"an unknown command":                  {[]string{"give"}, "say what to do"},
		"no customer":                         {[]string{"try", "-cart", cart}, "name a customer and a cart"},
		"a customer's file gone":              {[]string{"try", "-customer", "missing.json", "-cart", cart}, "read the customer: there is no file missing.json; docs/offers.md links to an example"},
		"a cart's lines for its file":         {[]string{"try", "-customer", "c-1", "-cart", "22457:2"}, "read the cart: there is no file 22457:2; docs/offers.md links to an example"},
		"a misspelt key in a customer's file": {[]string{"try", "-customer", write(`{"profil": {}}`), "-cart", cart}, `unknown field "profil"`},
		"a cart with faults":                  {[]string{"try", "-customer", who, "-cart", write(`{"lines": [{"id": "1"}]}`)}, "line 1: names no product"},
		"a cart in another currency":          {[]string{"try", "-customer", who, "-cart", write(`{"currency": "EUR"}`)}, "its amounts are in EUR, the shop's in GBP"},
		"a directory that is missing":         {[]string{"lint", "missing"}, "read the shop's files"},
		"a local cloud that is off":           {[]string{"try", "-customer", "c-1", "-cart", cart}, "start the local cloud with make run"},
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

// Every offer of the library is linked from docs/offers.md.
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

// A customer who is stored gets the same answer as one from a file.
func TestTryGivesAStoredCustomerTheSameAnswer(t *testing.T) {
	p, err := read(regularShop(t))
	if err != nil {
		t.Fatal(err)
	}
	r, err := trial.ReadRequest("testdata/cart.json", p.Shop)
	if err != nil {
		t.Fatal(err)
	}
	file, err := trial.FromFile("testdata/regular.json", p, r, now)
	if err != nil {
		t.Fatal(err)
	}
	store := dynamotest.Store(t)
	if err := store.SaveFold(t.Context(), dynamo.Fold{Order: shop.Order{ID: "o-3", Customer: "c-regular"}, Customer: "c-regular", Profile: file.Profile}); err != nil {
		t.Fatal(err)
	}
	for _, item := range file.Items {
		if err := store.SaveProduct(t.Context(), item.Product); err != nil {
			t.Fatal(err)
		}
	}
	printed := func(one trial.Trial) string {
		var out strings.Builder
		if err := one.Print(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	stored, err := trial.FromStore(t.Context(), store, "c-regular", p, r, now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(printed(file), printed(stored)); diff != "" {
		t.Errorf("from the store (-file +store):\n%s", diff)
	}
	if _, err := trial.FromStore(t.Context(), store, "c-unknown", p, r, now); err == nil || !strings.HasPrefix(err.Error(), "there is no customer c-unknown;") {
		t.Errorf("FromStore(c-unknown) = %v", err)
	}
}
