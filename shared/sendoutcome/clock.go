package sendoutcome

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
	"regulars/shared/rescue"
	"regulars/shared/shop"
)

const (
	again    = 10 * time.Minute // after it was woken a send is woken again, in case its queue message was lost
	attempts = 3                // unconfirmed attempts of a transactional message before it is LOST

	page    = 100              // sends that are read from the index at a time
	batch   = 10               // intents that one request puts on the queue
	reserve = 10 * time.Second // of the function's time, kept for the page that is being worked on
	named   = 10               // failures that the error of a tick names; the others are only counted
)

// Tick does the work of each minute: it wakes sends whose wait is over, and
// ends unconfirmed claims. It stops if nothing is due, if the function's time
// is nearly over, or if as many promotions are awake as the account can send in
// a minute ([Recorder.Pace]). The rest stays in the index: on the queue they
// would only be delivered, get no permit, and wait again.
//
// A send that fails or panics stays due and does not stop the others. Tick then returns
// an error with the number of failures.
func (h *Recorder) Tick(ctx context.Context) error {
	t := &tick{Recorder: h, now: h.Now()}
	t.lane(ctx, dynamo.LaneTransactional, 0)
	pace := 0
	if h.Pace != nil {
		var err error
		if pace, err = h.Pace(ctx); err != nil {
			t.failed(1, fmt.Errorf("read how many promotions the account can send in a minute: %w", err))
		}
	}
	t.lane(ctx, dynamo.LaneMarketing, pace)
	h.countTripped(ctx)
	if t.woken+t.lost+t.failures > 0 {
		slog.InfoContext(ctx, "the clock woke due sends", "woken", t.woken, "lost", t.lost, "failed", t.failures, "more", t.more)
	}
	if t.lost > 0 {
		h.Count("Lost", t.lost)
	}
	if t.failures > 0 {
		return fmt.Errorf("clock: %d due sends failed, and stay due; the first errors: %w", t.failures, errors.Join(t.errs...))
	}
	return nil
}

// AtOnce runs do for 0 to n-1 at the same time; it is for [Recorder.Each].
func AtOnce(n int, do func(i int)) {
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { do(i) })
	}
	all.Wait()
}

// tick is the state of one [Recorder.Tick].
type tick struct {
	*Recorder
	now time.Time

	mu          sync.Mutex
	woken, lost int
	more        bool // the tick ended with due sends left
	failures    int
	errs        []error
}

// lane goes through all shards of the index for a lane, and wakes at most that
// many sends in all; 0 means no limit. Sends are spread evenly over the shards,
// and so is the limit.
func (t *tick) lane(ctx context.Context, lane dynamo.Lane, most int) {
	shards := dynamo.DueShards(lane)
	do := func(i int) {
		t.rescued(ctx, func() { t.shard(ctx, shards[i], (most+len(shards)-1)/len(shards)) })
	}
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
			t.rescued(ctx, func() { t.wake(ctx, chunk) })
		}
		for _, d := range stuck {
			t.rescued(ctx, func() { t.giveUp(ctx, d) })
		}
		if next == "" { // the page could not be read
			return
		}
		after, most = next, most-len(waiting)
	}
}

// wake puts the intents of waiting sends on the queue. The sends stay in the
// index, with a later time, in case a queue message is lost. A send that
// another worker has changed since it was listed is left alone.
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

// giveUp ends a claim whose worker is dead and which is unconfirmed. A
// marketing message may have been sent: it ends LOST and is never sent again. A
// transactional message is sent again, because the customer needs it more than
// a duplicate harms.
func (t *tick) giveUp(ctx context.Context, d claim.Send) {
	needed := d.Class == shop.ClassSafety || d.Class == shop.ClassService || d.Class == shop.ClassRecovery
	d.Unconfirmed++
	var err error
	if needed && d.Unconfirmed < attempts {
		why := claim.Reason{Code: "unknown", Text: fmt.Sprintf("attempt %d is unconfirmed; the message is sent again, because the customer needs it", d.Attempt)}
		err = t.Sends.Wait(ctx, d, why, t.Now(), t.Now())
	} else {
		slog.ErrorContext(ctx, "a send is LOST: it may have arrived, and is not sent again", "send", d.ID, "campaign", d.Intent.Campaign, "attempt", d.Attempt)
		why := claim.Reason{Code: "unknown", Text: "there was no answer and no event of SES: the message may have arrived, so it is not sent again"}
		if err = t.Sends.Lose(ctx, d, why, t.Now()); err == nil {
			t.count(func() { t.lost++ })
		}
	}
	if err != nil && !errors.Is(err, dynamo.ErrConflict) { // a conflict: another worker or an SES event changed it
		t.failed(1, err)
	}
}

// rescued calls do, and counts a panic of it as one failure.
func (t *tick) rescued(ctx context.Context, do func()) {
	err := rescue.Do(ctx, func() error { do(); return nil })
	if err != nil {
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
		if len(t.errs) < named {
			t.errs = append(t.errs, err)
		}
	})
}
