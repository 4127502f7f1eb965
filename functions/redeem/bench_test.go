//go:build !race

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/shop"
)

// This measures one call for a quote, from JSON to JSON and without the
// network: the tables are in memory. infra/proof/bench has a table of the cost
// of pricing alone, by the number of offers.
func BenchmarkQuoteCall(b *testing.B) {
	for _, lines := range []int{3, 30, 500} {
		b.Run(fmt.Sprint("lines=", lines), func(b *testing.B) {
			h := &history{}
			store := dynamo.New(memory.New(dynamotest.Definitions()...), tablesAsDefined)
			r := request{Customer: "ann", Currency: "EUR", Shipping: 500}
			for i := range lines {
				id := shop.ProductID(fmt.Sprint("p-", i))
				if err := store.SaveProduct(b.Context(), shop.Product{ID: id, Title: "A mug", Category: "Mug", Price: eur(1000), Revision: noon}); err != nil {
					b.Fatal(err)
				}
				r.Lines = append(r.Lines, line{ID: fmt.Sprint(i), Product: id, Units: 1 + i%3, Price: 1000})
			}
			body, err := json.Marshal(r)
			if err != nil {
				b.Fatal(err)
			}
			call := events.LambdaFunctionURLRequest{RawPath: "/quotes", Body: string(body)}
			call.RequestContext.HTTP.Method = http.MethodPost
			payload, err := json.Marshal(call)
			if err != nil {
				b.Fatal(err)
			}
			handler := newHandler(store, h, h.now)
			b.ReportAllocs()
			for b.Loop() {
				answer, err := handler.Handle(b.Context(), payload)
				if err != nil || answer.(events.LambdaFunctionURLResponse).StatusCode != http.StatusOK {
					b.Fatal(answer, err)
				}
			}
		})
	}
}
