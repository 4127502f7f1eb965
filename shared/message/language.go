package message

import (
	"strings"
	"time"

	"github.com/bojanz/currency"
	"github.com/go-playground/locales"
	"github.com/go-playground/locales/el"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/pl"
	"github.com/go-playground/locales/ru"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// DefaultLanguage is what a customer reads whose own language no message speaks.
const DefaultLanguage = "en"

// A tongue knows how one language writes numbers, dates, money and plurals, by
// the Unicode CLDR. It has no words of its own: those are in the message's
// strings.
type tongue struct {
	tag    language.Tag
	locale locales.Translator
	money  func() *currency.Formatter
	long   func(time.Time) string // "5 December 2026"
}

// tongues holds every language that messages can be written in. A further one
// is a line here and a file of strings beside each message.
//
// English dates are written the day first ("5 December 2026"), which is read
// aright on both sides of the Atlantic. Russian dates lose the " г." of the
// CLDR's long form, so that a sentence may end with one.
var tongues = map[string]tongue{
	"en": speak("en", en_GB.New(), ""),
	"ru": speak("ru", ru.New(), " г."),
	"pl": speak("pl", pl.New(), ""),
	"el": speak("el", el.New(), ""),
}

func speak(tag string, locale locales.Translator, drop string) tongue {
	return tongue{
		tag:    language.MustParse(tag),
		locale: locale,
		money:  func() *currency.Formatter { return currency.NewFormatter(currency.NewLocale(tag)) },
		long:   func(t time.Time) string { return strings.TrimSuffix(locale.FmtDateLong(t), drop) },
	}
}

// forms names CLDR's plural categories as strings files write them.
var forms = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two",
	plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// form returns the plural category of the whole number n, such as "few" for 3
// in Russian. A negative n counts as its absolute value.
func (t tongue) form(n int) string {
	n %= 10_000_000 // all that plurals depend on; before the sign, for the least int has no opposite
	if n < 0 {
		n = -n
	}
	return forms[plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0)]
}

// categories returns every plural category of the language and a whole number
// that falls into it. "other" is always among them: in Russian and Polish only
// fractions need it, and its number is then -1, but translation tools expect it.
func (t tongue) categories() map[string]int {
	found := map[string]int{}
	for n := 200; n >= 0; n-- { // downwards: the smallest number of each stays
		found[t.form(n)] = n
	}
	if _, ok := found["other"]; !ok {
		found["other"] = -1
	}
	return found
}
