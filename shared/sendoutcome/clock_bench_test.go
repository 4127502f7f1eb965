package sendoutcome_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// counter is a queue that accepts all messages and counts them.
type counter struct{ requests, intents atomic.Int64 }

func (c *counter) Put(_ context.Context, values ...any) error {
	c.requests.Add(1)
	c.intents.Add(int64(len(values)))
	return nil
}

// BenchmarkTick measures how many sends one settle function can wake in a
// minute, and what each costs. With DYNAMODB_ENDPOINT=memory it measures the
// code alone; otherwise it runs on a real DynamoDB engine on this machine.
func BenchmarkTick(b *testing.B) {
	const waiting = 4_000
	store := dynamotest.Store(b)
	var write float64
	for b.Loop() {
		b.StopTimer()
		var all sync.WaitGroup
		for w := range 8 {
			all.Go(func() {
				for n := range waiting / 8 {
					d := claim.Send{
						ID: shop.SendID(fmt.Sprintf("send-%d-%d-%d", b.N, w, n)), State: claim.Queued, Changed: noon, Wake: noon, Class: shop.ClassPromotion, Message: "picks",
						Intent: campaign.Intent{Campaign: "weekly-picks", Version: 1, Customer: shop.CustomerID(fmt.Sprint("c-", w, n)), Occasion: "2026-11-22T12:00:00Z", Planned: noon, NotAfter: noon.AddDate(0, 0, 2)},
						Reason: claim.Reason{Code: "quiet-hours", Text: "quiet hours from 21:00 to 09:00"}, Explained: []byte(`{"policy":"84dbdd42045e2b50","checks":[{"name":"campaign"},{"name":"frequency","no":"quiet hours"}]}`),
					}
					if err := store.End(b.Context(), d); err != nil {
						b.Error(err)
					}
				}
			})
		}
		all.Wait()
		store.Meter = func(_ string, _, w float64) { write += w }
		queue := &counter{}
		s := &sendoutcome.Recorder{Sends: store, Due: store, Contacts: store, Intents: queue, Count: func(string, int) {}, Now: func() time.Time { return noon }, Each: sendoutcome.AtOnce}
		b.StartTimer()
		start := time.Now()
		if err := s.Tick(b.Context()); err != nil {
			b.Fatal(err)
		}
		took := time.Since(start)
		if n := queue.intents.Load(); n != waiting {
			b.Fatalf("%d sends were woken, want %d", n, waiting)
		}
		b.ReportMetric(float64(waiting)/took.Minutes(), "woken/min")
		b.ReportMetric(float64(queue.requests.Load())/waiting, "requests/wake")
		b.ReportMetric(write/waiting, "write-units/wake")
		write, store.Meter = 0, nil
	}
}
