package privacy

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"regulars/shared/shop"
)

// named reports whether a dead letter names the customer of the job, or one of
// their orders, and is not later than the erasure. It looks for names in the
// places where events, intents and Shopify's payloads have them, not in the
// whole text: a short ID is also a number of units.
func (j *Job) named(body string) bool {
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.UseNumber()
	var content any
	if err := decoder.Decode(&content); err != nil {
		return j.mentions(body)
	}
	return j.within(content, "", "") && !j.later(content)
}

// mentions reports whether a body that is not JSON has an address or ID of the
// customer anywhere.
func (j *Job) mentions(body string) bool {
	body = strings.ToLower(body)
	for _, address := range j.Addresses {
		if strings.Contains(body, address) {
			return true
		}
	}
	return slices.ContainsFunc(j.Customers, func(id shop.CustomerID) bool {
		return len(id) >= 6 && strings.Contains(body, strings.ToLower(string(id)))
	})
}

// later reports whether the message says that what it is about happened after
// the erasure: it belongs to a new relation.
func (j *Job) later(content any) bool {
	message, _ := content.(map[string]any)
	detail, _ := message["detail"].(map[string]any)
	for _, stamp := range []any{detail["occurred_at"], message["time"], message["planned"], message["at"]} {
		if text, ok := stamp.(string); ok {
			at, err := time.Parse(time.RFC3339, text)
			return err == nil && at.After(j.At)
		}
	}
	return false
}

// within reports whether a value names the customer. parent and key are the
// names of the two members that hold it.
func (j *Job) within(v any, parent, key string) bool {
	switch v := v.(type) {
	case map[string]any:
		for k, member := range v {
			if j.within(member, key, strings.ToLower(k)) {
				return true
			}
		}
	case []any:
		for _, element := range v {
			if j.within(element, parent, key) {
				return true
			}
		}
	case string:
		return j.is(strings.TrimSpace(v), parent, key)
	case json.Number:
		return j.is(string(v), parent, key)
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
		return slices.ContainsFunc(j.Addresses, func(a string) bool { return strings.Contains(strings.ToLower(text), a) })
	}
	return strings.HasPrefix(text, "guest:") && slices.Contains(j.Customers, shop.CustomerID(text))
}
