package intake

import (
	"time"

	"regulars/shared/shop"
)

// customerChanged reads all data that a customer stated outside an order. An
// absent birthday means that the shop must delete it; an absent address says
// nothing.
func customerChanged(detail value, _ time.Time) shop.Fact {
	id, email := detail.must("customer").who()
	birthday := detail.at("birthday").birthday()
	return shop.CustomerFact{Customer: id, Email: email, Birthday: &birthday}
}

// birthday returns a month and a day. A fault does not repeat the value.
func (v value) birthday() shop.Birthday {
	const want = `month and day, such as "05-17"`
	if v.missing(want) {
		return ""
	}
	s, ok := v.json.(string)
	if !ok {
		v.fault("is not a string; want %s", want)
		return ""
	}
	b, err := shop.ParseBirthday(s)
	if err != nil {
		v.fault("is not a day of the year; %v", err)
	}
	return b
}
