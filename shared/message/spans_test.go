package message

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestEveryLanguageHasItsMonthsAndNumbers(t *testing.T) {
	for language, rules := range knownLanguages() {
		if c := rules.calendar; slices.Contains(c.in[:], "") || slices.Contains(c.numbers[:], "") || c.year == "" {
			t.Errorf("%s has not every month and number in calendars", language)
		}
	}
}

// The placeholders are those of the expression that publishing checks.
func TestPlaceholdersAreThoseOfTheExpression(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("{{{}}ab_z -Ä9"))).Draw(t, "text")
		var got [][]int
		for begin, end := nextPlaceholder(text, 0); end > 0; begin, end = nextPlaceholder(text, end) {
			got = append(got, []int{begin, end})
		}
		if want := placeholder().FindAllStringIndex(text, -1); !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
	})
}
