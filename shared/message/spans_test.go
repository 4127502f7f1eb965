package message

import (
	"slices"
	"testing"
)

func TestEveryLanguageHasItsMonthsAndNumbers(t *testing.T) {
	for language, rules := range knownLanguages() {
		if c := rules.calendar; slices.Contains(c.in[:], "") || slices.Contains(c.numbers[:], "") || c.year == "" {
			t.Errorf("%s has not every month and number in calendars", language)
		}
	}
}
