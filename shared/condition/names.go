package condition

import (
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"regulars/shared/shop"
)

// name is one fact that conditions can use: its name, its type, its meaning for
// the manual, and the function that returns its value.
type name struct {
	path string
	typ  *cel.Type
	doc  string
	get  func(*evaluation) ref.Val
}

// evaluation is one evaluation of a condition: the facts, and the shop's
// currency.
type evaluation struct {
	*Facts
	currency shop.Currency
}

// money returns the amount in minor units. An amount in another currency counts
// as 0, because this project never converts money.
func (e *evaluation) money(m shop.Money) ref.Val {
	if m.Currency != e.currency {
		return minor(0)
	}
	return minor(m.Minor)
}

var (
	counts = cel.MapType(cel.StringType, cel.IntType)
	marks  = cel.MapType(cel.StringType, cel.BoolType)
	texts  = cel.ListType(cel.StringType)
	labels = cel.MapType(cel.StringType, cel.StringType)

	// within is a map of all whole numbers of days.
	ordersWithin = cel.MapType(cel.IntType, cel.IntType)
	spentWithin  = cel.MapType(cel.IntType, moneyType)
)

// names is the list of all facts.
var names = []name{
	{"customer.orders", cel.IntType, "number of orders they placed; cancelled ones do not count", func(e *evaluation) ref.Val { return types.Int(e.Customer.Orders) }},
	{"customer.spent", moneyType, "what they spent on these, less refunds", func(e *evaluation) ref.Val { return e.money(e.Customer.Spent) }},
	{"customer.average", moneyType, "what they spend on one order, on average", func(e *evaluation) ref.Val { return e.money(e.Customer.Average) }},
	{"customer.days_since_last_order", cel.IntType, "whole days; 99999 for a customer without an order", func(e *evaluation) ref.Val { return e.days(e.Customer.SinceLast) }},
	{"customer.days_since_first_order", cel.IntType, "whole days; 99999 for a customer without an order", func(e *evaluation) ref.Val { return e.days(e.Customer.SinceOne) }},
	{"customer.first_order_day", cel.StringType, `day of the first order in their zone, such as "2026-11-22"; "" without an order`, func(e *evaluation) ref.Val { return e.day(e.Customer.First) }},
	{"customer.last_order_day", cel.StringType, `day of the last order in their zone, such as "2026-11-22"; "" without an order`, func(e *evaluation) ref.Val { return e.day(e.Customer.Last) }},
	{"customer.orders_within", ordersWithin, "number of orders in N days: customer.orders_within[90] >= 3; of the newest 30 orders only", func(e *evaluation) ref.Val { return e.within(false) }},
	{"customer.spent_within", spentWithin, `what they spent in N days, less refunds: customer.spent_within[90] >= money("100"); on the newest 30 orders only`, func(e *evaluation) ref.Val { return e.within(true) }},
	{"customer.returns", cel.IntType, "number of orders with at least one returned unit", func(e *evaluation) ref.Val { return types.Int(e.Customer.Returns) }},
	{"customer.rhythm", cel.StringType, `"on-time", "late" or "lost", compared with their usual gap; "" with fewer than three orders`, func(e *evaluation) ref.Val { return types.String(e.Customer.Rhythm) }},
	{"customer.usual_gap_days", cel.IntType, "median of the whole days between their orders; 99999 with fewer than three orders", func(e *evaluation) ref.Val { return never(e.Customer.Rhythm != "", e.Customer.Gap) }},
	{"customer.full_price_orders", cel.IntType, "number of orders in a row, up to the last, that they placed without having a valid coupon", func(e *evaluation) ref.Val { return types.Int(e.Customer.FullPrice) }},
	{"customer.alive", cel.DoubleType, "probability that they are still active, from 0.0 to 1.0; 0.0 for a customer without an order", func(e *evaluation) ref.Val { return types.Double(e.Customer.Alive) }},
	{"customer.expected_orders_90d", cel.DoubleType, "orders expected in the next 90 days, such as 0.4", func(e *evaluation) ref.Val { return types.Double(e.Customer.Expected) }},
	{"customer.value_year", moneyType, "spend expected in the next 365 days", func(e *evaluation) ref.Val { return e.money(e.Customer.Worth) }},
	{"customer.late", cel.DoubleType, "time since their last order as a multiple of their usual gap: 1.0 is as usual, 2.0 twice as long; 0.0 for a customer without an order", func(e *evaluation) ref.Val { return types.Double(e.Customer.Late) }},
	{"customer.points", cel.IntType, "points they can spend; 0 in a shop without points", func(e *evaluation) ref.Val { return types.Int(e.Customer.Points) }},
	{"customer.points_expire_in_days", cel.IntType, "whole days until the next of these expire; 99999 without points", func(e *evaluation) ref.Val { return never(e.Customer.Points > 0, e.Customer.ExpireIn) }},
	{"customer.tier", cel.StringType, `the name of their tier in points.yaml, such as "gold"; "" without one`, func(e *evaluation) ref.Val { return types.String(e.Customer.Tier) }},
	{"customer.coupons", cel.IntType, "number of coupons they ever got", func(e *evaluation) ref.Val { return types.Int(e.Customer.Coupons) }},
	{"customer.days_since_last_coupon", cel.IntType, "whole days; 99999 for a customer who never had one", func(e *evaluation) ref.Val { return never(e.Customer.Coupons > 0, e.Customer.SinceGot) }},
	{"customer.birthday_in_days", cel.IntType, "days until their birthday, 0 on the day, in their zone; 99999 if it is not known", func(e *evaluation) ref.Val { return never(e.Customer.Born, e.Customer.Birthday) }},
	{"customer.country", cel.StringType, `two capital letters such as "GB", or ""`, func(e *evaluation) ref.Val { return types.String(e.Customer.Country) }},
	{"customer.province", cel.StringType, `of a country with several time zones, such as "US-CA"; else ""`, func(e *evaluation) ref.Val { return types.String(e.Customer.Province) }},
	{"customer.language", cel.StringType, `such as "pl" or "en-GB", or ""`, func(e *evaluation) ref.Val { return types.String(e.Customer.Language) }},
	{"customer.guest", cel.BoolType, "true for an order without an account", func(e *evaluation) ref.Val { return types.Bool(e.Customer.Guest) }},
	{"customer.consents", texts, `topics that they agreed to: "promotions" in customer.consents`, func(e *evaluation) ref.Val { return e.consents() }},
	{"customer.consent_source", labels, `how they agreed to a topic: customer.consent_source["promotions"] == "checkout"; "" if they did not, or it is not known`, func(e *evaluation) ref.Val { return e.sources() }},
	{"customer.units", counts, `units they keep, by category: customer.units["lunch bag"]; 0 if they never bought any`, func(e *evaluation) ref.Val { return e.kept() }},
	{"customer.units_of", counts, `units they keep, by product: customer.units_of["SKU-1"]; 0 if they never bought any`, func(e *evaluation) ref.Val { return e.keptOf() }},

	{"customer.likes", marks, `whether they would like the product that the campaign is about: customer.likes[product.id]; false for any other`, func(e *evaluation) ref.Val { return e.liked() }},

	{"order.event", cel.StringType, `the event, such as "order.placed"; "" in a scheduled campaign`, func(e *evaluation) ref.Val { return types.String(e.Order.Event) }},
	{"order.total", moneyType, "what the customer pays for it", func(e *evaluation) ref.Val { return e.money(e.Order.Total) }},
	{"order.first", cel.BoolType, "true for the customer's first order", func(e *evaluation) ref.Val { return types.Bool(e.Order.First) }},
	{"order.last", cel.BoolType, "true as long as the customer has placed no later order", func(e *evaluation) ref.Val { return types.Bool(e.Order.Last) }},
	{"order.returned", cel.BoolType, "true if at least one unit of it came back", func(e *evaluation) ref.Val { return types.Bool(e.Order.Back) }},
	{"order.cause", cel.StringType, `why it was returned, cancelled or is delayed: "defect", "wrong", "late", "unwanted" or "other"; of a cancellation also "fraud" or "declined"`, func(e *evaluation) ref.Val { return types.String(e.Order.Cause) }},
	{"order.units", counts, `units in it, by category; 0 if it has none`, func(e *evaluation) ref.Val { return e.ordered() }},
	{"order.units_of", counts, `units in it, by product; 0 if it has none`, func(e *evaluation) ref.Val { return e.orderedOf() }},

	{"campaign.id", cel.StringType, "the name of the campaign's file", func(e *evaluation) ref.Val { return types.String(e.Campaign.ID) }},
	{"campaign.day", cel.StringType, `day of the run by the campaign's clock, such as "2026-11-22"; "" in a triggered campaign`, func(e *evaluation) ref.Val { return e.run("2006-01-02") }},
	{"campaign.weekday", cel.StringType, `day of the week of the run, such as "saturday"; "" in a triggered campaign`, func(e *evaluation) ref.Val { return e.run("Monday") }},

	{"journey.days", cel.IntType, "whole days since they entered the journey", func(e *evaluation) ref.Val { return types.Int(e.Journey.Days) }},
	{"journey.ordered", cel.BoolType, "true if they placed another order since they entered it, and did not cancel it", func(e *evaluation) ref.Val { return types.Bool(e.Journey.Ordered) }},
	{"journey.returned", cel.BoolType, "true if they returned something since they entered it", func(e *evaluation) ref.Val { return types.Bool(e.Journey.Returned) }},
	{"journey.opted_out", cel.BoolType, "true if they opted out of promotions, complained, or their address bounced since they entered it", func(e *evaluation) ref.Val { return types.Bool(e.Journey.OptedOut) }},
	{"product.id", cel.StringType, `the product that the campaign is about; "" without one`, func(e *evaluation) ref.Val { return types.String(e.Product.ID) }},
	{"product.category", cel.StringType, `its category in small letters, or ""`, func(e *evaluation) ref.Val { return types.String(strings.ToLower(e.Product.Category)) }},
	{"product.price", moneyType, "its price", func(e *evaluation) ref.Val { return e.money(e.Product.Price) }},
	{"product.former_price", moneyType, "its former price, as far as a message may state it; 0 without one", func(e *evaluation) ref.Val { return e.money(e.Product.Former) }},
	{"product.stock", cel.IntType, "units in stock; 99999 if the shop does not count them", func(e *evaluation) ref.Val { return types.Int(e.Product.Stock) }},

	{"anniversary.years", cel.IntType, "on an anniversary: whole years since the first order", func(e *evaluation) ref.Val { return types.Int(e.OwnDay.Years) }},
	{"points.expiring", cel.IntType, "if points expire: how many on that day", func(e *evaluation) ref.Val { return types.Int(e.OwnDay.Points) }},
	{"points.in_days", cel.IntType, "if points expire: days until that day", func(e *evaluation) ref.Val { return types.Int(e.OwnDay.In) }},
	{"replenishment.product", cel.StringType, "if a product is due: its ID", func(e *evaluation) ref.Val { return types.String(e.OwnDay.Product) }},
	{"replenishment.every_days", cel.IntType, "if a product is due: the days that it usually lasts the customer", func(e *evaluation) ref.Val { return types.Int(e.OwnDay.Every) }},
	{"replenishment.days_since", cel.IntType, "if a product is due: whole days since they last bought it", func(e *evaluation) ref.Val { return types.Int(e.OwnDay.Since) }},
	{"tier.name", cel.StringType, "if a tier was reached: its name in points.yaml", func(e *evaluation) ref.Val { return types.String(e.OwnDay.Tier) }},

	{"line.product", cel.StringType, "the product's ID", func(e *evaluation) ref.Val { return types.String(e.Line.Product) }},
	{"line.category", cel.StringType, `the product's category in small letters, or ""`, func(e *evaluation) ref.Val { return types.String(strings.ToLower(e.Line.Category)) }},
	{"line.price", moneyType, "price of one unit, before any discount", func(e *evaluation) ref.Val { return e.money(e.Line.Price) }},
	{"line.units", cel.IntType, "units of it in the cart", func(e *evaluation) ref.Val { return types.Int(e.Line.Units) }},
}

// byPath is names by path.
var byPath = func() map[string]*name {
	m := make(map[string]*name, len(names))
	for i := range names {
		m[names[i].path] = &names[i]
	}
	return m
}()

// ResolveName and Parent make an evaluation a cel.Activation. Only the facts
// that the condition uses are computed.
func (e *evaluation) ResolveName(path string) (any, bool) {
	n, ok := byPath[path]
	if !ok {
		return nil, false
	}
	return n.get(e), true
}

func (*evaluation) Parent() cel.Activation { return nil }

// days returns a number of days since an order, or Never without an order.
func (e *evaluation) days(n int) ref.Val { return never(e.Customer.Orders > 0, n) }

// day returns the day of an order in the customer's zone.
func (e *evaluation) day(at time.Time) ref.Val {
	if e.Customer.Orders == 0 {
		return types.String("")
	}
	return types.String(at.Format(time.DateOnly))
}

func never(happened bool, days int) ref.Val {
	if !happened {
		return types.Int(Never)
	}
	return types.Int(days)
}

func (e *evaluation) consents() ref.Val {
	list := make([]string, len(e.Customer.Consents))
	for i, topic := range e.Customer.Consents {
		list[i] = string(topic)
	}
	return types.NewStringList(types.DefaultTypeAdapter, list)
}

func (e *evaluation) sources() ref.Val {
	sources := make(map[string]string, len(e.Customer.Sources))
	for topic, source := range e.Customer.Sources {
		sources[string(topic)] = string(source)
	}
	return withDefault{types.DefaultTypeAdapter.NativeToValue(sources).(traits.Mapper), types.String("")}
}

func (e *evaluation) kept() ref.Val {
	sums := map[string]int64{}
	for _, b := range e.Customer.Bought {
		sums[strings.ToLower(b.Category)] += int64(b.Units)
	}
	return byCategory{counted(sums)}
}

func (e *evaluation) keptOf() ref.Val {
	units := make(map[string]int64, len(e.Customer.Bought))
	for id, b := range e.Customer.Bought {
		units[string(id)] = int64(b.Units)
	}
	return counted(units)
}

func (e *evaluation) liked() ref.Val {
	likes := make(map[string]bool, len(e.Customer.Likes))
	for id, yes := range e.Customer.Likes {
		likes[string(id)] = yes
	}
	return withDefault{types.DefaultTypeAdapter.NativeToValue(likes).(traits.Mapper), types.False}
}

func (e *evaluation) ordered() ref.Val {
	sums := map[string]int64{}
	for id, n := range e.Order.Lines {
		sums[strings.ToLower(e.Customer.Bought[id].Category)] += int64(n)
	}
	return byCategory{counted(sums)}
}

func (e *evaluation) orderedOf() ref.Val {
	units := make(map[string]int64, len(e.Order.Lines))
	for id, n := range e.Order.Lines {
		units[string(id)] = int64(n)
	}
	return counted(units)
}

func (e *evaluation) run(layout string) ref.Val {
	if e.Campaign.Run.IsZero() {
		return types.String("")
	}
	return types.String(strings.ToLower(e.Campaign.Run.Format(layout)))
}

// withDefault is a map that returns missing for a missing key. CEL's own maps fail
// on a missing key.
type withDefault struct {
	traits.Mapper
	missing ref.Val
}

func counted(counts map[string]int64) withDefault {
	return withDefault{types.DefaultTypeAdapter.NativeToValue(counts).(traits.Mapper), types.IntZero}
}

func (m withDefault) Find(key ref.Val) (ref.Val, bool) {
	if n, ok := m.Mapper.Find(key); ok {
		return n, true
	}
	return m.missing, true
}

func (m withDefault) Get(key ref.Val) ref.Val {
	n, _ := m.Find(key)
	return n
}

// byDays is a map from a number of days to what was ordered since then: an order of
// 90 whole days ago counts for 90, as it does for customer.days_since_last_order.
type byDays struct {
	withDefault
	e     *evaluation
	spent bool // how much, otherwise how many orders
}

func (e *evaluation) within(spent bool) ref.Val { return byDays{counted(nil), e, spent} }

func (m byDays) Find(key ref.Val) (ref.Val, bool) { return m.Get(key), true }

func (m byDays) Get(key ref.Val) ref.Val {
	days, _ := key.(types.Int)
	var orders types.Int
	var sum minor
	for _, o := range m.e.Customer.Placed {
		if types.Int(o.Days) <= days {
			orders++
			sum += m.e.money(o.Net).(minor)
		}
	}
	if m.spent {
		return sum
	}
	return orders
}

// byCategory is a map of counts by category. It ignores the case of the category,
// in the catalogue and in the condition.
type byCategory struct{ withDefault }

func (c byCategory) Find(key ref.Val) (ref.Val, bool) {
	if name, ok := key.(types.String); ok {
		key = types.String(strings.ToLower(string(name)))
	}
	return c.withDefault.Find(key)
}

func (c byCategory) Get(key ref.Val) ref.Val {
	n, _ := c.Find(key)
	return n
}
