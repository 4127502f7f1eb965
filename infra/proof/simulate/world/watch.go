package world

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/infra/proof/simulate/judge"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// due is a send's entry in the due index.
type due struct {
	at    time.Time
	shard dynamo.DueShard
}

// dueIndex is the store's due index without the calls that find nothing: querying
// twenty empty partitions each minute would take most of the simulation's time.
type dueIndex struct{ *World }

func (x dueIndex) Due(ctx context.Context, now time.Time, shard dynamo.DueShard, after dynamo.Cursor, limit int, visit func(claim.Send) error) (dynamo.Cursor, error) {
	for _, d := range x.due {
		if d.shard == shard {
			return x.store.Due(ctx, now, shard, after, limit, visit)
		}
	}
	return dynamo.End, nil
}

func (x dueIndex) Later(ctx context.Context, d claim.Send, at time.Time) error {
	return x.store.Later(ctx, d, at)
}

// noticed records the effect of a write on sends at the moment at which it takes
// effect: new claims, overwritten ends, and changes of the due index.
func (w *World) noticed(operation string, in any) {
	switch in := in.(type) {
	case *dynamodb.PutItemInput:
		w.noticedAt(*in.TableName, in.Item)
	case *dynamodb.UpdateItemInput:
		w.noticedAt(*in.TableName, in.Key)
	case *dynamodb.TransactWriteItemsInput:
		for _, item := range in.TransactItems {
			switch {
			case item.Put != nil:
				w.noticedAt(*item.Put.TableName, item.Put.Item)
			case item.Update != nil:
				w.noticedAt(*item.Update.TableName, item.Update.Key)
			}
		}
	default:
		panic("world: " + operation + " is not watched")
	}
}

func (w *World) noticedAt(table string, m map[string]types.AttributeValue) {
	if table == tables.Journeys {
		w.moved(m)
	}
	if table != tables.Sends {
		return
	}
	customer, id := textOf(m, "customer"), textOf(m, "send")
	out, err := w.engine.GetItem(context.Background(), &dynamodb.GetItemInput{
		TableName: &table, Key: map[string]types.AttributeValue{"customer": m["customer"], "send": m["send"]},
	})
	if err != nil {
		panic("world: " + err.Error())
	}
	if owner := textOf(out.Item, "owner"); textOf(out.Item, "state") == string(claim.Sending) && w.owners[id] != owner {
		w.owners[id] = owner
		w.claimed(shop.CustomerID(customer), shop.SendID(id))
	}
	from, to := w.states[id], claim.State(textOf(out.Item, "state"))
	if from.Ended() && from != to {
		w.history.Reopened = append(w.history.Reopened, judge.Reopened{Send: shop.SendID(id), From: from, To: to})
	}
	w.states[id] = to
	if at := textOf(out.Item, "due_at"); at == "" {
		delete(w.due, id)
	} else if t, err := time.Parse(time.RFC3339, at); err == nil {
		w.due[id] = due{t, dynamo.DueShard(textOf(out.Item, "due_shard"))}
		w.wind()
	}
}

// claimed records a claim that has just taken effect.
func (w *World) claimed(customer shop.CustomerID, id shop.SendID) {
	read, err := w.plain.Snapshot(context.Background(), customer)
	if err != nil {
		panic("world: " + err.Error())
	}
	stored, err := w.plain.Send(context.Background(), customer, id)
	if err != nil {
		panic("world: " + err.Error())
	}
	w.history.Claims = append(w.history.Claims, judge.Claim{
		Send: id, Customer: customer, Address: read.Profile.Email.Value, Campaign: w.campaigns[id], Attempt: stored.Attempt, At: w.clock.Now(),
		NotBefore: stored.Intent.NotBefore, Wishes: read.Contact.Wishes,
	})
}

func textOf(m map[string]types.AttributeValue, name string) string {
	if v, ok := m[name].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

// wind sets the next tick of the settle function. It ticks at whole minutes; minutes
// in which nothing is due are skipped.
func (w *World) wind() {
	if len(w.due) == 0 {
		return
	}
	var first time.Time
	for _, d := range w.due {
		if first.IsZero() || d.at.Before(first) {
			first = d.at
		}
	}
	minute, now := first.Truncate(time.Minute), w.clock.Now()
	if minute.Before(first) {
		minute = minute.Add(time.Minute)
	}
	if !minute.After(now) {
		minute = now.Truncate(time.Minute).Add(time.Minute)
	}
	w.tickAt(minute)
}

// tickAt schedules a tick at that minute, unless one is scheduled before it.
func (w *World) tickAt(minute time.Time) {
	if !w.ticks.IsZero() && !minute.Before(w.ticks) {
		return
	}
	w.ticks = minute
	w.clock.After(minute.Sub(w.clock.Now()), func() {
		if !w.ticks.Equal(minute) {
			return // an earlier tick replaced it, and scheduled the next
		}
		w.ticks = time.Time{}
		w.tick()
	})
}

// tick runs the settle function's tick, some time within the minute.
func (w *World) tick() {
	defer w.wind() // if something stays due, the next minute ticks again
	if !w.isDue(w.clock.Now().Add(mostSkew)) {
		return
	}
	fault := w.chance("tick")
	if fault == TickLost {
		w.step("clock", "tick", "", fault, "")
		return
	}
	run := func() { w.clock.After(w.between(0, 3*time.Second), func() { w.ticker().invoke(nil) }) }
	run()
	if fault == TickDoubled {
		run()
	}
}

// isDue reports whether any send is due by then.
func (w *World) isDue(by time.Time) bool {
	for _, d := range w.due {
		if !d.at.After(by) {
			return true
		}
	}
	return false
}
