package dynamo_test

import (
	"fmt"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

func TestCustomerItemsCountsTheTable(t *testing.T) {
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	var h dynamo.History
	for i := range 7 {
		h.Profiles = append(h.Profiles, profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", i))})
	}
	if err := dynamo.New(client, tables).Import(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if got, err := dynamo.CustomerItems(t.Context(), client, tables); err != nil || got != 7 {
		t.Errorf("CustomerItems = %d, %v, want 7", got, err)
	}
	if _, err := dynamo.CustomerItems(t.Context(), client, dynamo.Tables{Customers: "none"}); err == nil {
		t.Error("CustomerItems of a table that does not exist = nil, want an error")
	}
}
