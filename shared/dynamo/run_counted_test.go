package dynamo_test

import (
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
)

// The sends of a run are counted by what they say of the run.
func TestRunsAreCountedByWhatTheirSendsSay(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		run   dynamo.Run
		at    time.Time
		sends bool
	}{
		"of a schedule":   {dynamo.Run{At: at}, at, true},
		"about a product": {dynamo.Run{At: at, Subject: campaign.Subject{Product: "MUG"}}, time.Time{}, true},
		"of a journey":    {dynamo.Run{At: at, Enters: true}, at, false},
	} {
		if got, sends := (dynamo.Progress{Run: c.run}).Counted(); !got.Equal(c.at) || sends != c.sends {
			t.Errorf("a run %s: Counted = %s, %v, want %s, %v", name, got, sends, c.at, c.sends)
		}
	}
}
