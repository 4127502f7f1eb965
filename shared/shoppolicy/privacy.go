package shoppolicy

import (
	"fmt"
	"time"

	"regulars/shared/inputfault"
	"regulars/shared/privacyrequest"
)

// Privacy is the content of privacy.yaml. The zero Privacy has the defaults.
type Privacy struct {
	AnswerWithinDays int      `json:"answer_within_days,omitempty"` // of a request about a customer's data; 0: the default
	Keep             KeepDays `json:"keep,omitzero"`
}

// Term returns how long the shop has to answer a request about a customer's data.
func (p Privacy) Term() time.Duration {
	if p.AnswerWithinDays == 0 {
		return privacyrequest.DefaultTerm
	}
	return time.Duration(p.AnswerWithinDays) * 24 * time.Hour
}

// KeepDays says for how many days each kind of data is kept. 0 is the default:
// see [KeepDays.WithDefaults]; of inputs it means none. docs/privacy.md explains each.
type KeepDays struct {
	Orders    int `json:"orders,omitempty"`    // since the order was placed
	Messages  int `json:"messages,omitempty"`  // since the message ended
	Decisions int `json:"decisions,omitempty"` // since the message ended
	Inputs    int `json:"inputs,omitempty"`    // what decisions are made again from, since the decision; 0: not kept
	Coupons   int `json:"coupons,omitempty"`   // since a coupon's end, or a redemption's last change
	Customers int `json:"customers,omitempty"` // since the customer's last activity
	Carts     int `json:"carts,omitempty"`     // since the cart's last change
	Requests  int `json:"requests,omitempty"`  // since the answer
	Logs      int `json:"logs,omitempty"`      // the template's LogDays
	Queues    int `json:"queues,omitempty"`    // the template's QueueSeconds, in days
}

// WithDefaults returns k with a value for each kind that has none.
func (k KeepDays) WithDefaults() KeepDays {
	for days, value := range map[*int]int{
		&k.Orders: 1095, &k.Messages: 1095, &k.Decisions: 365, &k.Coupons: 1095, &k.Customers: 1095, &k.Carts: 30, &k.Requests: 1095, &k.Logs: 30, &k.Queues: 14,
	} {
		if *days == 0 {
			*days = value
		}
	}
	return k
}

// Advice returns what the authors of privacy.yaml should think about.
func (p Privacy) Advice() (all inputfault.InFiles) {
	advise := func(text, hint string) {
		all = append(all, inputfault.InFile{File: "privacy.yaml", Text: text, Hint: hint})
	}
	if p.AnswerWithinDays > 30 {
		advise("requests are answered within more than a month", "the law of the EU and the UK gives a month, and two more only if the customer is told why")
	}
	if days := p.Keep.WithDefaults().Customers; days > 1095 {
		advise(fmt.Sprintf("inactive customers are kept for %d days", days), "authorities recommend three years at most after the last contact (CNIL); be able to say why you need longer")
	}
	return all
}
