package conditioncheck

import (
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"regulars/shared/condition"
	"regulars/shared/shop"
)

// celType returns CEL's type of a fact.
func celType(t condition.Type) *cel.Type {
	if entries, is := t.List(); is {
		return cel.ListType(celType(entries))
	}
	if keys, values, is := t.Map(); is {
		return cel.MapType(celType(keys), celType(values))
	}
	switch t {
	case condition.Bool:
		return cel.BoolType
	case condition.Int:
		return cel.IntType
	case condition.Double:
		return cel.DoubleType
	case condition.Money:
		return moneyType
	}
	return cel.StringType
}

// evaluation gives CEL the facts. CEL looks up those alone that the condition uses.
type evaluation struct {
	*condition.Facts
	currency shop.Currency
}

// ResolveName and Parent make an evaluation a cel.Activation.
func (e *evaluation) ResolveName(path string) (any, bool) {
	switch path {
	case "customer.orders_within":
		return byDays{counted(nil), e, false}, true
	case "customer.spent_within":
		return byDays{counted(nil), e, true}, true
	case "customer.consent_source":
		return mapOf(e.Customer.Sources, types.String("")), true
	case "customer.likes":
		return mapOf(e.Customer.Likes, types.False), true
	case "customer.units":
		sums := map[string]int64{}
		for _, b := range e.Customer.Bought {
			sums[strings.ToLower(b.Category)] += int64(b.Units)
		}
		return byCategory{counted(sums)}, true
	case "customer.units_of":
		units := map[string]int64{}
		for id, b := range e.Customer.Bought {
			units[string(id)] = int64(b.Units)
		}
		return counted(units), true
	case "order.units":
		sums := map[string]int64{}
		for id, n := range e.Order.Lines {
			sums[strings.ToLower(e.Customer.Bought[id].Category)] += int64(n)
		}
		return byCategory{counted(sums)}, true
	case "order.units_of":
		return mapOf(e.Order.Lines, types.IntZero), true
	}
	v := e.Value(path, e.currency)
	if n, isNumber := v.(int64); isNumber && isMoney()[path] {
		return minor(n), true
	}
	return v, v != nil
}

func (*evaluation) Parent() cel.Activation { return nil }

// isMoney has the facts that are amounts.
var isMoney = sync.OnceValue(func() map[string]bool {
	are := map[string]bool{}
	for _, fact := range condition.Known() {
		are[fact.Path] = fact.Type == condition.Money
	}
	return are
})

// withDefault is a map that returns missing for a missing key. CEL's own maps fail
// on a missing key.
type withDefault struct {
	traits.Mapper
	missing ref.Val
}

func mapOf[K ~string, V any](of map[K]V, missing ref.Val) withDefault {
	plain := make(map[string]any, len(of))
	for key, v := range of {
		plain[string(key)] = v
	}
	return withDefault{types.DefaultTypeAdapter.NativeToValue(plain).(traits.Mapper), missing}
}

func counted(counts map[string]int64) withDefault { return mapOf(counts, types.IntZero) }

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

// byDays is a map from a number of days to what was ordered since then.
type byDays struct {
	withDefault
	e     *evaluation
	spent bool // how much, otherwise how many orders
}

func (m byDays) Find(key ref.Val) (ref.Val, bool) { return m.Get(key), true }

func (m byDays) Get(key ref.Val) ref.Val {
	days, _ := key.(types.Int)
	var orders types.Int
	var sum minor
	for _, o := range m.e.Customer.Placed {
		if types.Int(o.Days) > days {
			continue
		}
		orders++
		if o.Net.Currency == m.e.currency {
			sum += minor(o.Net.Minor)
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
