package outcome

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

const (
	again    = 10 * time.Minute // a send that was woken is woken again then, should its message get lost
	attempts = 3                // of a service message whose fate is unknown

	page    = 100              // sends that are read from the index at a time
	batch   = 10               // intents that one request puts on the queue
	reserve = 10 * time.Second // of the function's time, left for the page at hand
	told    = 10               // failures that a tick tells of; the others are counted
)

// Tick is what is done each minute: it wakes the sends whose wait is over, and
// ends the claims of which nothing was heard. It goes on until nothing is due,
// or its time is nearly over, or as many promotions are awake as the account can
// send in a minute ([Settler.Pace]); the rest stays in the index, which is a
// better place to wait in than the queue.
//
// One send that fails stops none of the others: it stays due. Tick fails in the
// end then, and tells how many there were.
func (h *Settler) Tick(ctx context.Context) error {
	t := &tick{Settler: h, now: h.Now()}
	t.lane(ctx, dynamo.LaneTransactional, 0)
	pace := 0
	if h.Pace != nil {
		var err error
		if pace, err = h.Pace(ctx); err != nil {
			t.failed(1, fmt.Errorf("ask what the account can send: %w", err))
		}
	}
	t.lane(ctx, dynamo.LaneMarketing, pace)
	h.braked(ctx)
	if t.woken+t.lost+t.failures > 0 {
		slog.InfoContext(ctx, "clock", "woken", t.woken, "lost", t.lost, "failed", t.failures, "more", t.more)
	}
	if t.lost > 0 {
		h.Count("Lost", t.lost)
	}
	if t.failures > 0 {
		return fmt.Errorf("the clock: %d due sends failed and stay due; the first: %w", t.failures, errors.Join(t.errs...))
	}
	return nil
}

// AtOnce runs do for 0 to n-1 at the same time: it is what [Settler.Each] is for.
func AtOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// tick is one tick under way.
type tick struct {
	*Settler
	now time.Time

	mu          sync.Mutex
	woken, lost int
	more        bool // something is due that this tick did not come to
	failures    int
	errs        []error
}

// lane works through all partitions of a lane, and wakes at most so many in
// all; 0 is without bound. Sends are spread evenly over the partitions, and so
// is the bound.
func (t *tick) lane(ctx context.Context, lane dynamo.Lane, most int) {
	shards := dynamo.DueShards(lane)
	do := func(i int) { t.shard(ctx, shards[i], (most+len(shards)-1)/len(shards)) }
	if t.Each != nil {
		t.Each(len(shards), do)
		return
	}
	for i := range shards {
		do(i)
	}
}

func (t *tick) shard(ctx context.Context, shard dynamo.DueShard, most int) {
	bounded := most > 0
	for after := dynamo.Cursor(""); after != dynamo.End; {
		deadline, ok := ctx.Deadline()
		if bounded && most <= 0 || ok && time.Until(deadline) < reserve || ctx.Err() != nil {
			t.count(func() { t.more = true })
			return
		}
		limit := page
		if bounded {
			limit = min(page, most)
		}
		var waiting, stuck []claim.Send
		next, err := t.Due.Due(ctx, t.now, shard, after, limit, func(d claim.Send) error {
			if d.State == claim.Queued {
				waiting = append(waiting, d)
			} else {
				stuck = append(stuck, d)
			}
			return nil
		})
		if err != nil {
			t.failed(1, err)
		}
		for chunk := range slices.Chunk(waiting, batch) {
			t.wake(ctx, chunk)
		}
		for _, d := range stuck {
			t.giveUp(ctx, d)
		}
		if next == "" { // it could not be read
			return
		}
		after, most = next, most-len(waiting)
	}
}

// wake puts the intents of waiting sends on the queue again. The sends stay in
// the index, for later, in case that message gets lost. One whose record says
// meanwhile that it waits for another time is left alone.
func (t *tick) wake(ctx context.Context, waiting []claim.Send) {
	var intents []any
	for _, d := range waiting {
		intents = append(intents, d.Intent)
	}
	if err := t.Intents.Put(ctx, intents...); err != nil {
		t.failed(len(waiting), err)
		return
	}
	for _, d := range waiting {
		switch err := t.Due.Later(ctx, d, t.now.Add(again)); {
		case err == nil:
			t.count(func() { t.woken++ })
		case !errors.Is(err, dynamo.ErrConflict):
			t.failed(1, err)
		}
	}
}

// giveUp ends a claim whose worker is dead and of which SES told nothing. A
// promotion or a promise may have gone: it is lost, and never sent again. What
// the customer needs to know is worth a possible duplicate.
func (t *tick) giveUp(ctx context.Context, d claim.Send) {
	needed := d.Class == shop.ClassSafety || d.Class == shop.ClassService || d.Class == shop.ClassRecovery
	d.Unconfirmed++
	var err error
	if needed && d.Unconfirmed < attempts {
		why := claim.Reason{Code: "unknown", Text: fmt.Sprintf("nothing was heard of attempt %d; it is sent again, because the customer needs it", d.Attempt)}
		err = t.Sends.Wait(ctx, d, why, t.Now(), t.Now())
	} else {
		slog.ErrorContext(ctx, "lost", "send", d.ID, "campaign", d.Intent.Campaign, "attempt", d.Attempt)
		why := claim.Reason{Code: "unknown", Text: "SES's answer was lost and no event came: it may have arrived, so it is not sent again"}
		if err = t.Sends.Lose(ctx, d, why, t.Now()); err == nil {
			t.count(func() { t.lost++ })
		}
	}
	if err != nil && !errors.Is(err, dynamo.ErrConflict) { // a conflict: it moved on by itself
		t.failed(1, err)
	}
}

func (t *tick) count(change func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change()
}

func (t *tick) failed(n int, err error) {
	t.count(func() {
		t.failures += n
		if len(t.errs) < told {
			t.errs = append(t.errs, err)
		}
	})
}
