package sendoutcome_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
)

// BenchmarkAudit measures how many sends a check counts in a second, and how
// many read units a million cost. With DYNAMODB_ENDPOINT=memory it measures the
// code alone.
func BenchmarkAudit(b *testing.B) {
	const sends, workers = 8_000, 8
	store := dynamotest.Store(b)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for n := range sends / workers {
				i := campaign.Intent{Campaign: "weekly-picks", Version: 1, Customer: shop.CustomerID(fmt.Sprint("c-", w, "-", n)), Occasion: "2026-11-20T12:00:00Z", Planned: runAt, NotAfter: runAt.AddDate(0, 0, 1)}
				if err := store.End(b.Context(), claim.Send{
					ID: i.SendID("test"), Intent: i, State: claim.Capped, Changed: noon, Class: shop.ClassPromotion, Message: "picks",
					Reason:    claim.Reason{Code: "cap:promotions-7d", Text: "two promotions within seven days; the next is possible on Tuesday"},
					Explained: []byte(`{"policy":"84dbdd42045e2b50","checks":[{"name":"campaign"},{"name":"consent"},{"name":"pause"},{"name":"quiet-hours"},{"name":"frequency","no":"two promotions within seven days"}],"inputs":{"orders":7,"spent":"512.40","ledger":["a","b","c"]}}`),
				}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	all.Wait()
	read := 0.0
	store.Meter = func(_ string, r, _ float64) { read += r }
	day := 0
	for b.Loop() {
		read, day = 0, day+1
		checked := 0
		a := sendoutcome.Auditor{
			Progress: store, Books: store, Now: func() time.Time { return noon.AddDate(0, 0, day) },
			Publish: func(m map[string]int) { checked = m["ConservationEnded"] },
		}
		start := time.Now()
		if err := a.Audit(b.Context()); err != nil || checked != sends {
			b.Fatalf("%d sends were counted, %v, want %d", checked, err, sends)
		}
		b.ReportMetric(sends/time.Since(start).Seconds(), "sends/s")
		b.ReportMetric(read/sends*1e6, "read-units/million")
	}
}
