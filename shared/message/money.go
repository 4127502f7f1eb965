package message

import (
	"iter"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

// moneyLike matches a number with a currency before it, or with a currency or a
// percent sign after it, as the languages of this project write them.
var moneyLike = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:[A-Z]{3}[\x{a0} ]?|\p{Sc}[\x{a0} ]?)` + digits + `|` +
		digits + `[\x{a0}\x{202f} ]?(?:%|\p{Sc}|zł|руб|kr\b|[A-Z]{3}\b)`)
})

const digits = `\d(?:[\d.,\x{a0}\x{202f}]*\d)?`

// prices returns every price and percentage of the text, in order.
func prices(text string) (found []string) {
	for chunk := range chunks(text) {
		if strings.ContainsAny(chunk, "0123456789") {
			found = append(found, pricesIn(chunk)...)
		}
	}
	return found
}

// chunks divides a text after each small letter that no price contains: each price is
// in one chunk, and most chunks have no digit, which is faster to see than with
// moneyLike.
func chunks(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		from := 0
		for i := range len(text) {
			if c := text[i]; c >= 'a' && c <= 'z' && c != 'k' && c != 'r' && c != 'z' { // kr, and zł
				if !yield(text[from : i+1]) {
					return
				}
				from = i + 1
			}
		}
		yield(text[from:])
	}
}

func pricesIn(text string) []string {
	var found []string
	for from := 0; ; {
		at := moneyLike().FindStringIndex(text[from:])
		if at == nil {
			return found
		}
		start, end := from+at[0], from+at[1]
		m := text[start:end]
		last, size := utf8.DecodeLastRuneInString(m)
		if next, _ := utf8.DecodeRuneInString(text[end:]); unicode.Is(unicode.Sc, last) && unicode.IsDigit(next) {
			from = end - size // "5 €3": the sign belongs to what follows
			continue
		}
		if marked(m) {
			found = append(found, m)
		}
		from = end
	}
}

// marked reports whether a match of moneyLike contains a currency or a percent
// sign. Three capital letters count if they are the code of a currency.
func marked(m string) bool {
	sign := strings.Trim(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || strings.ContainsRune(".,\u00a0\u202f ", r) {
			return -1
		}
		return r
	}, m), " ")
	if len(sign) == 3 && strings.ToUpper(sign) == sign && sign[0] < 0x80 {
		_, known := iso4217.Today(shop.Currency(sign))
		return known
	}
	return sign != ""
}

// literalMoney reports whether the text of a string contains a price or a
// percentage, which only data may.
func literalMoney(text string) bool { return len(prices(text)) > 0 }
