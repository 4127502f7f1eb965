package sendoutcome_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
)

// due is an index of due sends, all in the first transactional shard. A send
// with the ID "bug" makes the code panic.
type due struct {
	sends []claim.Send
	ended []shop.SendID
}

func (d *due) Due(_ context.Context, _ time.Time, shard dynamo.DueShard, _ dynamo.Cursor, _ int, visit func(claim.Send) error) (dynamo.Cursor, error) {
	if shard != dynamo.DueShards(dynamo.LaneTransactional)[0] {
		return dynamo.End, nil
	}
	for _, s := range d.sends {
		if err := visit(s); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

func (d *due) Later(_ context.Context, s claim.Send, _ time.Time) error { return d.end(s) }

func (d *due) Lose(_ context.Context, s claim.Send, _ claim.Reason, _ time.Time) error {
	return d.end(s)
}

func (d *due) Wait(_ context.Context, s claim.Send, _ claim.Reason, _, _ time.Time) error {
	return d.end(s)
}

func (d *due) Raise(context.Context, shop.CustomerID, shop.SendID, claim.State, string, time.Time) (claim.Send, bool, error) {
	return claim.Send{}, false, nil
}

func (d *due) end(s claim.Send) error {
	if s.ID == "bug" {
		panic("a bug that one send causes")
	}
	d.ended = append(d.ended, s.ID)
	return nil
}

func TestAPanicOfOneDueSendFailsOnlyThatSend(t *testing.T) {
	d := &due{}
	for _, id := range []shop.SendID{"s-1", "bug", "s-2"} {
		d.sends = append(d.sends, claim.Send{ID: id, State: claim.Sending, Class: shop.ClassPromotion, Intent: campaign.Intent{NotAfter: noon}})
	}
	d.sends = append(d.sends, claim.Send{ID: "s-3", State: claim.Queued})
	h := &sendoutcome.Recorder{Sends: d, Due: d, Intents: &counter{}, Count: func(string, int) {}, Now: func() time.Time { return noon }, Each: sendoutcome.AtOnce}
	err := h.Tick(t.Context())
	if err == nil || !strings.Contains(err.Error(), "1 due sends failed") {
		t.Errorf("Tick = %v, want one failure", err)
	}
	slices.Sort(d.ended)
	if got := fmt.Sprint(d.ended); got != "[s-1 s-2 s-3]" {
		t.Errorf("the tick ended %s, want every send but the one with the bug", got)
	}
}
