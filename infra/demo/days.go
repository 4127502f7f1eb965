package demo

import (
	"slices"
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
	for i, s := range quiet(sales, today, 2, 61, 94, anyNumber) {
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
	for _, s := range quiet(sales, today, 4, 61, 94, anyNumber) {
		all[s.customer()] = points.Entry{ID: "grant/welcome", Kind: points.Grant, At: today.AddDate(0, 0, -100), Points: 250, Until: today.AddDate(0, 0, 14)}
	}
	for _, s := range quiet(sales, today, 2, 61, 94, anyNumber) { // they have a birthday
		delete(all, s.customer())
	}
	return all
}

// lapsed returns where customers of each language are in the journey win-back, two of
// each: they entered it six days ago, so that its second mail is due now.
func lapsed(sales []*sale, now time.Time) (all []journey.Position) {
	entered := now.AddDate(0, 0, -6).Truncate(time.Minute)
	for _, s := range quiet(sales, now.Truncate(24*time.Hour), 2, 95, 330, func(orders int) bool { return orders >= 2 }) {
		all = append(all, journey.Position{
			Journey: "win-back", Version: 1, Customer: s.customer(), Occasion: entered.Format(time.RFC3339), Entered: entered, Begun: entered,
			Step: "second", Due: now,
		})
	}
	return all
}

// begun returns where customers of each language are in the journey after-delivery, two
// of each at each of its later mails, which are due now. They are customers with one
// order. begun moves that order to the days at which the mail is due.
func begun(sales []*sale, now time.Time) (all []journey.Position) {
	today, count := now.Truncate(24*time.Hour), map[string]int{}
	for _, s := range quiet(sales, today, 4, 30, 400, func(orders int) bool { return orders == 1 }) {
		step, ago := "review", 11
		if language := s.language(); count[language] >= 2 {
			step, ago = "add-on", 25
		}
		count[s.language()]++
		s.at = s.at.AddDate(0, 0, int(today.Sub(s.at.Truncate(24*time.Hour)).Hours()/24)-ago)
		all = append(all, journey.Position{
			Journey: "after-delivery", Version: 1, Customer: s.customer(), Occasion: string(s.id) + "/" + string(shop.OrderDelivered), Order: s.id,
			Entered: s.delivered(), Ordered: s.at, Begun: s.delivered(), Step: step, Due: now,
		})
	}
	slices.SortStableFunc(sales, func(a, b *sale) int { return a.at.Compare(b.at) })
	return all
}

func anyNumber(int) bool { return true }

// quiet returns the last orders of customers of each language, that many of each, who
// agreed to promotions, returned nothing of it, and placed a number of orders that fits.
// The orders are at least from and at most to days old, so that no message about an order
// comes before another.
func quiet(sales []*sale, today time.Time, ofEach, from, to int, fits func(orders int) bool) (chosen []*sale) {
	last, orders, order := map[string]*sale{}, map[string]int{}, []string{}
	for _, s := range sales {
		if last[s.buyer] == nil {
			order = append(order, s.buyer)
		}
		last[s.buyer] = s
		orders[s.buyer]++
	}
	count := map[string]int{}
	for _, buyer := range order {
		s := last[buyer]
		customer, ticked, err := person(buyer, s.country)
		if ago := today.Sub(s.at); err != nil || !ticked || !fits(orders[buyer]) || len(s.returns) > 0 || ago < time.Duration(from)*24*time.Hour || ago > time.Duration(to)*24*time.Hour {
			continue
		}
		if language := customer.Locale[:2]; count[language] < ofEach {
			count[language]++
			chosen = append(chosen, s)
		}
	}
	return chosen
}
