package points

import (
	"bytes"
	"encoding/json"
	"math"
	"time"

	"regulars/shared/shop"
)

// Packed is a ledger whose JSON is a third as long: the tables have it. An entry by which
// an order earned is a list (order, time, points, hours until they are active, hours until
// they expire, rate, and true if the order is not paid); any other entry is an object,
// as in the JSON of a [Ledger]. It reads both forms of either.
type Packed Ledger

// MarshalJSON returns the short JSON.
func (l Packed) MarshalJSON() ([]byte, error) {
	all := make([]any, len(l))
	for i, e := range l {
		if all[i] = e; e.Order != "" && !e.At.IsZero() && e == earning(e.Order, e.At, e.Points, hoursTo(e.At, e.Active), hoursTo(e.At, e.Until), e.Rate, e.Unpaid) {
			list := []any{e.Order, e.At, e.Points, hoursTo(e.At, e.Active), hoursTo(e.At, e.Until), e.Rate}
			if e.Unpaid {
				list = append(list, true)
			}
			all[i] = list
		}
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads the JSON of a packed ledger, or of a [Ledger].
func (l *Packed) UnmarshalJSON(text []byte) error {
	var all []json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	*l = make(Packed, len(all))
	for i, one := range all {
		e := &(*l)[i]
		if string(one) == "null" {
			return &shop.ListError{Fault: "is null"}
		}
		if !bytes.HasPrefix(one, []byte("[")) {
			if err := json.Unmarshal(one, e); err != nil {
				return err
			}
			continue
		}
		var active, until int64
		if err := shop.ReadList(one, &e.Order, &e.At, &e.Points, &active, &until, &e.Rate, &e.Unpaid); err != nil {
			return err
		}
		if e.At.IsZero() {
			return &shop.ListError{Order: e.Order, Fault: "has no time"}
		}
		for _, hours := range []int64{active, until} {
			if hours < -mostHours || hours > mostHours || after(e.At, hours).Year() > 9999 {
				return &shop.ListError{Order: e.Order, Fault: "has too many hours"}
			}
		}
		*e = earning(e.Order, e.At, e.Points, active, until, e.Rate, e.Unpaid)
	}
	return nil
}

// mostHours is how many hours a [time.Duration] can have.
const mostHours = int64(math.MaxInt64 / time.Hour)

// earning returns the entry by which an order earns. Its points are active and expire
// that many hours after it; 0 means that it has no such time.
func earning(order shop.OrderID, at time.Time, points int, active, until, rate int64, unpaid bool) Entry {
	return Entry{ID: lotOf(order), Kind: Earn, At: at, Points: points, Order: order, Active: after(at, active), Until: after(at, until), Rate: rate, Unpaid: unpaid}
}

func after(at time.Time, hours int64) time.Time {
	if hours == 0 {
		return time.Time{}
	}
	return at.Add(time.Duration(hours) * time.Hour)
}

// hoursTo returns how many whole hours there are from one time to another; 0 if the other
// is zero.
func hoursTo(from, to time.Time) int64 {
	if to.IsZero() {
		return 0
	}
	return int64(to.Sub(from) / time.Hour)
}
