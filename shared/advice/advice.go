// Package advice gets recommendations: it reads the rows of the catalogue that
// the engine (package recommend) needs and returns the engine's picks. Messages
// (package decide) and the shop's pages (functions/recommend) both use it.
//
//	q := advice.Question{History: h, Model: model, Want: 6}.Showing(now, "71053")
//	rows, err := advice.Read(ctx, store, model, q.Sources(), advice.MostCounted, q.Candidates)
//	picks := q.Picks(now, rows)
//
// The catalogue is read twice: first the customer's strongest items, then the
// products that they lead to. That is at most [MostSources] and
// [MostCandidates] rows, [MostRows] together, in two batches of DynamoDB if the
// caller adds no rows of its own. A row of up to 4 KB is half a read unit
// (docs/decisions/0019), and what was counted live of one of the
// [MostCounted] strongest another half.
package advice

import (
	"context"
	"maps"
	"slices"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Bounds of the rows that one question reads.
const (
	MostSources    = 60  // 40 for up to 20 picks, which suits every message
	MostCandidates = 80  // for a customer who bought little; each source beyond 20 leaves one fewer
	MostRows       = 100 // of both; 60 for up to 20 picks

	// MostCounted is for how many sources, the strongest, the live counters are read. They
	// only add pairs that the night's neighbours do not have.
	MostCounted = 4

	alwaysSources = 20 // sources that leave all the candidates
	usualMore     = 40 // rows beyond these, for up to 20 picks; twice the wanted number beyond that
)

// Question is what to recommend to one customer. The zero Question is for an
// unknown customer in a shop that has learned nothing; it has no picks.
type Question struct {
	History recommend.History
	Model   recommend.Model
	Want    int
	Mode    recommend.Mode
	Anchor  []shop.ProductID // the current order, cart or page: these products weigh most and are never picked
	Except  []shop.ProductID // products not to pick
	Remind  shop.ProductID   // a product that was bought: if it can be shown, it is the first pick

	// Language is a BCP 47 tag: titles of picks and in reasons are in it, if the
	// catalogue has them. Empty: the titles without a language.
	Language string

	about []shop.ProductID        // the products of Anchor that the page shows
	shown map[shop.ProductID]bool // of these, the ones that were never bought
}

// Showing returns the question for a page or a cart with these products: they
// are added to the anchor. A product that the customer never bought leads to
// others as if it had been bought once, now; but no reason then says that it
// was bought.
func (q Question) Showing(now time.Time, products ...shop.ProductID) Question {
	had, shown := map[shop.ProductID]bool{}, map[shop.ProductID]bool{}
	for _, b := range q.History.Items {
		had[b.Product] = true
	}
	q.Anchor = slices.Concat(q.Anchor, products)
	q.History.Items = slices.Clone(q.History.Items)
	for _, id := range products {
		if !had[id] && !shown[id] {
			shown[id] = true
			q.History.Items = append(q.History.Items, recommend.Bought{Product: id, Orders: 1, Units: 1, First: now, Last: now, Places: []int{0}})
		}
	}
	q.about, q.shown = products, shown
	return q
}

// Sources returns the rows to read first.
func (q Question) Sources() []shop.ProductID { return q.Reading().Sources() }

// more returns how many rows are read beyond the first sources: further
// sources, up to half of the number, and candidates.
func (q Question) more() int {
	return min(max(usualMore, 2*q.Want), MostRows-alwaysSources)
}

// Candidates returns the rows to read second, given the first.
func (q Question) Candidates(rows map[shop.ProductID]recommend.Item) []shop.ProductID {
	return q.Reading().Candidates(rows)
}

// Reading is a question with its sorted history: for a caller that asks for both its
// sources and its candidates. It does not see later changes of the question.
type Reading struct {
	of   recommend.Reading
	more int
}

// Reading returns the Reading of the question.
func (q Question) Reading() Reading {
	return Reading{recommend.ReadingOf(q.History, q.Model.Popular, q.Anchor...), q.more()}
}

// Sources returns the rows to read first.
func (r Reading) Sources() []shop.ProductID { return r.of.Sources(alwaysSources + r.more/2) }

// Candidates returns the rows to read second, given the first.
func (r Reading) Candidates(rows map[shop.ProductID]recommend.Item) []shop.ProductID {
	return r.of.Candidates(rows, r.more-max(0, len(r.Sources())-alwaysSources))
}

// Picks returns the picks, best first, given all rows: see
// [recommend.Recommend].
func (q Question) Picks(now time.Time, rows map[shop.ProductID]recommend.Item) []recommend.Pick {
	first := q.reminder(now, rows)
	if q.Remind != "" {
		q.Except = append(slices.Clone(q.Except), q.Remind)
	}
	picks := append(first, recommend.Recommend(now, q.History, rows, q.Model.Popular, recommend.Options{
		Want: q.Want - len(first), Mode: q.Mode, Anchor: q.Anchor, Except: q.Except, About: q.about,
		Reranker: q.Model.Reranker(q.Mode),
	})...)
	for i := range picks {
		if r := &picks[i].Reason; q.shown[r.Product] {
			r.Kind, r.On = notBought(r.Kind), time.Time{}
		}
		p := &picks[i].Product
		p.Title, p.Titles = p.TitleIn(q.Language), nil
		if r := &picks[i].Reason; r.Title != "" {
			r.Title = rows[r.Product].TitleIn(q.Language)
		}
		picks[i].Was, _ = rows[picks[i].Product.ID].Stated()
	}
	return picks
}

// reminder returns the pick that reminds of the product of Remind, or none.
func (q Question) reminder(now time.Time, rows map[shop.ProductID]recommend.Item) []recommend.Pick {
	for _, b := range q.History.Items {
		if b.Product != q.Remind || slices.Contains(q.Except, q.Remind) {
			continue
		}
		if pick, ok := b.Reminder(now, rows[q.Remind]); ok {
			return []recommend.Pick{pick}
		}
	}
	return nil
}

// notBought returns the kind that gives the same reason for a product which the
// customer did not buy.
func notBought(kind recommend.ReasonKind) recommend.ReasonKind {
	switch kind {
	case recommend.ReasonGoesWith:
		return recommend.ReasonGoesWithThis
	case recommend.ReasonConsumable:
		return recommend.ReasonConsumableThis
	}
	return kind // its words do not say that this customer bought something
}

// Catalogue reads products; dynamo.Store implements it. Sources reads what was counted
// live of the first counted ones as well. Each call returns a map of its own.
type Catalogue interface {
	Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
}

// Read returns the rows of first, with what was counted live of the first counted of
// them, and then of the products that next returns, with the learned part of the version
// of the model as. next gets the rows of first and must not keep the map.
func Read(ctx context.Context, from Catalogue, as recommend.Model, first []shop.ProductID, counted int, next func(map[shop.ProductID]recommend.Item) []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	rows := map[shop.ProductID]recommend.Item{}
	if len(first) > 0 {
		found, err := from.Sources(ctx, as, first, counted)
		if err != nil {
			return nil, err
		}
		rows = found
	}
	if ids := next(rows); len(ids) > 0 {
		found, err := from.Items(ctx, as, ids)
		if err != nil {
			return nil, err
		}
		maps.Copy(rows, found)
	}
	return rows, nil
}

// Choice is the picks of a page, and the rows that they were picked from.
type Choice struct {
	Picks []recommend.Pick
	Rows  map[shop.ProductID]recommend.Item
	Read  []shop.ProductID // the products whose rows were read; some may have no row
}

// Choose reads the rows of the question's sources and candidates, and picks
// among them. If there are fewer picks than wanted, it also reads popular
// products: a page with a gap is worse than twenty more read units. A message
// leaves the gap.
func (q Question) Choose(ctx context.Context, from Catalogue, now time.Time) (c Choice, err error) {
	c.Read = q.Sources()
	c.Rows, err = Read(ctx, from, q.Model, c.Read, MostCounted, func(rows map[shop.ProductID]recommend.Item) []shop.ProductID {
		candidates := q.Candidates(rows)
		c.Read = append(c.Read, candidates...)
		return candidates
	})
	if err != nil {
		return c, err
	}
	c.Picks = q.Picks(now, c.Rows)
	rest := q.rest(c.Read)
	if len(c.Picks) >= q.Want || q.Mode == recommend.ModeAgain || len(rest) == 0 {
		return c, nil
	}
	more, err := from.Items(ctx, q.Model, rest)
	maps.Copy(c.Rows, more)
	c.Picks = q.Picks(now, c.Rows)
	return c, err
}

// rest returns up to 40 popular products that are not in read, for a customer
// who got fewer picks than wanted: the shop may no longer sell the other
// products.
func (q Question) rest(read []shop.ProductID) (rest []shop.ProductID) {
	for _, p := range q.Model.Popular {
		if !slices.Contains(read, p.Product) && len(rest) < usualMore {
			rest = append(rest, p.Product)
		}
	}
	return rest
}
