package recommend

import (
	"cmp"
	"slices"
	"time"

	"regulars/shared/shop"
)

// FewestCustomers is the least number of customers that a reason may count.
const FewestCustomers = 3

// Mode says which products a message wants.
type Mode string

const (
	ModeGoesWith Mode = "goes_with" // new items only
	ModeAgain    Mode = "again"     // only items that are due again
	ModeNext     Mode = "next"      // the next order: due items and new items, by one score
	ModeBoth     Mode = "both"      // due and new items in turn, beginning with a due one; also the meaning of an empty Mode
)

// Options is what the message wants.
type Options struct {
	Want   int // how many picks at most
	Mode   Mode
	Anchor []shop.ProductID // the products of the current order, cart or page: they weigh most and are never picked
	Except []shop.ProductID // products not to pick, such as those shown too often recently
	About  []shop.ProductID // products of Anchor that a page shows: any number of picks may go with them

	Reranker Reranker // replaces the blend; nil: the blend scores
}

// Recommend returns up to opt.Want picks, best first, each with a reason that
// is true at now. items are the rows that the caller read, by product: those of
// [Sources] and [Candidates], or more; a product without a row is not picked.
// popular is what the shop sold most recently, in any order.
//
// It returns fewer picks, or none, if fewer have a true reason. It never fails:
// it ignores scores that are not numbers, unknown products and duplicates.
func Recommend(now time.Time, h History, items map[shop.ProductID]Item, popular []Popular, opt Options) []Pick {
	k := know(h, popular, opt.Anchor)
	s := scratches.Get().(*scratch)
	defer s.giveBack()
	all := k.scored(now, items, opt, s, func(row *Item) bool { return offered(row, opt) })
	var fresh, again []*choice
	sources := k.sources(items)
	have := owned(sources)
	for _, c := range all {
		switch {
		case c.own == nil && opt.Mode != ModeAgain && !have[c.row.Variants]:
			if unbought := c.fresh(items); unbought != nil {
				fresh = append(fresh, unbought)
			}
		case c.own != nil && opt.Mode != ModeGoesWith:
			if due := c.again(now); due != nil {
				again = append(again, due)
			}
		}
	}
	lift(fresh)
	slices.SortFunc(fresh, byStrength)
	slices.SortFunc(again, byStrength)
	if opt.Mode == ModeNext {
		return spread(byScores(again, fresh), sources, opt)
	}
	return spread(byTurns(again, fresh), sources, opt)
}

// source is an item of the customer that can lead to others, with a part of its row.
type source struct {
	*weighted
	title            string
	neighbours, live []Neighbour
	group            shop.ProductID // of variants; empty: none, or the product is used up
}

// sources returns the items whose rows were read, without returned ones.
func (k known) sources(items map[shop.ProductID]Item) []source {
	out := make([]source, 0, min(len(k.items), len(items)))
	for _, b := range k.items {
		if row, read := items[b.Product]; read && b.power > 0 {
			s := source{weighted: b, title: row.Title, neighbours: row.Neighbours, live: row.Live}
			if row.Used <= 0 {
				s.group = row.Variants
			}
			out = append(out, s)
		}
	}
	return out
}

// owned returns the groups of variants of which the customer has one: they do
// not need it in another colour. Products that are used up are left out: of
// these another kind is welcome.
func owned(sources []source) map[shop.ProductID]bool {
	have := map[shop.ProductID]bool{}
	for i := range sources {
		if group := sources[i].group; group != "" {
			have[group] = true
		}
	}
	return have
}

// choice is a candidate with a true reason.
type choice struct {
	*candidate
	reason   Reason
	strength float64 // the score, reduced if the item is overdue, raised if the catalogue relates it
}

func byStrength(a, b *choice) int {
	return cmp.Or(cmp.Compare(b.strength, a.strength), cmp.Compare(b.related, a.related), byScore(a.candidate, b.candidate))
}

// fresh returns a new item as a choice if it has a true reason, else nil.
func (c *candidate) fresh(items map[shop.ProductID]Item) *choice {
	reason := Reason{Kind: ReasonPopular, Customers: max(c.row.Customers, c.recent)}
	switch {
	case c.kind == ReasonTogether:
		reason = Reason{Kind: c.kind, Product: c.source.Product, Title: items[c.source.Product].Title, Customers: c.customers}
	case c.kind != "":
		reason = Reason{Kind: c.kind, Product: c.source.Product, Title: items[c.source.Product].Title, On: c.source.on()}
	case reason.Customers < FewestCustomers:
		return nil
	}
	return &choice{c, reason, c.score}
}

// reverse adds the relations in the candidate's own row: that it complements an
// item of the customer, or that such an item uses it up.
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

// byTurns takes one of each list in turn, beginning with a, until both are
// empty.
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

// byScores merges two sorted lists into one. At equal strength it takes from a.
func byScores(a, b []*choice) []*choice {
	out := slices.Concat(a, b)
	slices.SortStableFunc(out, func(x, y *choice) int { return cmp.Compare(y.strength, x.strength) })
	return out
}

// mostOfOne is the most picks of a list whose reason names one product: three
// of six because of one recipe box are laughed at.
const mostOfOne = 2

// mostOfName is the most picks of a list with one name, such as three of six
// that are lunch bags.
const mostOfName = 2

// spread returns the first opt.Want choices. Of products that are variants of
// each other only the first is taken, and never a second one. At most half of
// the choices (rounded up) are of one category, at most mostOfOne have a reason
// that names one product, unless the page is about it (a further one needs
// another reason), and at most mostOfName have one name (see [namesOf]). If that
// leaves too few, the limit on categories is given up, then the one on reasons,
// then that on names. Products without a category do not count for any.
func spread(all []*choice, sources []source, opt Options) []Pick {
	want := max(0, min(opt.Want, len(all)))
	taken := make([]bool, len(all))
	chosen, share, of, because, shown := 0, (want+1)/2, map[string]int{}, map[shop.ProductID]int{}, map[shop.ProductID]bool{}
	called := map[name]int{}
	full := func(p shop.ProductID) bool {
		return because[p] >= mostOfOne && p != "" && !slices.Contains(opt.About, p)
	}
	byKind := func(c *choice) bool { return c.row.Category == "" || of[c.row.Category] < share }
	byName := func(n name) bool { return called[n] >= mostOfName }
	byReason := func(c *choice) bool { return !full(c.reason.Product) || c.explain(sources, full) }
	names := make([][]name, len(all)) // of the choices that were looked at
	namesAre := func(i int) []name {
		if names[i] == nil {
			names[i] = namesOf(all[i].row.Product)
		}
		return names[i]
	}
	for _, keep := range [...]struct{ kind, reason, name bool }{{true, true, true}, {false, true, true}, {true, false, true}, {false, false, true}, {}} {
		for i, c := range all {
			if chosen == want || taken[i] || shown[c.row.Variants] || keep.kind && !byKind(c) || keep.name && slices.ContainsFunc(namesAre(i), byName) || keep.reason && !byReason(c) {
				continue
			}
			if c.row.Variants != "" {
				shown[c.row.Variants] = true
			}
			for _, n := range namesAre(i) {
				called[n]++
			}
			of[c.row.Category]++
			because[c.reason.Product]++
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

// explain gives a new item another true reason: the strongest neighbour that is
// not full. It reports whether there is one; if not, the reason stays.
func (c *choice) explain(sources []source, full func(shop.ProductID) bool) bool {
	if c.own != nil {
		return false
	}
	e := evidence{product: c.product}
	title := ""
	for i := range sources {
		s := &sources[i]
		if full(s.Product) {
			continue
		}
		n := near(s.neighbours, c.product)
		if n == nil {
			n = near(s.live, c.product)
		}
		if n != nil {
			e.neighbour(s.weighted, *n, s.title != "")
			if e.source == s.weighted {
				title = s.title
			}
		}
	}
	if e.kind != ReasonTogether {
		return false
	}
	c.reason = Reason{Kind: e.kind, Product: e.source.Product, Title: title, Customers: e.customers}
	return true
}
