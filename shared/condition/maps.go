package condition

import (
	"strings"

	"regulars/shared/shop"
)

// These are the facts that are lists or maps. They look up what a condition asks for,
// and make nothing.
type (
	consents    evaluation
	sources     evaluation // of consents, by topic
	kept        evaluation // units, by category
	keptOf      evaluation // units, by product
	likes       evaluation
	ordered     evaluation // units of the order, by category
	orderedOf   evaluation
	ordersSince evaluation // by whole days
	spentSince  evaluation
)

func (c *consents) size() int      { return len(c.Customer.Consents) }
func (c *consents) at(i int) value { return text(c.Customer.Consents[i]) }

func (s *sources) get(topic value) value { return text(s.Customer.Sources[shop.Topic(topic.s)]) }
func (s *sources) entries() map[value]value {
	return entriesOf(s.Customer.Sources, text[shop.ConsentSource])
}

func (k *keptOf) get(product value) value {
	return number(k.Customer.Bought[shop.ProductID(product.s)].Units)
}

func (k *keptOf) entries() map[value]value {
	return entriesOf(k.Customer.Bought, func(b Bought) value { return number(b.Units) })
}

func (o *orderedOf) get(product value) value {
	return number(o.Order.Lines[shop.ProductID(product.s)])
}
func (o *orderedOf) entries() map[value]value { return entriesOf(o.Order.Lines, number) }

func (l *likes) get(product value) value {
	return boolean(l.Customer.Likes[shop.ProductID(product.s)])
}
func (l *likes) entries() map[value]value { return entriesOf(l.Customer.Likes, boolean) }

func entriesOf[K ~string, V any](of map[K]V, get func(V) value) map[value]value {
	all := make(map[value]value, len(of))
	for key, v := range of {
		all[text(key)] = get(v)
	}
	return all
}

// get ignores the case of the category, in the catalogue and in the condition.
func (k *kept) get(category value) value {
	sum, wanted := 0, strings.ToLower(category.s)
	for _, b := range k.Customer.Bought {
		if strings.ToLower(b.Category) == wanted {
			sum += b.Units
		}
	}
	return number(sum)
}

// entries has the categories in small letters.
func (k *kept) entries() map[value]value {
	all := map[value]value{}
	for _, b := range k.Customer.Bought {
		category := text(strings.ToLower(b.Category))
		all[category] = number(int(all[category].n) + b.Units)
	}
	return all
}

// get ignores the case of the category, as that of kept does.
func (o *ordered) get(category value) value {
	sum, wanted := 0, strings.ToLower(category.s)
	for id, n := range o.Order.Lines {
		if o.category(id) == wanted {
			sum += n
		}
	}
	return number(sum)
}

func (o *ordered) entries() map[value]value {
	all := map[value]value{}
	for id, n := range o.Order.Lines {
		category := text(o.category(id))
		all[category] = number(int(all[category].n) + n)
	}
	return all
}

// category returns the category of a product of the order, in small letters.
func (o *ordered) category(id shop.ProductID) string {
	return strings.ToLower(o.Customer.Bought[id].Category)
}

// get returns the number of orders in the last whole days: an order of 90 days ago
// counts for 90, as it does for customer.days_since_last_order.
func (o *ordersSince) get(days value) value {
	orders := 0
	for _, placed := range o.Customer.Placed {
		if int64(placed.Days) <= days.n {
			orders++
		}
	}
	return number(orders)
}

// entries returns nil: the keys are all whole numbers.
func (*ordersSince) entries() map[value]value { return nil }

// get returns what the orders in the last whole days cost; see [ordersSince].
func (s *spentSince) get(days value) value {
	spent := minor(0)
	for _, placed := range s.Customer.Placed {
		if int64(placed.Days) <= days.n {
			spent.n += (*evaluation)(s).money(placed.Net).n
		}
	}
	return spent
}

func (*spentSince) entries() map[value]value { return nil }
