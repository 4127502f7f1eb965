// Package decisions shows people what became of intents: every send with its
// state and reason, read from the Sends table, and how many were planned, from
// the slots and the orders.
//
// A page that stands open asks every few seconds, and no index lists sends by
// when they changed; so the table is read whole and kept, and read again in the
// background, never for more than a tenth of the time. What is shown is a few
// seconds old at most while the table is small. It is for one machine only.
package decisions

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"regulars/infra/local/pages"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// fresh is how long a reading is shown at least before the next.
const fresh = 2 * time.Second

// Source is the tables; [dynamo.Store] is one.
type Source interface {
	Runs(ctx context.Context, visit func(dynamo.Progress) error) error
	Raised(ctx context.Context, page dynamo.Page, visit func([]campaign.Intent) error) (dynamo.Cursor, error)
	Sends(ctx context.Context, page dynamo.Page, visit func(claim.Send) error) (dynamo.Cursor, error)
}

// Reader is a [pages.DecisionSource].
type Reader struct {
	source Source
	now    func() time.Time

	mu      sync.Mutex
	kept    *reading
	reading bool
}

// reading is the table as it was at one time.
type reading struct {
	sends  []claim.Send // the latest changed first
	byID   map[shop.SendID]int
	counts []pages.Count
	until  time.Time // it is shown without another being made
}

// New returns a reader of the tables.
func New(source Source, now func() time.Time) *Reader { return &Reader{source: source, now: now} }

// latest returns what was read last. The first reading is waited for; another
// is begun where the last is old.
func (r *Reader) latest(ctx context.Context) (*reading, error) {
	r.mu.Lock()
	kept := r.kept
	again := kept != nil && !r.reading && r.now().After(kept.until)
	r.reading = r.reading || again
	r.mu.Unlock()
	switch {
	case kept == nil:
		return r.read(ctx)
	case again:
		go func() {
			_, _ = r.read(context.WithoutCancel(ctx)) // where it fails, the last one stays
		}()
	}
	return kept, nil
}

func (r *Reader) read(ctx context.Context) (*reading, error) {
	began := r.now()
	next := &reading{byID: map[shop.SendID]int{}}
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.reading = false
	}()
	planned, err := r.planned(ctx, began)
	if err != nil {
		return nil, fmt.Errorf("read what was planned: %w", err)
	}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		after, err := r.source.Sends(ctx, page, func(s claim.Send) error {
			next.sends = append(next.sends, s)
			planned.send(s)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read the sends: %w", err)
		}
		page.After = after
	}
	slices.SortFunc(next.sends, func(a, b claim.Send) int {
		return cmp.Or(b.Changed.Compare(a.Changed), cmp.Compare(a.ID, b.ID))
	})
	for i, s := range next.sends {
		next.byID[s.ID] = i
	}
	next.counts = planned.counts()
	end := r.now()
	next.until = end.Add(max(fresh, 9*end.Sub(began)))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = next
	return next, nil
}

// Send returns one send as it was read last.
func (r *Reader) Send(ctx context.Context, id shop.SendID) (claim.Send, bool, error) {
	all, err := r.latest(ctx)
	if err != nil {
		return claim.Send{}, false, err
	}
	i, found := all.byID[id]
	if !found {
		return claim.Send{}, false, nil
	}
	return all.sends[i], true, nil
}

// Sends returns those that the filter takes; its cursor is a count of those
// that were seen.
func (r *Reader) Sends(ctx context.Context, filter pages.SendFilter) ([]claim.Send, string, error) {
	all, err := r.latest(ctx)
	if err != nil {
		return nil, "", err
	}
	skip, _ := strconv.Atoi(filter.After)
	var taken []claim.Send
	for _, s := range all.sends {
		if !takes(filter, s) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if filter.Limit > 0 && len(taken) == filter.Limit {
			seen, _ := strconv.Atoi(filter.After)
			return taken, strconv.Itoa(seen + len(taken)), nil
		}
		taken = append(taken, s)
	}
	return taken, "", nil
}

func takes(f pages.SendFilter, s claim.Send) bool {
	return (f.Customer == "" || s.Intent.Customer == f.Customer) &&
		(f.Campaign == "" || s.Intent.Campaign == f.Campaign) &&
		(len(f.States) == 0 || slices.Contains(f.States, s.State))
}

// Counts returns each campaign in numbers.
func (r *Reader) Counts(ctx context.Context) ([]pages.Count, error) {
	all, err := r.latest(ctx)
	if err != nil {
		return nil, err
	}
	return all.counts, nil
}
