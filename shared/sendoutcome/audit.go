package sendoutcome

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/reconcile"
	"regulars/shared/shop"
)

// auditHour is the time of day, in UTC, from which the day's check is due.
const auditHour = 4 * time.Hour

// Progress stores how far a check has come; [dynamo.Store] does so.
type Progress interface {
	Audit(context.Context) (dynamo.Audit, dynamo.Rev, error)
	SaveAudit(context.Context, dynamo.Audit, dynamo.Rev) error
}

// Books returns the runs, orders and sends to count; [dynamo.Store] does so.
type Books interface {
	Runs(ctx context.Context, visit func(dynamo.Progress) error) error
	Raised(ctx context.Context, page dynamo.Page, visit func([]campaign.Intent) error) (dynamo.Cursor, error)
	Sends(ctx context.Context, page dynamo.Page, visit func(claim.Send) error) (dynamo.Cursor, error)
}

// Auditor checks once a day that every planned intent has ended or waits: see
// package reconcile.
type Auditor struct {
	Progress Progress
	Books    Books
	Publish  func(metrics map[string]int) // publishes metrics, all at once
	Now      func() time.Time
	Page     int // items read at a time; 0: as many as fit in 1 MB
}

// Audit begins the day's check, continues it, or does nothing if it is done.
// Call it each minute: it counts until the function's time is nearly over, and
// stores the counts and the position together. If a call dies, its counts are
// lost and the next call continues from the stored position. Of two calls at
// once, the result of one is stored and the other's is dropped.
//
// A finished check is published before it is stored as done. If the function
// dies between the two, the check is published again.
func (a *Auditor) Audit(ctx context.Context) error {
	audit, rev, err := a.Progress.Audit(ctx)
	if err != nil {
		return err
	}
	if now := a.Now(); rev == "" || audit.Done() && dayOf(audit.Table.At) != dayOf(now) {
		if audit, err = a.begin(ctx, now); err != nil {
			return err
		}
	}
	if audit.Done() {
		return nil
	}
	errCount := a.count(ctx, &audit)
	if audit.Done() {
		a.publish(ctx, &audit.Table)
	}
	err = a.Progress.SaveAudit(ctx, audit, rev)
	if errors.Is(err, dynamo.ErrConflict) { // another call has come further
		err = nil
	}
	return errors.Join(errCount, err)
}

func dayOf(t time.Time) string { return t.UTC().Add(-auditHour).Format(time.DateOnly) }

// begin counts the runs. They are few, and the sends are compared with them.
func (a *Auditor) begin(ctx context.Context, now time.Time) (dynamo.Audit, error) {
	audit := dynamo.Audit{Table: *reconcile.New(shop.Millis(now))}
	err := a.Books.Runs(ctx, func(p dynamo.Progress) error {
		if at, sends := p.Counted(); sends {
			audit.Table.Run(p.Campaign, p.Version, at, p.Started, p.Planned)
		}
		return nil
	})
	return audit, err
}

// count counts orders and sends, page by page, until all are counted or the
// function's time is nearly over. If it fails, the counts of the pages before
// are valid: a page is counted whole or not at all.
func (a *Auditor) count(ctx context.Context, audit *dynamo.Audit) error {
	pages := 0
	for !audit.Done() {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < reserve && pages > 0 {
			return nil
		}
		pages++
		if audit.Orders != dynamo.End {
			var orders [][]campaign.Intent
			next, err := a.Books.Raised(ctx, dynamo.Page{After: audit.Orders, Limit: a.Page}, func(raised []campaign.Intent) error {
				orders = append(orders, raised)
				return nil
			})
			if err != nil {
				return fmt.Errorf("reconciliation: read orders: %w", err)
			}
			for _, raised := range orders {
				audit.Table.Order(raised)
			}
			audit.Orders = next
			continue
		}
		var sends []claim.Send
		next, err := a.Books.Sends(ctx, dynamo.Page{After: audit.Sends, Limit: a.Page}, func(d claim.Send) error {
			d.Explained = nil // long, and not needed to count
			sends = append(sends, d)
			return nil
		})
		if err != nil {
			return fmt.Errorf("reconciliation: read sends: %w", err)
		}
		for _, d := range sends {
			audit.Table.Send(d)
		}
		audit.Sends = next
	}
	return nil
}

// publish publishes the sums as metrics, and logs a line for each campaign and
// an error for each occasion of which intents are missing or overdue.
func (a *Auditor) publish(ctx context.Context, t *reconcile.Table) {
	campaigns := t.Campaigns()
	for _, o := range slices.SortedFunc(maps.Keys(campaigns), reconcile.Occasion.Compare) {
		slog.InfoContext(ctx, "reconciliation: sends by state", "of", o.String(), "planned", campaigns[o].Planned, "states", campaigns[o].States)
	}
	for _, o := range t.Broken() {
		s := t.Rows[o].Sum()
		slog.ErrorContext(ctx, "reconciliation: intents are missing or overdue", "of", o.String(),
			"planned", s.Planned, "ended", s.Ended, "open", s.Open, "missing", s.Missing, "overdue", s.Overdue)
	}
	s := t.Sum()
	a.Publish(map[string]int{
		"ConservationChecked": 1, "ConservationPlanned": s.Planned, "ConservationEnded": s.Ended, "ConservationOpen": s.Open,
		"ConservationLost": s.Lost, "ConservationMissing": s.Missing, "ConservationOverdue": s.Overdue,
	})
}
