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
	for name, c := range map[string]struct {
		do      func() (frequency.Contact, bool)
		want    string
		changed bool
	}{
		"the entry that expires first is first": {func() (frequency.Contact, bool) {
			return with(wait("a", 3), wait("b", 1)).WithWaiting(wait("c", 2), waitingFrom)
		}, "bca", true},
		"an entry that is on the list already": {func() (frequency.Contact, bool) { return with(wait("a", 3)).WithWaiting(wait("a", 3), waitingFrom) }, "a", false},
		"an entry of the same send with another end": {func() (frequency.Contact, bool) {
			return with(wait("a", 3), wait("b", 4)).WithWaiting(wait("a", 5), waitingFrom)
		}, "ba", true},
		"an expired entry is removed": {func() (frequency.Contact, bool) {
			return with(wait("a", 1), wait("b", 3)).WithWaiting(wait("c", 4), waitingFrom.Add(time.Hour+1))
		}, "bc", true},
		"an entry is removed": {func() (frequency.Contact, bool) {
			return with(wait("a", 1), wait("b", 3)).WithoutWaiting(waitingFrom, wait("a", 9))
		}, "b", true},
		"an entry is removed that is not on the list": {func() (frequency.Contact, bool) { return with(wait("a", 1)).WithoutWaiting(waitingFrom, wait("z", 1)) }, "a", false},
		"an entry that expires now stays":             {func() (frequency.Contact, bool) { return with(wait("a", 1)).WithoutWaiting(waitingFrom.Add(time.Hour)) }, "a", false},
	} {
		if got, changed := c.do(); occasions(got) != c.want || changed != c.changed {
			t.Errorf("%s: %q, changed %t, want %q, %t", name, occasions(got), changed, c.want, c.changed)
		}
	}
}

func TestTheWaitingListHasALimitedNumberOfEntries(t *testing.T) {
	var c frequency.Contact
	for i := range frequency.MostWaiting {
		c, _ = c.WithWaiting(wait(fmt.Sprint(i), 10+i), waitingFrom)
	}
	full := c
	c, changed := full.WithWaiting(wait("late", 99), waitingFrom)
	if changed || len(c.Waiting) != frequency.MostWaiting {
		t.Errorf("the entry that expires last is on a full list of %d: changed %t, want it left out", len(c.Waiting), changed)
	}
	c, changed = full.WithWaiting(wait("early", 1), waitingFrom)
	if !changed || len(c.Waiting) != frequency.MostWaiting || c.Waiting[0].Occasion != "early" {
		t.Errorf("the full list is %v, want the entry that expires first on it", c.Waiting)
	}
}

// Several contacts can share the memory of one list.
func TestWaitingListsAreNotChangedInPlace(t *testing.T) {
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
