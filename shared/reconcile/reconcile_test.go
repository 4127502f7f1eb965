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
	old = now.Add(-24 * time.Hour) // intents planned then are counted
	run = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
)

// thanks returns an intent of an order.
func thanks(order shop.OrderID, planned time.Time) campaign.Intent {
	return campaign.Intent{
		Campaign: "thanks", Version: 1, Customer: "c-1", Occasion: string(order), Order: order, Planned: planned, NotAfter: planned.Add(48 * time.Hour),
	}
}

// picks returns an intent of a run.
func picks(customer shop.CustomerID, at, planned time.Time) campaign.Intent {
	return campaign.Intent{
		Campaign: "picks", Version: 2, Customer: customer, Occasion: at.Format(time.RFC3339), Planned: planned, NotAfter: at.Add(36 * time.Hour),
	}
}

func sent(i campaign.Intent, state claim.State) claim.Send {
	return claim.Send{ID: i.SendID("test"), Intent: i, State: state}
}

func TestSum(t *testing.T) {
	young := now.Add(-reconcile.Grace) // intents planned then may still be on their queue
	late := thanks("o-1", now.Add(-72*time.Hour).Add(-time.Millisecond))
	for phrase, c := range map[string]struct {
		runs   func(*reconcile.Table)
		orders [][]campaign.Intent
		sends  []claim.Send
		want   reconcile.Sum
	}{
		"empty": {},
		"intent of an order that ended": {
			nil,
			[][]campaign.Intent{{thanks("o-1", old)}},
			[]claim.Send{sent(thanks("o-1", old), claim.Delivered)},
			reconcile.Sum{Planned: 1, Ended: 1},
		},
		"sends that no plan is stored of": {
			nil, nil,
			[]claim.Send{
				sent(campaign.Intent{Campaign: "path_hello", Version: 1, Customer: "c-1", Occasion: run.Format(time.RFC3339), Entered: run, Planned: old, NotAfter: now}, claim.Delivered),
				sent(campaign.Intent{Campaign: "cart", Version: 1, Customer: "c-1", Occasion: campaign.CartOccasion("k-1"), Planned: old, NotAfter: now}, claim.Capped),
				sent(campaign.Campaign{ID: "confirm", Version: 1, NotAfter: time.Hour}.AtSignUp(old, "c-1"), claim.Delivered),
			},
			reconcile.Sum{Ended: 3},
		},
		"two events of an order raise the same intent": {
			nil,
			[][]campaign.Intent{{thanks("o-1", old), thanks("o-1", old)}},
			[]claim.Send{sent(thanks("o-1", old), claim.Delivered)},
			reconcile.Sum{Planned: 1, Ended: 1},
		},
		"intent without a send": {
			nil,
			[][]campaign.Intent{{thanks("o-1", old)}, {thanks("o-2", old)}},
			[]claim.Send{sent(thanks("o-2", old), claim.Capped)},
			reconcile.Sum{Planned: 2, Ended: 1, Missing: 1},
		},
		"young intent without a send":               {nil, [][]campaign.Intent{{thanks("o-1", young)}}, nil, reconcile.Sum{}},
		"young intent with a send":                  {nil, nil, []claim.Send{sent(thanks("o-1", young), claim.Delivered)}, reconcile.Sum{}},
		"LOST counts as ended and as lost":          {nil, [][]campaign.Intent{{thanks("o-1", old)}}, []claim.Send{sent(thanks("o-1", old), claim.Lost)}, reconcile.Sum{Planned: 1, Ended: 1, Lost: 1}},
		"waiting send":                              {nil, [][]campaign.Intent{{thanks("o-1", old)}}, []claim.Send{sent(thanks("o-1", old), claim.Queued)}, reconcile.Sum{Planned: 1, Open: 1}},
		"waiting send that expired over a day ago":  {nil, [][]campaign.Intent{{late}}, []claim.Send{sent(late, claim.Queued)}, reconcile.Sum{Planned: 1, Open: 1, Overdue: 1}},
		"SENDING send that expired over a day ago":  {nil, [][]campaign.Intent{{late}}, []claim.Send{sent(late, claim.Sending)}, reconcile.Sum{Planned: 1, Open: 1, Overdue: 1}},
		"ended send that expired over a day ago":    {nil, [][]campaign.Intent{{late}}, []claim.Send{sent(late, claim.Expired)}, reconcile.Sum{Planned: 1, Ended: 1}},
		"send of another version":                   {nil, [][]campaign.Intent{{thanks("o-1", old)}}, []claim.Send{sent(campaign.Intent{Campaign: "thanks", Version: 2, Order: "o-1", Occasion: "o-1", Planned: old}, claim.Delivered)}, reconcile.Sum{Planned: 1, Ended: 1, Missing: 1, Unplanned: 1}},
		"run whose planning began within the grace": {func(t *reconcile.Table) { t.Run("picks", 2, run, young, 5) }, nil, []claim.Send{sent(picks("c-1", run, young), claim.Delivered)}, reconcile.Sum{}},
		"run with a page that was planned late": {
			func(t *reconcile.Table) { t.Run("picks", 2, run, old, 2) }, nil,
			[]claim.Send{sent(picks("c-1", run, old), claim.HeldOut), sent(picks("c-2", run, now), claim.Queued)},
			reconcile.Sum{Planned: 2, Ended: 1, Open: 1},
		},
		"surplus of another run": {
			func(t *reconcile.Table) {
				t.Run("picks", 2, run, old, 1)
				t.Run("picks", 2, run.Add(time.Hour), old, 1)
			}, nil,
			[]claim.Send{sent(picks("c-1", run, old), claim.Delivered), sent(picks("c-2", run, old), claim.Delivered)},
			reconcile.Sum{Planned: 2, Ended: 2, Missing: 1, Unplanned: 1},
		},
		"runs that are not recent share a row": {
			func(t *reconcile.Table) {
				t.Run("picks", 2, run.AddDate(-1, 0, 0), old, 1)
				t.Run("picks", 2, run.AddDate(-2, 0, 0), old, 2)
			}, nil,
			[]claim.Send{sent(picks("c-1", run.AddDate(-2, 0, 0), old), claim.Delivered)},
			reconcile.Sum{Planned: 3, Ended: 1, Missing: 2},
		},
	} {
		table := reconcile.New(now)
		if c.runs != nil {
			c.runs(table)
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

// A count up to now has young intents in it. They are in flight, not missing,
// while the functions are stopped and the queues hold them.
// Runs of one time by the customers' clocks have a row each, by when they began.
func TestRunsByTheCustomersClocksAreCountedApart(t *testing.T) {
	table := reconcile.New(now)
	intent := func(customer shop.CustomerID, at time.Time) campaign.Intent {
		return campaign.Intent{Campaign: "picks", Version: 2, Customer: customer, Occasion: "2026-11-20T10:00", Run: at, Planned: old, NotAfter: at.Add(36 * time.Hour)}
	}
	table.Run("picks", 2, run, old, 2)
	table.Run("picks", 2, run.Add(time.Hour), old, 1)
	table.Send(sent(intent("c-1", run), claim.Delivered))
	table.Send(sent(intent("c-2", run.Add(time.Hour)), claim.Delivered))
	if got, want := table.Sum(), (reconcile.Sum{Planned: 3, Ended: 2, Missing: 1}); got != want {
		t.Errorf("Sum = %+v, want %+v", got, want)
	}
	broken := table.Broken()
	if len(broken) != 1 || !broken[0].Run.Equal(run) {
		t.Errorf("Broken = %v, want the run of %s", broken, run)
	}
}

func TestYoungIntentsWithoutASendAreInFlight(t *testing.T) {
	young := now.Add(-time.Minute)
	for phrase, c := range map[string]struct {
		runs   func(*reconcile.Table)
		orders [][]campaign.Intent
		sends  []claim.Send
		want   reconcile.Sum
	}{
		"young intent of an order":   {nil, [][]campaign.Intent{{thanks("o-1", young)}}, nil, reconcile.Sum{Planned: 1, InFlight: 1}},
		"as old as the grace":        {nil, [][]campaign.Intent{{thanks("o-1", now.Add(-reconcile.Grace))}}, nil, reconcile.Sum{Planned: 1, InFlight: 1}},
		"older than the grace":       {nil, [][]campaign.Intent{{thanks("o-1", now.Add(-reconcile.Grace-time.Millisecond))}}, nil, reconcile.Sum{Planned: 1, Missing: 1}},
		"young intent with its send": {nil, [][]campaign.Intent{{thanks("o-1", young)}}, []claim.Send{sent(thanks("o-1", young), claim.Queued)}, reconcile.Sum{Planned: 1, Open: 1}},
		"an old intent misses its send, a young one has it": {
			nil,
			[][]campaign.Intent{{thanks("o-1", old)}, {thanks("o-2", young)}},
			[]claim.Send{sent(thanks("o-2", young), claim.Delivered)},
			reconcile.Sum{Planned: 2, Ended: 1, Missing: 1},
		},
		"an old intent has its send, a young one does not": {
			nil,
			[][]campaign.Intent{{thanks("o-1", old)}, {thanks("o-2", young)}},
			[]claim.Send{sent(thanks("o-1", old), claim.Delivered)},
			reconcile.Sum{Planned: 2, Ended: 1, InFlight: 1},
		},
		"young run":           {func(t *reconcile.Table) { t.Run("picks", 2, run, young, 5) }, nil, []claim.Send{sent(picks("c-1", run, young), claim.Delivered)}, reconcile.Sum{Planned: 5, Ended: 1, InFlight: 4}},
		"young run, all sent": {func(t *reconcile.Table) { t.Run("picks", 2, run, young, 1) }, nil, []claim.Send{sent(picks("c-1", run, young), claim.Delivered)}, reconcile.Sum{Planned: 1, Ended: 1}},
		"old run with a young page": {
			func(t *reconcile.Table) { t.Run("picks", 2, run, old, 3) }, nil,
			[]claim.Send{sent(picks("c-1", run, old), claim.HeldOut), sent(picks("c-2", run, young), claim.Queued)},
			reconcile.Sum{Planned: 3, Ended: 1, Open: 1, Missing: 1},
		},
	} {
		table := reconcile.New(now)
		table.Until = now
		if c.runs != nil {
			c.runs(table)
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
	}
}

func TestTableIsTheSameAfterStorage(t *testing.T) {
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
		t.Errorf("the table after storage (-want +got):\n%s\n%s", diff, text)
	}
	var empty reconcile.Table // of a shop without runs and orders
	if err := json.Unmarshal([]byte(`{"at":"2026-11-22T04:00:00Z","until":"2026-11-21T22:00:00Z"}`), &empty); err != nil {
		t.Fatal(err)
	}
	empty.Order([]campaign.Intent{thanks("o-1", old)})
	if got := empty.Sum().Planned; got != 1 {
		t.Errorf("an empty table that was stored counts %d, want 1", got)
	}
}

func TestInvalidNameOfAnOccasionIsAnError(t *testing.T) {
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
	table.Send(sent(campaign.Intent{Campaign: "cart", Version: 1, Customer: "c-4", Occasion: campaign.CartOccasion("k-1"), Planned: old}, claim.Delivered))
	fmt.Println("as of", table.At.Format(time.RFC1123))
	table.Print(os.Stdout)
	// Output:
	// as of Sun, 22 Nov 2026 04:00:00 UTC
	//   campaign  planned  =  DELIVERED  HELD_OUT  in flight  missing  overdue
	//     cart@1        –  =          1         0          0        0        0
	//    picks@2        3  =          1         1          0        1        0
	//   thanks@1        1  =          1         0          0        0        0
	//        all        4  =          3         1          0        1        0
	// BROKEN  picks@2/2026-11-20T10:00:00Z: 3 planned, 2 ended, 0 open; 1 missing, 0 overdue
	// –: no plan is stored of steps of journeys, of messages about carts, and of what was asked for on the shop's pages. Their sends, 1, are counted by state alone
}
