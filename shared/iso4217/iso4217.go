// Package iso4217 knows the currencies of today and of the past, and the number
// of their decimals.
package iso4217

import (
	"strings"

	"golang.org/x/text/currency"

	"regulars/shared/shop"
)

// today lists the currencies in use by the number of their decimals. They are those of
// bojanz/currency, and a test compares them. That library makes tables of numbers at the
// start of each program that imports it, which takes more than a millisecond.
var today = [...]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD " +
		"CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD " +
		"HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR " +
		"MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP " +
		"SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWG",
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
}

// former is the number of decimals of a currency that is not in use any more.
// The CLDR has no decimals for many of them that had some once, so that an
// amount of 1.50 could not be read.
const former = 2

// Today returns the number of decimals of a currency, and whether it is in use.
func Today(code shop.Currency) (decimals int, known bool) {
	if len(code) != 3 {
		return 0, false
	}
	for decimals, codes := range today {
		if strings.Contains(codes, string(code)) && !strings.Contains(string(code), " ") {
			return decimals, true
		}
	}
	return 0, false
}

// Decimals returns the number of decimals of a currency, 2 if it is not in use
// any more, and whether there is or was such a currency. The code for tests
// (XTS) and the one for no currency (XXX) are none.
func Decimals(code shop.Currency) (decimals int, known bool) {
	if n, ok := Today(code); ok {
		return n, true
	}
	unit, err := currency.ParseISO(string(code))
	if err != nil || unit.String() != string(code) || code == "XXX" || code == "XTS" {
		return 0, false // ParseISO takes small letters as well
	}
	return former, true
}
