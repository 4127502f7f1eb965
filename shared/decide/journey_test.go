package decide

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/journey"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// compiled returns the condition of a text.
func compiled(t *testing.T, text string) condition.Condition {
	t.Helper()
	c, err := condition.Parse(text, "GBP")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A message of a journey that waited ends if the customer's way is over when it is
// decided.
func TestMessageEndsWithTheWayOfItsCustomer(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	policy := shoppolicy.Policy{
		Shop:      shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"},
		Campaigns: []campaign.Campaign{{ID: "after_how", Journey: "after", Version: 2, Class: shop.ClassPromotion}},
		Journeys: []journey.Journey{{
			Entry: campaign.Campaign{ID: "after", Version: 2}, Until: compiled(t, "journey.ordered"), Unless: compiled(t, "journey.returned || journey.opted_out"),
		}},
	}
	intent := campaign.Intent{
		Campaign: "after_how", Version: 1, Customer: "ann", Occasion: "o-1/order.delivered", Order: "o-1",
		Entered: now.Add(-72 * time.Hour), Planned: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
	}
	entered := profile.Visit{Order: "o-1", At: now.Add(-100 * time.Hour)}
	later := profile.Visit{Order: "o-2", At: now.Add(-time.Minute)}
	returned := map[shop.OrderID]profile.ServiceIssue{"o-1": {Returned: &profile.Issue{Since: now.Add(-time.Minute)}}}
	said := func(given bool, at time.Time) frequency.Contact {
		return frequency.Contact{}.WithConsent(shop.TopicPromotions, given, at)
	}
	for name, c := range map[string]struct {
		s     Snapshot
		halts map[shop.CampaignID]breaker.Halt
		want  string // the reason; "no-address" is that of the next check
	}{
		"on the way":                         {Snapshot{Profile: profile.Profile{Orders: []profile.Visit{entered}}}, nil, "no-address"},
		"ordered":                            {Snapshot{Profile: profile.Profile{Orders: []profile.Visit{entered, later}}}, nil, "journey-goal"},
		"returned":                           {Snapshot{Profile: profile.Profile{ServiceIssues: returned}}, nil, "journey-exit"},
		"ordered and returned":               {Snapshot{Profile: profile.Profile{Orders: []profile.Visit{entered, later}, ServiceIssues: returned}}, nil, "journey-exit"},
		"opted out":                          {Snapshot{Contact: said(false, now.Add(-time.Minute))}, nil, "journey-exit"},
		"opted out before the entry":         {Snapshot{Contact: said(false, now.Add(-80*time.Hour))}, nil, "no-address"},
		"the journey is cancelled":           {Snapshot{}, map[shop.CampaignID]breaker.Halt{"after": {Cancelled: &breaker.Cancellation{Version: 2}}}, "campaign-cancelled"},
		"the journey is paused":              {Snapshot{}, map[shop.CampaignID]breaker.Halt{"after": {Paused: &breaker.Said{At: now}}}, breaker.CampaignPaused},
		"another journey is cancelled":       {Snapshot{}, map[shop.CampaignID]breaker.Halt{"other": {Cancelled: &breaker.Cancellation{Version: 2}}}, "no-address"},
		"cancelled, and only the step rests": {Snapshot{}, map[shop.CampaignID]breaker.Halt{"after": {Cancelled: &breaker.Cancellation{Version: 2}}, "after_how": {Paused: &breaker.Said{At: now}}}, "campaign-cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Decide(now, c.s, []campaign.Intent{intent}, Config{Policy: policy, Breakers: breaker.Now{Halts: c.halts}})
			if err != nil || got[0].Send.Reason.Code != c.want {
				t.Errorf("Decide = %s %+v, %v, want %s", got[0].Send.State, got[0].Send.Reason, err, c.want)
			}
			if c.want == "journey-goal" && got[0].Send.State != claim.Expired {
				t.Errorf("the state is %s, want %s", got[0].Send.State, claim.Expired)
			}
		})
	}
}

// An order that was placed before the entry and recorded after it ends the way too: the
// customer was let in as one who has not ordered for some time.
func TestAnOrderThatWasNotKnownAtTheEntryEndsTheWay(t *testing.T) {
	entered := time.Date(2026, 11, 22, 11, 0, 0, 0, time.UTC)
	at := func(ages ...int) (p profile.Profile) { // days before the entry
		for _, days := range ages {
			p.Orders = append(p.Orders, profile.Visit{Order: shop.OrderID(rune('a' + days)), At: entered.AddDate(0, 0, -days)})
		}
		return p
	}
	for name, c := range map[string]struct {
		known, now profile.Profile
		want       bool
	}{
		"no order since":                  {at(200), at(200), false},
		"one since":                       {at(200), at(200, -1), true},
		"one from before, recorded after": {at(200), at(200, 1), true},
		"an old one, recorded after":      {at(200), at(300, 200), false},
		"the first of all":                {at(), at(1), true},
		"none at all":                     {at(), at(), false},
	} {
		intent := campaign.Intent{Campaign: "back_first", Entered: entered, Ordered: NewestOrder(c.known)}
		if got := orderedSince(c.now, intent); got != c.want {
			t.Errorf("%s: ordered is %v, want %v", name, got, c.want)
		}
	}
	if old := (campaign.Intent{Entered: entered}); orderedSince(at(1), old) || !orderedSince(at(-1), old) {
		t.Error("for a position of an older version, orders count from the entry on")
	}
}

// A rehearsed step has the occasion by which customers enter its journey, and asks what
// the journey asks of it.
func TestARehearsedStepHasTheOccasionOfItsJourney(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	customer := Snapshot{Profile: profile.Profile{ID: "ann", Orders: []profile.Visit{{Order: "o-0", At: now.AddDate(0, 0, -90)}, {Order: "o-1", At: now.AddDate(0, 0, -9)}}}}
	customer.Profile.Birthday.Value = "11-24"
	for begins, c := range map[string]struct {
		entry    campaign.Campaign
		order    shop.OrderID
		occasion string
		asks     string
		passed   bool
	}{
		"a first order":    {campaign.Campaign{On: []shop.OrderKind{shop.OrderDelivered}, If: compiled(t, "order.first")}, "o-1", "o-1/order.delivered", "if of the journey", false},
		"a delivery":       {campaign.Campaign{On: []shop.OrderKind{shop.OrderDelivered}, If: compiled(t, `order.event == "order.delivered"`)}, "o-1", "o-1/order.delivered", "if of the journey", true},
		"an order":         {campaign.Campaign{On: []shop.OrderKind{shop.OrderPlaced}, If: compiled(t, "order.last")}, "o-1", "o-1", "if of the journey", true},
		"a schedule":       {campaign.Campaign{Schedule: "0 11 * * *", Audience: compiled(t, `campaign.day == "2026-11-22"`)}, "", "2026-11-22T12:00:00Z", "audience of the journey", true},
		"a birthday":       {campaign.Campaign{On: []shop.OrderKind{shop.BirthdayComes}, Hour: "09:00", If: compiled(t, "customer.orders > 2")}, "", "birthday/2026", "if of the journey", false},
		"the first orders": {campaign.Campaign{On: []shop.OrderKind{shop.AnniversaryComes}, Hour: "09:00"}, "", "", "", false},
	} {
		c.entry.ID, c.entry.Journey = "after", "after"
		r := Config{Policy: shoppolicy.Policy{
			Shop:      shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"},
			Campaigns: []campaign.Campaign{{ID: "after_how", Journey: "after"}},
			Journeys:  []journey.Journey{{Entry: c.entry, Steps: []journey.Step{{Name: "how", Message: "after_how"}}}},
		}}
		i, err := r.Occasion(now, customer, Rehearsed{Campaign: "after_how"})
		if err != nil || i.Order != c.order || !i.Entered.Equal(now) || i.Occasion == "" || c.occasion != "" && i.Occasion != c.occasion {
			t.Errorf("%s begins the journey: Occasion = %+v, %v, want %s of order %q, entered now", begins, i, err, c.occasion, c.order)
		}
		asked, err := r.Conditions(now, customer, i)
		if err != nil || (len(asked) == 0) != (c.asks == "") || len(asked) > 0 && (asked[0].Name != c.asks || asked[0].Passed() != c.passed) {
			t.Errorf("%s begins the journey: Conditions = %+v, %v, want %q, passed %v", begins, asked, err, c.asks, c.passed)
		}
	}
	r := Config{Policy: shoppolicy.Policy{
		Campaigns: []campaign.Campaign{{ID: "after_how", Journey: "after"}},
		Journeys:  []journey.Journey{{Entry: campaign.Campaign{ID: "after", On: []shop.OrderKind{shop.BirthdayComes}}}},
	}}
	if _, err := r.Occasion(now, Snapshot{Profile: profile.Profile{ID: "bob"}}, Rehearsed{Campaign: "after_how"}); !errors.As(err, new(*NoOccasion)) {
		t.Errorf("without a birthday: %v, want a NoOccasion", err)
	}
}

// Who is in the holdout of a journey gets no message of any step; the others are those of
// each step's own holdout.
func TestTheHoldoutOfAJourneyIsThatOfAllItsSteps(t *testing.T) {
	reasons := map[string]int{}
	for n := range 2000 {
		id, first := shop.CustomerID(fmt.Sprint("c-", n)), ""
		for _, step := range []shop.CampaignID{"win-back_first", "win-back_second"} {
			c := evaluation{now: time.Unix(0, 0), campaign: campaign.Campaign{ID: step, Journey: "win-back", Class: shop.ClassPromotion, JourneyHoldout: 1000, Holdout: 500}, intent: campaign.Intent{Customer: id, Campaign: step}}
			code := ""
			if out := c.included(); out != nil {
				code = out.reason.Code
			}
			if step != "win-back_first" && (code == "journey-holdout") != (first == "journey-holdout") {
				t.Fatalf("%s is held out of one step by the journey (%q), and of the other %q", id, first, code)
			}
			first = code
			reasons[code]++
		}
	}
	if n := reasons["journey-holdout"]; n < 320 || n > 480 {
		t.Errorf("%d of 4000 messages are held out by the journey, want about 400", n)
	}
	if n := reasons["holdout"]; n < 120 || n > 240 {
		t.Errorf("%d of 4000 messages are held out by their step, want about 180", n)
	}
}
