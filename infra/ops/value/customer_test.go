package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func customer(id shop.CustomerID, daysAgo ...int) profile.Profile {
	p := profile.Profile{ID: id}
	for _, days := range daysAgo {
		p.Orders = append(p.Orders, profile.Visit{At: noon.AddDate(0, 0, -days), Net: shop.Money{Minor: 4000, Currency: "GBP"}})
	}
	return p
}

func TestForecastOfOneCustomerIsPrinted(t *testing.T) {
	store := dynamotest.Store(t)
	if err := store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{customer("c-ann", 120, 92, 61), customer("c-none")}}); err != nil {
		t.Fatal(err)
	}
	printed := func(id shop.CustomerID) (string, error) {
		var out strings.Builder
		err := printCustomer(t.Context(), store, id, noon, &out)
		return out.String(), err
	}
	got, err := printed("c-ann")
	if err != nil || !strings.HasPrefix(got, "c-ann: 3 orders in 17 weeks, the last 61 days ago\n") || !strings.Contains(got, "from a typical shop") {
		t.Errorf("before the first night: %s, %v", got, err)
	}
	for id, want := range map[shop.CustomerID]string{"c-none": "no order", "c-gone": "there is no customer c-gone"} {
		if _, err := printed(id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", id, err, want)
		}
	}

	model := customervalue.Model{Currency: "GBP", Spending: customervalue.Spent{Spending: customervalue.Spending{P: 6, Q: 4, V: 1500}}}
	model.Ordering.Orders = customervalue.Orders{R: 0.73, Alpha: 7.4, A: 0.3, B: 3, Leaving: customervalue.AfterAny}
	model.Ordering.Covariance = [][]float64{{.01, 0, 0, 0}, {0, .01, 0, 0}, {0, 0, .04, 0}, {0, 0, 0, .04}}
	body, err := json.Marshal(model)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.BeginModel(t.Context(), "night"); err != nil {
		t.Fatal(err)
	}
	if err := store.PublishModel(t.Context(), "night", map[string][]byte{customervalue.ModelName: body}); err != nil {
		t.Fatal(err)
	}
	want := `c-ann: 3 orders in 17 weeks, the last 61 days ago
  still active        83 %; 90 % interval of this estimate 77 to 88 %
  orders in 90 days   1.1 on average; 90 % interval 0 to 4
  spending in a year  £163.33 on average; 90 % interval £0.00 to £490.78
  lateness            1.9 usual gaps since the last order; 30 % of active customers like this one take at least as long
`
	if got, err := printed("c-ann"); err != nil || got != want {
		t.Errorf("after a night:\n%s%v, want\n%s", got, err, want)
	}
}
