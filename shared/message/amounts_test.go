package message

import (
	"testing"

	"github.com/bojanz/currency"

	"regulars/shared/cldrmoney"
	"regulars/shared/shop"
)

// A language that is added to knownLanguages alone would have amounts in their English form.
func TestEachLanguageWritesAmountsInItsOwnForm(t *testing.T) {
	for name := range knownLanguages() {
		library := currency.NewFormatter(currency.NewLocale(name))
		for _, code := range []string{"EUR", "GBP", "PLN", "JPY", "USD"} {
			const minor = -123456789
			amount, err := currency.NewAmountFromInt64(minor, code)
			if err != nil {
				t.Fatal(err)
			}
			want := library.Format(amount)
			if got, _ := cldrmoney.In(name, shop.Money{Minor: minor, Currency: shop.Currency(code)}); got != want {
				t.Errorf("In(%s, %d %s) = %q, want %q: add the form of the language to shared/cldrmoney, and the language to its test", name, minor, code, got, want)
			}
		}
	}
}
