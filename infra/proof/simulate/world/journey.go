package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/infra/proof/simulate/judge"
	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/journey"
	"regulars/shared/journeyadvance"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Timeouts of the function journey and its queue, as in template.yaml.
const (
	journeyLimit      = 60 * time.Second
	journeyVisibility = 360 * time.Second
	journeyBatch      = 2
)

// The journey of every policy: two messages, two waits and a last message. An order
// ends it, and a customer may enter it again after a day.
const (
	theJourney   = shop.CampaignID("path")
	againAfter   = 1 // day
	firstWaiting = 40 * time.Minute
	lastWaiting  = 5 * time.Hour
)

// The second journey of every policy: runs let customers enter it, as soon as their last
// way has ended. It has a message, a wait and a last message.
const (
	theRound    = shop.CampaignID("round")
	roundWaits  = 2 * time.Hour
	betweenRuns = 5 * time.Hour // of two zones
)

// steps are the message steps of the journey, with the class of each.
var steps = []struct {
	name  string
	class shop.Class
}{{"hello", shop.ClassService}, {"ask", shop.ClassPromotion}, {"bye", shop.ClassService}}

// addJourney adds the journey and the campaigns of its steps to a policy. Version 2 has
// another message, and those who entered version 1 finish under it.
func addJourney(p *shoppolicy.Policy, version int) {
	if version == 1 {
		j, campaigns := theFirst(p, 1)
		p.Journeys, p.Campaigns = append(p.Journeys, j), append(p.Campaigns, campaigns...)
		return
	}
	first, campaigns := theFirst(p, 1)
	p.Earlier = []shoppolicy.Earlier{{Journey: first, Steps: campaigns}}
	j, campaigns := theFirst(p, version)
	more := campaigns[0]
	more.ID = journey.StepID(theJourney, "more")
	j.Steps[2].Next, j.Finish = "more", true // after ask, before the wait
	j.Steps = append(j.Steps, journey.Step{Name: "more", Message: more.ID, Next: "last"})
	p.Journeys, p.Campaigns = append(p.Journeys, j), append(p.Campaigns, append(campaigns, more)...)
}

// addRound adds the second journey to a policy.
func addRound(p *shoppolicy.Policy, version int) {
	var audience condition.Condition
	if err := audience.UnmarshalText([]byte("customer.orders >= 1")); err != nil {
		panic("world: " + err.Error())
	}
	p.Journeys = append(p.Journeys, journey.Journey{
		Entry:   campaign.Campaign{ID: theRound, Journey: theRound, Version: version, Schedule: "0 11 * * *", Clock: campaign.ByCustomer, Audience: audience, NotAfter: 2 * day},
		Reentry: journey.Reentry{AfterEnd: true},
		Steps: []journey.Step{
			{Name: "tip", Message: "round_tip", Next: "wait"},
			{Name: "wait", Wait: roundWaits, Next: "again"},
			{Name: "again", Message: "round_again"},
		},
	})
	for name, class := range map[string]shop.Class{"again": shop.ClassPromotion, "tip": shop.ClassService} {
		c := campaign.Campaign{ID: journey.StepID(theRound, name), Journey: theRound, Version: version, Class: class, NotAfter: day}
		c.Message = shop.MessageID(c.ID)
		p.Campaigns = append(p.Campaigns, c)
		p.Messages.Messages[c.Message] = written(class, nil)
	}
}

// theFirst returns the first journey in a version, with its campaigns, and adds their
// messages to the policy.
func theFirst(p *shoppolicy.Policy, version int) (journey.Journey, []campaign.Campaign) {
	var until condition.Condition
	if err := until.UnmarshalText([]byte("journey.ordered")); err != nil { // Decode compiles it
		panic("world: " + err.Error())
	}
	j := journey.Journey{
		Entry: campaign.Campaign{ID: theJourney, Journey: theJourney, Version: version, NotAfter: 7 * day},
		Until: until, Reentry: journey.Reentry{Days: againAfter},
		Steps: []journey.Step{
			{Name: "hello", Message: "path_hello", Next: "first"},
			{Name: "first", Wait: firstWaiting, Next: "ask"},
			{Name: "ask", Message: "path_ask", Next: "last"},
			{Name: "last", Wait: lastWaiting, Next: "bye"},
			{Name: "bye", Message: "path_bye"},
		},
	}
	var campaigns []campaign.Campaign
	for _, s := range steps {
		c := campaign.Campaign{ID: journey.StepID(theJourney, s.name), Journey: theJourney, Version: version, Class: s.class, NotAfter: day}
		c.Message = shop.MessageID(c.ID)
		campaigns = append(campaigns, c)
		p.Messages.Messages[c.Message] = written(s.class, nil)
	}
	return j, campaigns
}

// walks is the part of a world that is about journeys. It draws from a source of its
// own, so that it shifts no draw of a schedule without journeys.
type walks struct {
	random *rand.Rand
	on     bool
	queue  *queue
	due    map[string]time.Time // entries of the index of due positions
	tick   time.Time            // the next one
}

// walk draws the entries of the customers, and the orders that end their ways.
func (w *World) walk(people int, span time.Duration) {
	if !w.walks.on {
		return
	}
	between := func(d time.Duration) time.Duration { return time.Duration(w.walks.random.Int64N(int64(d))) }
	for range 1 + w.walks.random.IntN(2) {
		w.walks.queue.workers = append(w.walks.queue.workers, w.journeyer())
	}
	for n := range people {
		id := shop.CustomerID(fmt.Sprint("c-", n))
		for range 1 + w.walks.random.IntN(3) {
			w.enter(id, between(span+30*time.Hour))
		}
		for w.walks.random.IntN(100) < 30 {
			w.order(id, between(span+40*time.Hour))
		}
	}
	if w.walks.random.IntN(100) < 40 { // a new version while customers are under way
		w.clock.After(between(span+lastWaiting), func() { w.publish(raised) })
	}
	for range w.walks.random.IntN(3) {
		w.runRound(people, between(span+30*time.Hour))
	}
}

// runRound lets all customers enter the second journey by one run. Some entries are put
// on the queue again: the function plan died and planned the page again, at once or a
// day later, or the customer moved to another zone, whose run of that local time comes
// later.
func (w *World) runRound(people int, at time.Duration) {
	w.clock.After(at, func() {
		now := shop.Millis(w.clock.Now())
		known, _ := policies()[w.publications[len(w.publications)-1]].Journey(theRound)
		for n := range people {
			enter := func(run time.Time, in time.Duration) {
				i := known.Entry.At(campaign.Run{At: run, Local: now.Format(shop.LocalForm)}, shop.CustomerID(fmt.Sprint("c-", n)))
				i.Planned = run
				w.step("plan", "entry", nameOf(i), NoFault, "")
				w.walks.queue.add(queueMessage{name: nameOf(i), intent: i}, in+time.Duration(w.walks.random.Int64N(int64(time.Minute))))
			}
			enter(now, 0)
			switch w.walks.random.IntN(4) {
			case 0:
				enter(now, 0)
			case 1:
				enter(now, time.Duration(w.walks.random.Int64N(int64(30*time.Hour))))
			case 2:
				enter(now.Add(betweenRuns), betweenRuns)
			}
		}
	})
}

// enter lets a customer enter the journey at that time, by an order of its own.
func (w *World) enter(id shop.CustomerID, at time.Duration) {
	w.clock.After(at, func() {
		now := shop.Millis(w.clock.Now())
		order := shop.OrderID(fmt.Sprint("e-", now.UnixMilli()))
		known, _ := policies()[w.publications[len(w.publications)-1]].Journey(theJourney)
		i := campaign.Intent{
			Campaign: theJourney, Version: known.Entry.Version, Customer: id, Occasion: string(order) + "/order.delivered", Order: order,
			Entered: now, Enters: true, Planned: now, NotAfter: now.Add(7 * day),
		}
		w.step("shop", "entry", nameOf(i), NoFault, "")
		for again := false; ; again = true {
			w.walks.queue.add(queueMessage{name: nameOf(i), intent: i}, time.Duration(w.walks.random.Int64N(int64(time.Minute))))
			if again || w.walks.random.IntN(100) >= 25 { // a producer emits again
				return
			}
		}
	})
}

// order has a customer order, which is the journey's goal.
func (w *World) order(id shop.CustomerID, at time.Duration) {
	w.clock.After(at, func() {
		n, now := len(w.history.Orders), shop.Millis(w.clock.Now())
		w.history.Orders = append(w.history.Orders, judge.Order{Customer: id, At: now})
		visit := profile.Visit{Order: shop.OrderID(fmt.Sprint("g-", now.UnixMilli())), At: now, Net: shop.Money{Minor: 1_000, Currency: "GBP"}}
		w.recorder("order", func(ctx context.Context, k contactchange.Keeper) error {
			return k.Update(ctx, id, func(p profile.Profile) profile.Profile {
				p.Orders = append(p.Orders[:len(p.Orders):len(p.Orders)], visit)
				return p
			})
		}, func(ok bool) {
			w.step("order", "recorded", string(id), NoFault, fmt.Sprint(ok))
			if ok {
				w.history.Orders[n].Recorded = w.clock.Now()
			}
		}).invoke(nil)
	})
}

// mover returns what a worker of the function journey runs.
func (w *World) mover(t *worker) *journeyadvance.Mover {
	return &journeyadvance.Mover{Positions: w.store, Due: duePositions{w}, Customers: w.store, InForce: &cache{worker: t, at: -1}, Intents: w.sendQueue, Now: t.now}
}

// journeyer returns a worker of the function journey, for entries.
func (w *World) journeyer() *worker {
	t := w.newWorker("journey", journeyLimit)
	t.born, t.queue = w.journeyer, w.walks.queue
	m := w.mover(t)
	t.serve = func(ctx context.Context, batch []*queueMessage) {
		t.each(ctx, batch, func(ctx context.Context, l *queueMessage) error { return m.Enter(ctx, l.intent) }, func() {})
	}
	return t
}

// stepper returns a worker of the function journey for one tick.
func (w *World) stepper() *worker {
	t := w.newWorker("steps", journeyLimit)
	m := w.mover(t)
	t.serve = func(ctx context.Context, _ []*queueMessage) {
		answer := "ok"
		if err := m.Tick(ctx); err != nil {
			answer = errorOf(err)
		}
		w.step(t.name, "tick", "", NoFault, answer)
	}
	return t
}

// duePositions is the store's index of due positions without the calls that find
// nothing, as [dueIndex] is.
type duePositions struct{ *World }

func (x duePositions) DuePositions(ctx context.Context, now time.Time, shard dynamo.DueShard, after dynamo.Cursor, limit int, visit func(journey.Position, dynamo.Rev) error) (dynamo.Cursor, error) {
	if shard != dynamo.PositionShards()[0] {
		return dynamo.End, nil
	}
	for _, of := range dynamo.PositionShards() { // as one listing, so that no schedule depends on the hash
		if _, err := x.store.DuePositions(ctx, now, of, "", limit, visit); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

// raised notes an intent of a step that is on send's queue now.
func (w *World) raised(i campaign.Intent) {
	id := i.SendID(tenant)
	if _, known := w.campaigns[id]; i.Entered.IsZero() || known {
		return
	}
	w.campaigns[id] = i.Campaign
	w.history.Intents = append(w.history.Intents, i)
}

// moved notes that a position was stored, and sets the next tick.
func (w *World) moved(m map[string]types.AttributeValue) {
	customer, of := textOf(m, "customer"), textOf(m, "journey")
	delete(w.walks.due, customer+"/"+of)
	if t, err := time.Parse(time.RFC3339, textOf(m, "due_at")); err == nil {
		w.walks.due[customer+"/"+of] = t
	}
	p, _, err := w.plain.Position(context.Background(), shop.CustomerID(customer), shop.CampaignID(of))
	if err != nil {
		panic("world: " + err.Error())
	}
	if !slices.ContainsFunc(w.history.Entries, func(e journey.Position) bool {
		return e.Customer == p.Customer && e.Journey == p.Journey && e.Begun.Equal(p.Begun)
	}) {
		w.history.Entries = append(w.history.Entries, p)
	}
	w.windSteps()
}

// windSteps sets the next tick of the function journey, at the first whole minute at
// which a position is due.
func (w *World) windSteps() {
	var first time.Time
	for _, at := range w.walks.due {
		if first.IsZero() || at.Before(first) {
			first = at
		}
	}
	if first.IsZero() {
		return
	}
	now := w.clock.Now()
	minute := first.Truncate(time.Minute).Add(time.Minute)
	if !minute.After(now) {
		minute = now.Truncate(time.Minute).Add(time.Minute)
	}
	if !w.walks.tick.IsZero() && !minute.Before(w.walks.tick) {
		return
	}
	w.walks.tick = minute
	w.clock.After(minute.Sub(now), func() {
		if !w.walks.tick.Equal(minute) {
			return // an earlier tick replaced it
		}
		w.walks.tick = time.Time{}
		if w.chance("tick") != TickLost {
			w.stepper().invoke(nil)
		}
		w.windSteps()
	})
}

// closeWalks reads the final positions into the history.
func (w *World) closeWalks() {
	for _, customer := range w.customers() {
		for _, id := range []shop.CampaignID{theJourney, theRound} {
			p, rev, err := w.plain.Position(context.Background(), customer, id)
			if err != nil {
				panic("world: " + err.Error())
			}
			if rev != "" {
				w.history.Positions = append(w.history.Positions, p)
			}
		}
	}
}
