package message

import (
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

// prices returns every price and percentage of the text, in order. It uses moneyLike only
// for digits with something around them that can be a currency or a percent sign, because
// most digits of a mail have none.
func prices(text []byte) (found []string) {
	done := 0
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			continue
		}
		from, to := i, i
		for from > done {
			r, size := utf8.DecodeLastRune(text[done:from])
			if !canBeInPrice(r) {
				break
			}
			from -= size
		}
		for ended := false; to < len(text) && !ended; {
			r, size := utf8.DecodeRune(text[to:])
			to, ended = to+size, !canBeInPrice(r) // with what ends it, for the \b of moneyLike
		}
		if hasSign(text[from:to]) {
			found = append(found, pricesIn(string(text[from:to]))...)
		}
		done, i = to, to-1
	}
	return found
}

// canBeInPrice reports whether moneyLike can match the rune.
func canBeInPrice(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || strings.ContainsRune(" .,%$krz", r)
	}
	return strings.ContainsRune("\u00a0\u202fłруб", r) || unicode.Is(unicode.Sc, r)
}

// hasSign reports whether a text can contain a currency or a percent sign. It says yes
// to what it would have to look at more closely.
func hasSign(text []byte) bool {
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if strings.ContainsRune("%kłб", r) || unicode.Is(unicode.Sc, r) {
			return true
		}
		if len(text) >= 3 && isCapital(text[0]) && isCapital(text[1]) && isCapital(text[2]) {
			return true
		}
		text = text[size:]
	}
	return false
}

func isCapital(c byte) bool { return c >= 'A' && c <= 'Z' }

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
func literalMoney(text string) bool { return len(prices([]byte(text))) > 0 }
