package fitting

import (
	"math"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/shop"
)

// Trial is the number of days of a held-out quarter.
const Trial = 90

// Held-out quarters follow each other without a gap.
const (
	mostQuarters = 4   // a whole year, in which a season evens out
	daysBefore   = 180 // the least days of data before a quarter that calibrates
)

// learned is what the past of a shop says about its forecasts, besides the fit.
type learned struct {
	season      customervalue.Season
	leaving     customervalue.Leaving   // of the model that predicted the quarters better; empty without quarters
	quarters    []customervalue.HeldOut // of that model, not calibrated; the newest first
	calibration customervalue.Calibration
}

// learn learns from the orders before a day, a number of days ago. It keeps a
// way of leaving unless the other one is clearly better, see [Learner.Keep].
func (l *Learner) learn(ago int, currency shop.Currency, keep customervalue.Leaving) (k learned) {
	k.season = l.seasonAt(ago)
	var anyOrder, repeats []customervalue.HeldOut
	var gain, square float64 // by how much the errors of AfterRepeats are smaller
	first := l.sample.since()
	for cut := ago + Trial; cut <= ago+mostQuarters*Trial && first-cut >= daysBefore; cut += Trial {
		people := l.sample.at(cut, cut-Trial, currency)
		m := customervalue.Model{Currency: currency, Season: k.season}
		m.Spending, _ = FitSpending(basketsOf(people)) // else only orders are compared
		a, errorsA, ok := l.predict(people, cut, m, customervalue.AfterAny)
		b, errorsB, okB := l.predict(people, cut, m, customervalue.AfterRepeats)
		if !ok || !okB {
			break // too few customers; still fewer in older quarters
		}
		anyOrder, repeats = append(anyOrder, a), append(repeats, b)
		for i := range people {
			d := errorsA[i] - errorsB[i]
			gain, square = gain+d, square+d*d
		}
	}
	if len(anyOrder) == 0 {
		return k
	}
	k.leaving, k.quarters = customervalue.AfterAny, anyOrder
	standardError := math.Sqrt(square)
	if keep == customervalue.AfterAny && gain > standardError || keep == customervalue.AfterRepeats && gain >= -standardError || keep == "" && gain > 0 {
		k.leaving, k.quarters = customervalue.AfterRepeats, repeats
	}
	k.calibration = calibrationOf(k.quarters)
	return k
}

// predict fits a way of leaving at the cut, and compares its forecast with what
// happened in the quarter after it. It also returns each customer's
// [deviance]; false if there are too few customers.
func (l *Learner) predict(people []past, cut int, m customervalue.Model, leaving customervalue.Leaving) (q customervalue.HeldOut, errors []float64, ok bool) {
	near := customervalue.Typical.Orders
	near.Leaving = leaving
	var err error
	if m.Ordering, err = FitOrdersNear(l.rowsAt(people, cut, m.Season), near); err != nil {
		return q, nil, false
	}
	q, means := l.compare(people, cut, m)
	for i, p := range people {
		errors = append(errors, deviance(float64(p.next), means[i]))
	}
	return q, errors, true
}

// compare compares the forecast of m for the quarter from cut on with what
// happened in it. It also returns the orders expected of each customer.
func (l *Learner) compare(people []past, cut int, m customervalue.Model) (q customervalue.HeldOut, means []float64) {
	q = customervalue.HeldOut{Cut: l.day(cut), Customers: len(people)}
	ahead := m.Ahead(q.Cut, customervalue.Quarter)
	for _, p := range people {
		mean := m.Ordering.Expected(l.historyAt(p, cut, m.Season), ahead)
		means = append(means, mean)
		q.Expected += mean
		q.Actual += float64(p.next)
		q.ActualSpending += p.later
		if m.Spending.Valid() {
			q.ExpectedSpending += mean * m.Basket(p.spent, m.Currency)
		}
	}
	return q, means
}

// deviance returns the error of an expectation by the Poisson distribution. Its
// expected value is least for the true mean; that of the absolute error is
// least for the median, which for most customers is no order at all.
func deviance(actual, mean float64) float64 {
	d := mean - actual
	if actual > 0 {
		d += actual * math.Log(actual/max(mean, 1e-12))
	}
	return 2 * d
}

// fit fits the model that predicted the quarters better; without any, or if
// that fails, the likelier one.
func (k learned) fit(rows []Row) (customervalue.Ordering, error) {
	if k.leaving != "" {
		near := customervalue.Typical.Orders
		near.Leaving = k.leaving
		if fit, err := FitOrdersNear(rows, near); err == nil {
			return fit, nil
		}
	}
	return fitEither(rows)
}

func basketsOf(people []past) (spent []customervalue.Baskets) {
	for _, p := range people {
		spent = append(spent, p.spent)
	}
	return spent
}

// day returns the time that was a number of days ago.
func (l *Learner) day(ago int) time.Time { return l.now.Add(-time.Duration(ago) * 24 * time.Hour) }

// ago returns how many whole days ago a time was.
func (l *Learner) ago(t time.Time) int { return max(0, int(l.now.Sub(t)/(24*time.Hour))) }

// historyAt returns the history at a cut, by a season's clock.
func (l *Learner) historyAt(p past, cut int, season customervalue.Season) customervalue.History {
	first := l.day(p.first)
	return customervalue.History{Repeats: p.repeats, Last: season.Weeks(first, l.day(p.last)), Age: season.Weeks(first, l.day(cut))}.Clamped()
}

func (l *Learner) rowsAt(people []past, cut int, season customervalue.Season) (rows []Row) {
	for _, p := range people {
		rows = append(rows, Row{l.historyAt(p, cut, season), 1})
	}
	return rows
}
