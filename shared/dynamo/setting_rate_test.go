package dynamo_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/sendrate"
)

func aRate(by string) sendrate.State {
	return sendrate.State{
		Quota: sendrate.Quota{PerSecond: 14, PerDay: 50_000, Sent: 1_234, At: noon}, QuotaRead: noon,
		Next: [2]time.Time{noon.Add(71_428_571), noon}, Total: 12_345, Mark: 12_000, Pace: 500, Slowed: noon, Closed: noon, By: by,
	}
}

func TestOneOfTwoConcurrentSavesOfTheSendRateWins(t *testing.T) {
	store := dynamotest.Store(t)
	state, none, err := store.SendRate(t.Context(), 0)
	if must(t, err); none != "" || state != (sendrate.State{}) {
		t.Errorf("SendRate of an empty store = %+v, %q, want the zero state and no revision", state, none)
	}
	a, rev, saved, err := store.SaveSendRate(t.Context(), 0, aRate("a"), none)
	if must(t, err); !saved || a.By != "a" {
		t.Errorf("the first SaveSendRate = %+v, %t, want it saved", a, saved)
	}
	stored, storedRev, saved, err := store.SaveSendRate(t.Context(), 0, aRate("b"), none)
	if must(t, err); saved || !cmp.Equal(stored, aRate("a")) || storedRev != rev {
		t.Errorf("SaveSendRate on an old revision = %+v, %q, %t, want the stored state, and nothing saved", stored, storedRev, saved)
	}
	if _, _, saved, err = store.SaveSendRate(t.Context(), 0, aRate("b"), storedRev); err != nil || !saved {
		t.Errorf("SaveSendRate on the revision that came with the refusal = %t, %v, want it saved", saved, err)
	}
	if state, _, _ := store.SendRate(t.Context(), 0); !cmp.Equal(state, aRate("b")) {
		t.Errorf("SendRate = %+v, want the state that was saved last", state)
	}
}

func TestSaveSendRateAfterLostAnswers(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	faults.Lose("PutItem", 1)
	_, rev, saved, err := store.SaveSendRate(t.Context(), 0, aRate("a"), "")
	if err != nil || !saved {
		t.Errorf("SaveSendRate whose answer was lost = %t, %v, want it found saved", saved, err)
	}
	faults.Lose("PutItem", dynamotest.SDKAttempts)
	if _, _, saved, err = store.SaveSendRate(t.Context(), 0, aRate("b"), rev); err != nil || !saved {
		t.Errorf("SaveSendRate whose every answer was lost = %t, %v, want it read back", saved, err)
	}
}
