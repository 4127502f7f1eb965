package reconcile_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/reconcile"
	"regulars/shared/shop"
)

var (
	now = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	old = now.Add(-24 * time.Hour) // planned then, it has had its grace
	run = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
)

// thanks is the intent of an order.
func thanks(order shop.OrderID, planned time.Time) campaign.Intent {
	return campaign.Intent{
		Campaign: "thanks", Version: 1, Customer: "c-1", Occasion: string(order), Order: order, Planned: planned, NotAfter: planned.Add(48 * time.Hour),
	}
}

// picks is the intent of a slot.
func picks(customer shop.CustomerID, at, planned time.Time) campaign.Intent {
	return campaign.Intent{
		Campaign: "picks", Version: 2, Customer: customer, Occasion: at.Format(time.RFC3339), Planned: planned, NotAfter: at.Add(36 * time.Hour),
	}
}

func sent(i campaign.Intent, state claim.State) claim.Send {
	return claim.Send{ID: i.SendID("test"), Intent: i, State: state}
}

func TestSum(t *testing.T) {
	young := now.Add(-reconcile.Grace) // planned then, it may still be on its queue
	late := thanks("o-1", now.Add(-72*time.Hour).Add(-time.Millisecond))
	for phrase, c := range map[string]struct {
		slots  func(*reconcile.Table)
		orders [][]campaign.Intent
		sends  []claim.Send
		want   reconcile.Sum
	}{
		"nothing": {},
		"an order's intent that ended": {
			nil,
			[][]campaign.Intent{{thanks("o-1", old)}},
			[]claim.Send{sent(thanks("o-1", old), claim.Delivered)},
			reconcile.Sum{Planned: 1, Ended: 1},
		},
		"told by two events of one order, it is one": {
			nil,
			[][]campaign.Intent{{thanks("o-1", old), thanks("o-1", old)}},
			[]claim.Send{sent(thanks("o-1", old), claim.Delivered)},
			reconcile.Sum{Planned: 1, Ended: 1},
		},
		"one without a send is missing": {
			nil,
			[][]campaign.Intent{{thanks("o-1", old)}, {thanks("o-2", old)}},
			[]claim.Send{sent(thanks("o-2", old), claim.Capped)},
			reconcile.Sum{Planned: 2, Ended: 1, Missing: 1},
		},
		"one that is young is not":                    {nil, [][]campaign.Intent{{thanks("o-1", young)}}, nil, reconcile.Sum{}},
		"nor is it too much where it has a send":      {nil, nil, []claim.Send{sent(thanks("o-1", young), claim.Delivered)}, reconcile.Sum{}},
		"lost is an end that is told apart":           {nil, [][]campaign.Intent{{thanks("o-1", old)}}, []claim.Send{sent(thanks("o-1", old), claim.Lost)}, reconcile.Sum{Planned: 1, Ended: 1, Lost: 1}},
		"waiting is no end, and no fault":             {nil, [][]campaign.Intent{{thanks("o-1", old)}}, []claim.Send{sent(thanks("o-1", old), claim.Queued)}, reconcile.Sum{Planned: 1, Open: 1}},
		"waiting for a day after it expired is":       {nil, [][]campaign.Intent{{late}}, []claim.Send{sent(late, claim.Queued)}, reconcile.Sum{Planned: 1, Open: 1, Overdue: 1}},
		"and so is a claim that nobody ends":          {nil, [][]campaign.Intent{{late}}, []claim.Send{sent(late, claim.Sending)}, reconcile.Sum{Planned: 1, Open: 1, Overdue: 1}},
		"what has ended is never overdue":             {nil, [][]campaign.Intent{{late}}, []claim.Send{sent(late, claim.Expired)}, reconcile.Sum{Planned: 1, Ended: 1}},
		"a version apart is not made up for":          {nil, [][]campaign.Intent{{thanks("o-1", old)}}, []claim.Send{sent(campaign.Intent{Campaign: "thanks", Version: 2, Order: "o-1", Occasion: "o-1", Planned: old}, claim.Delivered)}, reconcile.Sum{Planned: 1, Ended: 1, Missing: 1, Unplanned: 1}},
		"a slot whose planning began within its time": {func(t *reconcile.Table) { t.Run("picks", 2, run, young, 5) }, nil, []claim.Send{sent(picks("c-1", run, young), claim.Delivered)}, reconcile.Sum{}},
		"a slot, with one that was planned late": {
			func(t *reconcile.Table) { t.Run("picks", 2, run, old, 2) }, nil,
			[]claim.Send{sent(picks("c-1", run, old), claim.HeldOut), sent(picks("c-2", run, now), claim.Queued)},
			reconcile.Sum{Planned: 2, Ended: 1, Open: 1},
		},
		"one slot does not make up for another": {
			func(t *reconcile.Table) {
				t.Run("picks", 2, run, old, 1)
				t.Run("picks", 2, run.Add(time.Hour), old, 1)
			}, nil,
			[]claim.Send{sent(picks("c-1", run, old), claim.Delivered), sent(picks("c-2", run, old), claim.Delivered)},
			reconcile.Sum{Planned: 2, Ended: 2, Missing: 1, Unplanned: 1},
		},
		"slots of long ago are one": {
			func(t *reconcile.Table) {
				t.Run("picks", 2, run.AddDate(-1, 0, 0), old, 1)
				t.Run("picks", 2, run.AddDate(-2, 0, 0), old, 2)
			}, nil,
			[]claim.Send{sent(picks("c-1", run.AddDate(-2, 0, 0), old), claim.Delivered)},
			reconcile.Sum{Planned: 3, Ended: 1, Missing: 2},
		},
	} {
		table := reconcile.New(now)
		if c.slots != nil {
			c.slots(table)
		}
		for _, raised := range c.orders {
			table.Order(raised)
		}
		for _, d := range c.sends {
			table.Send(d)
		}
		if got := table.Sum(); got != c.want {
			t.Errorf("%s: Sum() = %+v, want %+v", phrase, got, c.want)
		}
		if kept := c.want.Missing == 0 && c.want.Overdue == 0; (len(table.Broken()) == 0) != kept {
			t.Errorf("%s: Broken() = %v, want kept %t", phrase, table.Broken(), kept)
		}
	}
}

func TestATableSurvivesItsStorage(t *testing.T) {
	table := reconcile.New(now)
	table.Run("picks", 2, run, old, 2)
	table.Order([]campaign.Intent{thanks("o-1", old)})
	table.Send(sent(thanks("o-1", old), claim.Delivered))
	text, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	var back reconcile.Table
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*table, back); diff != "" {
		t.Errorf("it came back (-want +got):\n%s\n%s", diff, text)
	}
	var empty reconcile.Table // of a house without a slot
	if err := json.Unmarshal([]byte(`{"at":"2026-11-22T04:00:00Z","until":"2026-11-21T22:00:00Z"}`), &empty); err != nil {
		t.Fatal(err)
	}
	empty.Order([]campaign.Intent{thanks("o-1", old)})
	if got := empty.Sum().Planned; got != 1 {
		t.Errorf("an empty table that was stored counts %d, want 1", got)
	}
}

func TestNoNameOfAnOccasionIsReadWrong(t *testing.T) {
	for _, text := range []string{"", "thanks", "thanks@", "thanks@one", "picks@2/noon"} {
		var o reconcile.Occasion
		if err := o.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("UnmarshalText(%q) = %v, want an error", text, o)
		}
	}
}

func ExampleTable() {
	table := reconcile.New(now)
	table.Run("picks", 2, run, old, 3)
	table.Order([]campaign.Intent{thanks("o-1", old)})
	for customer, state := range map[shop.CustomerID]claim.State{"c-1": claim.Delivered, "c-2": claim.HeldOut} {
		table.Send(sent(picks(customer, run, old), state))
	}
	table.Send(sent(thanks("o-1", old), claim.Delivered))
	fmt.Println("as of", table.At.Format(time.RFC1123))
	table.Print(os.Stdout)
	// Output:
	// as of Sun, 22 Nov 2026 04:00:00 UTC
	//   campaign  planned  =  DELIVERED  HELD_OUT  missing  overdue
	//    picks@2        3  =          1         1        1        0
	//   thanks@1        1  =          1         0        0        0
	//        all        4  =          2         1        1        0
	// BROKEN  picks@2/2026-11-20T10:00:00Z: 3 planned, 2 ended, 0 open; 1 missing, 0 overdue
}
