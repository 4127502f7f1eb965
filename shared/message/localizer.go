package message

import (
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/shared/cldrmoney"
	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

// placeholder is a name in braces.
var placeholder = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{([a-z_]+)\}`) })

// placeholders returns the placeholders of all forms of the phrase, sorted.
func placeholders(p Phrase) []string {
	names := map[string]bool{}
	for _, text := range p {
		for _, m := range placeholder().FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// hasPlurals reports whether the phrase has plural forms, which need a count.
func hasPlurals(p Phrase) bool { return len(p) > 1 }

// localizer prints the strings, money, dates and numbers of one message in one
// language.
type localizer struct {
	language string
	rules    languageRules
	phrases  map[string]Phrase
}

func newLocalizer(language string, phrases map[string]Phrase) (*localizer, error) {
	rules, ok := knownLanguages()[language]
	if !ok {
		return nil, fmt.Errorf("language %q: not known; the known ones are %s", language, strings.Join(slices.Sorted(maps.Keys(knownLanguages())), ", "))
	}
	return &localizer{language: language, rules: rules, phrases: phrases}, nil
}

// say returns the phrase of this key with its placeholders filled from pairs:
// name, value, name, value. The value named count selects the plural form. It
// is the filter t.
func (l *localizer) say(key string, pairs ...any) (string, error) {
	phrase, ok := l.phrases[key]
	if !ok {
		return "", fmt.Errorf("string %q is missing in %q", key, l.language)
	}
	if len(pairs)%2 != 0 {
		return "", fmt.Errorf("string %q: a name without a value", key)
	}
	category := "other"
	if hasPlurals(phrase) {
		count, ok := valueOf(pairs, "count").(int)
		if !ok {
			return "", fmt.Errorf("string %q has plurals: give the number, with count: and a whole number", key)
		}
		category = l.rules.form(count)
	}
	text, ok := phrase[category]
	if !ok {
		return "", fmt.Errorf("string %q has no form %q in %q", key, category, l.language)
	}
	return l.fill(key, text, pairs)
}

// valueOf returns the last value of this name in pairs of names and values; nil if it has
// none.
func valueOf(pairs []any, name string) any {
	for i := len(pairs) - 2; i >= 0; i -= 2 {
		if nameOf(pairs[i]) == name {
			return pairs[i+1]
		}
	}
	return nil
}

// nameOf returns the name of a pair: templates can write a number.
func nameOf(v any) string {
	if name, ok := v.(string); ok {
		return name
	}
	return fmt.Sprint(v)
}

// fill replaces the placeholders of text in one pass, so that braces in a value
// stay unchanged. After a value that ends with a full stop it prints no second
// one. The values are pairs, as for [localizer.say].
func (l *localizer) fill(key, text string, pairs []any) (string, error) {
	if l.rules.onFirst != nil {
		for i := 0; i < len(pairs); i += 2 {
			name := nameOf(pairs[i])
			if d, ok := valueOf(pairs, name).(day); ok && d.at.Day() == 1 {
				text = l.rules.onFirst(text, "{"+name+"}")
			}
		}
	}
	begin, end := nextPlaceholder(text, 0)
	if end == 0 {
		return text, nil
	}
	var filled strings.Builder
	filled.Grow(len(text) + 32) // for a price or a short title
	done := 0
	for ; end > 0; begin, end = nextPlaceholder(text, end) {
		value := valueOf(pairs, text[begin+1:end-1])
		if value == nil {
			return "", fmt.Errorf("string %q: %s has no value", key, text[begin:end])
		}
		printed := l.printed(value)
		filled.WriteString(text[done:begin])
		filled.WriteString(printed)
		done = end
		if endsASentence(printed) && strings.HasPrefix(text[done:], ".") && !strings.HasPrefix(text[done:], "..") {
			done++ // the shop "Example Ltd." ends the sentence itself
		}
	}
	filled.WriteString(text[done:])
	return filled.String(), nil
}

// nextPlaceholder returns the place of the first [placeholder] of a text that begins at
// from or after it; end is 0 if there is none. It costs less than the expression.
func nextPlaceholder(text string, from int) (begin, end int) {
	for at := from; at < len(text); at++ {
		switch c := text[at]; {
		case c == '{':
			begin, end = at, at+1
		case end > 0 && c == '}' && at > begin+1:
			return begin, at + 1
		case end > 0 && c != '_' && (c < 'a' || c > 'z'):
			end = 0
		}
	}
	return 0, 0
}

// printed returns a value as a phrase prints it.
func (l *localizer) printed(value any) string {
	switch value := value.(type) {
	case int:
		return l.number(value)
	case string:
		if l.rules.direction() == "rtl" {
			return isolate + value + isolated
		}
		return value
	case fmt.Stringer: // an amount, a day or a rate
		return value.String()
	}
	return fmt.Sprint(value)
}

// endsASentence reports whether a value ends with a full stop or an ellipsis,
// after which no full stop follows.
func endsASentence(value string) bool {
	value = strings.TrimSuffix(value, isolated)
	return strings.HasSuffix(value, ".") || strings.HasSuffix(value, "…")
}

// number returns a whole number with the language's grouping.
func (l *localizer) number(n int) string { return l.rules.locale.FmtNumber(float64(n), 0) }

// amount is money that prints in a message's language.
type amount struct {
	value     shop.Money
	localizer *localizer
}

// amount returns m as an amount. It fails if the currency is not in ISO 4217.
func (l *localizer) amount(m shop.Money) (amount, error) {
	if _, known := iso4217.Decimals(m.Currency); !known {
		return amount{}, fmt.Errorf("print %d %q: there is no such currency", m.Minor, m.Currency)
	}
	return amount{m, l}, nil
}

// amounts holds amounts as languages write them: messages have the same prices again and
// again, each twice, and the formatter takes a microsecond or two. It is emptied when it
// has [mostPrinted] of them. An amount alone says nothing of a person.
var amounts = struct {
	sync.Mutex
	as map[printedAmount]string
}{as: map[printedAmount]string{}}

type printedAmount struct {
	language string
	value    shop.Money
}

const mostPrinted = 4096

// String returns the amount in the language's form, with the currency's sign. A
// currency of the past has no sign: its code follows the number.
func (a amount) String() string {
	key := printedAmount{a.localizer.language, a.value}
	amounts.Lock()
	defer amounts.Unlock()
	text, ok := amounts.as[key]
	if !ok {
		if len(amounts.as) == mostPrinted {
			clear(amounts.as)
		}
		text = a.print()
		amounts.as[key] = text
	}
	return text
}

func (a amount) print() string {
	m, l := a.value, a.localizer
	if text, ok := cldrmoney.In(l.language, m); ok {
		return text
	}
	decimals, _ := iso4217.Decimals(m.Currency)
	number := float64(m.Minor) / math.Pow10(decimals)
	return l.rules.locale.FmtNumber(number, uint64(decimals)) + "\u00a0" + string(m.Currency)
}

// day is a time in the customer's zone that prints as its date.
type day struct {
	at        time.Time
	localizer *localizer
}

func (d day) String() string { return d.localizer.rules.long(d.at) }

// rate is a percentage in basis points; 1250 prints as "12.5%".
type rate struct {
	points    int
	localizer *localizer
}

func (r rate) String() string {
	decimals := uint64(2)
	switch {
	case r.points%100 == 0:
		decimals = 0
	case r.points%10 == 0:
		decimals = 1
	}
	return r.localizer.rules.locale.FmtPercent(float64(r.points)/100, decimals)
}
