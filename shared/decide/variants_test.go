package decide_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/shop"
	"regulars/shared/variant"
)

// withVariants returns a case of the campaign weekly, half of whose customers get no
// coupon and fewer picks. share is that of the variant with a coupon, in basis points.
func withVariants(customer shop.CustomerID, share int) given {
	g := aCase("weekly")
	g.snapshot.Profile.ID, g.intents[0].Customer = customer, customer
	g.config.Campaigns = slices.Clone(g.config.Campaigns)
	for i := range g.config.Campaigns {
		if c := &g.config.Campaigns[i]; c.ID == "weekly" {
			c.Variants = []campaign.Variant{
				{Name: "coupon", Share: share, Message: "picks", Picks: 2, Offers: []shop.OfferID{"welcome"}},
				{Name: "short", Share: 10_000 - share, Message: "picks", Picks: 1},
			}
		}
	}
	return g
}

// Each customer gets what their variant says and nothing else, and the send and its
// explanation name the variant.
func TestACustomerGetsTheirVariant(t *testing.T) {
	seen := map[string]int{}
	for _, customer := range []shop.CustomerID{"c-1", "c-2", "c-3", "c-4", "c-5", "c-6", "c-7", "c-8"} {
		g := withVariants(customer, 5000)
		d := decision(t, g)
		var explained decide.Explanation
		if err := json.Unmarshal(d.Send.Explained, &explained); err != nil {
			t.Fatal(err)
		}
		weekly, _ := g.config.Campaign("weekly")
		name := weekly.For(customer, time.Time{}, "").Variant
		seen[name]++
		if d.Send.State != claim.Sending || d.Send.Variant != name || explained.Variant != name {
			t.Errorf("%s: %s, variant %q, explained as %q, want %q", customer, state(d), d.Send.Variant, explained.Variant, name)
		}
		if coupon := d.Send.Coupon != nil; coupon != (name == "coupon") || len(d.Contact.Granted) > 0 != coupon {
			t.Errorf("%s in %s: coupon %v, grants %v", customer, name, d.Send.Coupon, d.Contact.Granted)
		}
		if picks := map[string]int{"coupon": 2, "short": 1}[name]; len(explained.Items) != picks {
			t.Errorf("%s in %s: %d picks, want %d", customer, name, len(explained.Items), picks)
		}
	}
	if len(seen) != 2 {
		t.Errorf("the customers are in %v, want both variants", seen)
	}
}

// The comparison is by intention to treat, so a send that never went has its variant
// as well.
func TestASendThatEndsWithoutAMessageHasItsVariant(t *testing.T) {
	g := withVariants(ann, 10_000)
	g.snapshot.Profile.Email.Value = ""
	if d := decision(t, g); d.Send.State != claim.Suppressed || d.Send.Variant != "coupon" {
		t.Errorf("%s, variant %q, want SUPPRESSED and coupon", state(d), d.Send.Variant)
	}
}

// The coupon of a send that waits is for the variant that issued it: other shares do
// not move the send to a variant that would not print it.
func TestAWaitingSendKeepsItsVariant(t *testing.T) {
	g := withVariants(ann, 10_000)
	first := decision(t, g)
	stored := first.Send
	stored.State, stored.ReservationKept, stored.Attempt, stored.Owner = claim.Queued, true, 1, "w"
	g = withVariants(ann, 0)
	g.snapshot.Contact, g.snapshot.Kept = first.Contact, map[shop.SendID]claim.Send{stored.ID: stored}
	if again := decision(t, g); again.Send.Variant != "coupon" || again.Send.Coupon == nil {
		t.Errorf("%s, variant %q, coupon %v; want that of the first attempt", state(again), again.Send.Variant, again.Send.Coupon)
	}
	g.snapshot.Kept, g.snapshot.Contact = nil, aCase().snapshot.Contact
	if d := decision(t, g); d.Send.Variant != "short" {
		t.Errorf("a new send has the variant %q, want short", d.Send.Variant)
	}
}

// The hour of a variant is the hour at which its customers' messages are decided.
func TestAVariantCanHaveAnotherHour(t *testing.T) {
	g := withVariants(ann, 10_000)
	for i := range g.config.Campaigns {
		if c := &g.config.Campaigns[i]; c.ID == "weekly" {
			c.Schedule, c.Variants[0].SendTime = "0 12 * * 0", campaign.Best
		}
	}
	g.config.CustomerValue.Hours[18] = 1000
	if d := decision(t, g); state(d) != "QUEUED not-yet 2026-11-22 18:00" || d.Send.Variant != "coupon" {
		t.Errorf("%s, variant %q, want it to wait until 18:00", state(d), d.Send.Variant)
	}
	for i := range g.config.Campaigns {
		if c := &g.config.Campaigns[i]; c.ID == "weekly" {
			c.Variants[0].SendTime = "07:30"
		}
	}
	d := decision(t, g)
	if state(d) != "QUEUED not-yet 2026-11-23 07:30" || !strings.Contains(d.Send.Reason.Text, "the customer's clock shows 07:30") {
		t.Errorf("%s: %s, want it to wait until half past seven", state(d), d.Send.Reason.Text)
	}
}

// With shares that follow the better variant, a customer gets the first variant until a
// night assigns them, and their variant from then on; the send has the night.
func TestSharesThatFollowAssignACustomerOnce(t *testing.T) {
	g := withVariants(ann, 0)
	c := &g.config.Campaigns[slices.IndexFunc(g.config.Campaigns, func(c campaign.Campaign) bool { return c.ID == "weekly" })]
	c.Thompson = &campaign.Thompson{Floor: 1000}
	if d := decision(t, g); d.Send.Variant != "coupon" || !d.Send.Drawn.IsZero() {
		t.Errorf("before the first night: %s, drawn %s, want the first variant and no night", d.Send.Variant, d.Send.Drawn)
	}
	first := g.now.AddDate(-5, 0, 0) // before the customer's first order
	c.Allocation = variant.Allocation{Names: c.Names(), Nights: []variant.Night{{From: first, Shares: []int{500, 9500}}}}
	if d := decision(t, g); d.Send.Variant != "short" || !d.Send.Drawn.Equal(first) {
		t.Errorf("after it: %s, drawn %s, want short, by the night of %s", d.Send.Variant, d.Send.Drawn, first)
	}
	c.Allocation.Nights = append(c.Allocation.Nights, variant.Night{From: g.now.Add(-time.Hour), Shares: []int{9500, 500}})
	if d := decision(t, g); d.Send.Variant != "short" || !d.Send.Drawn.Equal(first) {
		t.Errorf("with other shares later: %s, drawn %s, want the same as before", d.Send.Variant, d.Send.Drawn)
	}
}

// A send that waits with its coupon from before its customer was assigned keeps its
// variant, and does not count for the night that assigned them.
func TestAWaitingSendIsNotDrawnByALaterNight(t *testing.T) {
	g := withVariants(ann, 0)
	c := &g.config.Campaigns[slices.IndexFunc(g.config.Campaigns, func(c campaign.Campaign) bool { return c.ID == "weekly" })]
	c.Thompson = &campaign.Thompson{Floor: 1000}
	first := decision(t, g)
	stored := first.Send
	stored.State, stored.ReservationKept, stored.Attempt, stored.Owner = claim.Queued, true, 1, "w"
	g.snapshot.Contact, g.snapshot.Kept = first.Contact, map[shop.SendID]claim.Send{stored.ID: stored}
	c.Allocation = variant.Allocation{Names: c.Names(), Nights: []variant.Night{{From: g.now.AddDate(-5, 0, 0), Shares: []int{500, 9500}}}}
	if d := decision(t, g); d.Send.Variant != "coupon" || !d.Send.Drawn.IsZero() {
		t.Errorf("variant %s, drawn %s, want coupon and no night", d.Send.Variant, d.Send.Drawn)
	}
}
