package privacy

import (
	"slices"
	"strings"

	"regulars/shared/shop"
)

// named reports whether a dead letter names the customer of the job, or one of
// their orders, and is not later than the erasure. It looks for names in the
// places where events, intents and Shopify's payloads have them, not in the
// whole text: a short ID is also a number of units.
func (j *Job) named(body string) bool {
	return j.names(text{body}) && !j.later(body)
}

// later reports whether the message says that what it is about happened after
// the erasure: it belongs to a new relation.
func (j *Job) later(body string) bool {
	leaves, _ := text{body}.leaves()
	for _, path := range []string{"detail.occurred_at", "time", "planned", "at"} {
		for _, l := range leaves {
			if l.path == path {
				return l.after(j.At)
			}
		}
	}
	return false
}

// is reports whether a text or number in that place is a name of the customer or
// of an order of theirs.
func (j *Job) is(text, parent, key string) bool {
	if text == "" {
		return false
	}
	if slices.Contains(j.Addresses, normal(text)) { // an address is an address anywhere
		return true
	}
	switch {
	case key == "customer", key == "customers", key == "customer_id", key == "user_id", key == "id" && parent == "customer":
		return slices.Contains(j.Customers, shop.CustomerID(text))
	case key == "order", key == "order_id", key == "id" && (parent == "order" || parent == "payload"):
		return slices.Contains(j.Orders, shop.OrderID(text))
	case key == "destination", key == "to": // SES events
		return slices.ContainsFunc(j.Addresses, func(a string) bool { return hasAddress(text, a) })
	}
	return strings.HasPrefix(text, "guest:") && slices.Contains(j.Customers, shop.CustomerID(text))
}
