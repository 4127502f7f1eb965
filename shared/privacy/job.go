package privacy

import (
	"slices"
	"strings"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/intake"
	"regulars/shared/mailbox"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Settling is the time between two passes of a job. It is the longest delay of
// an SQS message; the workers that were busy with the customer have ended then.
const Settling = 15 * time.Minute

// Stage is a part of a pass.
type Stage string

const (
	stagePeople   Stage = "people"
	stageSuppress Stage = "suppress"
	stageOrders   Stage = "orders"
	stageCoupons  Stage = "coupons"
	stageSends    Stage = "sends"
	stageLetters  Stage = "letters"
	stageCustomer Stage = "customer"
)

// mostOrders limits the orders of a job by which dead letters are recognized, so
// that the job fits in a queue message.
const mostOrders = 2000

// Job is an erasure with its progress, as a message on a queue. It names the
// customer until the job has ended.
type Job struct {
	Request shop.EventID `json:"erasure"` // the event that asked for it
	At      time.Time    `json:"at"`      // what is later than that stays

	Customers []shop.CustomerID `json:"customers"`
	Addresses []string          `json:"addresses,omitempty"`
	Person    string            `json:"person,omitempty"` // the address of which every customer is to be erased; empty: only the customer of the request
	Orders    []shop.OrderID    `json:"orders,omitempty"` // that the event named, and those that were erased

	Pass   int            `json:"pass"` // from 1 on
	Stage  Stage          `json:"stage"`
	Cursor dynamo.Cursor  `json:"cursor,omitempty"` // in the table of the stage
	Again  bool           `json:"again,omitempty"`  // another pass is needed
	Erased map[string]int `json:"erased,omitempty"` // how many items of each kind

	Unattributed int `json:"unattributed,omitempty"` // rows in this pass that cannot be read and do not say whose they are
}

// NewJob returns the job of a request at its beginning.
func NewJob(request shop.EventID, at time.Time, fact shop.EraseFact) Job {
	j := Job{Request: request, At: shop.Millis(at), Pass: 1, Orders: fact.Orders}
	j.addCustomer(fact.Customer)
	j.addAddress(fact.Email)
	// The owner of a mailbox asks for all that they are, and so does a shop that names
	// an address and no ID. A shop that names an ID means that account.
	if fact.Source == shop.RequestFromPreferences || fact.Customer == intake.Guest(fact.Email) {
		j.Person = normal(fact.Email)
	}
	j.begin()
	return j
}

// begin puts the job at the first stage of its pass.
func (j *Job) begin() {
	j.Stage, j.Cursor, j.Unattributed = stageSuppress, "", 0
	if j.Person != "" {
		j.Stage = stagePeople
	}
}

// addCustomer adds one of the customer's IDs.
func (j *Job) addCustomer(id shop.CustomerID) {
	if id != "" && !slices.Contains(j.Customers, id) {
		j.Customers = append(j.Customers, id)
	}
}

// addAddress adds one of the customer's addresses, and the guest who orders
// with it. It reports whether the address is new.
func (j *Job) addAddress(address string) bool {
	address = normal(address)
	if address == "" || slices.Contains(j.Addresses, address) {
		return false
	}
	j.Addresses = append(j.Addresses, address)
	j.addCustomer(intake.Guest(address))
	return true
}

// normal returns the form in which addresses are compared.
func normal(address string) string {
	if normal, _ := mailbox.Normalize(address); normal != "" {
		return normal
	}
	return strings.ToLower(strings.TrimSpace(address))
}

func (j *Job) addOrder(id shop.OrderID) {
	if len(j.Orders) < mostOrders && !slices.Contains(j.Orders, id) {
		j.Orders = append(j.Orders, id)
	}
}

// has reports whether the order is to be erased: it is one of the customer's,
// or the request named it, and it was not placed after the erasure.
func (j *Job) has(o shop.Order) bool {
	if !slices.Contains(j.Customers, o.Customer) && !slices.Contains(j.Orders, o.ID) {
		return false
	}
	return o.Erased.IsZero() && (o.Placed == nil || !o.Placed.At.After(j.At))
}

// renewed reports whether, in a later pass, a profile is of a new relation with
// the customer: it was made by an order or an event after the erasure. In the
// first pass such a profile still holds the earlier data.
func (j *Job) renewed(p profile.Profile) bool {
	if j.Pass == 1 {
		return false
	}
	return p.Birthday.At.After(j.At) || slices.ContainsFunc(p.Orders, func(v profile.Visit) bool { return v.At.After(j.At) })
}

func (j *Job) count(kind string, n int) {
	if n == 0 {
		return
	}
	counts := map[string]int{kind: n}
	for k, more := range j.Erased {
		counts[k] += more
	}
	j.Erased = counts
}
