package message

import (
	"testing"

	"regulars/shared/content"
)

func TestPairsFillAString(t *testing.T) {
	l, err := newLocalizer(content.DefaultLanguage, map[string]Phrase{
		"plain": {"other": "tea {Tea}"}, "two": {"other": "{a} and {b}."}, "number": {"other": "{a}: {b}"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key   string
		pairs []any
		want  string // "" if it fails
	}{
		"no placeholder":             {"plain", nil, "tea {Tea}"},
		"a value that is not needed": {"plain", []any{"a", 1}, "tea {Tea}"},
		"each its own":               {"two", []any{"b", 1200, "a", "tea"}, "tea and 1,200."},
		"a name twice":               {"two", []any{"a", "tea", "b", "milk", "a", "cake"}, "cake and milk."},
		"a value that ends it":       {"two", []any{"a", "tea", "b", "Co."}, "tea and Co."},
		"a name that is a number":    {"two", []any{7, "x", "a", 1, "b", 2}, "1 and 2."},
		"a value in braces":          {"two", []any{"a", "{b}", "b", 2}, "{b} and 2."},
		"a rate and a bool":          {"two", []any{"a", rate{1250, l}, "b", true}, "12.5% and true."},
		"a missing value":            {"two", []any{"a", 1}, ""},
		"no value":                   {"two", []any{"a", 1, "b", nil}, ""},
		"no value after another":     {"two", []any{"a", 1, "b", 2, "b", nil}, ""},
		"a name without a value":     {"two", []any{"a", 1, "b"}, ""},
	} {
		if got, err := l.say(c.key, c.pairs...); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: say = %q, %v, want %q", name, got, err, c.want)
		}
	}
}
