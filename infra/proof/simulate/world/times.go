package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"regulars/infra/proof/simulate/judge"
	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/contactchange"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// The campaigns of every policy whose messages wait for a time of their own: some hours
// after an order, unless a later one came; after a cart was left alone; on a birthday.
const (
	review   = shop.CampaignID("review")
	cart     = shop.CampaignID("cart")
	birthday = shop.CampaignID("birthday")

	reviewAfter = 3 * time.Hour
	cartAfter   = time.Hour
)

// addTimed adds these campaigns to a policy.
func addTimed(p *shoppolicy.Policy, version int) {
	var later condition.Condition
	if err := later.UnmarshalText([]byte("!order.last")); err != nil { // Decode compiles it
		panic("world: " + err.Error())
	}
	for _, c := range []campaign.Campaign{
		{ID: birthday, On: []shop.OrderKind{shop.BirthdayComes}}, // without an hour: the schedule has the passes
		{ID: cart, On: []shop.OrderKind{shop.CartAbandoned}, After: cartAfter},
		{ID: review, On: []shop.OrderKind{shop.OrderPlaced}, After: reviewAfter, Unless: later},
	} {
		c.Version, c.Class, c.NotAfter, c.Message = version, shop.ClassPromotion, day, shop.MessageID(c.ID)
		p.Campaigns = append(p.Campaigns, c)
		p.Messages.Messages[c.Message] = written(c.Class, nil)
	}
}

// times is the part of a world that is about messages with a time of their own. Like
// [walks] it draws from a source of its own.
type times struct {
	random *rand.Rand
	on     bool
}

func (t *times) between(d time.Duration) time.Duration {
	return time.Duration(t.random.Int64N(int64(d)))
}
func (t *times) odds(n int) bool { return t.random.IntN(100) < n }

// wait draws what each customer's waiting messages are about, and what ends them.
func (w *World) wait(people int, span time.Duration) {
	t := &w.times
	if !t.on {
		return
	}
	for n := range people {
		id := shop.CustomerID(fmt.Sprint("c-", n))
		placed := shop.OrderID("o-" + id)
		w.timed(review, t.between(span), func(c campaign.Campaign, now time.Time) campaign.Intent {
			i := c.AtEvent(now)
			i.Customer, i.Occasion, i.Order, i.Planned = id, string(placed), placed, now
			return i
		})
		if t.odds(60) {
			at := t.between(span)
			w.leaveCart(id, at)
			if t.odds(40) {
				w.changed(id, at+t.between(3*time.Hour), "cart emptied", func(p profile.Profile, now time.Time) profile.Profile {
					return p.WithCart(shop.Cart{ID: cartOf(id), At: now})
				}, cart)
			}
		}
		if t.odds(60) {
			w.celebrate(id, t.between(span))
		}
		if t.odds(40) {
			w.order(id, t.between(span+6*time.Hour))
		}
	}
}

// timed has an intent of a campaign put on the queue at that time.
func (w *World) timed(id shop.CampaignID, at time.Duration, intent func(campaign.Campaign, time.Time) campaign.Intent) {
	w.clock.After(at, func() {
		c, _ := policies()[w.publications[len(w.publications)-1]].Campaign(id)
		w.plan(intent(c, shop.Millis(w.clock.Now())))
	})
}

// changed has record change a customer by an event of that time, which an attempt may
// write after a later event is written, and notes that it ends the messages of a campaign
// about them.
func (w *World) changed(id shop.CustomerID, at time.Duration, what string, change func(profile.Profile, time.Time) profile.Profile, ends shop.CampaignID) {
	w.clock.After(at, func() {
		said := shop.Millis(w.clock.Now())
		w.recorder(what, func(ctx context.Context, k contactchange.Keeper) error {
			return k.Update(ctx, id, func(p profile.Profile) profile.Profile { return change(p, said) })
		}, func(ok bool) {
			w.step(what, "recorded", string(id), NoFault, fmt.Sprint(ok))
			if now := w.clock.Now(); ok && ends != "" {
				w.history.Endings = append(w.history.Endings, judge.Ending{Customer: id, Campaign: ends, What: what, Recorded: now})
			}
		}).invoke(nil)
	})
}

func cartOf(id shop.CustomerID) string { return "k-" + string(id) }

// leaveCart has a customer fill a cart and leave it.
func (w *World) leaveCart(id shop.CustomerID, at time.Duration) {
	w.clock.After(at, func() {
		left := shop.Cart{ID: cartOf(id), At: shop.Millis(w.clock.Now()), Lines: []shop.CartLine{{Product: "MUG", Units: 1}}}
		w.changed(id, 0, "cart left", func(p profile.Profile, _ time.Time) profile.Profile { return p.WithCart(left) }, "")
		w.timed(cart, w.times.between(time.Minute), func(c campaign.Campaign, now time.Time) campaign.Intent {
			i := c.AtEvent(left.At)
			i.Customer, i.Occasion, i.Planned = id, campaign.CartOccasion(left.ID), now
			return i
		})
	})
}

// celebrate gives a customer a birthday, which two passes find, and perhaps takes it
// away.
func (w *World) celebrate(id shop.CustomerID, at time.Duration) {
	t := &w.times
	know := func(day string) func(profile.Profile, time.Time) profile.Profile {
		return func(p profile.Profile, at time.Time) profile.Profile {
			return p.WithCustomerFact(shop.CustomerFact{Customer: id, Birthday: (*shop.Birthday)(&day)}, at)
		}
	}
	second, forgotten := 10*time.Minute+t.between(20*time.Hour), t.odds(40)
	w.clock.After(at, func() {
		now := shop.Millis(w.clock.Now())
		w.changed(id, 0, "birthday known", know(now.Format("01-02")), "")
		if forgotten {
			w.changed(id, t.between(20*time.Hour), "birthday taken back", know(""), birthday)
		}
		for _, pass := range []time.Duration{time.Minute, second} {
			w.timed(birthday, pass, func(c campaign.Campaign, at time.Time) campaign.Intent {
				return campaign.Intent{
					Campaign: c.ID, Version: c.Version, Customer: id, Occasion: fmt.Sprintf("%s/%d", shop.BirthdayComes, now.Year()),
					Run: at, Planned: at, NotAfter: now.Truncate(day).Add(2 * day), // by the day, whatever pass finds it
				}
			})
		}
	})
}
