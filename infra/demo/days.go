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
	for i, customer := range quiet(sales, today, 2, 20, 120) {
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
	for _, customer := range quiet(sales, today, 4, 20, 120) {
		all[customer] = points.Entry{ID: "grant/welcome", Kind: points.Grant, At: today.AddDate(0, 0, -100), Points: 250, Until: today.AddDate(0, 0, 14)}
	}
	for _, celebrating := range quiet(sales, today, 2, 20, 120) { // they have a birthday
		delete(all, celebrating)
	}
	return all
}

// waiting returns where two customers of each language are in the journey win-back: they
// entered it six days ago, so that its second mail is due now.
func waiting(sales []*sale, now time.Time) (all []journey.Position) {
	entered := now.AddDate(0, 0, -6).Truncate(time.Minute)
	for _, customer := range quiet(sales, now.Truncate(24*time.Hour), 2, 121, 300) {
		all = append(all, journey.Position{
			Journey: "win-back", Version: 1, Customer: customer, Occasion: entered.Format(time.RFC3339), Entered: entered, Begun: entered,
			Step: "second", Due: now,
		})
	}
	return all
}

// quiet returns customers of each language, that many of each, who agreed to
// promotions and whose last order is at least from and at most to days old, so that no message about an
// order comes before another.
func quiet(sales []*sale, today time.Time, ofEach, from, to int) (chosen []shop.CustomerID) {
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
			chosen = append(chosen, customer.ID)
		}
	}
	return chosen
}
