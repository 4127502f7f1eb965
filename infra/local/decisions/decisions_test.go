package decisions_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/local/decisions"
	"regulars/infra/local/pages"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/journey"
	"regulars/shared/shop"
)

// table returns two sends on a page and counts how often it is read.
type table struct {
	sends     []claim.Send
	raised    [][]campaign.Intent // by orders
	runs      []dynamo.Progress
	positions []journey.Position
	reads     int
}

func (s *table) Runs(_ context.Context, visit func(dynamo.Progress) error) error {
	for _, p := range s.runs {
		if err := visit(p); err != nil {
			return err
		}
	}
	return nil
}

func (s *table) AllPositions(_ context.Context, _ dynamo.Page, visit func(journey.Position) error) (dynamo.Cursor, error) {
	for _, p := range s.positions {
		if err := visit(p); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

// Customers are counted by the step that they wait for, the earliest first.
func TestJourneysCountsCustomers(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	source := &table{positions: []journey.Position{
		{Journey: "win-back", Step: "second", Due: at.Add(time.Hour)},
		{Journey: "win-back", Step: "second", Due: at},
		{Journey: "win-back", Step: "first", Due: at.Add(-time.Hour)},
		{Journey: "win-back", End: journey.Goal},
		{Journey: "after", End: journey.Finished},
	}}
	got, err := decisions.New(source, func() time.Time { return at }).Journeys(t.Context())
	want := []pages.Journey{
		{Journey: "after", Ended: map[journey.End]int{journey.Finished: 1}},
		{Journey: "win-back", Waiting: []pages.Step{{Name: "first", Customers: 1, Next: at.Add(-time.Hour)}, {Name: "second", Customers: 2, Next: at}}, Ended: map[journey.End]int{journey.Goal: 1}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Journeys, %v (-want +got):\n%s", err, diff)
	}
}

func (s *table) Raised(_ context.Context, _ dynamo.Page, visit func([]campaign.Intent) error) (dynamo.Cursor, error) {
	for _, raised := range s.raised {
		if err := visit(raised); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

func (s *table) Sends(_ context.Context, page dynamo.Page, visit func(claim.Send) error) (dynamo.Cursor, error) {
	at := 0
	if page.After == "" {
		s.reads++
	} else {
		_, _ = fmt.Sscan(string(page.After), &at)
	}
	for i := at; i < min(at+2, len(s.sends)); i++ {
		if err := visit(s.sends[i]); err != nil {
			return "", err
		}
	}
	if at+2 >= len(s.sends) {
		return dynamo.End, nil
	}
	return dynamo.Cursor(fmt.Sprint(at + 2)), nil
}

func send(id, customer, from string, state claim.State, minute int) claim.Send {
	return claim.Send{
		ID: shop.SendID(id), State: state, Changed: time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC),
		Intent: campaign.Intent{Campaign: shop.CampaignID(from), Customer: shop.CustomerID(customer)},
	}
}

func TestReaderFiltersAndPages(t *testing.T) {
	source := &table{sends: []claim.Send{
		send("a", "ann", "thanks", claim.Delivered, 1), send("b", "bob", "thanks", claim.Capped, 3),
		send("c", "ann", "news", claim.Capped, 2), send("d", "ann", "news", claim.Delivered, 4), send("e", "bob", "news", claim.Lost, 0),
	}}
	now := time.Date(2026, 1, 1, 1, 0, 0, 0, time.UTC)
	r := decisions.New(source, func() time.Time { return now })
	tests := map[string]struct {
		filter pages.SendFilter
		want   string
		next   string
	}{
		"all, latest first": {pages.SendFilter{}, "d b c a e ", ""},
		"of one customer":   {pages.SendFilter{Customer: "ann"}, "d c a ", ""},
		"of one campaign":   {pages.SendFilter{Campaign: "thanks"}, "b a ", ""},
		"in some states":    {pages.SendFilter{States: []claim.State{claim.Capped, claim.Lost}}, "b c e ", ""},
		"the first page":    {pages.SendFilter{Limit: 2}, "d b ", "2"},
		"a later page":      {pages.SendFilter{Limit: 2, After: "2"}, "c a ", "4"},
		"the last page":     {pages.SendFilter{Limit: 2, After: "4"}, "e ", ""},
	}
	for name, test := range tests {
		got, next, err := r.Sends(t.Context(), test.filter)
		ids := ""
		for _, s := range got {
			ids += string(s.ID) + " "
		}
		if err != nil || ids != test.want || next != test.next {
			t.Errorf("%s: Sends = %s, %q, %v, want %s, %q", name, ids, next, err, test.want, test.next)
		}
	}
	if got, found, err := r.Send(t.Context(), "c"); err != nil || !found || got.Intent.Campaign != "news" {
		t.Errorf("Send(c) = %v, %t, %v", got, found, err)
	}
	if _, found, err := r.Send(t.Context(), "z"); err != nil || found {
		t.Errorf("Send(z) = %t, %v, want not found", found, err)
	}
	counts, err := r.Counts(t.Context())
	if err != nil || len(counts) != 2 || counts[0].Campaign != "news" || counts[0].States[claim.Capped] != 1 || counts[1].States[claim.Delivered] != 1 {
		t.Errorf("Counts = %+v, %v", counts, err)
	}
	if source.reads != 1 {
		t.Errorf("the table was read %d times within the time for which a reading is shown, want once", source.reads)
	}
}

// An intent without a send is missing if it was planned a day ago, and not
// missing if it was planned a minute ago.
func TestCountsFindMissingIntents(t *testing.T) {
	now := time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)
	thanks := func(n int, planned time.Time) campaign.Intent {
		id := shop.OrderID(fmt.Sprint("o-", n))
		return campaign.Intent{Campaign: "thanks", Version: 1, Order: id, Occasion: string(id), Planned: planned}
	}
	picks := func(n int, run time.Time) campaign.Intent {
		return campaign.Intent{Campaign: "picks", Version: 1, Customer: shop.CustomerID(fmt.Sprint("c-", n)), Occasion: run.Format(time.RFC3339), Planned: run}
	}
	yesterday, recent := now.AddDate(0, 0, -1), now.Add(-time.Minute)
	source := &table{
		raised: [][]campaign.Intent{{thanks(1, yesterday)}, {thanks(2, yesterday), thanks(2, yesterday)}, {thanks(3, recent)}},
		runs: []dynamo.Progress{
			{Run: dynamo.Run{Campaign: "picks", Version: 1, At: yesterday}, Started: yesterday, Planned: 1},
			{Run: dynamo.Run{Campaign: "picks", Version: 1, At: recent}, Started: recent, Planned: 2},
		},
		sends: []claim.Send{
			{ID: "a", State: claim.Delivered, Intent: thanks(1, yesterday)}, {ID: "b", State: claim.Capped, Intent: picks(1, yesterday)}, {ID: "c", State: claim.Queued, Intent: picks(1, recent)},
		},
	}
	counts, err := decisions.New(source, func() time.Time { return now }).Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := "[{picks 3 0 map[CAPPED:1 QUEUED:1]} {thanks 3 1 map[DELIVERED:1]}]"
	if got := fmt.Sprint(counts); got != want {
		t.Errorf("Counts = %s, want %s", got, want)
	}
}
