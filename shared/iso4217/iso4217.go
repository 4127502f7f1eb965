// Package iso4217 knows the currencies of today and of the past, and the number
// of their decimals.
package iso4217

import (
	today "github.com/bojanz/currency"
	"golang.org/x/text/currency"

	"regulars/shared/shop"
)

// former is the number of decimals of a currency that is not in use any more.
// The CLDR has no decimals for many of them that had some once, so that an
// amount of 1.50 could not be read.
const former = 2

// Decimals returns the number of decimals of a currency, 2 if it is not in use
// any more, and whether there is or was such a currency. The code for tests
// (XTS) and the one for no currency (XXX) are none.
func Decimals(code shop.Currency) (decimals int, known bool) {
	if n, ok := today.GetDigits(string(code)); ok {
		return int(n), true
	}
	unit, err := currency.ParseISO(string(code))
	if err != nil || unit.String() != string(code) || code == "XXX" || code == "XTS" {
		return 0, false // ParseISO takes small letters as well
	}
	return former, true
}
