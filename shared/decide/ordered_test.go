package decide_test

import (
	"strings"
	"testing"

	"regulars/shared/profile"
)

// The jar goes with the tea. In the thanks for order o-2 it goes with the order
// only if the tea is in that order, not if it is in an older one (issue 13).
func TestOnlyWhatGoesWithTheMessagesOrderIsApart(t *testing.T) {
	for name, test := range map[string]struct {
		lines []profile.VisitProduct
		want  bool
	}{
		"the tea is in an older order": {[]profile.VisitProduct{{Product: "MUG", Units: 5}}, false},
		"the tea is in this order too": {[]profile.VisitProduct{{Product: "MUG", Units: 5}, {Product: "TEA", Units: 1}}, true},
	} {
		g := aCase("thanks")
		g.snapshot.Profile.Orders[1].Lines = test.lines
		text := decisions(t, g)[0].Mail.Text
		if !strings.Contains(text, " Biscuit jar") {
			t.Fatalf("%s: the message does not pick the jar:\n%s", name, text)
		}
		if got := strings.Contains(text, "with it Biscuit jar by Earl Grey"); got != test.want {
			t.Errorf("%s: the jar goes with the order: %v, want %v:\n%s", name, got, test.want, text)
		}
	}
}
