package intake

import (
	"encoding/json"
	"strconv"
	"strings"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

// currency returns an ISO 4217 code, of today or of the past.
func (v value) currency() shop.Currency {
	const want = `an ISO 4217 code in capitals, such as "EUR"`
	if v.missing(want) {
		return ""
	}
	s, ok := v.json.(string)
	if !ok {
		v.fault("is %s; want %s", v.kind(), want)
		return ""
	}
	if _, known := iso4217.Decimals(shop.Currency(s)); !known {
		v.fault("is not %s", want)
		return ""
	}
	return shop.Currency(s)
}

// sameCurrency adds a fault if v names another currency than the order's.
func (v value) sameCurrency(of shop.Currency) {
	if c := v.currency(); c != "" && of != "" && c != of {
		v.fault("is another currency than the order's; want one currency in an order")
	}
}

// amount returns a decimal number, in a string or not, as money. It is read
// digit by digit and never becomes a float. Zeros beyond the currency's
// decimals are accepted ("12.500" EUR); other digits there are a fault
// ("12.505" EUR, "10.5" JPY). If the currency is unknown, the form is checked
// and the result is zero.
func (v value) amount(of shop.Currency) shop.Money {
	const want = `a decimal amount of 0 or more, such as "12.50"`
	if v.missing(want) {
		return shop.Money{}
	}
	s := ""
	switch x := v.json.(type) {
	case string:
		s = x
	case json.Number:
		s = x.String()
	}
	whole, fraction, dotted := strings.Cut(s, ".")
	if !digits(whole) || dotted && !digits(fraction) {
		v.fault("is not %s", want)
		return shop.Money{}
	}
	decimals, known := iso4217.Decimals(of)
	if !known {
		return shop.Money{}
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > decimals {
		v.fault("has more decimals than %s, which has %d", of, decimals)
		return shop.Money{}
	}
	minor, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	if err != nil || minor > maxMinor {
		v.fault("is more than any order is worth")
		return shop.Money{}
	}
	return shop.Money{Minor: minor, Currency: of}
}

// digits reports whether s is 1 to 20 decimal digits.
func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != "" && len(s) <= 20
}
