// Package advice asks the engine (package recommend) the one way in which
// everybody does who shows products: messages (package decide) and the shop's
// pages (functions/recommend).
//
//	q := advice.Question{History: h, Model: model, Want: 6}.Showing(now, "71053")
//	rows, err := advice.Read(ctx, store, model, q.Sources(), q.Candidates)
//	picks := q.Picks(now, rows)
//
// The catalogue is read twice: first the products that tell most of the customer,
// then those that the first lead to. That is at most [MostSources] and
// [MostCandidates] rows, [MostRows] together, and where whoever asks has no rows
// of their own to read as well, two batches of DynamoDB. A row of up to 4 KB is
// half a read unit (docs/decisions/0019).
package advice

import (
	"context"
	"maps"
	"slices"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
	"regulars/shared/shop"
)

// How many rows one question reads at most.
const (
	MostSources    = 60  // 40 for up to 20 picks, which suits every message
	MostCandidates = 80  // for who bought little; each source beyond 20 leaves one less
	MostRows       = 100 // of both; 60 for up to 20 picks

	alwaysSources = 20 // sources that leave all the candidates
	usualMore     = 40 // rows beyond these, for up to 20 picks; twice as many as are wanted beyond
)

// Question is what somebody should be shown. The zero Question is that of a
// stranger in a shop that has learned nothing; its answer is nothing.
type Question struct {
	History recommend.History
	Model   recommend.Model
	Want    int
	Mode    recommend.Mode
	Anchor  []shop.ProductID // the order at hand: it weighs most, and is never picked
	Except  []shop.ProductID // not to be picked

	shown map[shop.ProductID]bool // of Anchor, what was never bought
}

// Showing returns the question for a page with these products on it, or for a
// cart with them: they become the order at hand. What of them the customer never
// bought leads on as if it had been bought once, now; and no reason then says
// that it was.
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
	q.shown = shown
	return q
}

// Sources returns the rows to read first.
func (q Question) Sources() []shop.ProductID {
	return recommend.Sources(q.History, q.Model.Popular, alwaysSources+q.more()/2, q.Anchor...)
}

// more returns how many rows are read beyond the first sources: more of what the
// customer bought, up to half of them, and candidates.
func (q Question) more() int {
	return min(max(usualMore, 2*q.Want), MostRows-alwaysSources)
}

// Candidates returns the rows to read second, given the first.
func (q Question) Candidates(rows map[shop.ProductID]recommend.Item) []shop.ProductID {
	most := q.more() - max(0, len(q.Sources())-alwaysSources)
	return recommend.Candidates(q.History, rows, q.Model.Popular, most, q.Anchor...)
}

// Rest returns popular products, 40 at most, whose rows were not asked for yet,
// for who got fewer picks than they want: the shop may no longer sell what the
// others led to.
func (q Question) Rest(asked []shop.ProductID) (rest []shop.ProductID) {
	for _, p := range q.Model.Popular {
		if !slices.Contains(asked, p.Product) && len(rest) < usualMore {
			rest = append(rest, p.Product)
		}
	}
	return rest
}

// Picks returns the answer, best first, given all rows: see [recommend.Recommend].
func (q Question) Picks(now time.Time, rows map[shop.ProductID]recommend.Item) []recommend.Pick {
	picks := recommend.Recommend(now, q.History, rows, q.Model.Popular, recommend.Options{
		Want: q.Want, Mode: q.Mode, Anchor: q.Anchor, Except: q.Except,
		Reranker: rerank.For(q.Model, q.Mode),
	})
	for i := range picks {
		if r := &picks[i].Reason; q.shown[r.Product] {
			r.Kind, r.On = atHand(r.Kind), time.Time{}
		}
		picks[i].Was, _ = rows[picks[i].Product.ID].Stated()
	}
	return picks
}

// atHand returns the kind that says the same of a product which was not bought.
func atHand(kind recommend.ReasonKind) recommend.ReasonKind {
	switch kind {
	case recommend.ReasonGoesWith:
		return recommend.ReasonGoesWithThis
	case recommend.ReasonConsumable:
		return recommend.ReasonConsumableThis
	}
	return kind // it says nothing of this customer
}

// Catalogue is where products are kept; dynamo.Store is one.
type Catalogue interface {
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
}

// Read returns the rows of first, and then those that they lead to, with what was
// learned of them as the Question's model has it. next gets the first rows, which
// it must not keep.
func Read(ctx context.Context, from Catalogue, as recommend.Model, first []shop.ProductID, next func(map[shop.ProductID]recommend.Item) []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	rows := map[shop.ProductID]recommend.Item{}
	for _, wanted := range []func() []shop.ProductID{
		func() []shop.ProductID { return first },
		func() []shop.ProductID { return next(rows) },
	} {
		ids := wanted()
		if len(ids) == 0 {
			continue
		}
		read, err := from.Items(ctx, as, ids)
		if err != nil {
			return nil, err
		}
		maps.Copy(rows, read)
	}
	return rows, nil
}
