package decide_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// compiled returns the condition of a text.
func compiled(text string) condition.Condition {
	c, err := condition.Parse(text, "GBP")
	check(err)
	return c
}

// delayed returns a case of a campaign that asks for a review three days after the
// delivery of order o-1, which happened this long ago.
func delayed(ago time.Duration) given {
	g := aCase()
	g.config.Campaigns = append(slices.Clone(g.config.Campaigns), campaign.Campaign{
		ID: "review", Version: 1, Message: "thanks", Class: shop.ClassService, On: []shop.OrderKind{shop.OrderDelivered},
		After: 72 * time.Hour, If: compiled(`order.units["mug"] >= 1 && order.cause != "late"`), Unless: compiled("order.returned || customer.orders >= 3"), NotAfter: 48 * time.Hour,
	})
	c, _ := g.config.Campaign("review")
	i := c.AtEvent(noon.Add(-ago))
	i.Customer, i.Order, i.Occasion, i.Planned = ann, "o-1", "o-1/order.delivered", noon.Add(-ago)
	g.intents = []campaign.Intent{i}
	return g
}

func TestAMessageThatIsSentSomeTimeAfterItsEvent(t *testing.T) {
	const day = 24 * time.Hour
	lines := func(units, returned int) func(*given) {
		return func(g *given) {
			g.snapshot.Profile.Orders[0].Lines = []profile.VisitProduct{{Product: "MUG", Units: units, Returned: returned}}
		}
	}
	for name, c := range map[string]struct {
		ago    time.Duration
		change func(*given)
		want   string
	}{
		"its time has not come":                    {day, nil, "QUEUED not-yet 2026-11-24 12:00"},
		"a millisecond before its time":            {3*day - time.Millisecond, nil, "QUEUED not-yet 2026-11-22 12:00"},
		"its time has come":                        {3 * day, nil, "SENDING"},
		"a day late":                               {4 * day, nil, "SENDING"},
		"too late":                                 {5*day + 1, nil, "EXPIRED too-late"},
		"a unit came back":                         {3 * day, lines(6, 1), "EXPIRED unless"},
		"a unit came back before its time":         {day, lines(6, 1), "QUEUED not-yet 2026-11-24 12:00"},
		"everything came back":                     {3 * day, lines(6, 6), "EXPIRED order-fell-away"},
		"everything came back before its time":     {day, lines(6, 6), "EXPIRED order-fell-away"},
		"the order was cancelled":                  {3 * day, func(g *given) { g.snapshot.Profile.Orders[0].Cancelled = true }, "EXPIRED order-cancelled"},
		"a unit of the condition was taken out":    {3 * day, func(g *given) { g.snapshot.Profile.Orders[0].Lines = g.snapshot.Profile.Orders[0].Lines[1:] }, "EXPIRED if-over"},
		"the event named a cause":                  {3 * day, func(g *given) { g.intents[0].Why = shop.CauseLate }, "EXPIRED if-over"},
		"the catalogue does not know the category": {3 * day, func(g *given) { delete(g.snapshot.Items, "MUG") }, "EXPIRED if-over"},
		"the customer ordered again": {3 * day, func(g *given) {
			g.snapshot.Profile.Orders = append(g.snapshot.Profile.Orders, profile.Visit{Order: "o-3", At: noon, Net: gbp(100)})
		}, "EXPIRED unless"},
		"paused before its time": {day, func(g *given) {
			g.config.Breakers = halts(t, func(k *breaker.Keeper) (bool, error) { return k.PauseCampaign(t.Context(), "review", "ann", "") })
		}, "QUEUED not-yet 2026-11-24 12:00"},
		"paused at its time": {3 * day, func(g *given) {
			g.config.Breakers = halts(t, func(k *breaker.Keeper) (bool, error) { return k.PauseCampaign(t.Context(), "review", "ann", "") })
		}, "QUEUED campaign-paused 2026-11-22 12:05"},
		"cancelled before its time": {day, func(g *given) {
			g.config.Breakers = halts(t, func(k *breaker.Keeper) (bool, error) { return k.CancelCampaign(t.Context(), "review", 1, "ann", "") })
		}, "CANCELLED campaign-cancelled"},
		"a new version before its time": {day, func(g *given) { g.config.Campaigns[len(g.config.Campaigns)-1].Version = 2 }, "EXPIRED campaign-changed"},
	} {
		t.Run(name, func(t *testing.T) {
			g := delayed(c.ago)
			if c.change != nil {
				c.change(&g)
			}
			if got := state(decision(t, g)); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}

// An intent that is decided late says so, in its explanation and in the reason of its
// end.
func TestALateDecisionSaysSo(t *testing.T) {
	g := delayed(4*24*time.Hour + 10*time.Minute)
	var e decide.Explanation
	check(json.Unmarshal(decision(t, g).Send.Explained, &e))
	if e.Late != "24h" {
		t.Errorf("late = %q, want 24h", e.Late)
	}
	g.snapshot.Profile.Orders[0].Lines[0].Returned = 1
	if got, want := decision(t, g).Send.Reason.Text, "unless of the campaign holds: order.returned || customer.orders >= 3; it was decided 24h after its time"; got != want {
		t.Errorf("reason = %q, want %q", got, want)
	}
	g = delayed(10 * 24 * time.Hour) // the event itself came ten days late
	g.intents[0].Planned = noon
	if got, want := decision(t, g).Send.Reason.Text, "the intent expired at 2026-11-17T12:00:00Z, before it was raised at 2026-11-22T12:00:00Z: what it is about came too late"; got != want {
		t.Errorf("reason = %q, want %q", got, want)
	}
	if early := decision(t, delayed(72*time.Hour)); strings.Contains(string(early.Send.Explained), "late") {
		t.Errorf("a decision on time says that it is late: %s", early.Send.Explained)
	}
}

// The audience of a run is asked again when its message is decided. Days that pass do
// not end the message, but an order does.
func TestARunAsksItsAudienceAgain(t *testing.T) {
	for name, c := range map[string]struct {
		audience string
		late     time.Duration
		order    time.Duration // after the run; 0: none
		want     string
	}{
		"on time":                             {"customer.days_since_last_order >= 30", 0, 0, "SENDING"},
		"late":                                {"customer.days_since_last_order >= 30", 20 * time.Hour, 0, "SENDING"},
		"ordered since the run":               {"customer.days_since_last_order >= 30", 20 * time.Hour, time.Hour, "EXPIRED left-audience"},
		"ordered a minute after the run":      {"customer.days_since_last_order >= 30", 2 * time.Minute, time.Minute, "EXPIRED left-audience"},
		"a day that is over since the run":    {"customer.birthday_in_days == 0", 22 * time.Hour, 0, "SENDING"},
		"a condition of the run's day":        {`campaign.weekday == "sunday"`, 20 * time.Hour, time.Hour, "SENDING"},
		"the number of orders since the run":  {"customer.orders == 1", 20 * time.Hour, time.Hour, "EXPIRED left-audience"},
		"an order that the condition is over": {"customer.orders >= 1", 20 * time.Hour, time.Hour, "SENDING"},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase()
			g.config.Campaigns = append(slices.Clone(g.config.Campaigns), campaign.Campaign{
				ID: "back", Version: 1, Message: "plain", Class: shop.ClassService, Schedule: "0 12 * * *", Audience: compiled(c.audience), NotAfter: 36 * time.Hour,
			})
			back, _ := g.config.Campaign("back")
			i := back.At(campaign.Run{At: noon}, ann)
			i.Planned = noon
			g.intents, g.now = []campaign.Intent{i}, noon.Add(c.late)
			p := &g.snapshot.Profile
			p.Birthday.Value = "11-22"
			p.Orders = p.Orders[:1]
			if c.order > 0 {
				p.Orders = append(p.Orders, profile.Visit{Order: "o-3", At: noon.Add(c.order), Net: gbp(100)})
			}
			if got := state(decision(t, g)); got != c.want {
				t.Errorf("Decide = %s, want %s", got, c.want)
			}
		})
	}
}
