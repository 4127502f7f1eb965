// Package journeyadvance moves customers through journeys. The function journey and
// infra/proof/simulate both run it, so that the simulator tests the code that runs
// on Lambda.
//
// A move reads the customer, lets the pure package journey say what is due, puts
// the messages on send's queue and then stores the new position, if no other call
// has moved the customer. A call that dies in between leaves the old position, and
// the next one puts the same messages on the queue again: they make the same sends,
// which the claim lets go once (docs/decisions/0065).
package journeyadvance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/journey"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Positions stores where customers are; [dynamo.Store] does so.
type Positions interface {
	Position(context.Context, shop.CustomerID, shop.CampaignID) (journey.Position, dynamo.Rev, error)
	SavePosition(context.Context, journey.Position, dynamo.Rev) error
}

// Due lists the positions that are due; [dynamo.Store] does so.
type Due interface {
	DuePositions(ctx context.Context, now time.Time, shard dynamo.DueShard, after dynamo.Cursor, limit int, visit func(journey.Position, dynamo.Rev) error) (dynamo.Cursor, error)
}

// Customers reads a customer's profile and contact; [dynamo.Store] does so.
type Customers interface {
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
}

// InForce returns the policy and what persons stopped; [policycache.Cache] does so.
type InForce interface {
	Policy(context.Context) (shoppolicy.Policy, error) // at most a minute old
	Look(context.Context) (shoppolicy.Policy, error)   // as it is now
	Breakers(context.Context) (breaker.Now, error)
}

// Queue takes intents for the function send.
type Queue interface {
	Put(ctx context.Context, intents ...any) error
}

// Mover moves customers through journeys. Many goroutines may use it at once.
type Mover struct {
	Positions Positions
	Due       Due
	Customers Customers
	InForce   InForce
	Intents   Queue
	Now       func() time.Time
	AtOnce    int // how many customers of each partition a tick moves at the same time; 0: one customer after the other
}

const (
	page    = 100              // positions of one read
	reserve = 10 * time.Second // of the function's time, kept for the move in progress
	again   = 15 * time.Minute // after which a customer in a paused journey is looked at again
)

// Enter lets a customer enter a journey and moves them as far as they go at once.
// It may be called again for the same entry: the customer enters once. It drops an
// entry that is too late, or whose customer may not enter again; the log says so.
func (m *Mover) Enter(ctx context.Context, entry campaign.Intent) error {
	inForce, err := m.InForce.Policy(ctx)
	j, known := inForce.Journey(entry.Campaign)
	if err == nil && (!known || j.Entry.Version < entry.Version) { // published less than a minute ago
		if inForce, err = m.InForce.Look(ctx); err == nil {
			j, known = inForce.Journey(entry.Campaign)
		}
	}
	switch {
	case err != nil:
		return err
	case !known, m.Now().After(entry.NotAfter):
		slog.InfoContext(ctx, "an entry was dropped: its journey is not published any more, or it is too late", "journey", entry.Campaign, "occasion", entry.Occasion, "not_after", entry.NotAfter)
		return nil
	}
	err = dynamo.Retry(ctx, nil, func() error {
		p, rev, err := m.Positions.Position(ctx, entry.Customer, entry.Campaign)
		if err != nil {
			return err
		}
		if p, err = m.over(ctx, inForce, p); err != nil {
			return err
		}
		if !j.Admits(p, entry) {
			slog.InfoContext(ctx, "a customer did not enter a journey again", "journey", entry.Campaign, "occasion", entry.Occasion, "entered", p.Entered, "end", p.End)
			return nil
		}
		return m.move(ctx, inForce, j, j.Enter(entry, m.Now()), rev, &entry)
	})
	if err != nil {
		return fmt.Errorf("enter journey %s by %s: %w", entry.Campaign, entry.Occasion, err)
	}
	return nil
}

// over returns the position as ended if the customer's way is over by now, although
// their next step is not due yet: what ends it, such as an order, may be what lets
// them enter again.
func (m *Mover) over(ctx context.Context, inForce shoppolicy.Policy, p journey.Position) (journey.Position, error) {
	j, known := inForce.JourneyAt(p.Journey, p.Version)
	if p.End != "" || p.Entered.IsZero() || !known {
		return p, nil
	}
	read, err := m.Customers.Snapshot(ctx, p.Customer)
	if err != nil {
		return p, err
	}
	if why := j.Over(facts(m.Now(), read, inForce, p)); why != "" {
		p = p.Ended(why, m.Now())
	}
	return p, nil
}

// facts returns the values of the journey's conditions for the customer of p.
func facts(now time.Time, read dynamo.Snapshot, inForce shoppolicy.Policy, p journey.Position) condition.Facts {
	return decide.JourneyFacts(now, decide.Snapshot{Profile: read.Profile, Contact: read.Contact}, p.Intent(campaign.Campaign{}, now, now), decide.Config{Policy: inForce})
}

// Tick moves every customer whose next step is due, all partitions at the same
// time, until none is due or the function's time is nearly over. Call it each
// minute. A move that fails stays due and stops no other; Tick then returns how
// many failed, with the first error.
func (m *Mover) Tick(ctx context.Context) error {
	inForce, err := m.InForce.Look(ctx) // the latest: a step that this policy does not have would end the way for good
	if err != nil {
		return err
	}
	now := m.Now()
	var failed failures
	shards := dynamo.PositionShards()
	atOnce(shards, min(m.AtOnce, 1)*len(shards), func(shard dynamo.DueShard) { m.shard(ctx, inForce, shard, now, &failed) })
	return failed.err()
}

// shard moves the customers of one partition that are due at now.
func (m *Mover) shard(ctx context.Context, inForce shoppolicy.Policy, shard dynamo.DueShard, now time.Time, failed *failures) {
	for after := dynamo.Cursor(""); after != dynamo.End && enoughTime(ctx); {
		var due []journey.Position
		next, err := m.Due.DuePositions(ctx, now, shard, after, page, func(p journey.Position, _ dynamo.Rev) error {
			due = append(due, p)
			return nil
		})
		failed.add(err)
		atOnce(due, m.AtOnce, func(p journey.Position) {
			if enoughTime(ctx) {
				failed.add(m.wake(ctx, inForce, p))
			}
		})
		if next == "" { // the listing failed
			return
		}
		after = next
	}
}

// atOnce calls do for each value: n at the same time, or one after the other if n is 0.
func atOnce[T any](values []T, n int, do func(T)) {
	if n == 0 {
		for _, v := range values {
			do(v)
		}
		return
	}
	var all sync.WaitGroup
	free := make(chan struct{}, n)
	for _, v := range values {
		free <- struct{}{}
		all.Go(func() {
			do(v)
			<-free
		})
	}
	all.Wait()
}

// wake moves one customer whose position the index lists as due. The index lags, so
// it reads the position again.
func (m *Mover) wake(ctx context.Context, inForce shoppolicy.Policy, listed journey.Position) error {
	p, rev, err := m.Positions.Position(ctx, listed.Customer, listed.Journey)
	if err != nil || rev == "" || p.End != "" || p.Due.After(m.Now()) {
		return err
	}
	j, known := inForce.JourneyAt(p.Journey, p.Version)
	if !known {
		err = m.Positions.SavePosition(ctx, p.Ended(journey.Gone, m.Now()), rev)
	} else {
		err = m.move(ctx, inForce, j, p, rev, nil)
	}
	if errors.Is(err, dynamo.ErrConflict) { // another call moved the customer
		return nil
	}
	return err
}

// move puts everything that is due at the position on the queue, and stores the
// position after it. It fails with [dynamo.ErrConflict] if another call moved the
// customer; what it put on the queue then makes no second send.
//
// entry is what p was made of, if the customer enters; else nil. If it has a message at
// once, move stores the position before as well: a customer who has got a message has
// entered, even if the queue gives up on the entry.
func (m *Mover) move(ctx context.Context, inForce shoppolicy.Policy, j journey.Journey, p journey.Position, rev dynamo.Rev, entry *campaign.Intent) error {
	read, err := m.Customers.Snapshot(ctx, p.Customer)
	if err != nil {
		return err
	}
	if read.ProfileRev == "" { // erased; the erasure deletes the position
		if rev == "" {
			return nil
		}
		return m.Positions.SavePosition(ctx, p.Ended(journey.Gone, m.Now()), rev)
	}
	now := m.Now()
	if entry != nil && !decide.StillEnters(now, decide.Snapshot{Profile: read.Profile, Contact: read.Contact}, *entry, j, decide.Config{Policy: inForce}) {
		slog.InfoContext(ctx, "a customer did not enter a journey: the audience of the run does not include them any more, or the day is not theirs", "journey", p.Journey, "occasion", p.Occasion)
		return nil
	}
	if entry != nil {
		p.Ordered = decide.NewestOrder(read.Profile)
	}
	halts, err := m.InForce.Breakers(ctx)
	if err != nil {
		return err
	}
	if stop := halts.Halted(now, j.ID(), p.Version, p.Begun); stop != nil && stop.Ends {
		return m.Positions.SavePosition(ctx, p.Ended(journey.Cancelled, now), rev)
	} else if stop != nil {
		return m.Positions.SavePosition(ctx, p.Later(now.Add(again)), rev)
	}
	next, raise := j.Advance(now, p, facts(now, read, inForce, p))
	var intents []any
	for _, step := range raise {
		intent := p.Intent(campaign.Campaign{ID: step.Campaign}, step.Due, now)
		if c, known := inForce.CampaignOf(intent); known { // it is: they are published whole
			intents = append(intents, p.Intent(c, step.Due, now))
		}
	}
	if entry != nil && len(intents) > 0 {
		if err := m.Positions.SavePosition(ctx, p, rev); err != nil {
			return err
		}
		stored, at, err := m.Positions.Position(ctx, p.Customer, p.Journey)
		if err != nil || !stored.Same(p) { // a tick has moved the customer already
			return err
		}
		rev = at
	}
	if err := m.Intents.Put(ctx, intents...); err != nil {
		return err
	}
	if err := m.Positions.SavePosition(ctx, next, rev); err != nil {
		return err
	}
	if next.End != "" {
		slog.InfoContext(ctx, "a customer's way through a journey has ended", "journey", p.Journey, "occasion", p.Occasion, "end", next.End)
	}
	return nil
}

// enoughTime reports whether the function has time for another move.
func enoughTime(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return !ok || time.Until(deadline) > reserve
}

// failures collects what went wrong in a tick.
type failures struct {
	mu    sync.Mutex
	n     int
	first error
}

func (f *failures) add(err error) {
	if err == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n++; f.first == nil {
		f.first = err
	}
}

func (f *failures) err() error {
	if f.n == 0 {
		return nil
	}
	return fmt.Errorf("%d customers were not moved and stay due; the first: %w", f.n, f.first)
}
