package demo

import (
	"time"

	"regulars/shared/journey"
	"regulars/shared/points"
	"regulars/shared/shop"
)

// birthdays returns the birthdays of customers who can get a promotion: in each
// language of the shop one today and one yesterday, so that the run of birthday
// finds one at any hour.
func birthdays(sales []*sale, now time.Time) (events []shop.Event) {
	today := now.Truncate(24 * time.Hour)
	for i, s := range quiet(sales, today, 2, 61, 120) {
		customer := s.customer()
		day := shop.Birthday(today.AddDate(0, 0, -(i % 2)).Format("01-02"))
		events = append(events, shop.Event{
			ID: shop.EventID("demo-birthday-" + customer), At: now.Add(-2 * time.Hour), Fact: shop.CustomerFact{Customer: customer, Birthday: &day},
		})
	}
	return events
}

// lapsing returns points of two customers of each language that expire in two weeks,
// so that the run of points-expiring finds them.
func lapsing(sales []*sale, today time.Time) map[shop.CustomerID]points.Entry {
	all := map[shop.CustomerID]points.Entry{}
	for _, s := range quiet(sales, today, 4, 61, 120) {
		all[s.customer()] = points.Entry{ID: "grant/welcome", Kind: points.Grant, At: today.AddDate(0, 0, -100), Points: 250, Until: today.AddDate(0, 0, 14)}
	}
	for _, s := range quiet(sales, today, 2, 61, 120) { // they have a birthday
		delete(all, s.customer())
	}
	return all
}

// waiting returns where customers of each language are in the journeys, so that the
// mails of the later steps are due now: two in win-back, which they entered six days ago,
// and two at each later mail of after-delivery, which they entered when their last order
// was delivered. That order need not be their first, because too few of each language
// placed their first one in those weeks.
func waiting(sales []*sale, now time.Time) (all []journey.Position) {
	today, entered := now.Truncate(24*time.Hour), now.AddDate(0, 0, -6).Truncate(time.Minute)
	for _, s := range quiet(sales, today, 2, 121, 300) {
		all = append(all, journey.Position{
			Journey: "win-back", Version: 1, Customer: s.customer(), Occasion: entered.Format(time.RFC3339), Entered: entered, Begun: entered,
			Step: "second", Due: now,
		})
	}
	for _, at := range []struct {
		step     string
		from, to int
	}{{"review", 12, 18}, {"add-on", 26, 60}} {
		for _, s := range quiet(sales, today, 2, at.from, at.to) {
			all = append(all, journey.Position{
				Journey: "after-delivery", Version: 1, Customer: s.customer(), Occasion: string(s.id) + "/" + string(shop.OrderDelivered), Order: s.id,
				Entered: s.delivered(), Ordered: s.at, Begun: s.delivered(), Step: at.step, Due: now,
			})
		}
	}
	return all
}

// quiet returns the last orders of customers of each language, that many of each, who
// agreed to promotions and returned nothing of it. The orders are at least from and at
// most to days old, so that no message about an order comes before another.
func quiet(sales []*sale, today time.Time, ofEach, from, to int) (chosen []*sale) {
	last, order := map[string]*sale{}, []string{}
	for _, s := range sales {
		if last[s.buyer] == nil {
			order = append(order, s.buyer)
		}
		last[s.buyer] = s
	}
	count := map[string]int{}
	for _, buyer := range order {
		s := last[buyer]
		customer, ticked, err := person(buyer, s.country)
		if ago := today.Sub(s.at); err != nil || !ticked || len(s.returns) > 0 || ago < time.Duration(from)*24*time.Hour || ago > time.Duration(to)*24*time.Hour {
			continue
		}
		if language := customer.Locale[:2]; count[language] < ofEach {
			count[language]++
			chosen = append(chosen, s)
		}
	}
	return chosen
}
