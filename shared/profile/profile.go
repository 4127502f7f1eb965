// Package profile holds the state of one order and the profile of one customer,
// and folds order and customer events into both.
//
// The fold has two steps, each of which can be repeated at any time:
//
//	order'   = Merge(order, fact, at)               adds one fact to its order
//	profile' = profile.Update(order, order', fact)  applies the order's change to the profile
//
// The same set of facts gives the same profile, byte for byte, in any order of
// arrival and with any repetitions (promise "same history, same profile"). Three
// rules ensure it (docs/decisions/0002): an order is a join of facts; a profile
// keeps its newest orders whole and all older ones as sums, their service issues
// included (docs/decisions/0037), to which a change is added as a difference; and a customer's own data, such as the address, are kept
// with the time at which the customer stated them, and the latest ones win.
package profile

import (
	"slices"
	"strings"
	"time"

	"regulars/shared/points"
	"regulars/shared/shop"
	"regulars/shared/zoneinfo"
)

// Recent is the number of a customer's orders that a profile keeps whole; older
// ones are kept as sums. An order takes about 300 bytes, and few customers have
// more than 30.
const Recent = 30

// Profile is what the shop knows of one customer.
type Profile struct {
	ID shop.CustomerID `json:"id"`

	// The data that the customer stated with an order, the latest of each.
	Email   Statement `json:"email,omitzero"`
	Name    Statement `json:"name,omitzero"`
	Locale  Statement `json:"locale,omitzero"`
	Zone    Statement `json:"zone,omitzero"`
	Country Statement `json:"country,omitzero"`

	// Province is of a country with several zones, such as "US-CA". It says nothing
	// if the country is another one by now.
	Province Statement `json:"province,omitzero"`

	Consent Statement `json:"consent,omitzero"` // the checkbox on the order form: "yes" or "no"

	// Mailbox names the address in Email. The function record sets it, which has
	// the key; [Profile.Update] does not change it.
	Mailbox shop.Mailbox `json:"mailbox,omitempty"`

	// Birthday does not come with an order: see [Profile.WithCustomerFact].
	Birthday Statement `json:"birthday,omitzero"`

	SignUp *SignUp `json:"sign_up,omitempty"` // not confirmed yet; nil for every customer

	Orders  []Visit `json:"orders,omitempty"` // the newest ones, oldest first, Recent at most
	Earlier Totals  `json:"earlier,omitzero"` // the sums of all older ones

	// Bought has the sums of the older orders by product, as far as they are in the
	// profile itself; use [Profile.Older]. A customer with many products has others in
	// items beside the profile: see [Profile.PutBeside]. Beside is how often sums were
	// put there, Written has by part when that was last, by this count, and Read has
	// those that were read with the profile.
	Bought  map[shop.ProductID]Units `json:"bought,omitempty"`
	Beside  int                      `json:"beside,omitempty"`
	Written []int                    `json:"written,omitempty"`
	Read    map[shop.ProductID]Units `json:"-"`

	// ServiceIssues has the issues of the orders in Orders, and those of other
	// orders that changed lately, by order. IssueDays has sums of the others that may
	// still pause promotions; [Profile.Issues] returns both. Returned is how many of
	// the orders that are only in sums, or in none any more, had a return.
	ServiceIssues map[shop.OrderID]ServiceIssue `json:"trouble,omitempty"`
	IssueDays     map[string]Days               `json:"issue_days,omitempty"`
	Returned      int                           `json:"returned,omitempty"`

	Cart *shop.Cart `json:"cart,omitempty"` // the one that the customer changed last; nil: none is kept

	Points points.Account `json:"points,omitzero"` // if the shop has points; [Profile.Update] does not change them
}

// Statement is a value that the customer stated, with its time and its order.
type Statement struct {
	Value string       `json:"value"`
	At    time.Time    `json:"at"`
	By    shop.OrderID `json:"by"`
}

// Visit is one order, with only the data that decisions need.
type Visit struct {
	Order     shop.OrderID `json:"order"`
	Number    string       `json:"number,omitempty"` // see [shop.Placed]
	At        time.Time    `json:"at"`
	Net       shop.Money   `json:"net"` // what the customer spent, see [shop.Order.Account]; zero if cancelled
	Cancelled bool         `json:"cancelled,omitempty"`
	TakenBack int64        `json:"back,omitempty"` // minor units that were paid back, or that a cancelled order would have brought

	// Unpaid says that no event has said yet that the order is paid. A visit that
	// was stored before this field existed counts as paid.
	Unpaid bool `json:"unpaid,omitempty"`

	Lines []VisitProduct `json:"lines,omitempty"` // sorted by product
}

// Gone reports whether nothing is left of the order: it was cancelled, all of
// its units were returned, or all of its money was refunded.
func (v Visit) Gone() bool {
	if v.Cancelled || v.TakenBack > 0 && v.Net.Minor == 0 {
		return true
	}
	left := func(l VisitProduct) bool { return l.Returned < l.Units }
	return len(v.Lines) > 0 && !slices.ContainsFunc(v.Lines, left)
}

// VisitProduct is one product of a visit.
type VisitProduct struct {
	Product  shop.ProductID `json:"product"`
	Units    int            `json:"units"`              // ordered and not taken out again, those returned included
	Returned int            `json:"returned,omitempty"` // never more than Units
}

// Totals is the sums of several orders.
type Totals struct {
	Orders    int                     `json:"orders"` // without cancelled ones
	Cancelled int                     `json:"cancelled,omitempty"`
	Net       map[shop.Currency]int64 `json:"net,omitempty"` // minor units
	First     time.Time               `json:"first,omitzero"`
}

// Units is the sums of one product over the orders that were not cancelled.
type Units struct {
	Orders   int `json:"orders"`
	Units    int `json:"units"` // ordered, those returned included
	Returned int `json:"returned,omitempty"`
}

// Update returns the profile after fact changed one of the customer's orders
// from old to new. For the first fact of an order, old is the zero Order.
// Update changes none of its arguments: it copies each map and slice before it
// changes it.
func (p Profile) Update(old, new shop.Order, fact shop.OrderFact) Profile {
	p.ID = new.Customer
	if old.Customer != new.Customer { // the profile does not contain it yet
		old = shop.Order{}
	}
	if fact.Placed != nil && (fact.Customer == new.Customer || fact.Customer == "") {
		p.stated(fact)
	}
	p.setServiceIssue(old, new)
	if new.Placed != nil {
		p.visit(old, new)
	}
	p.foldIssues()
	return p
}

// Without returns the guest's profile without an order that belongs to another
// customer now, because the guest has an account or had mistyped the address.
// rest is the guest's other orders, as they are stored: their data come back in
// place of the order's. An address stays, because the guest is made from it.
//
// If older orders are in sums, the order stays as a cancelled one: no event can
// say any more which of the older ones would be kept whole in its place.
func (p Profile) Without(order shop.Order, rest []shop.Order) Profile {
	p.setServiceIssue(order, shop.Order{ID: order.ID})
	at := slices.IndexFunc(p.Orders, func(v Visit) bool { return v.Order == order.ID })
	switch {
	case at >= 0 && len(p.Orders) == Recent:
		p.Orders = slices.Clone(p.Orders)
		p.Orders[at] = Visit{Order: order.ID, At: p.Orders[at].At, Cancelled: true}
	case at >= 0:
		p.Orders = slices.Delete(slices.Clone(p.Orders), at, at+1)
	case len(p.Orders) == Recent:
		p.sum(visitOf(order), -1)
	}
	address := p.Email
	for _, said := range []*Statement{&p.Email, &p.Name, &p.Locale, &p.Zone, &p.Country, &p.Province, &p.Consent} {
		if said.By == order.ID {
			*said = Statement{}
		}
	}
	for _, other := range rest {
		if other.Placed != nil {
			p.stated(shop.OrderFact{Order: other.ID, Placed: other.Placed})
		}
	}
	if p.Email == (Statement{}) {
		p.Email = Statement{Value: address.Value} // any other statement wins
	}
	return p
}

// newest returns when the newest order was placed; the zero time if there is
// none. It never goes back, in any order of events.
func (p Profile) newest() time.Time {
	if len(p.Orders) == 0 {
		return time.Time{}
	}
	return p.Orders[len(p.Orders)-1].At
}

func (p Profile) keepsWhole(order shop.OrderID) bool {
	return slices.ContainsFunc(p.Orders, func(v Visit) bool { return v.Order == order })
}

// Zones returns the IANA names of the zones in which the customer may be, from
// west to east: the stated zone, or else those of the province, or of the country
// if the province is not known. It returns nil if neither is known.
func (p Profile) Zones() []string {
	if _, ok := shop.Zone(p.Zone.Value); ok {
		return []string{p.Zone.Value}
	}
	return zoneinfo.Of(p.Country.Value, p.Province.Value)
}

// WholeSince returns the time at which the oldest order that is kept whole was
// placed, if older ones are only in sums; else the zero time. It never goes
// back, in any order of events.
func (p Profile) WholeSince() time.Time {
	if len(p.Orders) < Recent {
		return time.Time{}
	}
	return p.Orders[0].At
}

// stated stores the data that the customer stated with a placed order. It reads
// every placed fact, superseded ones as well: otherwise the latest value would
// depend on the order in which the facts come.
func (p *Profile) stated(fact shop.OrderFact) {
	placed, by := fact.Placed, Statement{At: fact.Placed.Revision, By: fact.Order}
	p.person(placed.Customer, by)
	if placed.Consent != nil {
		by.set(&p.Consent, map[bool]string{true: "yes", false: "no"}[*placed.Consent])
	}
}

// person applies the data of a person that were stated with the time and the
// order of by.
func (p *Profile) person(of shop.Customer, by Statement) {
	by.set(&p.Email, of.Email)
	by.set(&p.Name, of.Name)
	by.set(&p.Locale, of.Locale)
	by.set(&p.Zone, of.Zone)
	by.set(&p.Country, of.Country)
	by.set(&p.Province, of.Province)
}

// set replaces known with the value, stated with the time and the order of w, if
// there is a value and it wins.
func (w Statement) set(known *Statement, value string) {
	w.Value = value
	if value != "" && w.after(*known) {
		*known = w
	}
}

// after reports whether w wins over other: it is later, or has the order ID
// that sorts last; of one order at one time, the value that sorts first wins.
func (w Statement) after(other Statement) bool {
	if by := w.At.Compare(other.At); by != 0 {
		return by > 0
	}
	if by := strings.Compare(string(w.By), string(other.By)); by != 0 {
		return by > 0
	}
	return w.Value < other.Value // so "no" wins over "yes"
}

// visit applies the order's change to the newest orders, or to the sums.
func (p *Profile) visit(old, new shop.Order) {
	now := visitOf(new)
	at, found := slices.BinarySearchFunc(p.Orders, now, func(a, b Visit) int {
		if by := a.At.Compare(b.At); by != 0 {
			return by
		}
		return strings.Compare(string(a.Order), string(b.Order))
	})
	switch {
	case found:
		p.Orders = slices.Clone(p.Orders)
		p.Orders[at] = now
	case at == 0 && len(p.Orders) == Recent: // older than all orders that are kept whole
		p.sum(visitOf(old), -1)
		p.sum(now, +1)
	default:
		p.Orders = slices.Insert(slices.Clone(p.Orders), at, now)
		if len(p.Orders) > Recent {
			p.sum(p.Orders[0], +1)
			p.Orders = p.Orders[1:]
		}
	}
}

func visitOf(order shop.Order) Visit {
	if order.Placed == nil {
		return Visit{}
	}
	v := Visit{Order: order.ID, Number: order.Placed.Number, At: order.Placed.At, Cancelled: order.Cancel != nil}
	lines := map[shop.ProductID]*VisitProduct{}
	for _, line := range order.Placed.Lines {
		if lines[line.Product] == nil {
			lines[line.Product] = &VisitProduct{Product: line.Product}
		}
		lines[line.Product].Units += line.Units
	}
	taken := order.Taken()
	for _, line := range lines {
		if !v.Cancelled { // a cancelled order keeps its lines, although each unit was taken out of it
			line.Units -= min(line.Units, taken[line.Product])
		}
	}
	for _, back := range order.Returns {
		for product, units := range back.Units {
			if line := lines[product]; line != nil {
				line.Returned = min(line.Returned+units, line.Units)
			}
		}
	}
	for _, line := range lines {
		if line.Units > 0 {
			v.Lines = append(v.Lines, *line)
		}
	}
	slices.SortFunc(v.Lines, func(a, b VisitProduct) int { return strings.Compare(string(a.Product), string(b.Product)) })
	v.Net.Currency = order.Placed.Total.Currency
	if !v.Cancelled {
		due, refunds := order.Account()
		for _, refund := range refunds {
			due -= refund
		}
		v.Net.Minor = max(due, 0)
	}
	v.TakenBack, v.Unpaid = order.Placed.Total.Minor-v.Net.Minor, order.Paid.IsZero()
	return v
}
