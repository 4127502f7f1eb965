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
// It holds a few tens of bytes for each distinct history, and for each customer
// what they spent.
type Learner struct {
	now, cut time.Time
	rows     map[days]int
	before   map[cutDays]int // histories at the cut, with the orders after it
	leftOut  int             // customers whose history at the cut is not known
	spent    map[shop.Currency][]Baskets
	model    *Model
}

// days is a history in whole days.
type days struct{ repeats, last, age int }

type cutDays struct {
	days
	next int // orders after the cut
}

// NewLearner returns a learner that takes histories as they are at now.
func NewLearner(now time.Time) *Learner {
	return &Learner{
		now: now, cut: now.Add(-Trial * 24 * time.Hour),
		rows: map[days]int{}, before: map[cutDays]int{}, spent: map[shop.Currency][]Baskets{},
	}
}

// Add adds one customer.
func (l *Learner) Add(p profile.Profile) {
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
	l.divide(p, h.Repeats)
}

// divide adds the customer as they were at the cut, with the orders after it.
// If some orders after the cut are only known as sums, it leaves the customer
// out.
func (l *Learner) divide(p profile.Profile, repeats int) {
	if p.Earlier.Orders > 0 && len(p.Orders) > 0 && p.Orders[0].At.After(l.cut) {
		l.leftOut++
		return
	}
	if h, any := Of(p, l.cut); any {
		l.before[cutDays{wholeDays(h), repeats - h.Repeats}]++
	}
}

func wholeDays(h History) days { return days{h.Repeats, int(h.Last * 7), int(h.Age * 7)} }

func (d days) history() History {
	return History{Repeats: d.repeats, Last: float64(d.last) / 7, Age: float64(d.age) / 7}
}

func (d days) compare(e days) int {
	return cmp.Or(cmp.Compare(d.repeats, e.repeats), cmp.Compare(d.age, e.age), cmp.Compare(d.last, e.last))
}

// Model fits the model to the customers added, once. Money is in the currency
// in which most customers ordered.
func (l *Learner) Model() Model {
	if l.model != nil {
		return *l.model
	}
	var rows []Row
	for _, d := range sorted(l.rows, days.compare) {
		rows = append(rows, Row{d.history(), l.rows[d]})
	}
	var currency shop.Currency
	for _, c := range slices.Sorted(maps.Keys(l.spent)) {
		if len(l.spent[c]) > len(l.spent[currency]) {
			currency = c
		}
	}
	spent := l.spent[currency]
	slices.SortFunc(spent, func(a, b Baskets) int { return cmp.Or(cmp.Compare(a.Orders, b.Orders), cmp.Compare(a.Sum, b.Sum)) })
	model := FitModel(rows, spent, currency)
	l.model = &model
	return model
}

func sorted[K comparable](counts map[K]int, compare func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(counts), compare)
}
