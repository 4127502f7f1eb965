package recommend

import (
	"slices"
	"time"

	"regulars/shared/shop"
)

// LeadsTo reports whether a customer who bought the row's product can like the
// other one for it: whether [Affinity] needs the row.
func LeadsTo(row, other Item) bool {
	if row.ID == other.ID || row.Variants != "" && row.Variants == other.Variants || slices.Contains(row.Consumables, other.ID) ||
		near(row.Neighbours, other.ID) != nil || near(row.Live, other.ID) != nil {
		return true
	}
	for _, related := range row.Relations {
		if slices.Contains(related, other.ID) {
			return true
		}
	}
	return slices.Contains(other.Relations[shop.RelationConsumableOf], row.ID) || slices.Contains(other.Relations[shop.RelationComplements], row.ID)
}

// Affinity returns how much a customer would like one product, and whether they
// would at all. The score is that of the blend, by which [Recommend] ranks the
// product for them: higher is better. They like it if they have a reason of their
// own, as a pick would: it goes with what they bought, customers who bought that
// bought it as well, or it is due again. Popularity alone is no reason, and neither
// is a product that they returned, or have in another colour.
//
// rows are those that lead to the product ([LeadsTo]), by ID, with the product's
// own; popular is what the shop sold recently.
func Affinity(now time.Time, h History, product shop.ProductID, rows map[shop.ProductID]Item, popular []Popular) (score float64, likes bool) {
	row, known := rows[product]
	if !known {
		return 0, false
	}
	k := know(h, popular, nil)
	f := &evidenceSet{at: map[shop.ProductID]int32{}}
	f.add(product)
	k.weigh(rows, f)
	e := &f.all[0]
	if e.own == nil && k.had(product) || e.own != nil && e.own.power == 0 {
		return 0, false
	}
	k.reverse(e, &row, rows)
	e.recent = max(e.recent, row.Recent)
	score = k.blend(e, row.again())
	if e.own != nil {
		return score, dueness(now, &e.own.Bought, &row) > 0
	}
	return score, e.kind != "" && !owned(k.sources(rows))[row.Variants]
}
