package policyfiles

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"regulars/shared/shoppolicy"
)

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

// readPrivacy reads privacy.yaml. A shop without the file has the defaults.
func (l *loader) readPrivacy() (p shoppolicy.Privacy) {
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
func (s *sheet) keepDays() shoppolicy.KeepDays {
	k := shoppolicy.KeepDays{
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

// LoadPrivacy reads only privacy.yaml, for tools that try its periods. The error is
// of type [inputfault.InFiles].
func LoadPrivacy(fsys fs.FS) (shoppolicy.Privacy, error) {
	l := &loader{fsys: fsys}
	if p := l.readPrivacy(); len(l.faults) == 0 {
		return p, nil
	}
	return shoppolicy.Privacy{}, l.faults
}
