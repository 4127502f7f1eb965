package recommend

import (
	"cmp"
	"slices"
	"time"

	"regulars/shared/shop"
)

// FewestCustomers is the least number of customers that a reason may count.
const FewestCustomers = 3

// Mode says which of the two lists a message wants.
type Mode string

const (
	ModeGoesWith Mode = "goes_with" // new items only
	ModeAgain    Mode = "again"     // what is due again only
	ModeBoth     Mode = "both"      // by turns, what is due first; also what an empty Mode means
)

// Options is what the message wants.
type Options struct {
	Want   int // how many picks at most
	Mode   Mode
	Anchor []shop.ProductID // the order at hand, which weighs most; never picked
	Except []shop.ProductID // not to be picked, such as what was shown too often lately
}

// Recommend returns up to opt.Want picks, best first, each with a reason that is
// true at now. items are the rows that were read, by product: those of
// [Sources] and [Candidates], or more; what has no row is not picked. popular
// is what the shop sells most of late, in any order.
//
// It returns fewer, down to none, where fewer can be offered with a true reason.
// It never fails: rows with scores that are no numbers, a history with products
// that nobody knows, or duplicates are passed over.
func Recommend(now time.Time, h History, items map[shop.ProductID]Item, popular []Popular, opt Options) []Pick {
	k := know(h, opt.Anchor)
	var fresh, again []choice
	if opt.Mode != ModeAgain {
		fresh = k.fresh(items, popular, opt)
	}
	if opt.Mode != ModeGoesWith {
		again = k.again(now, items, opt)
	}
	return spread(byTurns(again, fresh), opt.Want)
}

// choice is a pick with what breaks a tie.
type choice struct {
	Pick
	customers int
}

func sorted(all []choice) []choice {
	slices.SortFunc(all, func(a, b choice) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.customers, a.customers), cmp.Compare(a.Product.ID, b.Product.ID))
	})
	return all
}

// fresh returns the new items, best first.
func (k known) fresh(items map[shop.ProductID]Item, popular []Popular, opt Options) []choice {
	var out []choice
	wanted := func(p shop.ProductID) bool { row, ok := items[p]; return ok && offered(p, row, opt) }
	for _, e := range weigh(k, items, popular, wanted) {
		row := items[e.product]
		k.reverse(e, row, items)
		if e.reason.Kind == "" {
			e.reason = Reason{Kind: ReasonPopular, Customers: max(row.Customers, e.popular)}
			if e.reason.Customers < FewestCustomers {
				continue // nothing true to say
			}
		}
		out = append(out, choice{Pick{row.Product, e.total(), e.reason}, max(row.Customers, e.popular)})
	}
	return sorted(out)
}

// reverse adds the relations that stand in the candidate's own row: what
// complements an item of theirs, or is used up by it.
func (k known) reverse(e *evidence, row Item, items map[shop.ProductID]Item) {
	uses, goes := row.Relations[shop.RelationConsumableOf], row.Relations[shop.RelationComplements]
	if len(uses)+len(goes) == 0 {
		return
	}
	for _, b := range k.items {
		source, ok := items[b.Product]
		if !ok || b.power == 0 {
			continue
		}
		if slices.Contains(uses, b.Product) {
			e.consumed(source.Product)
		}
		if slices.Contains(goes, b.Product) {
			e.relate(source.Product, shop.RelationComplements)
		}
	}
}

// offered reports whether a product can be shown at all.
func offered(id shop.ProductID, row Item, opt Options) bool {
	return row.ID == id && row.Title != "" && row.Price.Minor > 0 && !row.Hidden && row.InStock() &&
		!slices.Contains(opt.Anchor, id) && !slices.Contains(opt.Except, id)
}

// byTurns takes one of each list in turn, beginning with a, until both are used up.
func byTurns(a, b []choice) []choice {
	out := make([]choice, 0, len(a)+len(b))
	for i := range max(len(a), len(b)) {
		if i < len(a) {
			out = append(out, a[i])
		}
		if i < len(b) {
			out = append(out, b[i])
		}
	}
	return out
}

// spread returns the first want choices, of each category no more than half
// (rounded up) unless there is nothing else to fill up with. Products without a
// category are of none.
func spread(all []choice, want int) []Pick {
	want = max(0, min(want, len(all)))
	taken := make([]bool, len(all))
	chosen, share, of := 0, (want+1)/2, map[string]int{}
	for i, c := range all {
		if chosen < want && (c.Product.Category == "" || of[c.Product.Category] < share) {
			of[c.Product.Category]++
			taken[i] = true
			chosen++
		}
	}
	for i := range all {
		if chosen < want && !taken[i] {
			taken[i] = true
			chosen++
		}
	}
	var picks []Pick
	for i, c := range all {
		if taken[i] {
			picks = append(picks, c.Pick)
		}
	}
	return picks
}
