package dynamo

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/recommend"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

// LeadingTo returns the rows of the catalogue that [recommend.Affinity] needs for
// one product, by ID, with what was learned of them in the model's version. It is
// empty if the catalogue does not know the product. It reads the whole catalogue: a
// row of up to 4 KB costs half a read unit. It reads those that lead to it again.
func (s *Store) LeadingTo(ctx context.Context, as recommend.Model, product shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	rows, err := s.Items(ctx, as, []shop.ProductID{product})
	if err != nil || len(rows) == 0 {
		return rows, err
	}
	other, sold := rows[product], live.SoldOf(as.Buyers)
	leading := map[shop.ProductID]bool{product: true}
	look := func(row recommend.Item, m item) {
		row.Live = readCounters(m).Neighbours(sold)
		if recommend.LeadsTo(row, other) {
			leading[row.ID] = true
		}
	}
	for page := (Page{}); page.After != End; {
		page.After, err = s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Catalogue}, page, func(m item) error {
			if id, ok := countersOf(m); ok {
				look(recommend.Item{Product: shop.Product{ID: id}}, m)
				return nil
			}
			return s.visitProduct(ctx, m, as, func(row recommend.Item) error { look(row, m); return nil })
		})
		if err != nil {
			return nil, fmt.Errorf("list the products that lead to %s: %w", product, err)
		}
	}
	return s.Sources(ctx, as, slices.Collect(maps.Keys(leading)), len(leading))
}
