package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/breaker"
	"regulars/shared/shop"
)

// A batch of events costs two writes to count, counts each outcome once, and
// trips the breakers whose limits are passed. The clock publishes how many have
// tripped.
func TestBatchOfEventsIsCountedInOneWritePerScope(t *testing.T) {
	b := newBench(t)
	b.Breaker = &breaker.Keeper{Store: b.store, Now: b.clock}
	published := map[string]int{}
	b.Count = func(metric string, n int) { published[metric] = n }
	names := []string{"delivered", "delivered", "sent", "delayed", "bounced-transient", "bounced-permanent", "bounced-permanent", "rejected", "complaint", "bounced-permanent"}
	var batch events.SQSEvent
	for n, name := range names {
		id := shop.SendID(fmt.Sprint("send-", n))
		b.claimed(t, id, shop.ClassPromotion, 1, 0)
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: string(id), Body: of(sample(t, name), id)})
	}
	payload, err := json.Marshal(batch)
	must(t, err)
	var writes int
	b.store.Meter = func(table string, _, write float64) {
		if write > 0 && strings.HasSuffix(table, "Settings") {
			writes++
		}
	}
	for range 2 { // the whole batch is delivered twice
		_, err := b.Handle(t.Context(), payload)
		must(t, err)
	}
	want := breaker.Counts{Resolved: 6, Bounced: 3, Complained: 1, Rejected: 1}
	for _, scope := range []breaker.Scope{"winter", breaker.Account} {
		tally, err := b.store.BreakerTally(t.Context(), scope)
		if must(t, err); tally.Sum(noon) != want {
			t.Errorf("the counts of %s are %+v, want %+v", scope, tally.Sum(noon), want)
		}
	}
	if writes != 4 {
		t.Errorf("the breakers took %d writes, want 4: two to count, two to trip", writes)
	}
	b.ticks(t)
	if published["Breaker"] != 2 {
		t.Errorf("the clock published %d tripped breakers, want 2: the campaign's and the account's", published["Breaker"])
	}
}

func TestEventIsAppliedIfItCannotBeCounted(t *testing.T) {
	b := newBench(t)
	b.Breaker = &breaker.Keeper{Store: b.store, Now: b.clock}
	b.claimed(t, sendID, shop.ClassPromotion, 1, 0)
	b.faults.Before("UpdateItem", func() { b.faults.Refuse("UpdateItem", 2, "ValidationException") })
	if !b.receive(t, sample(t, "delivered")) {
		t.Error("an event that could not be counted was not acknowledged; a second delivery would not count it either")
	}
	b.is(t, sendID, "DELIVERED")
}
