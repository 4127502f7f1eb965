package iso4217_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bojanz/currency"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

func TestDecimals(t *testing.T) {
	for code, want := range map[shop.Currency]int{
		"EUR": 2, "JPY": 0, "KWD": 3,
		"DEM": 2, "HRK": 2, "ITL": 2, "MRO": 2, // of the past
		"": -1, "XXX": -1, "XTS": -1, "GBR": -1, "gbp": -1, "dem": -1, "EURO": -1,
	} {
		got, known := iso4217.Decimals(code)
		if known != (want >= 0) || known && got != want {
			t.Errorf("Decimals(%q) = %d, %t; want %d", code, got, known, want)
		}
	}
}

func TestTodaysCurrenciesAreThoseOfTheLibrary(t *testing.T) {
	codes := currency.GetCurrencyCodes()
	for _, code := range codes {
		want, _ := currency.GetDigits(code)
		if got, known := iso4217.Today(shop.Currency(code)); !known || got != int(want) {
			t.Errorf("Today(%s) = %d, %t; want %d: correct the list", code, got, known, want)
		}
	}
	letters := strings.Split("ABCDEFGHIJKLMNOPQRSTUVWXYZ ", "")
	for _, a := range letters {
		for _, b := range letters {
			for _, c := range letters {
				if _, known := iso4217.Today(shop.Currency(a + b + c)); known && !slices.Contains(codes, a+b+c) {
					t.Errorf("Today(%q) is known, and the library does not have it", a+b+c)
				}
			}
		}
	}
}
