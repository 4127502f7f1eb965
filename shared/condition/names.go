package condition

import (
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"regulars/shared/shop"
)

// name is one word of the language: how it is written, what it means, and how
// its value is had from the facts.
type name struct {
	path string
	typ  *cel.Type
	doc  string
	get  func(*asked) ref.Val
}

// asked is one evaluation: the facts, and the currency that money counts in.
type asked struct {
	*Facts
	currency shop.Currency
}

// money returns the amount in minor units. Another currency counts as nothing:
// this project never converts.
func (a *asked) money(m shop.Money) ref.Val {
	if m.Currency != a.currency {
		return minor(0)
	}
	return minor(m.Minor)
}

var (
	counts = cel.MapType(cel.StringType, cel.IntType)
	texts  = cel.ListType(cel.StringType)
)

// names is the whole vocabulary.
var names = []name{
	{"customer.orders", cel.IntType, "how many orders they placed; cancelled ones do not count", func(a *asked) ref.Val { return types.Int(a.Customer.Orders) }},
	{"customer.spent", moneyType, "what they spent on these, refunds taken off", func(a *asked) ref.Val { return a.money(a.Customer.Spent) }},
	{"customer.average", moneyType, "what they spend on one order, on average", func(a *asked) ref.Val { return a.money(a.Customer.Average) }},
	{"customer.days_since_last_order", cel.IntType, "whole days; 99999 for a customer without an order", func(a *asked) ref.Val { return a.days(a.Customer.SinceLast) }},
	{"customer.days_since_first_order", cel.IntType, "whole days; 99999 for a customer without an order", func(a *asked) ref.Val { return a.days(a.Customer.SinceOne) }},
	{"customer.returns", cel.IntType, "of how many orders something came back", func(a *asked) ref.Val { return types.Int(a.Customer.Returns) }},
	{"customer.rhythm", cel.StringType, `"on-time", "late" or "lost", by how often they order; "" with fewer than three orders`, func(a *asked) ref.Val { return types.String(a.Customer.Rhythm) }},
	{"customer.usual_gap_days", cel.IntType, "whole days between their orders, the median; 99999 with fewer than three orders", func(a *asked) ref.Val { return never(a.Customer.Rhythm != "", a.Customer.Gap) }},
	{"customer.full_price_orders", cel.IntType, "how many orders in a row, up to the last, they placed without a coupon at hand", func(a *asked) ref.Val { return types.Int(a.Customer.FullPrice) }},
	{"customer.alive", cel.DoubleType, "how likely they still are a customer, from 0.0 to 1.0; 0.0 for a customer without an order", func(a *asked) ref.Val { return types.Double(a.Customer.Alive) }},
	{"customer.expected_orders_90d", cel.DoubleType, "how many orders to expect of them in the next 90 days, such as 0.4", func(a *asked) ref.Val { return types.Double(a.Customer.Expected) }},
	{"customer.value_year", moneyType, "what to expect them to spend in the next 365 days", func(a *asked) ref.Val { return a.money(a.Customer.Worth) }},
	{"customer.late", cel.DoubleType, "how long since their last order, in usual gaps of their own: 1.0 is as usual, 2.0 twice as long; 0.0 for a customer without an order", func(a *asked) ref.Val { return types.Double(a.Customer.Late) }},
	{"customer.points", cel.IntType, "how many points they can spend; 0 in a shop without points", func(a *asked) ref.Val { return types.Int(a.Customer.Points) }},
	{"customer.points_expire_in_days", cel.IntType, "whole days until the next of these expire; 99999 where there are none", func(a *asked) ref.Val { return never(a.Customer.Points > 0, a.Customer.ExpireIn) }},
	{"customer.tier", cel.StringType, `the name of their tier in points.yaml, such as "gold"; "" without one`, func(a *asked) ref.Val { return types.String(a.Customer.Tier) }},
	{"customer.coupons", cel.IntType, "how many coupons they were given, ever", func(a *asked) ref.Val { return types.Int(a.Customer.Coupons) }},
	{"customer.days_since_last_coupon", cel.IntType, "whole days; 99999 for a customer who never had one", func(a *asked) ref.Val { return never(a.Customer.Coupons > 0, a.Customer.SinceGot) }},
	{"customer.birthday_in_days", cel.IntType, "days until their birthday, 0 on the day, by their own calendar; 99999 where they did not tell it", func(a *asked) ref.Val { return never(a.Customer.Born, a.Customer.Birthday) }},
	{"customer.country", cel.StringType, `two capital letters such as "GB", or ""`, func(a *asked) ref.Val { return types.String(a.Customer.Country) }},
	{"customer.language", cel.StringType, `such as "pl" or "en-GB", or ""`, func(a *asked) ref.Val { return types.String(a.Customer.Language) }},
	{"customer.guest", cel.BoolType, "true for an order without an account", func(a *asked) ref.Val { return types.Bool(a.Customer.Guest) }},
	{"customer.consents", texts, `what they agreed to; today "promotions" is the only one`, func(a *asked) ref.Val { return a.consents() }},
	{"customer.units", counts, `units they keep, by category: customer.units["lunch bag"]; 0 for what they never bought`, func(a *asked) ref.Val { return a.kept() }},
	{"customer.units_of", counts, `units they keep, by product: customer.units_of["SKU-1"]; 0 for what they never bought`, func(a *asked) ref.Val { return a.keptOf() }},

	{"order.event", cel.StringType, `what happened, such as "order.placed"; "" in a scheduled campaign`, func(a *asked) ref.Val { return types.String(a.Order.Event) }},
	{"order.total", moneyType, "what the customer pays for it", func(a *asked) ref.Val { return a.money(a.Order.Total) }},
	{"order.first", cel.BoolType, "true for the customer's first order", func(a *asked) ref.Val { return types.Bool(a.Order.First) }},
	{"order.cause", cel.StringType, `why it was returned, cancelled or is delayed: "defect", "wrong", "late", "unwanted" or "other"`, func(a *asked) ref.Val { return types.String(a.Order.Cause) }},
	{"order.units", counts, `units in it, by category; 0 for what is not in it`, func(a *asked) ref.Val { return a.ordered() }},
	{"order.units_of", counts, `units in it, by product; 0 for what is not in it`, func(a *asked) ref.Val { return a.orderedOf() }},

	{"campaign.id", cel.StringType, "the name of the campaign's file", func(a *asked) ref.Val { return types.String(a.Campaign.ID) }},
	{"campaign.day", cel.StringType, `the slot's day in the shop's zone, such as "2026-11-22"; "" without a slot`, func(a *asked) ref.Val { return a.run("2006-01-02") }},
	{"campaign.weekday", cel.StringType, `the slot's day of the week, such as "saturday"; "" without a slot`, func(a *asked) ref.Val { return a.run("Monday") }},

	{"line.product", cel.StringType, "the product's ID", func(a *asked) ref.Val { return types.String(a.Line.Product) }},
	{"line.category", cel.StringType, `the product's category in small letters, or ""`, func(a *asked) ref.Val { return types.String(strings.ToLower(a.Line.Category)) }},
	{"line.price", moneyType, "what one unit costs, before any discount", func(a *asked) ref.Val { return a.money(a.Line.Price) }},
	{"line.units", cel.IntType, "units of it in the cart", func(a *asked) ref.Val { return types.Int(a.Line.Units) }},
}

// byPath finds a name while evaluating.
var byPath = func() map[string]*name {
	m := make(map[string]*name, len(names))
	for i := range names {
		m[names[i].path] = &names[i]
	}
	return m
}()

// ResolveName and Parent make the facts of one evaluation a cel.Activation:
// only what a condition mentions is ever worked out.
func (a *asked) ResolveName(path string) (any, bool) {
	n, ok := byPath[path]
	if !ok {
		return nil, false
	}
	return n.get(a), true
}

func (*asked) Parent() cel.Activation { return nil }

// days is a number of days since an order.
func (a *asked) days(n int) ref.Val { return never(a.Customer.Orders > 0, n) }

func never(happened bool, days int) ref.Val {
	if !happened {
		return types.Int(Never)
	}
	return types.Int(days)
}

func (a *asked) consents() ref.Val {
	list := make([]string, len(a.Customer.Consents))
	for i, topic := range a.Customer.Consents {
		list[i] = string(topic)
	}
	return types.NewStringList(types.DefaultTypeAdapter, list)
}

func (a *asked) kept() ref.Val {
	sums := map[string]int64{}
	for _, b := range a.Customer.Bought {
		sums[strings.ToLower(b.Category)] += int64(b.Units)
	}
	return byCategory{counted(sums)}
}

func (a *asked) keptOf() ref.Val {
	units := make(map[string]int64, len(a.Customer.Bought))
	for id, b := range a.Customer.Bought {
		units[string(id)] = int64(b.Units)
	}
	return counted(units)
}

func (a *asked) ordered() ref.Val {
	sums := map[string]int64{}
	for id, n := range a.Order.Lines {
		sums[strings.ToLower(a.Customer.Bought[id].Category)] += int64(n)
	}
	return byCategory{counted(sums)}
}

func (a *asked) orderedOf() ref.Val {
	units := make(map[string]int64, len(a.Order.Lines))
	for id, n := range a.Order.Lines {
		units[string(id)] = int64(n)
	}
	return counted(units)
}

func (a *asked) run(layout string) ref.Val {
	if a.Campaign.Run.IsZero() {
		return types.String("")
	}
	return types.String(strings.ToLower(a.Campaign.Run.Format(layout)))
}

// tally is a map of counts in which everything has a count: what was never
// bought was bought 0 times. CEL's own maps fail on a missing key.
type tally struct{ traits.Mapper }

func counted(m map[string]int64) tally {
	return tally{types.DefaultTypeAdapter.NativeToValue(m).(traits.Mapper)}
}

func (t tally) Find(key ref.Val) (ref.Val, bool) {
	if n, ok := t.Mapper.Find(key); ok {
		return n, true
	}
	return types.IntZero, true
}

func (t tally) Get(key ref.Val) ref.Val {
	n, _ := t.Find(key)
	return n
}

// byCategory is a tally whose keys are categories: how they are capitalised in
// a catalogue or a condition makes no difference.
type byCategory struct{ tally }

func (c byCategory) Find(key ref.Val) (ref.Val, bool) {
	if name, ok := key.(types.String); ok {
		key = types.String(strings.ToLower(string(name)))
	}
	return c.tally.Find(key)
}

func (c byCategory) Get(key ref.Val) ref.Val {
	n, _ := c.Find(key)
	return n
}
