package condition

import (
	"strings"
	"time"

	"regulars/shared/shop"
)

// name is one fact that conditions can use: its name, its type, its meaning for
// the manual, and the function that returns its value.
type name struct {
	path string
	typ  Type
	doc  string
	get  func(*evaluation) value
}

// evaluation is one evaluation of a condition: the facts, and the shop's
// currency.
type evaluation struct {
	*Facts
	currency shop.Currency
	tried    *trial // if not nil, it has the values in place of the facts; see [Condition.Never]
}

// money returns the amount in minor units. An amount in another currency counts
// as 0, because this project never converts money.
func (e *evaluation) money(m shop.Money) value {
	if m.Currency != e.currency {
		return minor(0)
	}
	return minor(m.Minor)
}

// names is the list of all facts.
var names = []name{
	{"customer.orders", Int, "number of orders they placed; cancelled ones do not count", func(e *evaluation) value { return number(e.Customer.Orders) }},
	{"customer.spent", Money, "what they spent on these, less refunds", func(e *evaluation) value { return e.money(e.Customer.Spent) }},
	{"customer.average", Money, "what they spend on one order, on average", func(e *evaluation) value { return e.money(e.Customer.Average) }},
	{"customer.days_since_last_order", Int, "whole days; 99999 for a customer without an order", func(e *evaluation) value { return e.days(e.Customer.SinceLast) }},
	{"customer.days_since_first_order", Int, "whole days; 99999 for a customer without an order", func(e *evaluation) value { return e.days(e.Customer.SinceOne) }},
	{"customer.first_order_day", String, `day of the first order in their zone, such as "2026-11-22"; "" without an order`, func(e *evaluation) value { return e.day(e.Customer.First) }},
	{"customer.last_order_day", String, `day of the last order in their zone, such as "2026-11-22"; "" without an order`, func(e *evaluation) value { return e.day(e.Customer.Last) }},
	{"customer.orders_within", ordersWithin, "number of orders in N days: customer.orders_within[90] >= 3; of the newest 30 orders only", func(e *evaluation) value { return value{typ: ordersWithin, of: (*ordersSince)(e)} }},
	{"customer.spent_within", spentWithin, `what they spent in N days, less refunds: customer.spent_within[90] >= money("100"); on the newest 30 orders only`, func(e *evaluation) value { return value{typ: spentWithin, of: (*spentSince)(e)} }},
	{"customer.returns", Int, "number of orders with at least one returned unit", func(e *evaluation) value { return number(e.Customer.Returns) }},
	{"customer.rhythm", String, `"on-time", "late" or "lost", compared with their usual gap; "" with fewer than three orders`, func(e *evaluation) value { return text(e.Customer.Rhythm) }},
	{"customer.usual_gap_days", Int, "median of the whole days between their orders; 99999 with fewer than three orders", func(e *evaluation) value { return never(e.Customer.Rhythm != "", e.Customer.Gap) }},
	{"customer.full_price_orders", Int, "number of orders in a row, up to the last, that they placed without having a valid coupon", func(e *evaluation) value { return number(e.Customer.FullPrice) }},
	{"customer.alive", Double, "probability that they are still active, from 0.0 to 1.0; 0.0 for a customer without an order", func(e *evaluation) value { return decimal(e.Customer.Alive) }},
	{"customer.expected_orders_90d", Double, "orders expected in the next 90 days, such as 0.4", func(e *evaluation) value { return decimal(e.Customer.Expected) }},
	{"customer.value_year", Money, "spend expected in the next 365 days", func(e *evaluation) value { return e.money(e.Customer.Worth) }},
	{"customer.late", Double, "time since their last order as a multiple of their usual gap: 1.0 is as usual, 2.0 twice as long; 0.0 for a customer without an order", func(e *evaluation) value { return decimal(e.Customer.Late) }},
	{"customer.points", Int, "points they can spend; 0 in a shop without points", func(e *evaluation) value { return number(e.Customer.Points) }},
	{"customer.points_expire_in_days", Int, "whole days until the next of these expire; 99999 without points", func(e *evaluation) value { return never(e.Customer.Points > 0, e.Customer.ExpireIn) }},
	{"customer.tier", String, `the name of their tier in points.yaml, such as "gold"; "" without one`, func(e *evaluation) value { return text(e.Customer.Tier) }},
	{"customer.coupons", Int, "number of coupons they ever got", func(e *evaluation) value { return number(e.Customer.Coupons) }},
	{"customer.days_since_last_coupon", Int, "whole days; 99999 for a customer who never had one", func(e *evaluation) value { return never(e.Customer.Coupons > 0, e.Customer.SinceGot) }},
	{"customer.birthday_in_days", Int, "days until their birthday, 0 on the day, in their zone; 99999 if it is not known", func(e *evaluation) value { return never(e.Customer.Born, e.Customer.Birthday) }},
	{"customer.country", String, `two capital letters such as "GB", or ""`, func(e *evaluation) value { return text(e.Customer.Country) }},
	{"customer.province", String, `of a country with several time zones, such as "US-CA"; else ""`, func(e *evaluation) value { return text(e.Customer.Province) }},
	{"customer.language", String, `such as "pl" or "en-GB", or ""`, func(e *evaluation) value { return text(e.Customer.Language) }},
	{"customer.guest", Bool, "true for an order without an account", func(e *evaluation) value { return boolean(e.Customer.Guest) }},
	{"customer.consents", texts, `topics that they agreed to: "promotions" in customer.consents`, func(e *evaluation) value { return value{typ: texts, list: (*consents)(e)} }},
	{"customer.consent_source", labels, `how they agreed to a topic: customer.consent_source["promotions"] == "checkout"; "" if they did not, or it is not known`, func(e *evaluation) value { return value{typ: labels, of: (*sources)(e)} }},
	{"customer.units", counts, `units they keep, by category: customer.units["lunch bag"]; 0 if they never bought any`, func(e *evaluation) value { return value{typ: counts, of: (*kept)(e)} }},
	{"customer.units_of", counts, `units they keep, by product: customer.units_of["SKU-1"]; 0 if they never bought any`, func(e *evaluation) value { return value{typ: counts, of: (*keptOf)(e)} }},

	{"customer.likes", marks, `whether they would like the product that the campaign is about: customer.likes[product.id]; false for any other`, func(e *evaluation) value { return value{typ: marks, of: (*likes)(e)} }},

	{"order.event", String, `the event, such as "order.placed"; "" in a scheduled campaign`, func(e *evaluation) value { return text(e.Order.Event) }},
	{"order.total", Money, "what the customer pays for it", func(e *evaluation) value { return e.money(e.Order.Total) }},
	{"order.first", Bool, "true for the customer's first order", func(e *evaluation) value { return boolean(e.Order.First) }},
	{"order.last", Bool, "true as long as the customer has placed no later order", func(e *evaluation) value { return boolean(e.Order.Last) }},
	{"order.returned", Bool, "true if at least one unit of it came back", func(e *evaluation) value { return boolean(e.Order.Back) }},
	{"order.cause", String, `why it was returned, cancelled or is delayed: "defect", "wrong", "late", "unwanted" or "other"; of a cancellation also "fraud" or "declined"`, func(e *evaluation) value { return text(e.Order.Cause) }},
	{"order.units", counts, `units in it, by category; 0 if it has none`, func(e *evaluation) value { return value{typ: counts, of: (*ordered)(e)} }},
	{"order.units_of", counts, `units in it, by product; 0 if it has none`, func(e *evaluation) value { return value{typ: counts, of: (*orderedOf)(e)} }},

	{"campaign.id", String, "the name of the campaign's file", func(e *evaluation) value { return text(e.Campaign.ID) }},
	{"campaign.day", String, `day of the run by the campaign's clock, such as "2026-11-22"; "" in a triggered campaign`, func(e *evaluation) value { return e.run("2006-01-02") }},
	{"campaign.weekday", String, `day of the week of the run, such as "saturday"; "" in a triggered campaign`, func(e *evaluation) value { return e.run("Monday") }},

	{"journey.days", Int, "whole days since they entered the journey", func(e *evaluation) value { return number(e.Journey.Days) }},
	{"journey.ordered", Bool, "true if they placed another order since they entered it, and did not cancel it", func(e *evaluation) value { return boolean(e.Journey.Ordered) }},
	{"journey.returned", Bool, "true if they returned something since they entered it", func(e *evaluation) value { return boolean(e.Journey.Returned) }},
	{"journey.opted_out", Bool, "true if they opted out of promotions, complained, or their address bounced since they entered it", func(e *evaluation) value { return boolean(e.Journey.OptedOut) }},
	{"product.id", String, `the product that the campaign is about; "" without one`, func(e *evaluation) value { return text(e.Product.ID) }},
	{"product.category", String, `its category in small letters, or ""`, func(e *evaluation) value { return text(strings.ToLower(e.Product.Category)) }},
	{"product.price", Money, "its price", func(e *evaluation) value { return e.money(e.Product.Price) }},
	{"product.former_price", Money, "its former price, as far as a message may state it; 0 without one", func(e *evaluation) value { return e.money(e.Product.Former) }},
	{"product.stock", Int, "units in stock; 99999 if the shop does not count them", func(e *evaluation) value { return number(e.Product.Stock) }},

	{"anniversary.years", Int, "on an anniversary: whole years since the first order", func(e *evaluation) value { return number(e.OwnDay.Years) }},
	{"points.expiring", Int, "if points expire: how many on that day", func(e *evaluation) value { return number(e.OwnDay.Points) }},
	{"points.in_days", Int, "if points expire: days until that day", func(e *evaluation) value { return number(e.OwnDay.In) }},
	{"replenishment.product", String, "if a product is due: its ID", func(e *evaluation) value { return text(e.OwnDay.Product) }},
	{"replenishment.every_days", Int, "if a product is due: the days that it usually lasts the customer", func(e *evaluation) value { return number(e.OwnDay.Every) }},
	{"replenishment.days_since", Int, "if a product is due: whole days since they last bought it", func(e *evaluation) value { return number(e.OwnDay.Since) }},
	{"tier.name", String, "if a tier was reached: its name in points.yaml", func(e *evaluation) value { return text(e.OwnDay.Tier) }},

	{"line.product", String, "the product's ID", func(e *evaluation) value { return text(e.Line.Product) }},
	{"line.category", String, `the product's category in small letters, or ""`, func(e *evaluation) value { return text(strings.ToLower(e.Line.Category)) }},
	{"line.price", Money, "price of one unit, before any discount", func(e *evaluation) value { return e.money(e.Line.Price) }},
	{"line.units", Int, "units of it in the cart", func(e *evaluation) value { return number(e.Line.Units) }},
}

// byPath is names by path.
var byPath = func() map[string]*name {
	m := make(map[string]*name, len(names))
	for i := range names {
		m[names[i].path] = &names[i]
	}
	return m
}()

// Fact is one fact that conditions can use, such as customer.orders.
type Fact struct {
	Path string
	Type Type
	Doc  string // its meaning, in a few words
}

// Known returns every fact that conditions can use, in the order of the manual.
func Known() []Fact {
	all := make([]Fact, len(names))
	for i, n := range names {
		all[i] = Fact{n.path, n.typ, n.doc}
	}
	return all
}

// Value returns the value of a fact: a bool, an int64, a float64, a string, or
// a []string for a list. Amounts are int64 in minor units of the currency. It
// returns nil for a map, and for a fact that is not known.
func (f *Facts) Value(path string, currency shop.Currency) any {
	n, known := byPath[path]
	if !known {
		return nil
	}
	v := n.get(&evaluation{Facts: f, currency: currency})
	switch v.typ {
	case Bool:
		return v.n != 0
	case Int, Money:
		return v.n
	case Double:
		return v.f
	case String:
		return v.s
	case texts:
		all := make([]string, v.list.size())
		for i := range all {
			all[i] = v.list.at(i).s
		}
		return all
	}
	return nil
}

// days returns a number of days since an order, or Never without an order.
func (e *evaluation) days(n int) value { return never(e.Customer.Orders > 0, n) }

// day returns the day of an order in the customer's zone.
func (e *evaluation) day(at time.Time) value {
	if e.Customer.Orders == 0 {
		return text("")
	}
	return text(at.Format(time.DateOnly))
}

func never(happened bool, days int) value {
	if !happened {
		return number(Never)
	}
	return number(days)
}

func (e *evaluation) run(layout string) value {
	if e.Campaign.Run.IsZero() {
		return text("")
	}
	return text(strings.ToLower(e.Campaign.Run.Format(layout)))
}
