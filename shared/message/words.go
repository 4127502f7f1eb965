package message

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bojanz/currency"

	"regulars/shared/shop"
)

// Phrase is one string of one language: its text by plural category. A string
// without plurals has the category "other" alone. Placeholders stand in braces:
// "{count} customers who bought {title} bought this".
type Phrase map[string]string

// placeholder is a name in braces.
var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

// placeholders returns the names that any form of the phrase uses, sorted.
func (p Phrase) placeholders() []string {
	names := map[string]bool{}
	for _, text := range p {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// plural reports whether the phrase needs a count to be said.
func (p Phrase) plural() bool { return len(p) > 1 }

// words speaks one message in one language.
type words struct {
	language string
	tongue   tongue
	money    *currency.Formatter
	phrases  map[string]Phrase
}

func newWords(language string, phrases map[string]Phrase) (*words, error) {
	tongue, ok := tongues[language]
	if !ok {
		return nil, fmt.Errorf("language %q: not known; the known ones are %s", language, strings.Join(slices.Sorted(maps.Keys(tongues)), ", "))
	}
	return &words{language: language, tongue: tongue, money: tongue.money(), phrases: phrases}, nil
}

// say returns the phrase of that key with its placeholders filled from pairs:
// name, value, name, value. The value named count chooses the plural form.
func (w *words) say(key string, pairs ...any) (string, error) {
	phrase, ok := w.phrases[key]
	if !ok {
		return "", fmt.Errorf("string %q is missing in %q", key, w.language)
	}
	if len(pairs)%2 != 0 {
		return "", fmt.Errorf("string %q: a name without a value", key)
	}
	values := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		values[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	category := "other"
	if phrase.plural() {
		count, ok := values["count"].(int)
		if !ok {
			return "", fmt.Errorf("string %q has plurals: say how many, with count: and a whole number", key)
		}
		category = w.tongue.form(count)
	}
	text, ok := phrase[category]
	if !ok {
		return "", fmt.Errorf("string %q has no form %q in %q", key, category, w.language)
	}
	return w.fill(key, text, values)
}

// fill replaces the placeholders of text in one pass, so that a value with
// braces of its own stays as it is.
func (w *words) fill(key, text string, values map[string]any) (string, error) {
	var missing error
	filled := placeholder.ReplaceAllStringFunc(text, func(braced string) string {
		value, ok := values[braced[1:len(braced)-1]]
		if !ok || value == nil {
			missing = fmt.Errorf("string %q: %s has no value", key, braced)
			return ""
		}
		if n, ok := value.(int); ok {
			return w.number(n)
		}
		return fmt.Sprint(value)
	})
	return filled, missing
}

// number writes a whole number with the language's grouping.
func (w *words) number(n int) string { return w.tongue.locale.FmtNumber(float64(n), 0) }

// amount is money that knows how to print itself in a message's language.
type amount struct {
	value currency.Amount
	words *words
}

// amount returns m ready to print. It fails where the currency is no ISO 4217 code.
func (w *words) amount(m shop.Money) (amount, error) {
	value, err := currency.NewAmountFromInt64(m.Minor, string(m.Currency))
	if err != nil {
		return amount{}, fmt.Errorf("print %d %q: %w", m.Minor, m.Currency, err)
	}
	return amount{value, w}, nil
}

func (a amount) String() string { return a.words.money.Format(a.value) }

// day is a time in the customer's zone; it prints as its date.
type day struct {
	at    time.Time
	words *words
}

func (d day) String() string { return d.words.tongue.long(d.at) }

// rate is a share in basis points; 1250 prints as "12.5%".
type rate struct {
	points int
	words  *words
}

func (r rate) String() string {
	decimals := uint64(2)
	switch {
	case r.points%100 == 0:
		decimals = 0
	case r.points%10 == 0:
		decimals = 1
	}
	return r.words.tongue.locale.FmtPercent(float64(r.points)/100, decimals)
}
