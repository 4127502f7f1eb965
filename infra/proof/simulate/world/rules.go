package world

import (
	"context"
	"sync"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/frequency"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/policycache"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// cache is a worker's policy cache: at most a minute old, like [policycache.Cache].
// Decoding a policy takes milliseconds, so all worlds share the decoded policies,
// and this type replaces the reading.
type cache struct {
	worker *worker
	turns  turns // a read is finished before the next lane looks
	at     int   // index of the world's publications; -1: none was read
	looked time.Time

	breakers     breaker.Now
	lookedAt     time.Time // when it was last tried to read them
	breakersRead time.Time // when they were read
}

// Policy returns the policy in force, at most a minute old.
func (c *cache) Policy(ctx context.Context) (shoppolicy.Policy, error) {
	end, _ := c.turns.wait(ctx)
	defer end()
	if c.at >= 0 && c.worker.now().Sub(c.looked) < policycache.Fresh {
		return c.policy(), nil
	}
	return c.look(ctx), nil
}

// Look returns the policy in force now.
func (c *cache) Look(ctx context.Context) (shoppolicy.Policy, error) {
	end, _ := c.turns.wait(ctx)
	defer end()
	return c.look(ctx), nil
}

func (c *cache) look(ctx context.Context) shoppolicy.Policy {
	w := c.worker.world
	workerOf(ctx).Wait(w.latency())
	c.at, c.looked = len(w.publications)-1, c.worker.now()
	return c.policy()
}

func (c *cache) policy() shoppolicy.Policy { return policies()[c.worker.world.publications[c.at]] }

// Model returns an empty model.
func (c *cache) Model(context.Context) (recommend.Model, error) { return recommend.Model{}, nil }

// Breakers returns the tripped breakers and stopped campaigns, as old as
// [policycache.Cache] lets them be.
func (c *cache) Breakers(ctx context.Context) (breaker.Now, error) {
	end, _ := c.turns.wait(ctx)
	defer end()
	now := c.worker.now()
	if !c.lookedAt.IsZero() && now.Sub(c.lookedAt) < policycache.FreshBreakers {
		return c.breakers, nil
	}
	breakers, err := c.worker.world.store.Breakers(ctx)
	now = c.worker.now()
	switch {
	case err == nil:
		c.breakers, c.breakersRead = breakers, now
	case c.lookedAt.IsZero() || now.Sub(c.breakersRead) >= policycache.StaleBreakers:
		return breaker.Now{}, err
	}
	c.lookedAt = now
	return c.breakers, nil
}

// ForgetBreakers makes the next Breakers read again.
func (c *cache) ForgetBreakers() {
	if !c.lookedAt.IsZero() {
		c.lookedAt = c.worker.now().Add(-policycache.FreshBreakers)
	}
}

// slack is that of every policy: a function's timeout, the timeout of a call to
// SES, and twice the largest error of a clock, rounded up.
const (
	slack    = time.Minute
	mostSkew = 5 * time.Second
)

// The policies that schedules run under, and publish while messages wait.
const (
	plain    = iota
	tight    // one promotion a day
	loose    // more, and no gap
	calendar // windows are the customer's days and weeks
	raised   // like plain, with campaigns in version 2
	never    // no news at all
	minutes  // short windows, so that many follow each other closely
	kinds    // number of policies
)

var policyNames = [kinds]string{"plain", "tight", "loose", "calendar", "raised", "never", "minutes"}

var policies = sync.OnceValue(func() (all [kinds]shoppolicy.Policy) {
	for kind := range kinds {
		packed, err := shoppolicy.Encode(drawUp(kind))
		if err != nil {
			panic("world: " + err.Error())
		}
		if all[kind], err = shoppolicy.Decode(packed, message.Renderer{}); err != nil {
			panic("world: " + err.Error())
		}
	}
	return all
})

const (
	day  = 24 * time.Hour
	zone = "Europe/London"
)

// drawUp returns one of the policies. Its campaigns cover each way that a message can
// take:
//
//	winter   a promotion, with a coupon if the budget has one left
//	flash    a promotion that needs its coupon
//	news     a promotion without a coupon, with a tag that has its own cap
//	earned   a promise that needs its coupon
//	late     a service message
//	sorry    a recovery message with a coupon
//	thanks   a promotion about an order; one message covers several waiting orders
func drawUp(kind int) shoppolicy.Policy {
	p := shoppolicy.Policy{
		Shop: shoppolicy.Shop{
			Name: "Regular Gifts", URL: "https://shop.example.com", Address: "1 High Street, London N1 1AA",
			Currency: "GBP", Zone: zone, Languages: []string{"en"},
		},
		Frequency: caps(kind),
		Offers: []offer.Offer{
			{ID: "ten", Version: 1, Title: "Ten per cent", Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1_000}, Days: 14, Budget: offer.Budget{Uses: 2, Shards: 2}},
			{ID: "thanks", Version: 1, Title: "Five per cent", Effect: offer.Effect{Kind: offer.KindPercent, Percent: 500}, Days: 14, Budget: offer.Budget{Uses: 2, Shards: 1}},
		},
		Messages: content.Set{Messages: map[shop.MessageID]content.Message{}},
	}
	for _, c := range []struct {
		id    shop.CampaignID
		class shop.Class
		offer shop.OfferID
		needs bool
		tags  []string
		value int64
	}{
		{"earned", shop.ClassPromise, "thanks", true, nil, 0},
		{"flash", shop.ClassPromotion, "ten", true, nil, 300},
		{"late", shop.ClassService, "", false, nil, 0},
		{"news", shop.ClassPromotion, "", false, []string{"news"}, 0},
		{"sorry", shop.ClassRecovery, "thanks", false, nil, 0},
		{"thanks", shop.ClassPromotion, "", false, nil, 100},
		{"winter", shop.ClassPromotion, "ten", false, []string{"winter"}, 200},
	} {
		made := campaign.Campaign{
			ID: c.id, Version: 1, Message: shop.MessageID(c.id), Class: c.class, Tags: c.tags, NotAfter: 2 * day, NeedsOffer: c.needs,
			Value: c.value, Merge: c.id == "thanks",
		}
		if kind == raised {
			made.Version = 2
		}
		var needs []string
		if c.offer != "" {
			made.Offers = []shop.OfferID{c.offer}
		}
		if c.needs {
			needs = []string{"coupon"}
		}
		p.Campaigns = append(p.Campaigns, made)
		p.Messages.Messages[made.Message] = written(c.class, needs)
	}
	version := 1
	if kind == raised {
		version = 2
	}
	addTimed(&p, version)
	addJourney(&p, version)
	addRound(&p, version)
	return p
}

// written returns a short message.
func written(class shop.Class, needs []string) content.Message {
	const coupon = `{% if coupon %} {{ coupon.code }} gives {{ coupon.percent | percent }} until {{ coupon.until | date }}{% endif %}`
	return content.Message{
		Class: class, Languages: []string{"en"}, Needs: needs, Subject: "For {{ customer.name }}",
		HTML: "<p>Hello {{ customer.name }}" + coupon + ` <a href="{{ links.unsubscribe }}">out</a> {{ shop.address }}</p>`,
		Text: "Hello {{ customer.name }}" + coupon + " {{ links.unsubscribe }} {{ shop.address }}",
	}
}

func caps(kind int) frequency.Policy {
	promotions := func(n int, w frequency.Window) frequency.Cap {
		return frequency.Cap{Name: "promotions", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: n, Window: w}
	}
	news := frequency.Cap{Name: "news", Scope: frequency.ScopeTag, Tag: "news", Max: 1, Window: frequency.Rolling(12 * time.Hour)}
	p := frequency.Policy{
		Zone: zone, Slack: slack, MinGap: 2 * time.Hour,
		Quiet: frequency.Quiet{From: 21 * 60, To: 8 * 60},
		Caps:  []frequency.Cap{promotions(2, frequency.Rolling(day)), news, {Name: "all", Scope: frequency.ScopeAll, Max: 3, Window: frequency.Rolling(day)}},
		Classes: map[shop.Class]frequency.ClassPolicy{
			shop.ClassPromotion: {Obeys: true, Counts: true, Quiet: true},
			shop.ClassPromise:   {Counts: true},
			shop.ClassService:   {},
			shop.ClassRecovery:  {},
		},
	}
	switch kind {
	case tight:
		p.Caps = []frequency.Cap{promotions(1, frequency.Rolling(day))}
	case loose:
		p.Caps, p.MinGap = []frequency.Cap{promotions(4, frequency.Rolling(6*time.Hour))}, 0
	case calendar:
		p.Caps = []frequency.Cap{promotions(1, frequency.Window{Calendar: frequency.Day}), {Name: "all", Scope: frequency.ScopeAll, Max: 2, Window: frequency.Window{Calendar: frequency.Week}}}
		p.Classes[shop.ClassPromise] = frequency.ClassPolicy{Obeys: true, Counts: true, Quiet: true}
		p.Quiet = frequency.Quiet{} // so that messages go about midnight
	case never:
		p.Caps[1].Max = 0
	case minutes:
		p.Caps, p.MinGap, p.Quiet = []frequency.Cap{promotions(1, frequency.Rolling(10*time.Minute))}, 0, frequency.Quiet{}
		p.Classes[shop.ClassPromise] = frequency.ClassPolicy{Obeys: true, Counts: true}
	}
	return p
}
