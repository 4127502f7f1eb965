package shoppolicy

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
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
	return time.Duration(p.AnswerWithinDays) * day24
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

// The least days of each kind. They are longer than a return, a coupon or a cap can
// matter, so that what goes is not needed any more; requests outlast point-in-time
// recovery, because a restore needs them.
const (
	leastOrders, leastCoupons, leastMessages, leastCustomers = 400, 400, 400, 400
	leastCarts, leastDecisions, leastRequests                = 7, 30, 60
	mostDays                                                 = 3660
	mostInputs                                               = 400
)

// logDays are the retention periods that CloudWatch Logs accepts, up to ten years.
var logDays = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

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

// readPrivacy reads privacy.yaml. A shop without the file has the defaults.
func (l *loader) readPrivacy() (p Privacy) {
	if _, err := fs.Stat(l.fsys, "privacy.yaml"); errors.Is(err, fs.ErrNotExist) {
		return p
	}
	s := l.open("privacy.yaml")
	p.AnswerWithinDays = s.whole("answer_within_days", 1, 90, 0)
	if keep := s.sub("keep"); keep != nil {
		p.Keep = keep.keepDays()
	}
	s.done()
	return p
}

// keepDays reads for how long each kind of data is kept.
func (s *sheet) keepDays() KeepDays {
	k := KeepDays{
		Orders: s.whole("orders", leastOrders, mostDays, 0), Messages: s.whole("messages", leastMessages, mostDays, 0),
		Decisions: s.whole("decisions", leastDecisions, mostDays, 0), Coupons: s.whole("coupons", leastCoupons, mostDays, 0),
		Customers: s.whole("customers", leastCustomers, mostDays, 0), Requests: s.whole("requests", leastRequests, mostDays, 0),
		Carts: s.whole("carts", leastCarts, mostDays, 0), Inputs: s.whole("inputs", 0, mostInputs, 0),
		Logs: s.whole("logs", 1, 3653, 0), Queues: s.whole("queues", 1, 14, 0),
	}
	s.done()
	if k.Logs != 0 && !slices.Contains(logDays, k.Logs) {
		s.wrong("logs", fmt.Sprintf("CloudWatch keeps no logs for %d days", k.Logs), "write 7, 14, 30, 60, 90, 180 or 365")
	}
	all := k.WithDefaults()
	if all.Messages < all.Orders {
		s.wrong("messages", "messages would be kept for a shorter time than orders", fmt.Sprintf("write %d or more: an order's event that comes again must find what was sent about it", all.Orders))
	}
	if all.Customers < all.Orders {
		s.wrong("customers", "customers would be kept for a shorter time than orders", fmt.Sprintf("write %d or more: the order would still name them", all.Orders))
	}
	if k.Inputs > all.Decisions {
		s.wrong("inputs", "the inputs of decisions would be kept for longer than the decisions", fmt.Sprintf("write %d or less", all.Decisions))
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

// LoadPrivacy reads only privacy.yaml, for tools that try its periods. The error is
// of type [inputfault.InFiles].
func LoadPrivacy(fsys fs.FS) (Privacy, error) {
	l := &loader{fsys: fsys}
	if p := l.readPrivacy(); len(l.faults) == 0 {
		return p, nil
	}
	return Privacy{}, l.faults
}
