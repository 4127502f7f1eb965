package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"regulars/shared/funnel"
	"regulars/shared/message"
	"regulars/shared/policycache"
)

// rehearse prints what a funnel of the campaign says before its run, and how long that
// takes. It fails if the size of the audience is far outside of the funnel's interval.
func rehearse(ctx context.Context, t *shopTables, at time.Time, out io.Writer) error {
	now := func() time.Time { return at }
	inForce := policycache.New(t.store, now, message.Renderer{})
	f := funnel.Funnel{Tables: t.store, Items: t.items, InForce: inForce, Breakers: inForce, Tenant: "planscale", Now: now}
	began, used := time.Now(), cpuOf("/proc/self/stat")
	r, err := f.Of(ctx, measured, "")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%9d customers: a funnel in %.1f s, with %.1f s of processor time, read %d of them and decided %d messages; %s in the audience\n", t.n, time.Since(began).Seconds(), (cpuOf("/proc/self/stat") - used).Seconds(), r.Read, r.Decided, r.Audience)
	width := r.Audience.Most - r.Audience.Least
	if in := t.audience(); in < r.Audience.Least-width || in > r.Audience.Most+width {
		return fmt.Errorf("the funnel says %s customers in the audience, and it has %d", r.Audience, in)
	}
	return nil
}
