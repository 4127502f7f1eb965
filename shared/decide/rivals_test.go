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

// adjusted returns the case with one of its campaigns changed.
func adjusted(g given, name shop.CampaignID, change func(*campaign.Campaign)) given {
	g.rules.Campaigns = slices.Clone(g.rules.Campaigns)
	for i := range g.rules.Campaigns {
		if g.rules.Campaigns[i].ID == name {
			change(&g.rules.Campaigns[i])
		}
	}
	return g
}

func worth(minor int64) func(*campaign.Campaign) {
	return func(c *campaign.Campaign) { c.Value = minor }
}

// slotted makes it a campaign that was due some time before noon, for whoever
// the audience is true of.
func slotted(ago time.Duration, audience string) func(*campaign.Campaign) {
	checker, err := condition.NewChecker("GBP")
	check(err)
	condition, err := checker.Compile(audience)
	check(err)
	at := noon.Add(-ago)
	return func(c *campaign.Campaign) {
		c.Schedule, c.Audience, c.Value = at.Format("4 15 * * *"), condition, 100
	}
}

// lists puts what waits on the contact's list.
func lists(g *given, waiting ...campaign.Intent) {
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
	for phrase, c := range map[string]struct{ first, second campaign.Intent }{
		"the stronger class before the higher value":   {wish("thanks"), wish("other")},
		"the higher value before what expires first":   {wish("other"), sooner},
		"what expires first before the campaign":       {sooner, wish("spam")},
		"the campaign's name where all else is equal":  {wish("spam"), wish("weekly")},
		"one occasion before the other of a campaign":  {sooner, later},
		"a campaign that is gone behind all":           {wish("weekly"), wish("gone")},
		"a promise before a promotion of higher value": {wish("reward"), wish("other")},
	} {
		if a, b := g.rules.Compare(c.first, c.second), g.rules.Compare(c.second, c.first); a >= 0 || b <= 0 {
			t.Errorf("%s: Compare = %d, and %d the other way round, want before and behind", phrase, a, b)
		}
	}
	if got := g.rules.Compare(later, later); got != 0 {
		t.Errorf("Compare with itself = %d, want 0", got)
	}
}

// The order is strict and total: whatever the intents, exactly one comes first.
func TestCompareIsATotalOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := aCase()
		for _, c := range g.rules.Campaigns {
			g = adjusted(g, c.ID, worth(rapid.Int64Range(0, 2).Draw(t, "value")))
		}
		draw := rapid.Custom(func(t *rapid.T) campaign.Intent {
			i := wish(rapid.SampledFrom(g.rules.Campaigns).Draw(t, "campaign").ID)
			i.NotAfter = noon.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "hours")) * time.Hour)
			i.Occasion = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "occasion")
			return i
		})
		a, b, c := draw.Draw(t, "a"), draw.Draw(t, "b"), draw.Draw(t, "c")
		r := g.rules
		sameSend := a.SendID("test") == b.SendID("test")
		if ab, ba := r.Compare(a, b), r.Compare(b, a); ab != -ba || ab == 0 && !sameSend {
			t.Fatalf("Compare(%v, %v) = %d, and %d the other way round", a, b, ab, ba)
		}
		if r.Compare(a, b) < 0 && r.Compare(b, c) < 0 && r.Compare(a, c) >= 0 {
			t.Fatalf("a cycle of %v, %v, %v", a, b, c)
		}
	})
}

func TestAhead(t *testing.T) {
	always := "customer.orders >= 1"
	for phrase, c := range map[string]struct {
		mine   shop.CampaignID // weekly where empty
		change func(given) given
		want   string
	}{
		"nothing else waits": {change: func(g given) given { return g }},
		"a better one waits": {change: func(g given) given {
			lists(&g, wish("other"))
			return adjusted(g, "other", worth(120))
		}, want: "other"},
		"a worse one waits": {change: func(g given) given {
			lists(&g, wish("other"))
			return adjusted(g, "weekly", worth(120))
		}},
		"an equal one that expires first": {change: func(g given) given {
			i := wish("weekly")
			i.Occasion, i.NotAfter = "2026-11-21T12:00:00Z", noon.Add(time.Hour)
			lists(&g, i)
			return g
		}, want: "weekly"},
		"a better one that has a slot already": {change: func(g given) given {
			lists(&g, wish("thanks"), wish("other"))
			e := sent(time.Hour)
			e.Send, e.Class = wish("other").SendID("test"), shop.ClassService // so that mine may go
			g.snapshot.Contact.Ledger = append(g.snapshot.Contact.Ledger, e)
			return adjusted(g, "other", worth(120))
		}},
		"a better one that may not go itself": {change: func(g given) given {
			lists(&g, wish("spam"), wish("held"))
			return adjusted(adjusted(g, "spam", worth(120)), "held", worth(120))
		}},
		"a better one of an older version": {change: func(g given) given {
			lists(&g, wish("other"))
			return adjusted(g, "other", func(c *campaign.Campaign) { c.Value, c.Version = 120, 2 })
		}},
		"a better one takes no place from mine": {change: func(g given) given {
			lists(&g, wish("thanks"))
			return g
		}},
		"two better ones, of which the second closes the door": {change: func(g given) given {
			lists(&g, wish("thanks"), wish("other"))
			return adjusted(g, "other", worth(120))
		}, want: "thanks other"},
		"a promise that counts is better than a promotion": {change: func(g given) given {
			lists(&g, wish("reward"))
			return g
		}, want: "reward"},
		"mine obeys no caps": {mine: "thanks", change: func(g given) given {
			lists(&g, wish("sorry"))
			return g
		}},

		"a better one was due just now":                 {change: func(g given) given { return adjusted(g, "other", slotted(time.Minute, always)) }, want: "other"},
		"a better one was due a quarter of an hour ago": {change: func(g given) given { return adjusted(g, "other", slotted(15*time.Minute, always)) }},
		"a better one was due almost so long ago":       {change: func(g given) given { return adjusted(g, "other", slotted(14*time.Minute, always)) }, want: "other"},
		"a better one is due in a minute":               {change: func(g given) given { return adjusted(g, "other", slotted(-time.Minute, always)) }},
		"a better one that is not for this customer":    {change: func(g given) given { return adjusted(g, "other", slotted(time.Minute, "customer.orders > 50")) }},
		"a worse one was due just now": {change: func(g given) given {
			return adjusted(adjusted(g, "other", slotted(time.Minute, always)), "weekly", worth(101))
		}},
		"an equal one that expires first was due just now": {change: func(g given) given {
			return adjusted(adjusted(g, "weekly", worth(100)), "other", func(c *campaign.Campaign) {
				slotted(time.Minute, always)(c)
				c.NotAfter = time.Hour
			})
		}, want: "other"},
		"an equal one that expires later was due just now": {change: func(g given) given {
			return adjusted(adjusted(g, "weekly", worth(100)), "other", func(c *campaign.Campaign) {
				slotted(time.Minute, always)(c)
				c.NotAfter = 72 * time.Hour
			})
		}},
		"a better one was due, and is on the list": {change: func(g given) given {
			g = adjusted(g, "other", slotted(time.Minute, always))
			i := wish("other")
			i.Occasion, i.NotAfter = "2026-11-22T11:59:00Z", noon.Add(36*time.Hour-time.Minute)
			lists(&g, i)
			return g
		}, want: "other"},
	} {
		t.Run(phrase, func(t *testing.T) {
			mine := c.mine
			if mine == "" {
				mine = "weekly"
			}
			g := c.change(aCase(mine))
			if d := decision(t, g); d.Send.State != claim.Sending {
				t.Fatalf("the case is %s: nothing competes", state(d))
			}
			before := g.snapshot.Contact
			got := decide.Ahead(g.now, g.snapshot, g.intents[0], nil, g.rules)
			if names(got) != c.want {
				t.Errorf("Ahead = %q, want %q", names(got), c.want)
			}
			if diff := cmp.Diff(before, g.snapshot.Contact); diff != "" {
				t.Errorf("Ahead changed the contact:\n%s", diff)
			}
			met := map[shop.SendID]bool{}
			for _, rival := range got {
				met[rival.SendID("test")] = true
			}
			if left := decide.Ahead(g.now, g.snapshot, g.intents[0], met, g.rules); len(left) > 0 {
				t.Errorf("Ahead = %q once all were seen to, want nothing", names(left))
			}
		})
	}
}

func TestYieldWaitsAMomentAndNotBeyondItsTime(t *testing.T) {
	g := aCase("weekly")
	d := decide.Yield(g.now, g.snapshot, g.intents[0], wish("other"), g.rules)
	if got, want := state(d), "QUEUED outranked:other 2026-11-22 12:02"; got != want {
		t.Errorf("Yield = %s, want %s", got, want)
	}
	e := explained(t, d)
	if last := e.Checks[len(e.Checks)-1]; last.Name != "rank" || last.No != d.Send.Reason.Text {
		t.Errorf("the last check is %+v, want rank with the reason %q", last, d.Send.Reason.Text)
	}
	g.intents[0].NotAfter = noon.Add(time.Minute)
	if got, want := state(decide.Yield(g.now, g.snapshot, g.intents[0], wish("other"), g.rules)), "OUTRANKED outranked:other"; got != want {
		t.Errorf("Yield = %s, want %s", got, want)
	}
}

// What has no room because a better one was let go first says so.
func TestWhoWasOutrankedIsTold(t *testing.T) {
	first := sent(0)
	for phrase, c := range map[string]struct {
		change func(*given)
		want   string
	}{
		"it waits for the cap": {func(*given) {}, "QUEUED outranked:other 2026-11-23 09:00"},
		"it has no time to":    {func(g *given) { g.intents[0].NotAfter = noon.Add(time.Hour) }, "OUTRANKED outranked:other"},
		"it was full anyway": {func(g *given) {
			g.snapshot.Contact.Ledger = append(g.snapshot.Contact.Ledger, sent(3*time.Hour))
		}, "CAPPED cap:two-a-week"},
	} {
		g := aCase("weekly")
		g.snapshot.Contact.Ledger = append(g.snapshot.Contact.Ledger, first)
		g.snapshot.First = map[shop.SendID]shop.CampaignID{first.Send: "other"}
		c.change(&g)
		if got := state(decision(t, g)); got != c.want {
			t.Errorf("%s: Decide = %s, want %s", phrase, got, c.want)
		}
	}
}

func TestTheValueIsExplained(t *testing.T) {
	g := adjusted(aCase("weekly"), "weekly", worth(120))
	if got := explained(t, decision(t, g)).Value; got != gbp(120) {
		t.Errorf("the explanation's value is %v, want 1.20 GBP", got)
	}
}

// merging is a case of thanks for o-2 where the campaign merges.
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
	for phrase, c := range map[string]struct {
		change func(given) given
		want   int
	}{
		"another order's thanks wait":   {func(g given) given { lists(&g, thanksFor("o-3")); return g }, 1},
		"its own hint is on the list":   {func(g given) given { lists(&g, thanksFor("o-2")); return g }, 0},
		"the other order was cancelled": {func(g given) given { lists(&g, thanksFor("o-4")); return g }, 0},
		"another campaign waits":        {func(g given) given { lists(&g, wish("sorry"), wish("weekly")); return g }, 0},
		"the campaign does not merge": {func(g given) given {
			lists(&g, thanksFor("o-3"))
			return adjusted(g, "thanks", func(c *campaign.Campaign) { c.Merge = false })
		}, 0},
		"another version waits": {func(g given) given {
			i := thanksFor("o-3")
			i.Version = 2
			lists(&g, i)
			return g
		}, 0},
		"more wait than one message can speak for": {func(g given) given {
			for _, order := range []shop.OrderID{"p-1", "p-2", "p-3", "p-4", "p-5", "p-6", "p-7"} {
				lists(&g, thanksFor(order))
			}
			return g
		}, claim.MostMerged},
	} {
		g := c.change(merging())
		if got := decide.Companions(g.now, g.snapshot, g.intents[0], nil, g.rules); len(got) != c.want {
			t.Errorf("%s: Companions = %v, want %d", phrase, got, c.want)
		}
		if got := decide.Ahead(g.now, g.snapshot, g.intents[0], nil, g.rules); len(got) != 0 {
			t.Errorf("%s: Ahead = %v, want none: they are no rivals", phrase, got)
		}
	}
}

func TestOneMessageSpeaksForSeveralOrders(t *testing.T) {
	g := merging()
	mine := g.intents[0].SendID("test")
	lists(&g, thanksFor("o-3"), g.intents[0])
	g.snapshot.Merged = map[shop.SendID][]campaign.Intent{mine: {thanksFor("o-3")}}
	g.snapshot.Kept = map[shop.SendID]claim.Send{mine: {ID: mine, Also: []shop.OrderID{"o-1", "o-4"}}} // merged by an attempt before; o-4 was cancelled since
	d := decision(t, g)
	if got := explained(t, d).Also; !slices.Equal(got, []shop.OrderID{"o-1", "o-3"}) {
		t.Errorf("it is explained to speak also for %v, want o-1 and o-3: o-4 was cancelled", got)
	}
	if !slices.Equal(d.Send.Also, []shop.OrderID{"o-1", "o-4", "o-3"}) {
		t.Errorf("the record says %v, want every order that was merged", d.Send.Also)
	}
	if len(d.Contact.Waiting) != 0 {
		t.Errorf("%v still wait, want nothing: both are seen to", d.Contact.Waiting)
	}
	end := decide.Merge(g.now, thanksFor("o-3"), g.intents[0], g.rules)
	if end.State != claim.Outranked || end.Reason.Code != "merged" || !strings.Contains(end.Reason.Text, string(mine)) || end.ID != thanksFor("o-3").SendID("test") || end.Class != shop.ClassService {
		t.Errorf("Merge = %+v, want OUTRANKED, merged, and which send speaks", end)
	}
}
