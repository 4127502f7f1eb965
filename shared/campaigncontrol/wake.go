package campaigncontrol

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/journey"
	"regulars/shared/policycache"
	"regulars/shared/shop"
)

// Waiting lists waiting sends and changes the time for which one waits;
// [dynamo.Store] does.
type Waiting interface {
	Due(ctx context.Context, now time.Time, shard dynamo.DueShard, after dynamo.Cursor, limit int, visit func(claim.Send) error) (dynamo.Cursor, error)
	Later(ctx context.Context, d claim.Send, at time.Time) error
}

const (
	page    = 100
	horizon = 366 * 24 * time.Hour // no send waits longer
)

// wake lets the campaign's waiting sends that match be decided within a minute or
// so, and returns how many. No promise depends on it: a send that it misses is
// decided at its own time, with the same result. They are due only after every
// function has read the new word.
//
// It reads the whole index of waiting sends, all partitions at the same time, for
// 0.13 read units a send, and takes three write units for each that matches.
func (c *Control) wake(ctx context.Context, id shop.CampaignID, matches func(claim.Send) bool) (woken int, err error) {
	if c.Waiting == nil {
		return 0, nil
	}
	var mu sync.Mutex
	var errs []error
	var all sync.WaitGroup
	for _, lane := range []dynamo.Lane{dynamo.LaneTransactional, dynamo.LaneMarketing} {
		for _, shard := range dynamo.DueShards(lane) {
			all.Go(func() {
				n, err := c.wakeShard(ctx, shard, func(d claim.Send) bool { return about(d, id) && matches(d) })
				mu.Lock()
				defer mu.Unlock()
				woken, errs = woken+n, append(errs, err)
			})
		}
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return woken, fmt.Errorf("the word about %s is stored and in force, but some of its waiting messages were not woken, and end or go on at their own time; repeat the call to wake them: %w", id, err)
	}
	return woken, nil
}

// about reports whether a word about the campaign or journey is about the send.
func about(d claim.Send, id shop.CampaignID) bool {
	return d.Intent.Campaign == id || strings.HasPrefix(string(d.Intent.Campaign), string(journey.StepID(id, "")))
}

func (c *Control) wakeShard(ctx context.Context, shard dynamo.DueShard, matches func(claim.Send) bool) (woken int, err error) {
	soon := c.Now().Add(2 * policycache.FreshBreakers)
	for after := dynamo.Cursor(""); after != dynamo.End; {
		var found []claim.Send
		next, err := c.Waiting.Due(ctx, c.Now().Add(horizon), shard, after, page, func(d claim.Send) error {
			if d.State == claim.Queued && d.Wake.After(soon) && matches(d) {
				found = append(found, d)
			}
			return nil
		})
		if err != nil {
			return woken, err
		}
		for _, d := range found {
			switch err := c.Waiting.Later(ctx, d, soon); {
			case err == nil:
				woken++
			case !errors.Is(err, dynamo.ErrConflict): // a conflict: it was decided again, or has ended
				return woken, err
			}
		}
		after = next
	}
	return woken, nil
}
