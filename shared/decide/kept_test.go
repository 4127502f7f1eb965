package decide_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// waiting is a case whose send was claimed at noon, told by SES to wait, and is
// asked again five minutes later: with its slot and its coupon kept.
func waiting(t testing.TB, c shop.CampaignID) (given, decide.Decision) {
	t.Helper()
	g := aCase(c)
	first := decision(t, g)
	if first.Send.State != claim.Sending || first.Send.Coupon == nil {
		t.Fatalf("Decide = %s, want it to go with a coupon", state(first))
	}
	stored := first.Send
	stored.State, stored.ReservationKept, stored.Attempt, stored.Owner = claim.Queued, true, 1, "w"
	g.snapshot.Contact = first.Contact
	g.snapshot.Kept = map[shop.SendID]claim.Send{stored.ID: stored}
	g.now = noon.Add(5 * time.Minute)
	return g, first
}

func TestAKeptSlotGoesAgainAsItWas(t *testing.T) {
	g, first := waiting(t, "weekly")
	again := decision(t, g)
	if diff := cmp.Diff(first.Send.Coupon, again.Send.Coupon); again.Send.State != claim.Sending || diff != "" {
		t.Fatalf("Decide = %s, its coupon (-first +again):\n%s", state(again), diff)
	}
	if got, want := code(t, again.Mail), code(t, first.Mail); got != want {
		t.Errorf("it prints %s, its coupon was stored for %s", got, want)
	}
	want := first.Contact
	want.Ledger = []frequency.Entry{{Send: first.Send.ID, At: g.now, Class: shop.ClassPromotion, Tags: []string{"picks"}, Impressions: first.Contact.Ledger[0].Impressions}} // stamped again
	if diff := cmp.Diff(want, again.Contact); diff != "" {
		t.Errorf("Contact (-want +got):\n%s", diff)
	}
}

func TestAKeptSlot(t *testing.T) {
	for phrase, c := range map[string]struct {
		change func(*given)
		want   string
		coupon bool
	}{
		"does not count against itself":            {func(*given) {}, "SENDING", true},
		"counts where nobody says that it is kept": {func(g *given) { g.snapshot.Kept = nil }, "QUEUED cap:one-a-day 2026-11-23 09:00", false},
		"is not another's": {func(g *given) {
			g.snapshot.Kept = map[shop.SendID]claim.Send{"other": g.snapshot.Kept[g.intents[0].SendID("test")]}
		}, "QUEUED cap:one-a-day 2026-11-23 09:00", false},
		"counts against others": {func(g *given) { g.intents[0] = wish("other") }, "QUEUED cap:one-a-day 2026-11-23 09:00", false},
		"without a coupon may get one": {func(g *given) {
			kept := g.snapshot.Kept[g.intents[0].SendID("test")]
			kept.Coupon, g.snapshot.Contact.Granted = nil, nil
			g.snapshot.Kept = map[shop.SendID]claim.Send{kept.ID: kept}
		}, "SENDING", true},
		"keeps its coupon when the budget is used up meanwhile":      {func(g *given) { g.snapshot.Spent = map[shop.OfferID]bool{"welcome": true} }, "SENDING", true},
		"keeps its coupon when its condition does not hold any more": {func(g *given) { g.snapshot.Profile.Earlier.Orders = 9 }, "SENDING", true},
		"keeps its coupon when the campaign gives others now": {func(g *given) {
			g.rules.Campaigns = slices.Clone(g.rules.Campaigns)
			for i := range g.rules.Campaigns {
				g.rules.Campaigns[i].Offers = nil
			}
		}, "SENDING", true},
		"keeps its coupon when the signing key was changed": {func(g *given) { g.rules.CodeKeys = append([][]byte{[]byte("a new key")}, g.rules.CodeKeys...) }, "SENDING", true},
		"ends when the key is gone":                         {func(g *given) { g.rules.CodeKeys = [][]byte{[]byte("a new key")} }, "EXPIRED offer-gone", false},
		"ends when the offer is gone":                       {func(g *given) { g.rules.Offers = nil }, "EXPIRED offer-gone", false},
		"ends when the offer's terms changed": {func(g *given) {
			g.rules.Offers = slices.Clone(g.rules.Offers)
			for i := range g.rules.Offers {
				g.rules.Offers[i].Version++
			}
		}, "EXPIRED offer-gone", false},
		"ends when its coupon ended before it went": {func(g *given) {
			g.now, g.intents[0].NotAfter = noon.AddDate(0, 0, 15), noon.AddDate(0, 0, 20)
		}, "EXPIRED offer-gone", false},
		"heeds a no": {func(g *given) {
			g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, false, g.now)
		}, "SUPPRESSED unsubscribed", false},
		"heeds a bounce": {func(g *given) {
			g.snapshot.Contact.Suppressed = &frequency.Suppression{Reason: frequency.SuppressedBounce, Address: frequency.HashAddress("ann.example@example.com")}
		}, "SUPPRESSED suppressed:bounce", false},
		"heeds what went wrong":  {func(g *given) { wrong(g, profile.ServiceIssue{Returned: since(0)}) }, "SUPPRESSED service-issue:returned", false},
		"heeds the night":        {func(g *given) { g.now = noon.Add(10 * time.Hour) }, "QUEUED quiet-hours 2026-11-23 09:00", false},
		"expires like any other": {func(g *given) { g.now = noon.Add(37 * time.Hour) }, "EXPIRED too-late", false},
	} {
		t.Run(phrase, func(t *testing.T) {
			g, first := waiting(t, "weekly")
			c.change(&g)
			d := decision(t, g)
			if got := state(d); got != c.want {
				t.Fatalf("Decide = %s (%s), want %s", got, d.Send.Reason.Text, c.want)
			}
			if got := d.Send.Coupon != nil; got != c.coupon {
				t.Fatalf("it carries a coupon: %v, want %v", got, c.coupon)
			}
			if c.coupon && (offer.Hash(code(t, d.Mail)) != first.Send.Coupon.Hash || d.Send.Coupon.Hash != first.Send.Coupon.Hash) {
				t.Errorf("it prints %s, which is not the coupon that was issued", code(t, d.Mail))
			}
		})
	}
}

// A coupon that was issued is kept: the message that carries it says so, also
// while something is wrong, but recommends nothing then.
func TestAKeptCouponGoesWithoutPicksWhileSomethingIsWrong(t *testing.T) {
	g, first := waiting(t, "thanks")
	wrong(&g, profile.ServiceIssue{Returned: since(0)})
	d := decision(t, g)
	if d.Send.State != claim.Sending || code(t, d.Mail) != code(t, first.Mail) {
		t.Fatalf("Decide = %s: %s", state(d), d.Mail.Text)
	}
	if strings.Contains(d.Mail.Text, "Biscuit jar") || len(explained(t, d).Items) > 0 {
		t.Errorf("it recommends all the same: %s", d.Mail.Text)
	}
}

// A free unit is told by its title; where that is not read any more, nothing
// half-said goes out.
func TestAKeptFreeUnitWithoutItsTitleEnds(t *testing.T) {
	g, _ := waiting(t, "reward")
	if got := state(decision(t, g)); got != "SENDING" {
		t.Fatalf("Decide = %s, want it to go", got)
	}
	g.snapshot.Items = nil
	if got := state(decision(t, g)); got != "EXPIRED offer-gone" {
		t.Errorf("Decide = %s, want offer-gone", got)
	}
}
