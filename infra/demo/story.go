package demo

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"regulars/shared/journey"
	"regulars/shared/points"
	"regulars/shared/shop"
)

// Story is the data as events, moved in time.
type Story struct {
	Products []shop.Product // the catalogue at the start of the live days
	History  []shop.Event   // everything before the live days, oldest first
	Live     []shop.Event   // the last two days, in the order of playing
	Returns  int            // how many of Live, the first ones, are returns; their messages recommend nothing

	Points points.Scheme // the scheme by which the history earns points; the zero scheme earns none

	// Lapsing are customers who have points that expire two weeks after the story's
	// day, which the shop granted them.
	Lapsing map[shop.CustomerID]points.Entry

	// Waiting is where customers are in journeys that they entered before the live days.
	Waiting []journey.Position
}

const (
	liveDays       = 2             // today and yesterday
	pullBackWindow = 3 * time.Hour // time before now into which future events are moved
)

// Tell returns the story whose last day is the day of now, in UTC. The same now
// gives the same story. Another now on the same day differs only in the events
// of the future.
func Tell(now time.Time) (Story, error) {
	now = now.UTC().Truncate(time.Second)
	sales, err := readSales(orders)
	if err != nil {
		return Story{}, fmt.Errorf("read the demo's orders: %w", err)
	}
	today := now.Truncate(24 * time.Hour)
	moveTo(sales, today)
	pullBack(sales, now)
	inJourneys := begun(sales, now)

	since := today.AddDate(0, 0, 1-liveDays)
	var story Story
	for _, s := range sales {
		events, err := s.events(since)
		if err != nil {
			return Story{}, err
		}
		for _, event := range events {
			switch {
			case event.At.After(now):
			case event.At.Before(since):
				story.History = append(story.History, event)
			default:
				story.Live = append(story.Live, event)
			}
		}
	}
	titles, err := readTitles(titlesFile)
	if err != nil {
		return Story{}, err
	}
	story.Products = catalogue(sales, titles, since.Add(-time.Hour))
	story.Live = append(story.Live, changes(story.Products, sales, now)...)
	story.Live = append(story.Live, birthdays(sales, now)...)
	left, err := carts(story.Products, sales, now)
	if err != nil {
		return Story{}, err
	}
	story.Live = append(story.Live, left...)
	story.Lapsing, story.Waiting = lapsing(sales, today), append(inJourneys, lapsed(sales, now)...)
	story.Live = append(story.Live, runs(now)...)
	inTime := func(a, b shop.Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(story.History, inTime)
	slices.SortFunc(story.Live, func(a, b shop.Event) int {
		return cmp.Or(cmp.Compare(playRank(a, now), playRank(b, now)), inTime(a, b))
	})
	story.Returns = max(0, slices.IndexFunc(story.Live, func(e shop.Event) bool { return playRank(e, now) > 0 }))
	return story, nil
}

// playRank puts the events first that cause messages at once: the returns of the last
// day, its orders and payments, birthdays and carts; then the runs of campaigns, those
// about a customer's own day first, because a customer gets one promotion a day. The
// order of events does not matter for the state.
func playRank(event shop.Event, now time.Time) int {
	const last = 5
	switch fact := event.Fact.(type) {
	case shop.CustomerFact, shop.CartFact:
		return 1
	case shop.RunFact:
		if fact.Campaign == "weekly-picks" || fact.Campaign == "win-back" {
			return 4
		}
		return 2
	case shop.ProductFact: // what is back and what is cheaper
		return 3
	case shop.OrderFact:
		switch {
		case event.At.Before(now.AddDate(0, 0, -1)):
			return last
		case fact.Kind == shop.OrderReturned:
			return 0
		case fact.Kind == shop.OrderPlaced || fact.Kind == shop.OrderPaid:
			return 1
		}
	}
	return last
}

// runs returns one run of each scheduled campaign of infra/shop, because its
// next regular run can be days away.
func runs(now time.Time) (events []shop.Event) {
	for _, campaign := range []shop.CampaignID{"birthday", "replenish", "points-expiring", "weekly-picks", "win-back"} {
		events = append(events, shop.Event{
			ID: shop.EventID("demo-slot-" + campaign), At: now,
			Fact: shop.RunFact{Campaign: campaign, Run: now.Truncate(time.Minute)},
		})
	}
	return events
}

// moveTo moves all sales by whole days, so that the last one is on today.
func moveTo(sales []*sale, today time.Time) {
	last := time.Time{}
	for _, s := range sales {
		last = later(last, s.at)
		for _, b := range s.returns {
			last = later(last, b.at)
		}
	}
	shift := today.Sub(last.Truncate(24 * time.Hour))
	for _, s := range sales {
		s.at = s.at.Add(shift)
		for i := range s.returns {
			s.returns[i].at = s.returns[i].at.Add(shift)
		}
	}
}

// pullBack moves orders and returns that would be later today into the hours
// before now, in their order, so that the story has all orders of the day at
// any time.
func pullBack(sales []*sale, now time.Time) {
	now = now.Add(-time.Minute)
	from := now.Add(-pullBackWindow)
	var ahead []*time.Time
	collect := func(at *time.Time) {
		if at.After(now) {
			ahead = append(ahead, at)
		} else {
			from = later(from, *at)
		}
	}
	for _, s := range sales {
		collect(&s.at)
		for i := range s.returns {
			collect(&s.returns[i].at)
		}
	}
	slices.SortStableFunc(ahead, func(a, b *time.Time) int { return a.Compare(*b) })
	for i, at := range ahead {
		*at = from.Add(now.Sub(from) * time.Duration(i+1) / time.Duration(len(ahead))).Truncate(time.Millisecond)
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// events returns the events of a sale. The order and its returns come from the
// data; the times of payment, shipment and delivery are made up. Of the orders
// that were placed from since on, one in 20 is delayed.
func (s *sale) events(since time.Time) ([]shop.Event, error) {
	customer, ticked, err := person(s.buyer, s.country)
	if err != nil {
		return nil, err
	}
	var events []shop.Event
	add := func(at time.Time, fact shop.OrderFact) {
		fact.Order, fact.Customer = s.id, customer.ID
		id := fmt.Sprintf("demo-%s-%s-%s", s.id, fact.Kind, fact.Ref)
		events = append(events, shop.Event{ID: shop.EventID(id), At: at, Fact: fact})
	}
	add(s.at, shop.OrderFact{Kind: shop.OrderPlaced, Placed: &shop.Placed{
		At: s.at, Revision: s.at, Customer: customer, Lines: s.lines, Total: s.total(), Consent: &ticked,
	}})
	add(s.at.Add(2*time.Minute), shop.OrderFact{Kind: shop.OrderPaid})
	shipped, delivered := s.shipped(), s.delivered()
	if !s.at.Before(since) && draw(20, "the delay", string(s.id)) == 0 {
		at := s.at.Add(time.Hour)
		add(at, shop.OrderFact{Kind: shop.OrderDelayed, Delay: &shop.Delay{At: at, Until: at.Truncate(24*time.Hour).AddDate(0, 0, 6).Add(12 * time.Hour)}})
		shipped, delivered = shipped.AddDate(0, 0, 4), delivered.AddDate(0, 0, 4)
	}
	add(shipped, shop.OrderFact{Kind: shop.OrderShipped})
	add(delivered, shop.OrderFact{Kind: shop.OrderDelivered})
	for _, b := range s.returns {
		add(b.at, shop.OrderFact{Kind: shop.OrderReturned, Ref: b.ref, Return: &shop.Return{At: b.at, Units: b.units, Cause: b.cause}})
		if b.amount.IsZero() {
			continue
		}
		paid := b.at.Add(6 * time.Hour)
		add(paid, shop.OrderFact{Kind: shop.OrderRefunded, Ref: b.ref, Refund: &shop.Refund{At: paid, Amount: b.amount}})
	}
	return events, nil
}

// shipped returns when the order is shipped if nothing delays it.
func (s *sale) shipped() time.Time {
	return s.at.Add(time.Duration(18+draw(10, "the packing", string(s.id))) * time.Hour)
}

// delivered returns when the order is delivered if nothing delays it.
func (s *sale) delivered() time.Time {
	return s.shipped().Add(time.Duration(30+draw(40, "the way", string(s.id))) * time.Hour)
}

// changes returns the other events while the story is played: a few products
// are sold out, one is back in stock and one is cheaper, one customer gives consent
// and one withdraws it.
func changes(products []shop.Product, sales []*sale, now time.Time) []shop.Event {
	back, cheaper := liked(products, sales)
	events := []shop.Event{
		productAt("back", back, now.Add(-10*time.Minute), func(p *shop.Product) { p.Stock = new(120) }),
		productAt("before", cheaper, now.AddDate(0, 0, -45), func(*shop.Product) {}), // comes late, and is the price of the thirty days before
		productAt("cheaper", cheaper, now.Add(-9*time.Minute), func(p *shop.Product) { p.Price.Minor = p.Price.Minor * 4 / 5 }),
	}
	for _, p := range products {
		if draw(200, "the change", string(p.ID)) != 0 || p.ID == back.ID || p.ID == cheaper.ID {
			continue
		}
		none := 0
		p.Stock, p.Revision = &none, now.Add(-10*time.Minute)
		events = append(events, shop.Event{ID: shop.EventID("demo-stock-" + string(p.ID)), At: p.Revision, Fact: shop.ProductFact{Product: p}})
	}
	for i, s := range sales[max(0, len(sales)-2):] {
		at := now.Add(-time.Duration(5-i) * time.Minute)
		events = append(events, shop.Event{ID: shop.EventID("demo-consent-" + s.buyer), At: at, Fact: shop.ConsentFact{
			Customer: shop.CustomerID(s.buyer), Topic: shop.TopicPromotions, Given: i == 0, Source: [2]shop.ConsentSource{shop.SourceSignUpForm, ""}[i], Channel: shop.ChannelExplicit,
		}})
	}
	return events
}

// productAt returns the event of a product that was changed at that time.
func productAt(name string, p shop.Product, at time.Time, change func(*shop.Product)) shop.Event {
	p.Revision = at
	change(&p)
	return shop.Event{ID: shop.EventID("demo-" + name + "-" + string(p.ID)), At: at, Fact: shop.ProductFact{Product: p}}
}

// liked returns a product that is sold out and one that is not, whose buyers are
// some dozens, so that some hundred customers would like them.
func liked(products []shop.Product, sales []*sale) (soldOut, inStock shop.Product) {
	buyers := map[shop.ProductID]map[string]bool{}
	for _, s := range sales {
		for _, line := range s.lines {
			if buyers[line.Product] == nil {
				buyers[line.Product] = map[string]bool{}
			}
			buyers[line.Product][s.buyer] = true
		}
	}
	off := func(p shop.Product) int { n := len(buyers[p.ID]) - 60; return max(n, -n) }
	nearest := func(ok func(shop.Product) bool) shop.Product {
		some := slices.DeleteFunc(slices.Clone(products), func(p shop.Product) bool { return p.Hidden || !ok(p) })
		return slices.MinFunc(some, func(a, b shop.Product) int { return cmp.Or(cmp.Compare(off(a), off(b)), cmp.Compare(a.ID, b.ID)) })
	}
	return nearest(func(p shop.Product) bool { return !p.InStock() }), nearest(func(p shop.Product) bool { return p.InStock() && *p.Stock >= 50 && p.Price.Minor >= 200 })
}
