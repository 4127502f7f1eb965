package fitting

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/hashsample"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// MostFitted is how many customers the model is fitted to at most. Of more customers it
// is fitted to a sample, between a half of it and all of it.
const MostFitted = 1_000_000

// Learner collects the data for [customervalue.Model] and [Report], one customer at a time.
// The order of the customers changes nothing, and learners of parts of the customers can
// be merged in any order. It counts time in whole days, so
// that customers who bought once are one row for each day of the shop's life.
// It holds some 100 bytes for each of up to [MostFitted] customers, and the single orders
// of a sample of 10,000 customers.
type Learner struct {
	now       time.Time
	customers int // with an order
	fitted    hashsample.Sample[fitted]
	sample    sample
	model     *customervalue.Model
	rows      map[days]int          // of those that the model was fitted to
	past      learned               // what the model was calibrated by
	keep      customervalue.Leaving // of the model in force
	zone      func(profile.Profile) *time.Location
	hours     [24]int
}

// fitted is a customer to whom the model is fitted.
type fitted struct {
	Days  days    `json:"days"`
	Spent []spent `json:"spent,omitempty"` // by currency
}

// spent is what a customer spent in one currency.
type spent struct {
	Currency shop.Currency `json:"currency"`
	customervalue.Baskets
}

// days is a history in whole days.
type days struct {
	Repeats int `json:"repeats"`
	Last    int `json:"last"`
	Age     int `json:"age"`
}

// NewLearner returns a learner that takes histories as they are at now.
func NewLearner(now time.Time) *Learner {
	l := &Learner{now: now, sample: newSample()}
	l.Fit(MostFitted)
	return l
}

// Fit makes the learner fit the model to at most most customers. Call it before customers
// are added.
func (l *Learner) Fit(most int) { l.fitted = hashsample.New[fitted](most) }

// Keep makes [Learner.Model] keep the way of leaving that is in force unless the
// other one is clearly better. Otherwise two models that are about as good could
// take turns, and the probability of being active of customers with one order
// would jump from night to night. Any other value changes nothing.
func (l *Learner) Keep(inForce customervalue.Leaving) { l.keep = inForce }

// ByClocks makes the learner count the orders of the customers that are added from now
// on by the hour that the customer's clock showed. Without it [customervalue.Model.Hours] is zero.
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
	h, any := customervalue.Of(p, l.now)
	if !any {
		return
	}
	l.customers++
	hash := hashsample.Of("value", string(p.ID))
	l.fitted.Add(hash, func() (fitted, bool) { return fitted{wholeDays(h), spentBy(p)}, true })
	l.sample.add(hash, p, l.now)
}

func spentBy(p profile.Profile) (all []spent) {
	currencies := map[shop.Currency]bool{}
	for c := range p.Earlier.Net {
		currencies[c] = true
	}
	for _, v := range p.Orders {
		currencies[v.Net.Currency] = true
	}
	for _, c := range slices.Sorted(maps.Keys(currencies)) {
		if b := customervalue.BasketsOf(p, c); b.Orders > 0 && b.Sum > 0 {
			all = append(all, spent{c, b})
		}
	}
	return all
}

// Merge adds the customers of another learner of the same time, which must not be used
// afterwards. Call it before [Learner.Model].
func (l *Learner) Merge(other *Learner) {
	l.customers += other.customers
	for hour, n := range other.hours {
		l.hours[hour] += n
	}
	l.fitted.Merge(&other.fitted)
	l.sample.Merge(&other.sample.Sample)
}

// encoded is the form of a [Learner] in JSON.
type encoded struct {
	Customers int                         `json:"customers"`
	Hours     [24]int                     `json:"hours"`
	Fitted    *hashsample.Sample[fitted]  `json:"fitted"`
	Sample    *hashsample.Sample[sampled] `json:"sample"`
}

func (l *Learner) encoded() encoded {
	return encoded{l.customers, l.hours, &l.fitted, &l.sample.Sample}
}

// MarshalJSON encodes what the learner knows of the customers, without their IDs. The
// bytes depend on the customers alone.
func (l *Learner) MarshalJSON() ([]byte, error) { return json.Marshal(l.encoded()) }

// UnmarshalJSON decodes customers into a learner that [NewLearner] returned for the same
// time.
func (l *Learner) UnmarshalJSON(data []byte) error {
	e := l.encoded()
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	l.customers, l.hours = e.Customers, e.Hours
	return nil
}

func wholeDays(h customervalue.History) days { return days{h.Repeats, int(h.Last * 7), int(h.Age * 7)} }

func (d days) compare(e days) int {
	return cmp.Or(cmp.Compare(d.Repeats, e.Repeats), cmp.Compare(d.Age, e.Age), cmp.Compare(d.Last, e.Last))
}

// history returns the history by a season's clock.
func (l *Learner) history(d days, season customervalue.Season) customervalue.History {
	return l.historyAt(past{repeats: d.Repeats, first: d.Age, last: d.Age - d.Last}, 0, season)
}

// Model fits the model to the customers added, once. Money is in the currency
// in which most customers ordered.
func (l *Learner) Model() customervalue.Model {
	if l.model != nil {
		return *l.model
	}
	spent := map[shop.Currency][]customervalue.Baskets{}
	l.rows = map[days]int{}
	for _, c := range l.fitted.All() {
		l.rows[c.Of.Days]++
		for _, s := range c.Of.Spent {
			spent[s.Currency] = append(spent[s.Currency], s.Baskets)
		}
	}
	var currency shop.Currency
	for _, c := range slices.Sorted(maps.Keys(spent)) {
		if len(spent[c]) > len(spent[currency]) {
			currency = c
		}
	}
	ours := spent[currency]
	slices.SortFunc(ours, func(a, b customervalue.Baskets) int {
		return cmp.Or(cmp.Compare(a.Orders, b.Orders), cmp.Compare(a.Sum, b.Sum))
	})
	l.past = l.learn(0, currency, l.keep)
	var rows []Row
	for _, d := range sorted(l.rows, days.compare) {
		rows = append(rows, Row{l.history(d, l.past.season), l.rows[d]})
	}
	model := l.past.model(rows, ours, currency)
	model.Hours = l.hours
	l.model = &model
	return model
}

func sorted[K comparable](counts map[K]int, compare func(a, b K) int) []K {
	return slices.SortedFunc(maps.Keys(counts), compare)
}
