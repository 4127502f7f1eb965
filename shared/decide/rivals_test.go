package decide_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// adjusted returns the case with one campaign changed.
func adjusted(g given, name shop.CampaignID, change func(*campaign.Campaign)) given {
	g.config.Campaigns = slices.Clone(g.config.Campaigns)
	for i := range g.config.Campaigns {
		if g.config.Campaigns[i].ID == name {
			change(&g.config.Campaigns[i])
		}
	}
	return g
}

func worth(minor int64) func(*campaign.Campaign) {
	return func(c *campaign.Campaign) { c.Value = minor }
}

// scheduled returns a change to a campaign: it had a run this time before noon,
// and has this audience and a value of 1.00.
func scheduled(ago time.Duration, audience string) func(*campaign.Campaign) {
	condition, err := condition.Parse(audience, "GBP")
	check(err)
	at := noon.Add(-ago)
	return func(c *campaign.Campaign) {
		c.Schedule, c.Audience, c.Value = at.Format("4 15 * * *"), condition, 100
	}
}

// addWaiting adds the intents to the contact's waiting list.
func addWaiting(g *given, waiting ...campaign.Intent) {
	for _, i := range waiting {
		g.snapshot.Contact, _ = g.snapshot.Contact.WithWaiting(decide.Hint(i), g.now)
	}
}

func names(intents []campaign.Intent) string {
	var all []string
	for _, i := range intents {
		all = append(all, string(i.Campaign))
	}
	return strings.Join(all, " ")
}

func TestCompare(t *testing.T) {
	g := adjusted(aCase(), "other", worth(120))
	g = adjusted(g, "weekly", worth(40))
	g = adjusted(g, "spam", worth(40))
	sooner, later := wish("weekly"), wish("weekly")
	sooner.NotAfter, sooner.Occasion = noon.Add(time.Hour), "2026-11-22T11:00:00Z"
	for name, c := range map[string]struct{ first, second campaign.Intent }{
		"the more important class before the higher value": {wish("thanks"), wish("other")},
		"the higher value before the earlier end":          {wish("other"), sooner},
		"the earlier end before the campaign's name":       {sooner, wish("spam")},
		"the campaign's name if all else is equal":         {wish("spam"), wish("weekly")},
		"the earlier occasion of one campaign":             {sooner, later},
		"an unknown campaign after all others":             {wish("weekly"), wish("gone")},
		"a promise before a promotion of higher value":     {wish("reward"), wish("other")},
	} {
		if a, b := g.config.Compare(c.first, c.second), g.config.Compare(c.second, c.first); a >= 0 || b <= 0 {
			t.Errorf("%s: Compare = %d, and %d with the arguments exchanged, want < 0 and > 0", name, a, b)
		}
	}
	if got := g.config.Compare(later, later); got != 0 {
		t.Errorf("Compare with itself = %d, want 0", got)
	}
}

func TestCompareIsATotalOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := aCase()
		for _, c := range g.config.Campaigns {
			g = adjusted(g, c.ID, worth(rapid.Int64Range(0, 2).Draw(t, "value")))
		}
		draw := rapid.Custom(func(t *rapid.T) campaign.Intent {
			i := wish(rapid.SampledFrom(g.config.Campaigns).Draw(t, "campaign").ID)
			i.NotAfter = noon.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "hours")) * time.Hour)
			i.Occasion = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "occasion")
			return i
		})
		a, b, c := draw.Draw(t, "a"), draw.Draw(t, "b"), draw.Draw(t, "c")
		r := g.config
		sameSend := a.SendID("test") == b.SendID("test")
		if ab, ba := r.Compare(a, b), r.Compare(b, a); ab != -ba || ab == 0 && !sameSend {
			t.Fatalf("Compare(%v, %v) = %d, and %d with the arguments exchanged", a, b, ab, ba)
		}
		if r.Compare(a, b) < 0 && r.Compare(b, c) < 0 && r.Compare(a, c) >= 0 {
			t.Fatalf("Compare has a cycle: %v, %v, %v", a, b, c)
		}
	})
}

func TestAhead(t *testing.T) {
	always := "customer.orders >= 1"
	for name, c := range map[string]struct {
		mine   shop.CampaignID // weekly if empty
		change func(given) given
		want   string
	}{
		"no other intent waits": {change: func(g given) given { return g }},
		"a better intent waits": {change: func(g given) given {
			addWaiting(&g, wish("other"))
			return adjusted(g, "other", worth(120))
		}, want: "other"},
		"a worse intent waits": {change: func(g given) given {
			addWaiting(&g, wish("other"))
			return adjusted(g, "weekly", worth(120))
		}},
		"an equal intent that expires first waits": {change: func(g given) given {
			i := wish("weekly")
			i.Occasion, i.NotAfter = "2026-11-21T12:00:00Z", noon.Add(time.Hour)
			addWaiting(&g, i)
			return g
		}, want: "weekly"},
		"a better intent that has a reservation already": {change: func(g given) given {
			addWaiting(&g, wish("thanks"), wish("other"))
			e := sent(time.Hour)
			e.Send, e.Class = wish("other").SendID("test"), shop.ClassService // so that mine may go
			g.snapshot.Contact.Ledger = append(g.snapshot.Contact.Ledger, e)
			return adjusted(g, "other", worth(120))
		}},
		"better intents that may not go themselves": {change: func(g given) given {
			addWaiting(&g, wish("spam"), wish("held"))
			return adjusted(adjusted(g, "spam", worth(120)), "held", worth(120))
		}},
		"a better intent of an older version": {change: func(g given) given {
			addWaiting(&g, wish("other"))
			return adjusted(g, "other", func(c *campaign.Campaign) { c.Value, c.Version = 120, 2 })
		}},
		"a better intent that does not use mine's caps": {change: func(g given) given {
			addWaiting(&g, wish("thanks"))
			return g
		}},
		"two better intents, and the second uses up the cap": {change: func(g given) given {
			addWaiting(&g, wish("thanks"), wish("other"))
			return adjusted(g, "other", worth(120))
		}, want: "thanks other"},
		"a promise, which counts, before a promotion": {change: func(g given) given {
			addWaiting(&g, wish("reward"))
			return g
		}, want: "reward"},
		"my class obeys no caps": {mine: "thanks", change: func(g given) given {
			addWaiting(&g, wish("sorry"))
			return g
		}},

		"a better run a minute ago":   {change: func(g given) given { return adjusted(g, "other", scheduled(time.Minute, always)) }, want: "other"},
		"a better run 15 minutes ago": {change: func(g given) given { return adjusted(g, "other", scheduled(15*time.Minute, always)) }},
		"a better run 14 minutes ago": {change: func(g given) given { return adjusted(g, "other", scheduled(14*time.Minute, always)) }, want: "other"},
		"a better run of a date a minute ago": {change: func(g given) given {
			return adjusted(g, "other", func(c *campaign.Campaign) {
				scheduled(time.Minute, always)(c)
				c.Schedule, c.Date = "", noon.Add(-time.Minute).Format("2006-01-02 15:04")
			})
		}, want: "other"},
		"a better run by the customer's clock": {change: func(g given) given {
			g.snapshot.Profile.Zone.Value = "Europe/Athens"
			return adjusted(g, "other", func(c *campaign.Campaign) {
				scheduled(time.Minute, always)(c)
				c.Clock, c.Schedule = campaign.ByCustomer, noon.Add(2*time.Hour-time.Minute).Format("4 15 * * *")
			})
		}, want: "other"},
		"a better run by the clocks of other customers": {change: func(g given) given {
			return adjusted(g, "other", func(c *campaign.Campaign) {
				scheduled(time.Minute, always)(c)
				c.Clock, c.Schedule = campaign.ByCustomer, noon.Add(2*time.Hour-time.Minute).Format("4 15 * * *")
			})
		}},
		"a better run in a minute":                          {change: func(g given) given { return adjusted(g, "other", scheduled(-time.Minute, always)) }},
		"a better run whose audience excludes the customer": {change: func(g given) given { return adjusted(g, "other", scheduled(time.Minute, "customer.orders > 50")) }},
		"a worse run a minute ago": {change: func(g given) given {
			return adjusted(adjusted(g, "other", scheduled(time.Minute, always)), "weekly", worth(101))
		}},
		"an equal run a minute ago that expires first": {change: func(g given) given {
			return adjusted(adjusted(g, "weekly", worth(100)), "other", func(c *campaign.Campaign) {
				scheduled(time.Minute, always)(c)
				c.NotAfter = time.Hour
			})
		}, want: "other"},
		"an equal run a minute ago that expires later": {change: func(g given) given {
			return adjusted(adjusted(g, "weekly", worth(100)), "other", func(c *campaign.Campaign) {
				scheduled(time.Minute, always)(c)
				c.NotAfter = 72 * time.Hour
			})
		}},
		"a better run a minute ago that is on the waiting list as well": {change: func(g given) given {
			g = adjusted(g, "other", scheduled(time.Minute, always))
			i := wish("other")
			i.Occasion, i.NotAfter = "2026-11-22T11:59:00Z", noon.Add(36*time.Hour-time.Minute)
			addWaiting(&g, i)
			return g
		}, want: "other"},
	} {
		t.Run(name, func(t *testing.T) {
			mine := c.mine
			if mine == "" {
				mine = "weekly"
			}
			g := c.change(aCase(mine))
			if d := decision(t, g); d.Send.State != claim.Sending {
				t.Fatalf("the case alone is %s, want SENDING", state(d))
			}
			before := g.snapshot.Contact
			got := decide.Ahead(g.now, g.snapshot, g.intents[0], nil, g.config)
			if names(got) != c.want {
				t.Errorf("Ahead = %q, want %q", names(got), c.want)
			}
			if diff := cmp.Diff(before, g.snapshot.Contact); diff != "" {
				t.Errorf("Ahead changed the contact:\n%s", diff)
			}
			done := map[shop.SendID]bool{}
			for _, rival := range got {
				done[rival.SendID("test")] = true
			}
			if left := decide.Ahead(g.now, g.snapshot, g.intents[0], done, g.config); len(left) > 0 {
				t.Errorf("Ahead = %q after all were decided, want none", names(left))
			}
		})
	}
}

func TestYieldWaitsTwoMinutesOrEndsTheIntent(t *testing.T) {
	g := aCase("weekly")
	d := decide.Yield(g.now, g.snapshot, g.intents[0], wish("other"), g.config)
	if got, want := state(d), "QUEUED outranked:other 2026-11-22 12:02"; got != want {
		t.Errorf("Yield = %s, want %s", got, want)
	}
	e := explained(t, d)
	if last := e.Checks[len(e.Checks)-1]; last.Name != "rank" || last.No != d.Send.Reason.Text {
		t.Errorf("the last check is %+v, want rank with the reason %q", last, d.Send.Reason.Text)
	}
	g.intents[0].NotAfter = noon.Add(time.Minute)
	if got, want := state(decide.Yield(g.now, g.snapshot, g.intents[0], wish("other"), g.config)), "OUTRANKED outranked:other"; got != want {
		t.Errorf("Yield = %s, want %s", got, want)
	}
}

// The cap is full because a better intent was sent first.
func TestAnOutrankedIntentHasTheReason(t *testing.T) {
	first := sent(0)
	for name, c := range map[string]struct {
		change func(*given)
		want   string
	}{
		"it can wait for the cap": {func(*given) {}, "QUEUED outranked:other 2026-11-23 09:00"},
		"it has no time to wait":  {func(g *given) { g.intents[0].NotAfter = noon.Add(time.Hour) }, "OUTRANKED outranked:other"},
		"another cap was full before": {func(g *given) {
			g.snapshot.Contact.Ledger = append(g.snapshot.Contact.Ledger, sent(3*time.Hour))
		}, "CAPPED cap:two-a-week"},
	} {
		g := aCase("weekly")
		g.snapshot.Contact.Ledger = append(g.snapshot.Contact.Ledger, first)
		g.snapshot.First = map[shop.SendID]shop.CampaignID{first.Send: "other"}
		c.change(&g)
		if got := state(decision(t, g)); got != c.want {
			t.Errorf("%s: Decide = %s, want %s", name, got, c.want)
		}
	}
}

func TestAnExplanationHasTheValue(t *testing.T) {
	g := adjusted(aCase("weekly"), "weekly", worth(120))
	if got := explained(t, decision(t, g)).Value; got != gbp(120) {
		t.Errorf("the explanation's value is %v, want 1.20 GBP", got)
	}
}

// merging returns a case of thanks for o-2, whose campaign merges orders.
func merging() given {
	g := adjusted(aCase("thanks"), "thanks", func(c *campaign.Campaign) { c.Merge = true })
	g.snapshot.Profile.Orders = append(slices.Clone(g.snapshot.Profile.Orders), profile.Visit{Order: "o-3", At: noon, Net: gbp(700)}, profile.Visit{Order: "o-4", At: noon, Net: gbp(700), Cancelled: true})
	return g
}

func thanksFor(order shop.OrderID) campaign.Intent {
	i := wish("thanks")
	i.Order, i.Occasion = order, string(order)
	return i
}

func TestCompanions(t *testing.T) {
	for name, c := range map[string]struct {
		change func(given) given
		want   int
	}{
		"the thanks of another order wait":     {func(g given) given { addWaiting(&g, thanksFor("o-3")); return g }, 1},
		"its own entry is on the waiting list": {func(g given) given { addWaiting(&g, thanksFor("o-2")); return g }, 0},
		"the other order was cancelled":        {func(g given) given { addWaiting(&g, thanksFor("o-4")); return g }, 0},
		"another campaign waits":               {func(g given) given { addWaiting(&g, wish("sorry"), wish("weekly")); return g }, 0},
		"the campaign does not merge": {func(g given) given {
			addWaiting(&g, thanksFor("o-3"))
			return adjusted(g, "thanks", func(c *campaign.Campaign) { c.Merge = false })
		}, 0},
		"another version waits": {func(g given) given {
			i := thanksFor("o-3")
			i.Version = 2
			addWaiting(&g, i)
			return g
		}, 0},
		"more wait than one message can cover": {func(g given) given {
			for _, order := range []shop.OrderID{"p-1", "p-2", "p-3", "p-4", "p-5", "p-6", "p-7"} {
				addWaiting(&g, thanksFor(order))
			}
			return g
		}, claim.MostMerged},
	} {
		g := c.change(merging())
		if got := decide.Companions(g.now, g.snapshot, g.intents[0], nil, g.config); len(got) != c.want {
			t.Errorf("%s: Companions = %v, want %d", name, got, c.want)
		}
		if got := decide.Ahead(g.now, g.snapshot, g.intents[0], nil, g.config); len(got) != 0 {
			t.Errorf("%s: Ahead = %v, want none, because companions do not compete", name, got)
		}
	}
}

func TestOneMessageCoversSeveralOrders(t *testing.T) {
	g := merging()
	mine := g.intents[0].SendID("test")
	addWaiting(&g, thanksFor("o-3"), g.intents[0])
	g.snapshot.Merged = map[shop.SendID][]campaign.Intent{mine: {thanksFor("o-3")}}
	g.snapshot.Kept = map[shop.SendID]claim.Send{mine: {ID: mine, Also: []shop.OrderID{"o-1", "o-4"}}} // an earlier attempt merged them; o-4 was cancelled since
	d := decision(t, g)
	if got := explained(t, d).Also; !slices.Equal(got, []shop.OrderID{"o-1", "o-3"}) {
		t.Errorf("the explanation has the further orders %v, want o-1 and o-3, because o-4 was cancelled", got)
	}
	if !slices.Equal(d.Send.Also, []shop.OrderID{"o-1", "o-4", "o-3"}) {
		t.Errorf("the send has the further orders %v, want all that were merged", d.Send.Also)
	}
	if len(d.Contact.Waiting) != 0 {
		t.Errorf("%v still wait, want none, because the message covers both", d.Contact.Waiting)
	}
	end := decide.Merge(g.now, g.snapshot.Profile, thanksFor("o-3"), g.intents[0], g.config)
	if end.State != claim.Outranked || end.Reason.Code != "merged" || !strings.Contains(end.Reason.Text, string(mine)) || end.ID != thanksFor("o-3").SendID("test") || end.Class != shop.ClassService {
		t.Errorf("Merge = %+v, want OUTRANKED, merged, with the covering send", end)
	}
}

// The customer knows an order by its number, not by the shop's ID. Without a
// number the ID is printed.
func TestAMessagePrintsTheNumbersOfItsOrders(t *testing.T) {
	g := merging()
	g.snapshot.Profile.Orders[1].Number = "#1027" // of o-2
	addWaiting(&g, thanksFor("o-3"), g.intents[0])
	g.snapshot.Merged = map[shop.SendID][]campaign.Intent{g.intents[0].SendID("test"): {thanksFor("o-3")}}
	if got := decision(t, g).Mail.Subject; got != "Order #1027 and o-3" {
		t.Errorf("the subject is %q, want the number of o-2 and the ID of o-3", got)
	}
}
