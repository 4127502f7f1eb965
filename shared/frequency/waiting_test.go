package frequency_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/frequency"
)

func wait(occasion string, hours int) frequency.Waiting {
	return frequency.Waiting{Campaign: "weekly", Version: 1, Occasion: occasion, NotAfter: waitingFrom.Add(time.Duration(hours) * time.Hour)}
}

var waitingFrom = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func occasions(c frequency.Contact) string {
	all := ""
	for _, w := range c.Waiting {
		all += w.Occasion
	}
	return all
}

func TestWaiting(t *testing.T) {
	with := func(all ...frequency.Waiting) (c frequency.Contact) {
		for _, w := range all {
			c, _ = c.WithWaiting(w, waitingFrom)
		}
		return c
	}
	for phrase, c := range map[string]struct {
		do      func() (frequency.Contact, bool)
		want    string
		changed bool
	}{
		"what expires first stands first": {func() (frequency.Contact, bool) {
			return with(wait("a", 3), wait("b", 1)).WithWaiting(wait("c", 2), waitingFrom)
		}, "bca", true},
		"what is there already": {func() (frequency.Contact, bool) { return with(wait("a", 3)).WithWaiting(wait("a", 3), waitingFrom) }, "a", false},
		"the same with another end": {func() (frequency.Contact, bool) {
			return with(wait("a", 3), wait("b", 4)).WithWaiting(wait("a", 5), waitingFrom)
		}, "ba", true},
		"what expired leaves": {func() (frequency.Contact, bool) {
			return with(wait("a", 1), wait("b", 3)).WithWaiting(wait("c", 4), waitingFrom.Add(time.Hour+1))
		}, "bc", true},
		"one leaves": {func() (frequency.Contact, bool) {
			return with(wait("a", 1), wait("b", 3)).WithoutWaiting(waitingFrom, wait("a", 9))
		}, "b", true},
		"one leaves that is not there": {func() (frequency.Contact, bool) { return with(wait("a", 1)).WithoutWaiting(waitingFrom, wait("z", 1)) }, "a", false},
		"it expires this very moment":  {func() (frequency.Contact, bool) { return with(wait("a", 1)).WithoutWaiting(waitingFrom.Add(time.Hour)) }, "a", false},
	} {
		if got, changed := c.do(); occasions(got) != c.want || changed != c.changed {
			t.Errorf("%s: %q, changed %t, want %q, %t", phrase, occasions(got), changed, c.want, c.changed)
		}
	}
}

func TestTheListOfWhatWaitsIsBounded(t *testing.T) {
	var c frequency.Contact
	for i := range frequency.MostWaiting {
		c, _ = c.WithWaiting(wait(fmt.Sprint(i), 10+i), waitingFrom)
	}
	full := c
	c, changed := full.WithWaiting(wait("late", 99), waitingFrom)
	if changed || len(c.Waiting) != frequency.MostWaiting {
		t.Errorf("what expires last was taken onto a full list of %d: changed %t", len(c.Waiting), changed)
	}
	c, changed = full.WithWaiting(wait("early", 1), waitingFrom)
	if !changed || len(c.Waiting) != frequency.MostWaiting || c.Waiting[0].Occasion != "early" {
		t.Errorf("what expires first was not taken onto a full list: %v", c.Waiting)
	}
}

// The receiver stays as it is, whatever shares its memory.
func TestWaitingNeverChangesItsReceiver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c frequency.Contact
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			before := append([]frequency.Waiting(nil), c.Waiting...)
			w := wait(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "occasion"), rapid.IntRange(0, 5).Draw(t, "hours"))
			now := waitingFrom.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "now")) * time.Hour)
			next, _ := c.WithWaiting(w, now)
			if rapid.Bool().Draw(t, "leaves") {
				next, _ = c.WithoutWaiting(now, w)
			}
			if len(before) > 0 && !reflect.DeepEqual(before, c.Waiting) {
				t.Fatalf("the receiver changed from %v to %v", before, c.Waiting)
			}
			c = next
		}
	})
}
