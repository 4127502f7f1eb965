package message

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEveryLanguageHasUrgencyWords(t *testing.T) {
	for language := range knownLanguages() {
		if list := urgency()[language]; len(list.Never) < 5 || len(list.Deadline) < 5 {
			t.Errorf("urgency.yaml has %d and %d words for %q, want some", len(list.Never), len(list.Deadline), language)
		}
	}
}

func TestCheckUrgencyReportsWordsWithoutProof(t *testing.T) {
	for text, test := range map[string]struct {
		language string
		want     int // faults
	}{
		"Hurry, it is almost gone!":            {"en", 2},
		"No need to be in a rush":              {"en", 0},
		"Our surgery kit":                      {"en", 0}, // "urge" within a word
		"Last chance to use it":                {"en", 1},
		"Last chance to use it: until {until}": {"en", 0},
		"Last chance for {title}":              {"en", 1},
		"Don’t miss it":                        {"en", 1},
		"СПЕШИТЕ: товар почти раскуплен":       {"ru", 2},
		"Не спешите, выбирайте спокойно":       {"ru", 1}, // a word list cannot see the negation
		"Успейте до {until}":                   {"ru", 0},
		"Śpiesz się":                           {"pl", 1},
		"Tylko dziś rabat":                     {"pl", 1},
		"ΤΕΛΕΥΤΑΙΑ ΕΥΚΑΙΡΙΑ":                   {"el", 1},
		"Only 3 left":                          {"en", 1},
		"Only 3 of these mugs left!":           {"en", 1},
		"Only {left} left":                     {"en", 0},
		"Only {count} left":                    {"en", 1}, // {count} is not the stock
		"What only 3 of us left behind":        {"en", 1}, // a word list cannot see the meaning
		"You left 3 things":                    {"en", 0},
		"Осталось 3 штуки":                     {"ru", 1},
		"Осталось всего {left}":                {"ru", 0},
		"Zostały tylko 2 sztuki":               {"pl", 1},
		"Zostały tylko {left} sztuki":          {"pl", 0},
		"Απομένουν μόνο 4":                     {"el", 1},
		"Τελευταία κομμάτια":                   {"el", 1},
		"Βιαστείτε":                            {"el", 1},
	} {
		r := reader{faults: &faults{}}
		r.checkUrgency("key", test.language, text, place{})
		if got := len(r.faults.all); got != test.want {
			t.Errorf("urgency of %q = %v, want %d faults", text, r.faults.all, test.want)
		}
	}
}

// {until} and {left} must be given a variable of the data.
func TestProofsMustComeFromTheData(t *testing.T) {
	for template, want := range map[string]string{
		"{{ 'a' | t: until: coupon.until }}":                                "",
		"{{ 'a' | t: until: points.expires, title: 'x' }}":                  "",
		"{% for pick in picks %}{{ 'a' | t: left: pick.left }}{% endfor %}": "",
		"{{ 'a' | t: until: 'tonight' }}":                                   "'tonight' for {until}",
		"{{ 'a' | t: until: \"coupon.until\" }}":                            "for {until}",
		"{{ 'a' | t: left: 3 }}":                                            "3 for {left}",
		"{% assign until = 'soon' %}{{ 'a' | t: until: until }}":            "until for {until}",
		"{{ 'a' | t: title: 'x', left: picks.size }}":                       "picks.size for {left}",
	} {
		f := &faults{}
		f.checkNames(source{text: template, origin: []place{{"body.txt", 1}}})
		got := fmt.Sprint(f.all)
		if want == "" && len(f.all) > 0 || !strings.Contains(got, want) {
			t.Errorf("faults of %s = %s, want %q", template, got, want)
		}
	}
}

func TestPressesReturnsEachUrgencyWord(t *testing.T) {
	if got := Presses("en", "Hurry: last chance for mugs, only 3 left"); len(got) != 3 {
		t.Errorf("Presses = %q, want three", got)
	}
	if got := Presses("en", "Mugs & cups"); len(got) != 0 {
		t.Errorf("Presses = %q, want none", got)
	}
}

func TestDesugarRewritesNamedArgumentsOfT(t *testing.T) {
	for source, want := range map[string]string{
		"{{ 'a' | t }}":                          "{{ 'a' | t }}",
		"{{ 'a' | t: count: n }}":                "{{ 'a' | t: 'count', n }}",
		"{{ 'a' | t: count: n, title: b.c }} x:": "{{ 'a' | t: 'count', n, 'title', b.c }} x:",
		"{{ 'a' | t: b: 'c: d' | upcase }}":      "{{ 'a' | t: 'b', 'c: d' | upcase }}",
		"{% for a in b limit:2 %}{% endfor %}":   "{% for a in b limit:2 %}{% endfor %}",
		"{% assign x = 'a' | t: n: 1 %}":         "{% assign x = 'a' | t: 'n', 1 %}",
		"{{- 'a' | t: b:c -}}":                   "{{- 'a' | t: 'b',c -}}",
	} {
		if got := desugar(source); got != want {
			t.Errorf("desugar(%q) = %q, want %q", source, got, want)
		}
	}
}

// docs/messages.md must list every variable of templates and no other.
func TestGuideListsEveryVariable(t *testing.T) {
	guide, err := os.ReadFile("../../docs/messages.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for line := range strings.Lines(string(guide)) {
		if name, ok := strings.CutPrefix(line, "| `"); ok && !strings.Contains(line, "{{") && !strings.HasPrefix(name, "{%") {
			documented = append(documented, name[:strings.Index(name, "`")])
		}
	}
	slices.Sort(documented)
	if diff := cmp.Diff(names("", knownNames()), documented); diff != "" {
		t.Errorf("docs/messages.md differs from the variables of templates (-existing +documented):\n%s", diff)
	}
}

// names returns the leaves of a scope; those of a list as "picks[].title".
func names(prefix string, s scope) []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(s)) {
		switch v := s[name].(type) {
		case scope:
			all = append(all, names(prefix+name+".", v)...)
		case []any:
			if strings.HasPrefix(name, "picks_") { // some of picks
				all = append(all, prefix+name)
				continue
			}
			all = append(all, names(prefix+name+"[].", v[0].(scope))...)
		default:
			all = append(all, prefix+name)
		}
	}
	slices.Sort(all)
	return all
}
