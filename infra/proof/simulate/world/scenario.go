package world

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/infra/proof/simulate/clockwork"
	"regulars/infra/proof/simulate/judge"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// starts are the times at which schedules begin: plain days, the nights in which
// clocks change, the ends of a month, a year and a February.
var starts = []time.Time{
	time.Date(2026, 6, 3, 11, 0, 0, 0, time.UTC),
	time.Date(2026, 6, 3, 11, 0, 0, 0, time.UTC),
	time.Date(2026, 6, 7, 19, 58, 0, 0, time.UTC), // a Sunday, two minutes before the quiet hours
	time.Date(2026, 3, 28, 20, 50, 0, 0, time.UTC),
	time.Date(2026, 10, 24, 19, 55, 0, 0, time.UTC),
	time.Date(2026, 12, 31, 20, 40, 0, 0, time.UTC),
	time.Date(2028, 2, 28, 23, 50, 0, 0, time.UTC),
}

// zones of customers: two real ones, one far from the shop's, none, and nonsense.
var zones = []string{zone, zone, "America/New_York", "Pacific/Kiritimati", "", "Mars/Olympus"}

// wanted lists the campaigns of intents, promotions more often than the others.
var wanted = []shop.CampaignID{"winter", "winter", "news", "news", "flash", "thanks", "thanks", "earned", "late", "sorry"}

// one draws one of the values.
func one[T any](w *World, of []T) T { return of[w.random.IntN(len(of))] }

// odds is true in n of a hundred.
func (w *World) odds(n int) bool { return w.random.IntN(100) < n }

// prepare draws the schedule: the customers, the intents and the faults.
func (w *World) prepare() {
	w.clock = clockwork.New(one(w, starts).Add(w.between(0, 10*time.Minute)))
	w.weather = drawWeather(w.random)
	w.skewed = w.odds(50)
	if w.odds(30) {
		w.bounces, w.complaints = 10, 5
	}
	w.breakers = w.odds(30) || w.halts
	if w.paced = w.odds(30); w.paced || w.odds(10) {
		w.account.perSecond = 1 + w.random.IntN(2)
	}
	if w.odds(25) { // a visibility timeout that is shorter than the processing
		w.sendQueue.visibility = w.between(time.Second, 20*time.Second)
		w.Stats.Faults[QueueDoubled]++
	}
	for range 2 + w.random.IntN(2) {
		w.sendQueue.workers = append(w.sendQueue.workers, w.sender())
	}
	for range 1 + w.random.IntN(2) {
		w.settleQueue.workers = append(w.settleQueue.workers, w.listener())
	}
	w.history = judge.History{
		Tenant: tenant, Campaigns: policies()[raised].Campaigns, Skew: mostSkew, Effective: effective,
		Stale: time.Minute + sendLimit, Zones: map[shop.CustomerID]string{}, Contacts: map[shop.CustomerID]frequency.Contact{},
	}
	w.publish(one(w, []int{plain, plain, tight, loose, calendar, never, minutes, minutes}))
	w.layOut()
	span := one(w, []time.Duration{2 * time.Second, 2 * time.Second, 10 * time.Minute, 5 * time.Hour, 30 * time.Hour})
	people := one(w, []int{1, 1, 2, 2, 3})
	for n := range people {
		w.addCustomer(shop.CustomerID(fmt.Sprint("c-", n)), span)
	}
	for n := range 4 + w.random.IntN(6) {
		w.want(n, shop.CustomerID(fmt.Sprint("c-", w.random.IntN(people))), w.between(0, span))
	}
	for w.odds(30) {
		w.clock.After(w.between(0, span+time.Minute), func() { w.publish(w.random.IntN(kinds)) })
	}
	if w.halts {
		w.sayWords(span)
	}
	w.walk(people, span)
	w.wait(people, span)
	w.clock.After(span+w.between(time.Minute, one(w, []time.Duration{2 * time.Minute, time.Hour, 20 * time.Hour})), w.heal)
}

// heal ends all faults. From here on everything can be completed.
func (w *World) heal() {
	w.healed = true
	if !w.paced {
		w.account.perSecond = 0
	}
	w.step("world", "healed", "", NoFault, "")
	w.sendQueue.redrive()
	w.settleQueue.redrive()
	w.walks.queue.redrive()
}

// publish puts a policy in force.
func (w *World) publish(kind int) {
	if len(w.publications) > 0 {
		w.Stats.Faults[Published]++
	}
	w.publications = append(w.publications, kind)
	w.history.InForce = append(w.history.InForce, judge.InForce{From: w.clock.Now(), Caps: policies()[kind].Frequency})
	w.step("marketer", "publish", policyNames[kind], NoFault, "")
}

// layOut creates the budgets with few uses, so that they run out and are credited.
func (w *World) layOut() {
	for _, o := range policies()[plain].Offers {
		uses := w.random.IntN(4)
		if err := w.plain.EnsureBudget(context.Background(), o.ID, o.Version, uses, o.Budget.Shards); err != nil {
			panic("world: " + err.Error())
		}
		w.history.Budgets = append(w.history.Budgets, judge.Budget{Offer: o.ID, Uses: uses})
	}
}

// addCustomer adds a customer with a zone, limits and opt-outs of their own.
func (w *World) addCustomer(id shop.CustomerID, span time.Duration) {
	where := one(w, zones)
	w.history.Zones[id] = where
	address := string(id) + "@example.com"
	named := w.odds(85)
	switch {
	case !named:
		w.Stats.Faults[Unnamed]++
	case w.odds(50):
		w.Stats.Faults[Shared]++
		address = one(w, home)
	}
	w.importProfile(id, where, address, named)
	w.addresses[id] = ""
	if named {
		w.addresses[id] = address
	}
	if w.odds(30) {
		w.Stats.Faults[Moved]++
		w.move(id, one(w, []string{home[0], home[1], "new-" + address}), w.between(0, span))
	}
	if w.odds(20) {
		pace := one(w, []string{frequency.Weekly, frequency.Monthly})
		w.own(id, 0, func(wishes frequency.Wishes) frequency.Wishes { wishes.Pace.Value = pace; return wishes })
	}
	if w.odds(25) {
		w.Stats.Faults[OptedOut]++
		at := w.between(0, span)
		w.word(id, false, at)
		if w.odds(40) {
			w.word(id, true, at+w.between(0, span+time.Hour))
		}
		if w.odds(40) {
			w.Stats.Faults[StampedLate]++
			w.consent(id, w.between(0, at+time.Second))
		}
	}
	for w.odds(30) {
		w.Stats.Faults[Rival]++
		day := w.clock.Now().AddDate(0, 0, w.random.IntN(3)).Format(time.DateOnly)
		w.own(id, w.between(0, span), func(wishes frequency.Wishes) frequency.Wishes { wishes.Pause.Value = day; return wishes })
	}
}

// home is the address that several customers have, as each spells it.
var home = []string{"home@example.com", "Home@Example.COM"}

// word lets a customer opt in (given) or opt out at that time, by a link in a message
// to the address that they had at first, or to the present one.
func (w *World) word(id shop.CustomerID, given bool, at time.Duration) {
	w.clock.After(at, func() {
		address, now := w.addresses[id], w.clock.Now()
		if w.odds(70) {
			address = w.addressOf(id)
		}
		n := len(w.history.Consents)
		if given {
			w.history.Consents = append(w.history.Consents, judge.ConsentChange{Customer: id, Address: address, Given: true, Said: now, At: now})
		}
		w.clicker(id, address, given, func(ok bool) {
			w.step("customer", "said", fmt.Sprint(id, " ", given), NoFault, fmt.Sprint(ok))
			if given && address == "" { // a link that names no mailbox holds for the customer's
				w.history.Consents[n].Address = w.addressOf(id)
			}
			if ok && !given {
				w.history.Consents = append(w.history.Consents, judge.ConsentChange{Customer: id, Address: address, Said: now, At: w.clock.Now()})
			}
		}).invoke(nil)
	})
}

// consent has the shop emit an opt-in of the customer, stamped by a clock that is up
// to ten minutes fast.
func (w *World) consent(id shop.CustomerID, at time.Duration) {
	w.clock.After(at, func() {
		n, said := len(w.history.Consents), w.clock.Now()
		fact := shop.ConsentFact{Customer: id, Topic: shop.TopicPromotions, Given: true}
		if w.odds(50) {
			fact.Email = w.addressOf(id)
		}
		w.history.Consents = append(w.history.Consents, judge.ConsentChange{Customer: id, Address: fact.Email, Given: true, Said: said})
		stamp := said.Add(w.between(0, 10*time.Minute))
		w.recorder("consent", func(ctx context.Context, k contactchange.Keeper) error {
			return k.Consent(ctx, fact, stamp)
		}, func(ok bool) {
			w.step("consent", "recorded", string(id), NoFault, fmt.Sprint(ok))
			if ok {
				w.history.Consents[n].At = w.clock.Now()
				if fact.Email == "" {
					w.history.Consents[n].Address = w.addressOf(id)
				}
			}
		}).invoke(nil)
	})
}

// move changes a customer's address.
func (w *World) move(id shop.CustomerID, address string, at time.Duration) {
	w.clock.After(at, func() {
		fact, now := shop.CustomerFact{Customer: id, Email: address}, w.clock.Now()
		w.history.Moves = append(w.history.Moves, id)
		w.recorder("move", func(ctx context.Context, k contactchange.Keeper) error {
			return k.Update(ctx, id, func(p profile.Profile) profile.Profile { return p.WithCustomerFact(fact, now) })
		}, func(ok bool) { w.step("move", "recorded", fmt.Sprint(id, " ", address), NoFault, fmt.Sprint(ok)) }).invoke(nil)
	})
}

// addressOf returns the customer's present address; empty if the profile names no
// mailbox: then the links of messages name none either.
func (w *World) addressOf(id shop.CustomerID) string {
	p, _, err := w.plain.Profile(context.Background(), id)
	if err != nil {
		panic("world: " + err.Error())
	}
	if p.Mailbox == "" {
		return ""
	}
	return p.Email.Value
}

// complained records that settle acknowledged a complaint: it is an opt-out.
func (w *World) complained(event judge.SESEvent) {
	if now := w.clock.Now(); event.State == claim.Complained {
		w.history.Consents = append(w.history.Consents, judge.ConsentChange{Customer: event.Customer, Address: event.Address, Said: now, At: now})
	}
}

// own has a customer change their wishes.
func (w *World) own(id shop.CustomerID, at time.Duration, change func(frequency.Wishes) frequency.Wishes) {
	w.clock.After(at, func() { w.rival(id, change).invoke(nil) })
}

// want has an intent put on the queue.
func (w *World) want(n int, customer shop.CustomerID, at time.Duration) {
	w.clock.After(at, func() {
		id := one(w, wanted)
		known, _ := policies()[w.publications[len(w.publications)-1]].Campaign(id)
		now := shop.Millis(w.clock.Now())
		i := campaign.Intent{
			Campaign: id, Version: known.Version, Customer: customer, Occasion: fmt.Sprint("slot-", n),
			Planned: now, NotAfter: now.Add(one(w, []time.Duration{20 * time.Minute, 6 * time.Hour, 26 * time.Hour, 60 * time.Hour})),
		}
		if id == "thanks" {
			i.Order = shop.OrderID(i.Occasion)
		}
		w.plan(i)
		if i.Order == "" && w.odds(40) { // the run is for other customers as well
			for _, other := range slices.Sorted(maps.Keys(w.addresses)) {
				if i.Customer = other; other != customer {
					w.plan(i)
				}
			}
		}
	})
}

// plan puts an intent on the queue.
func (w *World) plan(i campaign.Intent) {
	w.history.Intents = append(w.history.Intents, i)
	w.campaigns[i.SendID(tenant)] = i.Campaign
	w.step("planner", "intent", nameOf(i), NoFault, string(i.SendID(tenant)))
	w.sendQueue.add(queueMessage{name: nameOf(i), intent: i}, 0)
	if w.odds(15) { // a producer emits again
		w.sendQueue.add(queueMessage{name: nameOf(i), intent: i}, w.between(0, time.Hour))
	}
}

// importProfile stores a customer who ordered once and opted in to promotions.
func (w *World) importProfile(id shop.CustomerID, zone, address string, named bool) {
	for _, m := range profileItems(id, zone, address, named) {
		if _, err := w.engine.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: &tables.Customers, Item: m}); err != nil {
			panic("world: " + err.Error())
		}
	}
}

// profileItems returns the items in which the store keeps a customer's profile. The
// profile names its mailbox if named.
func profileItems(id shop.CustomerID, zone, address string, named bool) []item {
	said := func(value string) profile.Statement {
		return profile.Statement{Value: value, At: starts[0].AddDate(-1, 0, 0), By: shop.OrderID("o-" + id)}
	}
	p := profile.Profile{
		ID: id, Email: said(address), Name: said("Ann"), Locale: said("en-GB"), Zone: said(zone), Consent: said("yes"),
		Orders: []profile.Visit{{Order: shop.OrderID("o-" + id), At: starts[0].AddDate(-1, 0, 0), Net: shop.Money{Minor: 5_000, Currency: "GBP"}}},
	}
	if named {
		p.Mailbox = mailboxKey.Mailbox(address)
	}
	engine := memory.New(dynamotest.Definitions()...)
	if err := dynamo.New(engine, tables).Import(context.Background(), dynamo.History{Profiles: []profile.Profile{p}}); err != nil {
		panic("world: " + err.Error())
	}
	out, err := engine.Scan(context.Background(), &dynamodb.ScanInput{TableName: &tables.Customers})
	if err != nil {
		panic("world: " + err.Error())
	}
	return slices.Clone(out.Items)
}
