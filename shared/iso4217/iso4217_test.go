package iso4217_test

import (
	"testing"

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
