package intake

import (
	"time"

	"regulars/shared/shop"
)

// customerChanged reads what a customer said of themselves, whole: what is left
// out is gone.
func customerChanged(detail value, _ time.Time) shop.Fact {
	return shop.CustomerFact{
		Customer: detail.must("customer").customerID(),
		Birthday: detail.at("birthday").birthday(),
	}
}

// birthday returns a month and a day. A fault does not repeat it.
func (v value) birthday() shop.Birthday {
	const want = `month and day, such as "05-17"`
	if v.missing(want) {
		return ""
	}
	s, ok := v.json.(string)
	if !ok {
		v.fault("is no text; want %s", want)
		return ""
	}
	b, err := shop.ParseBirthday(s)
	if err != nil {
		v.fault("is no day of the year; %v", err)
	}
	return b
}
