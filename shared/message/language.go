package message

import (
	"strings"
	"sync"
	"time"

	"github.com/go-playground/locales"
	"github.com/go-playground/locales/el"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/he"
	"github.com/go-playground/locales/pl"
	"github.com/go-playground/locales/ru"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// languageRules writes numbers, dates, money and plurals in one language, by
// the Unicode CLDR. It contains no texts: those are in the message's strings.
type languageRules struct {
	tag         language.Tag
	rightToLeft bool
	locale      locales.Translator
	long        func(time.Time) string // "5 December 2026"

	calendar calendar

	// onFirst returns a string with the words before the placeholder of a date in
	// the form that they have if the date is the first of a month; nil: the words
	// are the same on every day.
	onFirst func(text, placeholder string) string
}

// knownLanguages is every language that messages can have. Another one needs a
// line here and a file of strings in each message's folder.
//
// English dates have the day first ("5 December 2026"), which is clear in
// Britain and in America. The " г." of the CLDR's long Russian dates is
// removed, so that a sentence can end with a date.
var knownLanguages = sync.OnceValue(func() map[string]languageRules {
	return map[string]languageRules{
		"en": newLanguageRules("en", en_GB.New(), ""),
		"ru": newLanguageRules("ru", ru.New(), " г."),
		"pl": newLanguageRules("pl", pl.New(), ""),
		"el": greek(newLanguageRules("el", el.New(), "")),
		"he": newLanguageRules("he", he.New(), ""),
	}
})

// greek returns the rules with the first of a month as an ordinal, with its
// article in the singular: "στις 2 Οκτωβρίου", but "την 1η Οκτωβρίου". The CLDR
// has neither.
func greek(rules languageRules) languageRules {
	long := rules.long
	rules.long = func(t time.Time) string {
		if rest, first := strings.CutPrefix(long(t), "1 "); first {
			return "1η " + rest
		}
		return long(t)
	}
	rules.onFirst = func(text, placeholder string) string {
		var pairs []string
		for several, one := range map[string]string{"στις ": "την ", "Στις ": "Την ", "τις ": "την ", "Τις ": "Την "} {
			pairs = append(pairs, several+placeholder, one+placeholder)
		}
		return strings.NewReplacer(pairs...).Replace(text)
	}
	return rules
}

func newLanguageRules(tag string, locale locales.Translator, drop string) languageRules {
	parsed := language.MustParse(tag)
	return languageRules{
		tag: parsed, rightToLeft: rightToLeft(parsed),
		locale: locale, calendar: calendars[tag],
		long: func(t time.Time) string { return strings.TrimSuffix(locale.FmtDateLong(t), drop) },
	}
}

func rightToLeft(tag language.Tag) bool {
	script, _ := tag.Script()
	return script.String() == "Arab" || script.String() == "Hebr"
}

// direction returns the direction of the language's script: "ltr" or "rtl".
func (t languageRules) direction() string {
	if t.rightToLeft {
		return "rtl"
	}
	return "ltr"
}

// forms is the name of each plural category of the CLDR in files of strings.
var forms = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two",
	plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// form returns the plural category of the whole number n, such as "few" for 3
// in Russian. A negative n counts as its absolute value.
func (t languageRules) form(n int) string {
	n %= 10_000_000 // enough for all plurals; before the sign, because the smallest int has no negative
	if n < 0 {
		n = -n
	}
	return forms[plural.Cardinal.MatchPlural(t.tag, n, 0, 0, 0, 0)]
}

// categories returns every plural category of the language with a whole number
// in it. It always contains "other", which translation tools expect: in Russian
// and Polish only fractions need it, and its number is then -1.
func (t languageRules) categories() map[string]int {
	found := map[string]int{}
	for n := 200; n >= 0; n-- { // downwards, so that the smallest number of each category stays
		found[t.form(n)] = n
	}
	if _, ok := found["other"]; !ok {
		found["other"] = -1
	}
	return found
}
