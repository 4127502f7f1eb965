// Package cldrmoney writes amounts of money as the Unicode CLDR does in the languages of
// messages, letter for letter as bojanz/currency writes them: a test compares all
// currencies. That library makes tables of large numbers at the start of each program
// that imports it, which takes a millisecond (docs/decisions/0111).
package cldrmoney

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

const space = "\u00a0" // no-break space

// In returns the amount in a language, such as "£0.40" in "en"; false if its currency is
// not in use any more, or never was. Another language than "en", "en-GB", "pl", "ru", "el"
// and "he" counts as "en".
func In(language string, m shop.Money) (text string, ok bool) {
	decimals, ok := iso4217.Today(m.Currency)
	if !ok {
		return "", false
	}
	f, minus, size := formOf(language), "", uint64(m.Minor)
	if m.Minor < 0 {
		minus, size = f.minus, -size
	}
	number, sign := f.number(size, decimals), f.sign(m.Currency)
	if !f.before {
		return f.begin + minus + number + space + f.begin + sign, true
	}
	if last, _ := utf8.DecodeLastRuneInString(sign); unicode.IsLetter(last) {
		sign += space
	}
	return minus + sign + number, true
}

// English returns the amount as an English report has it, such as "£0.40"; its number and
// code if its currency is not in use: "150 DEM", or "150" without a currency.
func English(m shop.Money) string {
	if text, ok := In("en-GB", m); ok {
		return text
	}
	return strings.TrimSpace(strconv.FormatInt(m.Minor, 10) + " " + string(m.Currency))
}

// form is how a language writes amounts.
type form struct {
	before       bool   // the sign stands before the number
	begin        string // a mark of direction before the number, and before the sign
	minus        string
	group, point string
	ungrouped    int // the most digits that are not grouped
	signs        map[shop.Currency]string
}

func formOf(language string) form {
	switch language {
	case "en-GB":
		return form{before: true, minus: "-", group: ",", point: ".", ungrouped: 3, signs: map[shop.Currency]string{"JPY": "JP¥", "USD": "US$"}}
	case "pl":
		return form{minus: "-", group: space, point: ",", ungrouped: 4, signs: map[shop.Currency]string{"PLN": "zł"}}
	case "ru":
		return form{minus: "-", group: space, point: ",", ungrouped: 3, signs: map[shop.Currency]string{"RUB": "₽", "THB": "฿", "TMT": "ТМТ", "UAH": "₴"}}
	case "el":
		return form{minus: "-", group: ".", point: ",", ungrouped: 3, signs: map[shop.Currency]string{"JPY": "JP¥", "THB": "฿"}}
	case "he":
		return form{begin: "\u200f", minus: "\u200e-", group: ",", point: ".", ungrouped: 3, signs: map[shop.Currency]string{"CNY": "\u200eCN¥\u200e", "THB": "฿"}}
	default:
		return form{before: true, minus: "-", group: ",", point: ".", ungrouped: 3}
	}
}

// number writes an amount in the currency's smallest unit.
func (f form) number(size uint64, decimals int) string {
	digits := strconv.FormatUint(size, 10)
	if missing := decimals + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	whole, rest := digits[:len(digits)-decimals], digits[len(digits)-decimals:]
	var b strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 && len(whole) > f.ungrouped {
			b.WriteString(f.group)
		}
		b.WriteRune(digit)
	}
	if decimals > 0 {
		b.WriteString(f.point + rest)
	}
	return b.String()
}

// sign returns the sign of a currency in this language; its code if it has none.
func (f form) sign(of shop.Currency) string {
	if sign, own := f.signs[of]; own {
		return sign
	}
	switch of {
	case "AUD":
		return "A$"
	case "BRL":
		return "R$"
	case "CAD":
		return "CA$"
	case "CNY":
		return "CN¥"
	case "EUR":
		return "€"
	case "GBP":
		return "£"
	case "HKD":
		return "HK$"
	case "ILS":
		return "₪"
	case "INR":
		return "₹"
	case "JPY":
		return "¥"
	case "KRW":
		return "₩"
	case "MXN":
		return "MX$"
	case "NZD":
		return "NZ$"
	case "PHP":
		return "₱"
	case "TWD":
		return "NT$"
	case "USD":
		return "$"
	case "VND":
		return "₫"
	case "XAF":
		return "FCFA"
	case "XCD":
		return "EC$"
	case "XOF":
		return "F\u202fCFA"
	case "XPF":
		return "CFPF"
	}
	return string(of)
}
