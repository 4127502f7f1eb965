package decide_test

import (
	"testing"

	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// latest returns the case's latest order, o-2.
func latest(g *given) *profile.Visit { return &g.snapshot.Profile.Orders[1] }

func TestOrderEarnsACouponWhenItIsPaid(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*given)
		earned shop.OrderID
		coupon bool
	}{
		"a paid order":                      {func(*given) {}, "o-2", true},
		"an order that is not paid":         {func(g *given) { latest(g).Unpaid = true }, "", false},
		"one earlier order is not paid":     {func(g *given) { g.snapshot.Profile.Orders[0].Unpaid = true }, "o-2", true},
		"not paid, with rewards on placing": {func(g *given) { latest(g).Unpaid, g.config.Shop.RewardsOnPlacing = true, true }, "o-2", true},
		"an apology is earned by no order":  {func(g *given) { g.intents[0].Occasion = "o-2/order.delayed" }, "", true},
		"a run":                             {func(g *given) { g.intents[0] = wish("deal") }, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase("thanks")
			c.change(&g)
			d := decision(t, g)
			if d.Send.State != claim.Sending || (d.Send.Coupon != nil) != c.coupon {
				t.Fatalf("Decide = %s with the coupon %+v, want SENDING, and a coupon: %t", state(d), d.Send.Coupon, c.coupon)
			}
			if c.coupon && d.Send.Coupon.Earned != c.earned {
				t.Errorf("the coupon is earned by %q, want %q", d.Send.Coupon.Earned, c.earned)
			}
		})
	}
}

func TestNothingIsGivenForAnOrderThatFell(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*given)
		want   string
	}{
		"it stands":               {func(*given) {}, "SENDING"},
		"it was cancelled":        {func(g *given) { latest(g).Cancelled = true }, "EXPIRED order-cancelled"},
		"all of it was returned":  {func(g *given) { latest(g).Lines[0].Returned = 5 }, "EXPIRED order-fell-away"},
		"all of it was refunded":  {func(g *given) { latest(g).TakenBack, latest(g).Net = 5000, gbp(0) }, "EXPIRED order-fell-away"},
		"it was paid with points": {func(g *given) { latest(g).Net = gbp(0) }, "SENDING"},
		"one more was returned":   {func(g *given) { latest(g).Lines[0].Returned = 2 }, "SUPPRESSED no-offer"},
		"it is not paid":          {func(g *given) { latest(g).Unpaid = true }, "SUPPRESSED no-offer"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, occasion := range []string{"o-2", "o-2/order.paid"} {
				g := aCase("reward")
				g.intents[0].Occasion = occasion
				c.change(&g)
				if got := state(decision(t, g)); got != c.want {
					t.Errorf("the reward for %s: Decide = %s, want %s", occasion, got, c.want)
				}
			}
		})
	}
}

// A send that SES throttled waits with its coupon. If the coupon falls in that
// time, the message does not print it.
func TestKeptCouponOfAnOrderThatFellIsNotPrinted(t *testing.T) {
	g, _ := waiting(t, "reward")
	latest(&g).Lines[0].Returned = 2
	if got := state(decision(t, g)); got != "EXPIRED offer-gone" {
		t.Errorf("Decide = %s, want EXPIRED offer-gone", got)
	}
}

func TestFallen(t *testing.T) {
	free := coupon.Coupon{Offer: "tenth-free", Version: 1, Send: "s", Issued: noon, Key: "MUG/10", Earned: "o-2"}
	welcome := coupon.Coupon{Offer: "welcome", Version: 3, Send: "s", Issued: noon, Earned: "o-2"}
	withoutKey := free
	withoutKey.Key, withoutKey.Earned = "", ""
	unit := func(g *given) { latest(g).Lines[0].Returned++ }
	cancel := func(g *given) { latest(g).Cancelled = true }
	for name, c := range map[string]struct {
		coupon coupon.Coupon
		change func(*given)
		want   bool
	}{
		"ten of ten units are kept":                      {free, func(*given) {}, false},
		"nine of ten units are kept":                     {free, unit, true},
		"nine, by the grant of a coupon without its key": {withoutKey, unit, true},
		"cancelled, by the grant alone":                  {withoutKey, cancel, true},
		"the order is cancelled":                         {welcome, cancel, true},
		"it is an apology":                               {coupon.Coupon{Offer: "welcome", Version: 3, Issued: noon}, cancel, false},
		"the order is too old for the profile":           {coupon.Coupon{Offer: "welcome", Version: 3, Issued: noon, Earned: "o-0"}, cancel, false},
		"its terms are older, the order stands":          {coupon.Coupon{Offer: "welcome", Version: 2, Issued: noon, Earned: "o-2"}, func(g *given) { g.snapshot.Profile.Orders[0].Cancelled = true }, false},
		"its terms are older, the order is cancelled":    {coupon.Coupon{Offer: "welcome", Version: 2, Issued: noon, Earned: "o-2"}, cancel, true},
	} {
		t.Run(name, func(t *testing.T) {
			g := aCase()
			g.snapshot.Contact.Granted = map[shop.OfferID][]frequency.Grant{"tenth-free": {{Send: "s", At: noon, Key: "MUG/10"}}}
			c.change(&g)
			if got := decide.Fallen(noon, c.coupon, g.snapshot.Profile, g.snapshot.Contact, g.snapshot.Items, g.config.Policy); got != c.want {
				t.Errorf("Fallen = %t, want %t", got, c.want)
			}
		})
	}
}
