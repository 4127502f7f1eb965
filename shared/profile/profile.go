// Package profile folds a customer's events into what the shop knows of them.
//
// The fold has two steps, each of which can be done again at any time:
//
//	order'   = Merge(order, fact, at)               joins one fact to its order
//	profile' = profile.Update(order, order', fact)  takes the order's change into the profile
//
// The same set of facts gives the same profile, byte for byte, in whatever
// order and however often they come (promise "same history, same profile"). Three devices
// make it so: an order is a join of facts; a profile keeps its newest orders
// whole and all older ones as sums, to which a change is a difference; and what
// a customer says of themselves is kept with the time at which it was said, the
// latest word winning.
package profile

import (
	"slices"
	"strings"
	"time"

	"regulars/shared/points"
	"regulars/shared/shop"
)

// Recent is how many of a customer's orders a profile keeps whole; older ones
// go on as sums. An order takes some 300 bytes, and few customers have more.
const Recent = 30

// Profile is what the shop knows of one customer.
type Profile struct {
	ID shop.CustomerID `json:"id"`

	// What the customer said of themselves while ordering, latest word each.
	Email   Word `json:"email,omitzero"`
	Name    Word `json:"name,omitzero"`
	Locale  Word `json:"locale,omitzero"`
	Zone    Word `json:"zone,omitzero"`
	Country Word `json:"country,omitzero"`
	Consent Word `json:"consent,omitzero"` // the box on the order form: "yes" or "no"

	// Birthday is what they told outside an order: see [Profile.WithCustomerFact].
	Birthday Word `json:"birthday,omitzero"`

	Orders        []Visit                       `json:"orders,omitempty"`  // the newest, oldest first, Recent at most
	Earlier       Totals                        `json:"earlier,omitzero"`  // all older ones, summed
	Bought        map[shop.ProductID]Units      `json:"bought,omitempty"`  // products of the older ones, summed
	ServiceIssues map[shop.OrderID]ServiceIssue `json:"trouble,omitempty"` // what went wrong, by order

	Points points.Account `json:"points,omitzero"` // where the shop has points; [Profile.Update] leaves them alone
}

// Word is a value with the time at which it was said, and the order that said it.
type Word struct {
	Value string       `json:"value"`
	At    time.Time    `json:"at"`
	By    shop.OrderID `json:"by"`
}

// Visit is one order, as small as deciding allows.
type Visit struct {
	Order     shop.OrderID   `json:"order"`
	At        time.Time      `json:"at"`
	Net       shop.Money     `json:"net"` // what was paid less what was given back; zero where cancelled
	Cancelled bool           `json:"cancelled,omitempty"`
	Lines     []VisitProduct `json:"lines,omitempty"` // by product
}

// VisitProduct is one product of a visit.
type VisitProduct struct {
	Product  shop.ProductID `json:"product"`
	Units    int            `json:"units"`              // ordered
	Returned int            `json:"returned,omitempty"` // of those
}

// Totals sums orders.
type Totals struct {
	Orders    int                     `json:"orders"` // cancelled ones apart
	Cancelled int                     `json:"cancelled,omitempty"`
	Net       map[shop.Currency]int64 `json:"net,omitempty"` // minor units
	First     time.Time               `json:"first,omitzero"`
}

// Units sums one product over orders that were not cancelled.
type Units struct {
	Orders   int `json:"orders"`
	Units    int `json:"units"` // ordered
	Returned int `json:"returned,omitempty"`
}

// Update returns the profile after one of the customer's orders went from old
// to new by fact. A first fact has the zero Order for old. Update changes none
// of its arguments; what it returns shares nothing that it changes with them.
func (p Profile) Update(old, new shop.Order, fact shop.OrderFact) Profile {
	p.ID = new.Customer
	if old.Customer == "" { // it was nobody's until now
		old = shop.Order{}
	}
	if fact.Placed != nil {
		p.listen(fact)
	}
	p.remember(new)
	if new.Placed != nil {
		p.visit(old, new)
	}
	return p
}

// listen takes what the customer said of themselves. It hears every placed
// fact, superseded ones too: only so is the latest word the same in any order.
func (p *Profile) listen(fact shop.OrderFact) {
	said := fact.Placed
	hear := func(word *Word, value string) {
		told := Word{Value: value, At: said.Revision, By: fact.Order}
		if value != "" && told.after(*word) {
			*word = told
		}
	}
	hear(&p.Email, said.Customer.Email)
	hear(&p.Name, said.Customer.Name)
	hear(&p.Locale, said.Customer.Locale)
	hear(&p.Zone, said.Customer.Zone)
	hear(&p.Country, said.Customer.Country)
	if said.Consent != nil {
		hear(&p.Consent, map[bool]string{true: "yes", false: "no"}[*said.Consent])
	}
}

func (w Word) after(other Word) bool {
	if by := w.At.Compare(other.At); by != 0 {
		return by > 0
	}
	if by := strings.Compare(string(w.By), string(other.By)); by != 0 {
		return by > 0
	}
	return w.Value < other.Value // of "no" and "yes" at one time, no counts
}

// visit puts the order's change into the newest orders, or into the sums.
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
	case at == 0 && len(p.Orders) == Recent: // older than all that are kept whole
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
	v := Visit{Order: order.ID, At: order.Placed.At, Cancelled: order.Cancel != nil}
	lines := map[shop.ProductID]*VisitProduct{}
	for _, line := range order.Placed.Lines {
		if lines[line.Product] == nil {
			lines[line.Product] = &VisitProduct{Product: line.Product}
		}
		lines[line.Product].Units += line.Units
	}
	for _, back := range order.Returns {
		for product, units := range back.Units {
			if line := lines[product]; line != nil {
				line.Returned = min(line.Returned+units, line.Units)
			}
		}
	}
	for _, line := range lines {
		v.Lines = append(v.Lines, *line)
	}
	slices.SortFunc(v.Lines, func(a, b VisitProduct) int { return strings.Compare(string(a.Product), string(b.Product)) })
	v.Net.Currency = order.Placed.Total.Currency
	if !v.Cancelled {
		v.Net.Minor = order.Placed.Total.Minor
		for _, refund := range order.Refunds {
			if refund.Amount.Currency == v.Net.Currency { // this project never converts
				v.Net.Minor -= refund.Amount.Minor
			}
		}
		v.Net.Minor = max(v.Net.Minor, 0)
	}
	return v
}
