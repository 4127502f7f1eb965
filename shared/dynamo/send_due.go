package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"regulars/shared/claim"
	"regulars/shared/shop"
)

// This file holds the index "due" of waiting sends (docs/decisions/0007). A write on a
// listed send names its state and fence, so the index's lag costs a refused write and
// nothing else.

// Lane is one of the two parts of the index, so that a million promotions that
// are due at one time do not delay a transactional message.
type Lane string

const (
	LaneTransactional Lane = "needed" // every class but promotions
	LaneMarketing     Lane = "wished" // promotions
)

// shards is how many partitions of the index each lane has. One takes 1000
// writes a second, which a campaign whose sends all wait can reach; an empty
// one costs half a read unit a minute, 20 of them 0.7 dollars a year.
var shards = map[Lane]int{LaneTransactional: 4, LaneMarketing: 16}

// DueShards returns the partitions of a lane.
func DueShards(lane Lane) []DueShard { return shardsOf(string(lane), shards[lane]) }

func dueShardOf(d claim.Send) DueShard {
	lane := LaneTransactional
	if d.Class == shop.ClassPromotion {
		lane = LaneMarketing
	}
	return shardOf(string(lane), shards[lane], string(d.ID))
}

// Due calls visit with up to limit sends of one partition that are due at now,
// earliest first, and returns the cursor of the next page, or [End]. It skips
// records that cannot be read and names them in the error; the cursor is valid
// then too. An error of visit ends the page.
func (s *Store) Due(ctx context.Context, now time.Time, shard DueShard, after Cursor, limit int, visit func(claim.Send) error) (Cursor, error) {
	next, err := dueIn(ctx, s, s.tables.Sends, now, shard, after, limit, readSend, visit)
	if err != nil {
		err = fmt.Errorf("list due sends of %s: %w", shard, err)
	}
	return next, err
}

// Later changes only the time for which a send waits. It fails with
// [ErrConflict] if the send no longer waits, or waits for another time than
// d.Wake: another call has stored a newer one.
func (s *Store) Later(ctx context.Context, d claim.Send, at time.Time) error {
	e := build(expression.NewBuilder().
		WithUpdate(expression.
			Set(expression.Name("due_shard"), expression.Value(dueShardOf(d))).
			Set(expression.Name("due_at"), expression.Value(stampOf(at))).
			Set(expression.Name("wake"), expression.Value(stampOf(at)))).
		WithCondition(expression.Name("state").Equal(expression.Value(claim.Queued)).And(under(fence(d))).
			And(expression.Name("wake").Equal(expression.Value(stampOf(d.Wake))))))
	if err := s.updateSend(ctx, d, e); err != nil {
		return fmt.Errorf("delay send %s: %w", d.ID, err)
	}
	return nil
}
