package fitting

import (
	"fmt"

	"regulars/shared/customervalue"
	"regulars/shared/shop"
)

// clearly is the advantage in log-likelihood that leaving after repeats only
// needs to be preferred to leaving after any order.
const clearly = 10

// fitEither fits both ways of leaving. It prefers leaving after any order,
// which also predicts customers with one order, unless the data clearly
// contradict it.
func fitEither(rows []Row) (customervalue.Ordering, error) {
	near := customervalue.Typical.Orders
	anyOrder, other := FitOrdersNear(rows, near)
	near.Leaving = customervalue.AfterRepeats
	repeats, err := FitOrdersNear(rows, near)
	if other != nil || err == nil && repeats.LogLikelihood > anyOrder.LogLikelihood+clearly {
		return repeats, err
	}
	return anyOrder, nil
}

// FitModel learns from histories, and from what the same customers spent in the
// shop's currency, without a season and a calibration. It never fails: a part
// that cannot be learned is left out, and Why says so.
func FitModel(rows []Row, spent []customervalue.Baskets, currency shop.Currency) customervalue.Model {
	return learned{}.model(rows, spent, currency)
}

// model fits the way of leaving that k chose, or else the likelier one.
func (k learned) model(rows []Row, spent []customervalue.Baskets, currency shop.Currency) customervalue.Model {
	m := customervalue.Model{Currency: currency}
	var err error
	if m.Ordering, err = k.fit(rows); err != nil {
		m.Why = append(m.Why, fmt.Sprintf("how customers order is taken from a typical shop: %v", err))
	} else {
		m.Season, m.Calibration = k.season, k.calibration
	}
	if m.Spending, err = FitSpending(spent); err != nil {
		m.Why = append(m.Why, fmt.Sprintf("a customer's spending is taken from their own orders alone: %v", err))
	}
	return m
}
