package cldrmoney_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/bojanz/currency"

	"regulars/shared/cldrmoney"
	"regulars/shared/shop"
)

func TestAmountsAreThoseOfTheLibrary(t *testing.T) {
	amounts := []int64{0, 7, -30, math.MaxInt64, math.MinInt64}
	for n := int64(987654321098765432); n > 0; n /= 10 { // each number of digits
		amounts = append(amounts, n)
	}
	for n := int64(-1000000); n < 0; n /= 10 {
		amounts = append(amounts, n)
	}
	for language, locale := range map[string]string{"en": "en", "en-GB": "en-GB", "pl": "pl", "ru": "ru", "el": "el", "he": "he", "another": "en"} {
		library := currency.NewFormatter(currency.NewLocale(locale))
		for _, code := range currency.GetCurrencyCodes() {
			for _, n := range amounts {
				a, err := currency.NewAmountFromInt64(n, code)
				if err != nil {
					t.Fatal(err)
				}
				want := library.Format(a)
				if got, ok := cldrmoney.In(language, shop.Money{Minor: n, Currency: shop.Currency(code)}); !ok || got != want {
					t.Fatalf("In(%s, %d %s) = %q, %t; want %q", language, n, code, got, ok, want)
				}
			}
		}
	}
}

func TestCurrenciesOfThePastAreNotWritten(t *testing.T) {
	for _, code := range []shop.Currency{"", "DEM", "ITL", "XXX", "eur", "EURO"} {
		if got, ok := cldrmoney.In("en", shop.Money{Minor: 150, Currency: code}); ok || got != "" {
			t.Errorf("In(en, 150 %q) = %q, %t; want nothing", code, got, ok)
		}
	}
}

func ExampleEnglish() {
	fmt.Println(cldrmoney.English(shop.Money{Minor: 40, Currency: "GBP"}))
	fmt.Println(cldrmoney.English(shop.Money{Minor: 150, Currency: "DEM"}))
	fmt.Println(cldrmoney.English(shop.Money{Minor: 150}))
	// Output:
	// £0.40
	// 150 DEM
	// 150
}

func ExampleIn() {
	dollars := shop.Money{Minor: 123456, Currency: "USD"}
	for _, language := range []string{"en", "en-GB"} {
		text, _ := cldrmoney.In(language, dollars)
		fmt.Println(text)
	}
	// Output:
	// $1,234.56
	// US$1,234.56
}
