package replay

import (
	"sync"
	"testing"
)

// TestAQueueLosesNothing: planning puts eight requests on the queue at the same time.
func TestAQueueLosesNothing(t *testing.T) {
	q := &queue{}
	var requests sync.WaitGroup
	for range 8 {
		requests.Go(func() {
			for i := range 2_000 {
				if err := q.Put(t.Context(), i); err != nil {
					t.Error(err)
				}
			}
		})
	}
	requests.Wait()
	n := 0
	for q.pop() != nil {
		n++
	}
	if n != 16_000 {
		t.Errorf("%d of 16000 messages are on the queue", n)
	}
}
