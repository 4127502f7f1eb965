package points

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Update returns the ledger after one of the customer's orders changed from old
// to new, as [Scheme.Fold] does. Entries from before the day of whole (UTC) it
// keeps as sums, see [Ledger.Summed]; the change of an order whose entries are
// in a sum it adds as a difference. For the first fact of an order, old is the
// zero Order.
func (s Scheme) Update(l Ledger, old, new shop.Order, whole time.Time) Ledger {
	if old.Customer != new.Customer { // the ledger does not contain it yet
		old = shop.Order{}
	}
	if old.Placed != nil && !l.has(new.ID) && old.Placed.At.Before(startOfDay(whole)) {
		l = s.change(l, old, new)
	} else {
		l = s.Fold(l, new)
	}
	return l.Summed(whole)
}

// change adds the difference between two states of an order to the sum that
// contains it. If there is none, because no order of that time earned points,
// the order earns now.
func (s Scheme) change(l Ledger, old, new shop.Order) Ledger {
	at, rate := old.Placed.At, s.Earn[old.Placed.Total.Currency]
	if at.Before(s.Since) || rate == 0 {
		return l
	}
	in := func(e Entry) bool { return e.Kind == Earn && !e.To.IsZero() && !at.Before(e.At) && at.Before(e.To) }
	i := slices.IndexFunc(l, func(e Entry) bool { return in(e) && e.Rate == rate })
	if i < 0 { // the rate may have changed since
		rates := slices.Collect(maps.Values(s.Earn))
		i = slices.IndexFunc(l, func(e Entry) bool { return in(e) && !slices.Contains(rates, e.Rate) })
	}
	if i < 0 {
		return s.Fold(l, new)
	}
	terms := Ledger{{ID: lotOf(new.ID), Kind: Earn, At: shop.Millis(at), Order: new.ID, Rate: l[i].Rate}} // of all orders in the sum
	left := func(o shop.Order) int {
		if o.Paid.IsZero() && !s.Placed {
			return 0 // a sum has no points of orders that are not paid
		}
		return Ledger(s.of(terms, o)).Earned(o.ID)
	}
	l = slices.Clone(l)
	if l[i].Points += left(new) - left(old); l[i].Points <= 0 {
		l = slices.Delete(l, i, i+1)
	}
	return l
}

// wholeMonths is for how long before whole a sum is of one day; older ones are
// of a month.
const wholeMonths = 62 * day

const day = 24 * time.Hour

func startOfDay(t time.Time) time.Time { return t.UTC().Truncate(day) }

func startOfMonth(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// Summed returns the ledger with the entries from before the day of whole as
// sums: one of each kind and day, and one of each kind and month for those that
// are more than 62 days older. A zero whole changes nothing.
//
// A sum has the points that its entries had left after what was taken back, and
// none of orders that are not paid: those earn when they are paid. It is never
// to the customer's disadvantage: its points are active as soon as the first of
// its period could be, and expire at the end of the period in which the last of
// it would expire; points spent in it count as spent at its end. So the balance
// is that of the entries, except that points can expire up to a month later.
func (l Ledger) Summed(whole time.Time) Ledger {
	days, months := startOfDay(whole), startOfMonth(whole.Add(-wholeMonths))
	old := func(e Entry) bool {
		return e.To.IsZero() && e.At.Before(days) || e.To.Sub(e.At) == day && e.At.Before(months)
	}
	if whole.IsZero() || !slices.ContainsFunc(l, old) {
		return l
	}
	left := map[string]int{} // of the old lots, by their IDs
	for _, lot := range l.lots() {
		if old(lot.Entry) {
			left[lot.ID] = lot.left
		}
	}
	var kept Ledger
	sums := map[string]Entry{} // by ID
	for _, e := range l {
		_, gone := left[e.Lot]
		switch {
		case e.Kind == TakeBack && gone:
			continue // left counts it
		case e.Kind == TakeBack || !old(e):
			kept = append(kept, e)
			continue
		case e.Unpaid:
			continue
		}
		points := e.Points
		if e.brings() {
			points = left[e.ID]
		}
		from, to := startOfDay(e.At), startOfDay(e.At).Add(day)
		if from.Before(months) {
			from = startOfMonth(from)
			to = from.AddDate(0, 1, 0)
		}
		sum := e.sum(from, to)
		sum.Points = points + sums[sum.ID].Points
		sums[sum.ID] = sum
	}
	for i, e := range kept { // a sum that there is already
		if more, there := sums[e.ID]; there {
			kept[i].Points += more.Points
			delete(sums, e.ID)
		}
	}
	for _, sum := range sums {
		if sum.Points != 0 {
			kept = append(kept, sum)
		}
	}
	slices.SortFunc(kept, byTime)
	return kept
}

// sum returns the entry for all of e's kind and terms in the period from one
// time to another, without points. Its ID, which no other cause has, names the
// period, and the terms as a rate, days pending, and days until they expire.
func (e Entry) sum(from, to time.Time) Entry {
	layout := time.DateOnly
	if to.Sub(from) > day {
		layout = "2006-01"
	}
	s := Entry{ID: string(e.Kind) + "/ " + from.Format(layout), Kind: e.Kind, At: from, To: to, Rate: e.Rate} // no order's ID begins with a space
	if e.Kind == Spend {
		return s
	}
	began := cmp.Or(e.To, e.At) // the points of a sum live from its end, and are pending from its beginning
	lives := int64((e.Until.Sub(began) + day - 1) / day)
	pending := int64(max(0, e.from().Sub(e.At)) / day)
	if pending > 0 {
		s.Active = from.Add(time.Duration(pending) * day)
	}
	s.Until = to.Add(time.Duration(lives) * day)
	if to.Sub(from) > day && !s.Until.Equal(startOfMonth(s.Until)) {
		s.Until = startOfMonth(s.Until).AddDate(0, 1, 0)
	}
	s.ID += fmt.Sprintf("/%d.%d.%d", e.Rate, pending, lives)
	return s
}

// end returns the time of the entry, or the last instant of a sum.
func (e Entry) end() time.Time {
	if e.To.IsZero() {
		return e.At
	}
	return e.To.Add(-time.Millisecond)
}

// lessGranted returns the ledger with fewer granted points in its sums, taken
// from the latest first.
func (l Ledger) lessGranted(points int) Ledger {
	l = slices.Clone(l)
	for i := len(l) - 1; i >= 0 && points > 0; i-- {
		if l[i].Kind != Grant || l[i].To.IsZero() {
			continue
		}
		n := min(points, l[i].Points)
		points -= n
		if l[i].Points -= n; l[i].Points == 0 {
			l = slices.Delete(l, i, i+1)
		}
	}
	return l
}
