package dynamo_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/breaker"
	"regulars/shared/dynamo/dynamotest"
)

func TestAddToBreakerTallyKeepsSevenDays(t *testing.T) {
	store := dynamotest.Store(t)
	count := func(day string, more breaker.Counts) breaker.Tally {
		t.Helper()
		tally, err := store.AddToBreakerTally(t.Context(), "winter", day, more)
		must(t, err)
		return tally
	}
	count("2026-11-14", breaker.Counts{Resolved: 1_000})
	count("2026-11-16", breaker.Counts{Resolved: 10, Rejected: 1})
	count("2026-11-22", breaker.Counts{Resolved: 9, Bounced: 1})
	want := breaker.Tally{"2026-11-16": {Resolved: 10, Rejected: 1}, "2026-11-22": {Resolved: 10, Bounced: 1, Complained: 2}}
	count("2026-11-22", breaker.Counts{Resolved: 1, Complained: 2})
	got, err := store.BreakerTally(t.Context(), "winter")
	if must(t, err); !cmp.Equal(got, want) {
		t.Errorf("BreakerTally = %v, want %v, of seven days", got, want)
	}
	if sum := got.Sum(noon); sum != (breaker.Counts{Resolved: 20, Bounced: 1, Complained: 2, Rejected: 1}) {
		t.Errorf("Sum = %+v", sum)
	}
	if sum := got.Sum(noon.AddDate(0, 0, 1)); sum.Resolved != 10 {
		t.Errorf("a day later Sum = %+v, want the day of a week ago left out", sum)
	}
	other, err := store.BreakerTally(t.Context(), breaker.Account)
	if must(t, err); len(other) != 0 {
		t.Errorf("the account's BreakerTally = %v, want none", other)
	}
}

func TestConcurrentUpdatesOfBreakersAreAllMade(t *testing.T) {
	store := dynamotest.Store(t)
	var all sync.WaitGroup
	for _, scope := range []breaker.Scope{"winter", "summer", breaker.Account} {
		all.Go(func() {
			_, err := store.UpdateBreakers(t.Context(), func(n breaker.Now) (breaker.Now, bool) {
				return n.With(scope, breaker.Breaker{Since: noon, Why: "bounces"})
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	now, err := store.Breakers(t.Context())
	if must(t, err); now.Tripped() != 3 || now.Account == nil {
		t.Fatalf("Breakers = %+v, want all three tripped", now)
	}
	_, err = store.AddToBreakerTally(t.Context(), "winter", breaker.Day(noon), breaker.Counts{Resolved: 5, Bounced: 5})
	must(t, err)
	for _, want := range []bool{true, false} { // a second time
		was, err := store.ReleaseBreaker(t.Context(), "winter")
		if must(t, err); was != want {
			t.Errorf("ReleaseBreaker reports that it had tripped: %t, want %t", was, want)
		}
	}
	now, err = store.Breakers(t.Context())
	if _, on := now.Campaigns["winter"]; err != nil || on || now.Tripped() != 2 {
		t.Errorf("after its release Breakers = %+v, %v, want the other two tripped", now, err)
	}
	tally, err := store.BreakerTally(t.Context(), "winter")
	if must(t, err); len(tally) != 0 {
		t.Errorf("after its release its counts are %v, want none", tally)
	}
	if stop := now.Stops(noon.Add(time.Minute), "summer", "service"); stop == nil || stop.Code != "breaker:campaign" {
		t.Errorf("a breaker that was stored and read stops %+v", stop)
	}
}
