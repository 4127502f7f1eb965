package customervalue

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Learner collects the data for [Model] and [Report], one customer at a time.
// The order of the customers changes nothing. It counts time in whole days, so
// that customers who bought once are one row for each day of the shop's life.
// It holds a few tens of bytes for each distinct history, what each customer
// spent, and the single orders of a sample of 10,000 customers.
type Learner struct {
	now    time.Time
	rows   map[days]int
	sample sample
	spent  map[shop.Currency][]Baskets
	model  *Model
	past   learned // what the model was calibrated by
	keep   Leaving // of the model in force
	zone   func(profile.Profile) *time.Location
	hours  [24]int
}

// days is a history in whole days.
type days struct{ repeats, last, age int }

// NewLearner returns a learner that takes histories as they are at now.
func NewLearner(now time.Time) *Learner {
	return &Learner{now: now, rows: map[days]int{}, sample: newSample(), spent: map[shop.Currency][]Baskets{}}
}

// Keep makes [Learner.Model] keep the way of leaving that is in force unless the
// other one is clearly better. Otherwise two models that are about as good could
// take turns, and the probability of being active of customers with one order
// would jump from night to night. Any other value changes nothing.
func (l *Learner) Keep(inForce Leaving) { l.keep = inForce }

// ByClocks makes the learner count the orders of the customers that are added from now
// on by the hour that the customer's clock showed. Without it [Model.Hours] is zero.
func (l *Learner) ByClocks(zoneOf func(profile.Profile) *time.Location) { l.zone = zoneOf }

// count counts the customer's orders by hour.
func (l *Learner) count(p profile.Profile) {
	if l.zone == nil {
		return
	}
	zone := l.zone(p)
	for _, visit := range p.Orders {
		if !visit.Cancelled && !visit.At.After(l.now) {
			l.hours[visit.At.In(zone).Hour()]++
		}
	}
}

// Add adds one customer.
func (l *Learner) Add(p profile.Profile) {
	l.count(p)
	h, any := Of(p, l.now)
	if !any {
		return
	}
	l.rows[wholeDays(h)]++
	currencies := map[shop.Currency]bool{}
	for c := range p.Earlier.Net {
		currencies[c] = true
	}
	for _, v := range p.Orders {
		currencies[v.Net.Currency] = true
	}
	for c := range currencies {
		if b := BasketsOf(p, c); b.Orders > 0 && b.Sum > 0 {
			l.spent[c] = append(l.spent[c], b)
		}
	}
	l.sample.add(p, l.now)
}

func wholeDays(h History) days { return days{h.Repeats, int(h.Last * 7), int(h.Age * 7)} }

func (d days) compare(e days) int {
	return cmp.Or(cmp.Compare(d.repeats, e.repeats), cmp.Compare(d.age, e.age), cmp.Compare(d.last, e.last))
}

// history returns the history by a season's clock.
func (l *Learner) history(d days, season Season) History {
	return l.historyAt(past{repeats: d.repeats, first: d.age, last: d.age - d.last}, 0, season)
}

// Model fits the model to the customers added, once. Money is in the currency
// in which most customers ordered.
func (l *Learner) Model() Model {
	if l.model != nil {
		return *l.model
	}
	var currency shop.Currency
	for _, c := range slices.Sorted(maps.Keys(l.spent)) {
		if len(l.spent[c]) > len(l.spent[currency]) {
			currency = c
		}
	}
	spent := l.spent[currency]
	slices.SortFunc(spent, func(a, b Baskets) int { return cmp.Or(cmp.Compare(a.Orders, b.Orders), cmp.Compare(a.Sum, b.Sum)) })
	l.sample.sort()
	l.past = l.learn(0, currency, l.keep)
	var rows []Row
	for _, d := range sorted(l.rows, days.compare) {
		rows = append(rows, Row{l.history(d, l.past.season), l.rows[d]})
	}
	model := l.past.model(rows, spent, currency)
	model.Hours = l.hours
	l.model = &model
	return model
}

func sorted[K comparable](counts map[K]int, compare func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(counts), compare)
}
