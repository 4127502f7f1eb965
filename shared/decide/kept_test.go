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

// waiting returns a case whose send was claimed at noon and throttled by SES,
// and is decided again five minutes later, with its reservation and its coupon;
// and the first decision.
func waiting(t testing.TB, c shop.CampaignID) (given, decide.Decision) {
	t.Helper()
	g := aCase(c)
	first := decision(t, g)
	if first.Send.State != claim.Sending || first.Send.Coupon == nil {
		t.Fatalf("Decide = %s, want SENDING with a coupon", state(first))
	}
	stored := first.Send
	stored.State, stored.ReservationKept, stored.Attempt, stored.Owner = claim.Queued, true, 1, "w"
	g.snapshot.Contact = first.Contact
	g.snapshot.Kept = map[shop.SendID]claim.Send{stored.ID: stored}
	g.now = noon.Add(5 * time.Minute)
	return g, first
}

func TestAKeptReservationIsClaimedAgainWithItsCoupon(t *testing.T) {
	g, first := waiting(t, "weekly")
	again := decision(t, g)
	if diff := cmp.Diff(first.Send.Coupon, again.Send.Coupon); again.Send.State != claim.Sending || diff != "" {
		t.Fatalf("Decide = %s, its coupon (-first +again):\n%s", state(again), diff)
	}
	if got, want := code(t, again.Mail), code(t, first.Mail); got != want {
		t.Errorf("the mail prints the code %s, want the code of the stored coupon, %s", got, want)
	}
	want := first.Contact
	want.Ledger = []frequency.Entry{{Send: first.Send.ID, At: g.now, Class: shop.ClassPromotion, Tags: []string{"picks"}, Run: first.Contact.Ledger[0].Run, Impressions: first.Contact.Ledger[0].Impressions}} // with the new time
	if diff := cmp.Diff(want, again.Contact); diff != "" {
		t.Errorf("Contact (-want +got):\n%s", diff)
	}
}

func TestASendWithAKeptReservation(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*given)
		want   string
		coupon bool
	}{
		"does not count against itself":                    {func(*given) {}, "SENDING", true},
		"counts against itself if it is not known as kept": {func(g *given) { g.snapshot.Kept = nil }, "QUEUED cap:one-a-day 2026-11-23 09:00", false},
		"counts against itself if another send is known as kept": {func(g *given) {
			g.snapshot.Kept = map[shop.SendID]claim.Send{"other": g.snapshot.Kept[g.intents[0].SendID("test")]}
		}, "QUEUED cap:one-a-day 2026-11-23 09:00", false},
		"counts against other sends": {func(g *given) { g.intents[0] = wish("other") }, "QUEUED cap:one-a-day 2026-11-23 09:00", false},
		"gets a coupon if it had none": {func(g *given) {
			kept := g.snapshot.Kept[g.intents[0].SendID("test")]
			kept.Coupon, g.snapshot.Contact.Granted = nil, nil
			g.snapshot.Kept = map[shop.SendID]claim.Send{kept.ID: kept}
		}, "SENDING", true},
		"keeps its coupon when the budget is used up":                        {func(g *given) { g.snapshot.Spent = map[shop.OfferID]bool{"welcome": true} }, "SENDING", true},
		"keeps its coupon when the offer's condition does not hold any more": {func(g *given) { g.snapshot.Profile.Earlier.Orders = 9 }, "SENDING", true},
		"keeps its coupon when the campaign gives no offers any more": {func(g *given) {
			g.config.Campaigns = slices.Clone(g.config.Campaigns)
			for i := range g.config.Campaigns {
				g.config.Campaigns[i].Offers = nil
			}
		}, "SENDING", true},
		"keeps its coupon when there is a new code key": {func(g *given) { g.config.CodeKeys = append([][]byte{[]byte("a new key")}, g.config.CodeKeys...) }, "SENDING", true},
		"ends when its code key was removed":            {func(g *given) { g.config.CodeKeys = [][]byte{[]byte("a new key")} }, "EXPIRED offer-gone", false},
		"ends when the offer was removed":               {func(g *given) { g.config.Offers = nil }, "EXPIRED offer-gone", false},
		"ends when the offer's terms changed": {func(g *given) {
			g.config.Offers = slices.Clone(g.config.Offers)
			for i := range g.config.Offers {
				g.config.Offers[i].Version++
			}
		}, "EXPIRED offer-gone", false},
		"ends when its coupon has expired": {func(g *given) {
			g.now, g.intents[0].NotAfter = noon.AddDate(0, 0, 15), noon.AddDate(0, 0, 20)
		}, "EXPIRED offer-gone", false},
		"obeys an opt-out": {func(g *given) {
			g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, false, g.now)
		}, "SUPPRESSED unsubscribed", false},
		"obeys a suppression": {func(g *given) {
			g.snapshot.Contact.Suppressed = &frequency.Suppression{Reason: frequency.SuppressedBounce, Address: frequency.HashAddress("ann.example@example.com")}
		}, "SUPPRESSED suppressed:bounce", false},
		"obeys the promotion pause": {func(g *given) { withIssue(g, profile.ServiceIssue{Returned: since(0)}) }, "SUPPRESSED service-issue:returned", false},
		"obeys quiet hours":         {func(g *given) { g.now = noon.Add(10 * time.Hour) }, "QUEUED quiet-hours 2026-11-23 09:00", false},
		"expires":                   {func(g *given) { g.now = noon.Add(37 * time.Hour) }, "EXPIRED too-late", false},
	} {
		t.Run(name, func(t *testing.T) {
			g, first := waiting(t, "weekly")
			c.change(&g)
			d := decision(t, g)
			if got := state(d); got != c.want {
				t.Fatalf("Decide = %s (%s), want %s", got, d.Send.Reason.Text, c.want)
			}
			if got := d.Send.Coupon != nil; got != c.coupon {
				t.Fatalf("the send has a coupon: %v, want %v", got, c.coupon)
			}
			if c.coupon && (offer.Hash(code(t, d.Mail)) != first.Send.Coupon.Hash || d.Send.Coupon.Hash != first.Send.Coupon.Hash) {
				t.Errorf("the mail prints %s, want the code of the coupon that was issued", code(t, d.Mail))
			}
		})
	}
}

func TestAKeptCouponIsSentWithoutPicksDuringAServiceIssue(t *testing.T) {
	g, first := waiting(t, "thanks")
	withIssue(&g, profile.ServiceIssue{Returned: since(0)})
	d := decision(t, g)
	if d.Send.State != claim.Sending || code(t, d.Mail) != code(t, first.Mail) {
		t.Fatalf("Decide = %s: %s, want SENDING with the kept coupon", state(d), d.Mail.Text)
	}
	if strings.Contains(d.Mail.Text, "Biscuit jar") || len(explained(t, d).Items) > 0 {
		t.Errorf("the mail recommends products during a service issue: %s", d.Mail.Text)
	}
}

// The coupon stays with its send, but the customer has said no since.
func TestAKeptCouponIsNotPrintedAfterAnOptOut(t *testing.T) {
	g, first := waiting(t, "thanks")
	g.snapshot.Contact = g.snapshot.Contact.WithConsent(shop.TopicPromotions, false, g.now)
	d := decision(t, g)
	if d.Send.State != claim.Sending || code(t, d.Mail) != "" || strings.TrimSpace(d.Mail.Text) != "o-2" {
		t.Errorf("Decide = %s: %s, want SENDING with the order only", state(d), d.Mail.Text)
	}
	if diff := cmp.Diff(first.Send.Coupon, d.Send.Coupon); diff != "" {
		t.Errorf("the send's coupon (-first +again):\n%s", diff)
	}
}

// The message about a free unit needs the product's title.
func TestAKeptFreeUnitWithoutItsTitleEnds(t *testing.T) {
	g, _ := waiting(t, "reward")
	if got := state(decision(t, g)); got != "SENDING" {
		t.Fatalf("Decide = %s, want SENDING", got)
	}
	g.snapshot.Items = nil
	if got := state(decision(t, g)); got != "EXPIRED offer-gone" {
		t.Errorf("Decide = %s, want offer-gone", got)
	}
}
