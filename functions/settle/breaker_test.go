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

// A batch of events costs the brakes two writes, counts what is new in it once,
// and puts on the brakes that it calls for; the clock tells of them.
func TestABatchIsCountedAtOnce(t *testing.T) {
	b := newBench(t)
	b.Breaker = &breaker.Keeper{Store: b.store, Now: b.clock}
	told := map[string]int{}
	b.Count = func(metric string, n int) { told[metric] = n }
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
	for range 2 { // the whole batch comes again
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
		t.Errorf("the brakes took %d writes, want 4: two to count, two to put on", writes)
	}
	b.ticks(t)
	if told["Breaker"] != 2 {
		t.Errorf("the clock tells of %d brakes, want the campaign's and the account's", told["Breaker"])
	}
}

// Where nothing can be counted, everything else goes on.
func TestCountingFailsAlone(t *testing.T) {
	b := newBench(t)
	b.Breaker = &breaker.Keeper{Store: b.store, Now: b.clock}
	b.claimed(t, sendID, shop.ClassPromotion, 1, 0)
	b.faults.Before("UpdateItem", func() { b.faults.Refuse("UpdateItem", 2, "ValidationException") })
	if !b.told(t, sample(t, "delivered")) {
		t.Error("an event that could not be counted comes again, and would never be counted either")
	}
	b.is(t, sendID, "DELIVERED")
}
