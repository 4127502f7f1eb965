package intake

import (
	"errors"
	"fmt"
	"testing"

	"regulars/events"
	"regulars/shared/inputfault/faulttest"
)

// A customer's name can stand in the field of a reason, and a telephone number
// in that of a topic.
func TestNothingThatParseReturnsForPeopleRepeatsAValue(t *testing.T) {
	refused := 0
	for _, s := range events.Samples() {
		for _, in := range faulttest.Marked(t, s.Envelope) {
			parsed, err := ParseFor([]byte(in.Body), now, own)
			var refusal *Refusal
			text := parsed.Ignored
			if errors.As(err, &refusal) {
				refused++
				text += fmt.Sprint(refusal.Faults, refusal)
			}
			if mark := faulttest.Found(text); mark != "" {
				t.Errorf("%s/%s with a marker in %s repeats %q: %s", s.DetailType, s.Name, in.Field, mark, text)
			}
		}
	}
	t.Logf("%d inputs were refused", refused)
	if refused < 1000 {
		t.Errorf("only %d inputs were refused: the markers do not reach the checks", refused)
	}
}
