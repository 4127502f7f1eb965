package outcome

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

// auditHour is when in the day, in UTC, a check is due.
const auditHour = 4 * time.Hour

// Progress is where a check's progress is kept; [dynamo.Store] has it.
type Progress interface {
	Audit(context.Context) (dynamo.Audit, dynamo.Rev, error)
	SaveAudit(context.Context, dynamo.Audit, dynamo.Rev) error
}

// Books is what a check reads; [dynamo.Store] has it.
type Books interface {
	Runs(ctx context.Context, visit func(dynamo.Progress) error) error
	Raised(ctx context.Context, page dynamo.Page, visit func([]campaign.Intent) error) (dynamo.Cursor, error)
	Sends(ctx context.Context, page dynamo.Page, visit func(claim.Send) error) (dynamo.Cursor, error)
}

// Auditor checks each day that nothing has vanished: see package reconcile.
type Auditor struct {
	Progress Progress
	Books    Books
	Publish  func(metrics map[string]int) // publishes metrics, all at once
	Now      func() time.Time
	Page     int // items read at a time; 0: as many as fit in 1 MB
}

// Audit begins the day's check, goes on with one that was begun, or does nothing
// where the day's is done. Call it each minute: it counts until its time is
// nearly over, and writes down how far it has come, counts and place in one. A
// call that dies has counted nothing, and the next one goes on from the same
// place. Of two calls at once, one counts and the other is dropped.
//
// A check that is done is published first and marked then: dying between
// publishes it again.
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

// begin counts the slots: they are few, and sends are held against them.
func (a *Auditor) begin(ctx context.Context, now time.Time) (dynamo.Audit, error) {
	audit := dynamo.Audit{Table: *reconcile.New(shop.Millis(now))}
	err := a.Books.Runs(ctx, func(p dynamo.Progress) error {
		audit.Table.Run(p.Campaign, p.Version, p.At, p.Started, p.Planned)
		return nil
	})
	return audit, err
}

// count counts orders and sends, page by page, until all are counted or the
// function's time is nearly over. Where it fails, what was counted stands: a
// page counts whole or not at all.
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
				return fmt.Errorf("audit: %w", err)
			}
			for _, raised := range orders {
				audit.Table.Order(raised)
			}
			audit.Orders = next
			continue
		}
		var sends []claim.Send
		next, err := a.Books.Sends(ctx, dynamo.Page{After: audit.Sends, Limit: a.Page}, func(d claim.Send) error {
			d.Explained = nil // long, and not counted
			sends = append(sends, d)
			return nil
		})
		if err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		for _, d := range sends {
			audit.Table.Send(d)
		}
		audit.Sends = next
	}
	return nil
}

// publish tells what was found: the sums as metrics, the table as lines of the
// log, and each occasion that is broken as an error.
func (a *Auditor) publish(ctx context.Context, t *reconcile.Table) {
	campaigns := t.Campaigns()
	for _, o := range slices.SortedFunc(maps.Keys(campaigns), reconcile.Occasion.Compare) {
		slog.InfoContext(ctx, "conservation", "of", o.String(), "planned", campaigns[o].Planned, "states", campaigns[o].States)
	}
	for _, o := range t.Broken() {
		s := t.Rows[o].Sum()
		slog.ErrorContext(ctx, "not conserved", "of", o.String(),
			"planned", s.Planned, "ended", s.Ended, "open", s.Open, "missing", s.Missing, "overdue", s.Overdue)
	}
	s := t.Sum()
	a.Publish(map[string]int{
		"ConservationChecked": 1, "ConservationPlanned": s.Planned, "ConservationEnded": s.Ended, "ConservationOpen": s.Open,
		"ConservationLost": s.Lost, "ConservationMissing": s.Missing, "ConservationOverdue": s.Overdue,
	})
}
