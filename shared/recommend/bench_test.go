package recommend_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
	"regulars/shared/shop"
)

// BenchmarkRecommend measures the way from a history to picks, with all rows in
// memory: 20 sources and 40 candidates with 20 neighbours each. A decision
// costs this and its reads; p99-ns is the slowest of a hundred. Re-ranked lists
// are computed by turns with those of the blend, and times-blend is how many
// times as long they take.
func BenchmarkRecommend(b *testing.B) {
	catalogue := map[shop.ProductID]recommend.Item{}
	var popular []recommend.Popular
	name := func(i int) string { return fmt.Sprintf("p%03d", i%600) }
	for i := range 600 {
		row := product(name(i), fmt.Sprintf("c%d", i%9))
		for n := range 20 {
			row.Neighbours = append(row.Neighbours, recommend.Neighbour{Product: shop.ProductID(name(i*7 + n*13 + 1)), Score: .5 / float64(n+1), Customers: 40 - n})
		}
		catalogue[row.ID] = row
		if i < recommend.MostPopular {
			popular = append(popular, recommend.Popular{Product: row.ID, Customers: 100 - i})
		}
	}
	weights := weightsOf(b)
	for _, size := range []int{5, 40, 500} {
		h := recommend.History{Orders: size}
		for i := range size {
			item := often(name(i*7), 1+i%4, 200+i, 30+i)
			for place := range item.Orders {
				item.Places = append(item.Places, i/20+place)
			}
			h.Items = append(h.Items, item)
		}
		recommended := func(by recommend.Reranker) time.Duration {
			start := time.Now()
			read := make(map[shop.ProductID]recommend.Item, 60)
			sources := recommend.Sources(h, popular, 40)
			for _, id := range sources {
				read[id] = catalogue[id]
			}
			for _, id := range recommend.Candidates(h, read, popular, min(40, 60-len(sources))) {
				read[id] = catalogue[id]
			}
			recommend.Recommend(now, h, read, popular, recommend.Options{Want: 6, Reranker: by})
			return time.Since(start)
		}
		b.Run(fmt.Sprintf("history=%d", size), func(b *testing.B) {
			b.ReportAllocs()
			var took []time.Duration
			for b.Loop() {
				took = append(took, recommended(nil))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
		})
		b.Run(fmt.Sprintf("history=%d, re-ranked", size), func(b *testing.B) {
			var took, blend []time.Duration
			for b.Loop() {
				blend = append(blend, recommended(nil))
				took = append(took, recommended(weights))
			}
			slices.Sort(took)
			slices.Sort(blend)
			b.ReportMetric(float64(took[len(took)/2])/float64(blend[len(blend)/2]), "times-blend")
			b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
			b.ReportMetric(float64(took[len(took)/2]), "median-ns")
		})
	}
}

// weightsOf returns the shipped weights for next orders.
func weightsOf(b *testing.B) recommend.Reranker {
	b.Helper()
	shipped, err := rerank.Shipped()
	if err != nil {
		b.Fatal(err)
	}
	return shipped.Rerankers[recommend.ModeNext]
}
