package profile

import (
	"maps"

	"regulars/shared/shop"
)

// withProducts returns the order with products in place of the lines that its
// parcels, edits and returns name, as far as the order is known. It changes none
// of the order's maps.
func withProducts(order shop.Order) shop.Order {
	if order.Placed == nil || len(order.Placed.Items) == 0 {
		return order
	}
	items := order.Placed.Items
	order.Parcels = each(order.Parcels, func(p shop.Parcel) shop.Parcel { p.Units = products(p.Units, items); return p })
	order.Edits = each(order.Edits, func(e shop.Edit) shop.Edit { e.Units = products(e.Units, items); return e })
	order.Returns = each(order.Returns, func(r shop.Return) shop.Return { r.Units = products(r.Units, items); return r })
	return order
}

// withItems returns the order with the lines' products that others know, if it has
// none: an edit that the shop's back end sends does not know them.
func withItems(placed *shop.Placed, others ...*shop.Placed) *shop.Placed {
	for _, other := range others {
		if len(placed.Items) == 0 && other != nil && len(other.Items) > 0 {
			with := *placed
			with.Items = other.Items
			placed = &with
		}
	}
	return placed
}

// each returns a copy of all with change applied to each value.
func each[T any](all map[string]T, change func(T) T) map[string]T {
	all = maps.Clone(all)
	for ref, v := range all {
		all[ref] = change(v)
	}
	return all
}

// products returns the units by product. Several lines of one product are added.
func products(units map[shop.ProductID]int, items map[shop.ProductID]shop.ProductID) map[shop.ProductID]int {
	if units == nil {
		return nil
	}
	out := map[shop.ProductID]int{}
	for id, n := range units {
		if product, ok := items[id]; ok {
			id = product
		}
		out[id] += n
	}
	return out
}
