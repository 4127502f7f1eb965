package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// list prints each tripped breaker: since when, why, and its current counts.
func list(ctx context.Context, store *dynamo.Store, out io.Writer, now time.Time) error {
	breakers, err := store.Breakers(ctx)
	if err != nil {
		return err
	}
	if breakers.Tripped() == 0 {
		fmt.Fprintln(out, "no breaker has tripped")
		return nil
	}
	if p := breakers.Pause; p != nil {
		fmt.Fprintf(out, "%s  since %s: SES takes nothing from the account (%s); all messages are held, and the next try is at %s\n",
			thePause, p.Since.UTC().Format(time.RFC3339), p.Code, p.Probe.UTC().Format(time.RFC3339))
	}
	if b := breakers.Account; b != nil {
		if err := show(ctx, store, out, theAccount, breaker.Account, *b, now); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(breakers.Campaigns)) {
		if err := show(ctx, store, out, id, breaker.Of(id), breakers.Campaigns[id], now); err != nil {
			return err
		}
	}
	return nil
}

func show(ctx context.Context, store *dynamo.Store, out io.Writer, name shop.CampaignID, s breaker.Scope, b breaker.Breaker, now time.Time) error {
	tally, err := store.BreakerTally(ctx, s)
	if err != nil {
		return err
	}
	c := tally.Sum(now)
	fmt.Fprintf(out, "%s  since %s: %s\n  in %d days: %d delivered or bounced, %d hard bounces, %d complaints, %d rejected by SES\n",
		name, b.Since.UTC().Format(time.RFC3339), b.Why, breaker.Days, c.Resolved, c.Bounced, c.Complained, c.Rejected)
	return nil
}
