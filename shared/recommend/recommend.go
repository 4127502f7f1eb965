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
	ModeNext     Mode = "next"      // their next order: what they buy again and what is new, by one score
	ModeBoth     Mode = "both"      // by turns, what is due first; also what an empty Mode means
)

// Options is what the message wants.
type Options struct {
	Want   int // how many picks at most
	Mode   Mode
	Anchor []shop.ProductID // the order at hand, which weighs most; never picked
	Except []shop.ProductID // not to be picked, such as what was shown too often lately

	Reranker Reranker // scores in the blend's stead; nil: the blend alone
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
	k := know(h, popular, opt.Anchor)
	all := k.scored(now, items, opt, func(row *Item) bool { return offered(row, opt) })
	var fresh, again []*choice
	for _, c := range all {
		switch {
		case c.own == nil && opt.Mode != ModeAgain:
			fresh = append(fresh, c.fresh(items)...)
		case c.own != nil && opt.Mode != ModeGoesWith:
			again = append(again, c.again(now)...)
		}
	}
	slices.SortFunc(fresh, byRelation)
	slices.SortFunc(again, byStrength)
	if opt.Mode == ModeNext {
		return spread(byScores(again, fresh), opt.Want)
	}
	return spread(byTurns(again, fresh), opt.Want)
}

// choice is a candidate of which something true can be said.
type choice struct {
	*candidate
	reason   Reason
	strength float64 // the score, less where it is overdue
}

// byRelation puts what the catalogue relates first, then the best.
func byRelation(a, b *choice) int {
	return cmp.Or(cmp.Compare(b.related, a.related), byStrength(a, b))
}

func byStrength(a, b *choice) int {
	return cmp.Or(cmp.Compare(b.strength, a.strength), byScore(a.candidate, b.candidate))
}

// fresh returns the choice of a new item; none where nothing true can be said.
func (c *candidate) fresh(items map[shop.ProductID]Item) []*choice {
	reason := Reason{Kind: ReasonPopular, Customers: max(c.row.Customers, c.lately)}
	switch {
	case c.kind == ReasonTogether:
		reason = Reason{Kind: c.kind, Product: c.source.Product, Title: items[c.source.Product].Title, Customers: c.customers}
	case c.kind != "":
		reason = Reason{Kind: c.kind, Product: c.source.Product, Title: items[c.source.Product].Title, On: c.source.on()}
	case reason.Customers < FewestCustomers:
		return nil
	}
	return []*choice{{c, reason, c.score}}
}

// reverse adds the relations that stand in the candidate's own row: what
// complements an item of theirs, or is used up by it.
func (k known) reverse(e *evidence, row *Item, items map[shop.ProductID]Item) {
	uses, goes := row.Relations[shop.RelationConsumableOf], row.Relations[shop.RelationComplements]
	if len(uses)+len(goes) == 0 {
		return
	}
	for _, b := range k.items {
		usesUp, goesWith := slices.Contains(uses, b.Product), slices.Contains(goes, b.Product)
		if b.power == 0 || !usesUp && !goesWith || items[b.Product].Title == "" {
			continue
		}
		if usesUp {
			e.consumed(b)
		}
		if goesWith {
			e.relate(b, shop.RelationComplements)
		}
	}
}

// offered reports whether a product can be shown at all.
func offered(row *Item, opt Options) bool {
	return row.Title != "" && row.Price.Minor > 0 && !row.Hidden && row.InStock() && !slices.Contains(opt.Except, row.ID)
}

// byTurns takes one of each list in turn, beginning with a, until both are used up.
func byTurns(a, b []*choice) []*choice {
	out := make([]*choice, 0, len(a)+len(b))
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

// byScores merges two lists, each of which keeps its own order: the first in
// each stands for the best score that is left in its list. At equal scores a
// comes first.
func byScores(a, b []*choice) []*choice {
	left := func(list []*choice) []float64 {
		scores := make([]float64, len(list))
		for i, c := range list {
			scores[i] = c.strength
		}
		slices.Sort(scores)
		slices.Reverse(scores)
		return scores
	}
	out := make([]*choice, 0, len(a)+len(b))
	for x, y := left(a), left(b); len(a)+len(b) > 0; {
		if len(b) == 0 || len(a) > 0 && x[0] >= y[0] {
			out, a, x = append(out, a[0]), a[1:], x[1:]
		} else {
			out, b, y = append(out, b[0]), b[1:], y[1:]
		}
	}
	return out
}

// spread returns the first want choices, of each category no more than half
// (rounded up) unless there is nothing else to fill up with. Products without a
// category are of none.
func spread(all []*choice, want int) []Pick {
	want = max(0, min(want, len(all)))
	taken := make([]bool, len(all))
	chosen, share, of := 0, (want+1)/2, map[string]int{}
	for i, c := range all {
		if chosen < want && (c.row.Category == "" || of[c.row.Category] < share) {
			of[c.row.Category]++
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
			picks = append(picks, Pick{Product: c.row.Product, Score: c.score, Reason: c.reason})
		}
	}
	return picks
}
