package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/campaign"
	"regulars/shared/reconcile"
)

var keyOfAudit = settingKey{"audit/conservation"}

// Audit is the progress of a reconciliation: what was counted so far, and the
// cursors at which the listings of orders and sends continue. It is one item,
// so that the counts always fit the cursors.
type Audit struct {
	Orders Cursor          `json:"orders"`
	Sends  Cursor          `json:"sends"`
	Table  reconcile.Table `json:"table"`
}

// Done reports whether everything is counted.
func (a Audit) Done() bool { return a.Orders == End && a.Sends == End }

// Audit returns the latest reconciliation and its revision; the zero Audit and
// an empty revision if there was none.
func (s *Store) Audit(ctx context.Context) (a Audit, rev Rev, err error) {
	if rev, err = s.shared(ctx, keyOfAudit, &a); err != nil {
		return Audit{}, "", fmt.Errorf("read the latest reconciliation: %w", err)
	}
	return a, rev, nil
}

// SaveAudit stores the reconciliation if the stored one has that revision. It
// fails with [ErrConflict] if another call has saved its progress in between.
func (s *Store) SaveAudit(ctx context.Context, a Audit, rev Rev) error {
	if err := s.putShared(ctx, sharedItemOf(keyOfAudit, a), rev); err != nil {
		if errors.Is(err, ErrConflict) {
			err = ErrConflict
		}
		return fmt.Errorf("save the reconciliation: %w", err)
	}
	return nil
}

// Raised calls visit with the intents that each order of one page raised, for
// counting. It returns the cursor of the next page.
func (s *Store) Raised(ctx context.Context, page Page, visit func([]campaign.Intent) error) (Cursor, error) {
	next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Orders}, page, func(m item) error {
		var it orderItem
		if err := unmarshal(m, &it); err != nil {
			return err
		}
		o, err := it.order()
		if err != nil {
			return err
		}
		return visit(o.Intents())
	})
	if err != nil {
		return "", fmt.Errorf("list the intents of orders: %w", err)
	}
	return next, nil
}
