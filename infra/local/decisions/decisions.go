// Package decisions reads, for the local pages, every send with its state and
// reason from the Sends table, and the number of planned intents from the runs
// and the orders.
//
// An open page asks every few seconds, and no index lists sends by the time of
// their last change. So the reader reads the whole table, keeps the result, and
// reads again in the background, for at most a tenth of the time. As long as
// the table is small, the pages show data that is a few seconds old at most.
// Only the local cloud uses this package.
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
	"regulars/shared/journey"
	"regulars/shared/shop"
)

// fresh is the least time for which a reading is shown before the next.
const fresh = 2 * time.Second

// Source reads the tables; [dynamo.Store] implements it.
type Source interface {
	Runs(ctx context.Context, visit func(dynamo.Progress) error) error
	Raised(ctx context.Context, page dynamo.Page, visit func([]campaign.Intent) error) (dynamo.Cursor, error)
	Sends(ctx context.Context, page dynamo.Page, visit func(claim.Send) error) (dynamo.Cursor, error)
	AllPositions(ctx context.Context, page dynamo.Page, visit func(journey.Position) error) (dynamo.Cursor, error)
}

// Reader reads decisions and keeps the last reading; it is a
// [pages.DecisionSource].
type Reader struct {
	source Source
	now    func() time.Time

	mu      sync.Mutex
	kept    *reading
	reading bool
}

// reading is the content of the tables at one time.
type reading struct {
	sends  []claim.Send // the latest changed first
	byID   map[shop.SendID]int
	counts []pages.Count
	walks  []pages.Journey
	until  time.Time // after this time, a request starts the next reading
}

// New returns a reader of the tables.
func New(source Source, now func() time.Time) *Reader { return &Reader{source: source, now: now} }

// latest returns the last reading. It waits for the first one; if the last one
// is old, it starts another in the background.
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
			_, _ = r.read(context.WithoutCancel(ctx)) // if it fails, the last reading stays
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
		return nil, fmt.Errorf("count planned intents: %w", err)
	}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		after, err := r.source.Sends(ctx, page, func(s claim.Send) error {
			next.sends = append(next.sends, s)
			planned.Send(s)
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
	if next.walks, err = r.journeys(ctx); err != nil {
		return nil, err
	}
	end := r.now()
	next.until = end.Add(max(fresh, 9*end.Sub(began)))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept = next
	return next, nil
}

// Send returns one send of the last reading, and whether it is there.
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

// Sends returns the sends that match the filter. Its cursor is the number of
// matching sends on the pages before.
func (r *Reader) Sends(ctx context.Context, filter pages.SendFilter) ([]claim.Send, string, error) {
	all, err := r.latest(ctx)
	if err != nil {
		return nil, "", err
	}
	skip, _ := strconv.Atoi(filter.After)
	var matching []claim.Send
	for _, s := range all.sends {
		if !matches(filter, s) {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if filter.Limit > 0 && len(matching) == filter.Limit {
			seen, _ := strconv.Atoi(filter.After)
			return matching, strconv.Itoa(seen + len(matching)), nil
		}
		matching = append(matching, s)
	}
	return matching, "", nil
}

func matches(f pages.SendFilter, s claim.Send) bool {
	return (f.Customer == "" || s.Intent.Customer == f.Customer) &&
		(f.Campaign == "" || s.Intent.Campaign == f.Campaign) &&
		(len(f.States) == 0 || slices.Contains(f.States, s.State))
}

// Counts returns the numbers of each campaign, by campaign.
func (r *Reader) Counts(ctx context.Context) ([]pages.Count, error) {
	all, err := r.latest(ctx)
	if err != nil {
		return nil, err
	}
	return all.counts, nil
}
