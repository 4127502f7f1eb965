package condition

import (
	"fmt"
	"strconv"
	"strings"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

// ParseMoney parses an amount such as "500.00" or "500" in this currency. It
// refuses a sign, a thousands separator, a currency sign, more decimals than
// the currency has, and an unknown currency; the error shows the right form.
func ParseMoney(text string, in shop.Currency) (shop.Money, error) {
	digits, known := iso4217.Today(in)
	if !known {
		return shop.Money{}, fmt.Errorf("%q is not an ISO 4217 currency", in)
	}
	whole, decimals, point := strings.Cut(text, ".")
	plain := whole != "" && len(whole) <= 12 && allDigits(whole) && allDigits(decimals) && point == (decimals != "")
	if !plain || len(decimals) > digits {
		example := "500"
		if digits > 0 {
			example += "." + strings.Repeat("0", digits)
		}
		return shop.Money{}, fmt.Errorf("%q is not an amount of %s: write it like %q", text, in, example)
	}
	n, err := strconv.ParseInt(whole+decimals+strings.Repeat("0", digits-len(decimals)), 10, 64)
	if err != nil {
		return shop.Money{}, fmt.Errorf("%q is too large an amount", text)
	}
	return shop.Money{Minor: n, Currency: in}, nil
}

func allDigits(text string) bool { return count(text, isDigit) == len(text) }
