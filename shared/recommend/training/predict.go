package training

import (
	"slices"
	"time"

	"regulars/shared/advice"
	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
	"regulars/shared/shop"
)

// want is the number of products in a list.
const want = 10

// nextOrder is an order to predict.
type nextOrder struct {
	history recommend.History // before it
	at      time.Time
	kept    []shop.ProductID
	part    int // of the customers, from 0
}

// predict returns the candidates in the blend's order, and which of them were
// bought. It reads as many rows as a message does.
func (o nextOrder) predict(mode recommend.Mode, rows map[shop.ProductID]recommend.Item, popular []recommend.Popular) (c rerank.Case) {
	for _, id := range o.kept {
		had := slices.ContainsFunc(o.history.Items, func(b recommend.Bought) bool { return b.Product == id })
		if rows[id].Customers > 0 && (mode == recommend.ModeNext || !had) { // other products cannot be predicted
			c.Wanted++
		}
	}
	q := advice.Question{History: o.history, Model: recommend.Model{Popular: popular}, Want: want, Mode: mode}
	read := map[shop.ProductID]recommend.Item{}
	for _, ids := range []func() []shop.ProductID{q.Sources, func() []shop.ProductID { return q.Candidates(read) }} {
		for _, id := range ids() {
			if row, ok := rows[id]; ok {
				read[id] = row
			}
		}
	}
	for _, r := range recommend.Rank(o.at, o.history, read, popular, len(read), recommend.Options{Want: want, Mode: mode}) {
		c.Candidates = append(c.Candidates, rerank.Candidate{Features: r.Features, Bought: slices.Contains(o.kept, r.Product)})
	}
	return c
}
