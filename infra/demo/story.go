package demo

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"regulars/shared/points"
	"regulars/shared/shop"
)

// Story is the data, moved in time and told as events.
type Story struct {
	Products []shop.Product // the catalogue as it was when the live days began
	History  []shop.Event   // everything before the live days, oldest first
	Live     []shop.Event   // the last two days, in the order in which they are played

	Points points.Scheme // by which the history has earned; the zero scheme: nothing
}

const (
	liveDays = 2             // today and yesterday
	before   = 3 * time.Hour // where to what would lie in the future is moved
)

// Tell returns the story whose last day is the day of now, in UTC. It is the
// same for the same now; another now on the same day differs only in what has
// not happened yet.
func Tell(now time.Time) (Story, error) {
	now = now.UTC().Truncate(time.Second)
	sales, err := readSales(orders)
	if err != nil {
		return Story{}, fmt.Errorf("read the demo's orders: %w", err)
	}
	today := now.Truncate(24 * time.Hour)
	moveTo(sales, today)
	pullBack(sales, now)

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
	story.Products = catalogue(sales, since.Add(-time.Hour))
	story.Live = append(story.Live, changes(story.Products, sales, now)...)
	story.Live = append(story.Live, slots(now)...)
	inTime := func(a, b shop.Event) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID)) }
	slices.SortFunc(story.History, inTime)
	slices.SortFunc(story.Live, func(a, b shop.Event) int {
		return cmp.Or(cmp.Compare(turn(a, now), turn(b, now)), inTime(a, b))
	})
	return story, nil
}

// turn puts first what brings messages at once: the orders and returns of the
// last day, and the campaigns. Facts may come in any order, so nothing is lost
// by it.
func turn(event shop.Event, now time.Time) int {
	if _, ok := event.Fact.(shop.RunFact); ok {
		return 2
	}
	fact, ok := event.Fact.(shop.OrderFact)
	switch {
	case !ok || event.At.Before(now.AddDate(0, 0, -1)):
		return 3
	case fact.Kind == shop.OrderReturned:
		return 0
	case fact.Kind == shop.OrderPlaced:
		return 1
	}
	return 3
}

// slots asks for the campaigns of infra/shop once, as a marketer would by hand:
// their own time may be days away.
func slots(now time.Time) (asked []shop.Event) {
	for _, campaign := range []shop.CampaignID{"weekly-picks", "win-back"} {
		asked = append(asked, shop.Event{
			ID: shop.EventID("demo-slot-" + campaign), At: now,
			Fact: shop.RunFact{Campaign: campaign, Run: now.Truncate(time.Minute)},
		})
	}
	return asked
}

// moveTo moves all sales by whole days, so that the last one is on today.
func moveTo(sales []*sale, today time.Time) {
	last := time.Time{}
	for _, s := range sales {
		last = later(last, s.at)
		for _, b := range s.backs {
			last = later(last, b.at)
		}
	}
	shift := today.Sub(last.Truncate(24 * time.Hour))
	for _, s := range sales {
		s.at = s.at.Add(shift)
		for i := range s.backs {
			s.backs[i].at = s.backs[i].at.Add(shift)
		}
	}
}

// pullBack moves what would happen later today into the hours before now, in
// its order: the day's orders are there whatever the time is.
func pullBack(sales []*sale, now time.Time) {
	now = now.Add(-time.Minute)
	from := now.Add(-before)
	var ahead []*time.Time
	see := func(at *time.Time) {
		if at.After(now) {
			ahead = append(ahead, at)
		} else {
			from = later(from, *at)
		}
	}
	for _, s := range sales {
		see(&s.at)
		for i := range s.backs {
			see(&s.backs[i].at)
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

// events tells a sale: when it was placed and what came back are the data's;
// when it was paid, sent and delivered is made up. Of those placed since, one
// in 20 is delayed.
func (s *sale) events(since time.Time) ([]shop.Event, error) {
	customer, ticked, err := person(s.buyer, s.country)
	if err != nil {
		return nil, err
	}
	var told []shop.Event
	tell := func(at time.Time, fact shop.OrderFact) {
		fact.Order, fact.Customer = s.id, customer.ID
		id := fmt.Sprintf("demo-%s-%s-%s", s.id, fact.Kind, fact.Ref)
		told = append(told, shop.Event{ID: shop.EventID(id), At: at, Fact: fact})
	}
	tell(s.at, shop.OrderFact{Kind: shop.OrderPlaced, Placed: &shop.Placed{
		At: s.at, Revision: s.at, Customer: customer, Lines: s.lines, Total: s.total(), Consent: &ticked,
	}})
	tell(s.at.Add(2*time.Minute), shop.OrderFact{Kind: shop.OrderPaid})
	shipped := s.at.Add(time.Duration(18+lot(10, "the packing", string(s.id))) * time.Hour)
	if !s.at.Before(since) && lot(20, "the delay", string(s.id)) == 0 {
		at := s.at.Add(time.Hour)
		tell(at, shop.OrderFact{Kind: shop.OrderDelayed, Delay: &shop.Delay{At: at, Until: at.Truncate(24*time.Hour).AddDate(0, 0, 6).Add(12 * time.Hour)}})
		shipped = shipped.AddDate(0, 0, 4)
	}
	tell(shipped, shop.OrderFact{Kind: shop.OrderShipped})
	tell(shipped.Add(time.Duration(30+lot(40, "the way", string(s.id)))*time.Hour), shop.OrderFact{Kind: shop.OrderDelivered})
	for _, b := range s.backs {
		tell(b.at, shop.OrderFact{Kind: shop.OrderReturned, Ref: b.ref, Return: &shop.Return{At: b.at, Units: b.units, Cause: b.cause}})
		if b.amount.IsZero() {
			continue
		}
		paid := b.at.Add(6 * time.Hour)
		tell(paid, shop.OrderFact{Kind: shop.OrderRefunded, Ref: b.ref, Refund: &shop.Refund{At: paid, Amount: b.amount}})
	}
	return told, nil
}

// changes are what happens beside the orders while the story is played: a few
// products run out, one is hidden, two customers change their minds.
func changes(products []shop.Product, sales []*sale, now time.Time) []shop.Event {
	var told []shop.Event
	for _, p := range products {
		if lot(200, "the change", string(p.ID)) != 0 {
			continue
		}
		none := 0
		p.Stock, p.Revision = &none, now.Add(-10*time.Minute)
		told = append(told, shop.Event{ID: shop.EventID("demo-stock-" + string(p.ID)), At: p.Revision, Fact: shop.ProductFact{Product: p}})
	}
	for i, s := range sales[max(0, len(sales)-2):] {
		at := now.Add(-time.Duration(5-i) * time.Minute)
		told = append(told, shop.Event{ID: shop.EventID("demo-consent-" + s.buyer), At: at, Fact: shop.ConsentFact{
			Customer: shop.CustomerID(s.buyer), Topic: shop.TopicPromotions, Given: i == 0, Channel: shop.ChannelExplicit,
		}})
	}
	return told
}
