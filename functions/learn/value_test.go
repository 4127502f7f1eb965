package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"regulars/shared/cohortretention"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// shopOfRegulars returns a history of customers of whom a part orders
// repeatedly.
func shopOfRegulars(n int) (h dynamo.History) {
	for i := range n {
		p := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", i))}
		for k := range 1 + i%5 {
			p.Orders = append(p.Orders, profile.Visit{
				Order: shop.OrderID(fmt.Sprint("o-", i, "-", k)), Net: shop.Money{Minor: int64(1000 + 37*i%900 + 100*k), Currency: "GBP"},
				At: night.AddDate(0, 0, -300+i%90+k*(7+i%40)),
			})
		}
		h.Profiles = append(h.Profiles, p)
	}
	return h
}

// part reads what a night published under a name.
func part(t testing.TB, store *dynamo.Store, name string, to any) (version string) {
	t.Helper()
	version, body, err := store.Model(t.Context(), name)
	must(t, err)
	must(t, json.Unmarshal(body, to))
	return version
}

func TestCustomerValueIsPublished(t *testing.T) {
	h, store := newHandler(t, shopOfRegulars(400))
	answer, err := h.Handle(t.Context(), Event{})
	must(t, err)
	var model customervalue.Model
	if version := part(t, store, customervalue.ModelName, &model); version != answer.Version || model.Version != version {
		t.Errorf("the model has the version %s (%s), want that of the night, %s", version, model.Version, answer.Version)
	}
	if !model.Own() || model.Currency != "GBP" || model.Ordering.Customers != 400 || model.Ordering.Repeaters != 320 || len(model.Why) > 0 {
		t.Errorf("the model: %+v, want one of 400 customers", model)
	}
	var report customervalue.Report
	part(t, store, customervalue.ReportName, &report)
	if report.Customers != 400 || report.Trial == nil || report.StillActive <= 0 {
		t.Errorf("the report: %+v, want 400 customers and a trial", report)
	}
	var table cohortretention.Table
	part(t, store, cohortretention.Name, &table)
	customers := 0
	for _, c := range table.Cohorts {
		customers += c.Customers
	}
	if customers != 400 {
		t.Errorf("the cohorts hold %d customers, want 400", customers)
	}
}

// shopOfChance returns a history of customers who order at random, so that both
// models predict them about equally well.
func shopOfChance(n int) (h dynamo.History) {
	random := rand.New(rand.NewPCG(1, 1))
	for i := range n {
		p := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", i))}
		rate := 0.02 * random.ExpFloat64() // a day
		for days := 400 * random.Float64(); days > 0; days -= random.ExpFloat64() / rate {
			p.Orders = append(p.Orders, profile.Visit{
				Order: shop.OrderID(fmt.Sprint("o-", i, "-", len(p.Orders))), Net: shop.Money{Minor: int64(1000 + random.IntN(1000)), Currency: "GBP"},
				At: night.Add(-time.Duration(days * 24 * float64(time.Hour))),
			})
			if random.IntN(20) == 0 {
				break // they left
			}
		}
		h.Profiles = append(h.Profiles, p)
	}
	return h
}

// A night keeps the model in force if the other one is not clearly better, and
// replaces a damaged one.
func TestNightKeepsTheModelInForce(t *testing.T) {
	for body, want := range map[string]customervalue.Leaving{
		`{"ordering":{"leaving":"after-repeats"}}`: customervalue.AfterRepeats,
		`{"ordering":{"leaving":"after-any"}}`:     customervalue.AfterAny,
		`{"ordering":{"leaving":`:                  "",
		`{}`:                                       "",
	} {
		h, store := newHandler(t, shopOfChance(400))
		_, err := store.BeginModel(t.Context(), "before")
		must(t, err)
		must(t, store.PublishModel(t.Context(), "before", map[string][]byte{customervalue.ModelName: []byte(body)}))
		_, err = h.Handle(t.Context(), Event{})
		must(t, err)
		var model customervalue.Model
		part(t, store, customervalue.ModelName, &model)
		if !model.Own() || want != "" && model.Ordering.Leaving != want {
			t.Errorf("after %s the model is %s, want %s", body, model.Ordering.Leaving, want)
		}
	}
}

// A shop with nine customers uses a typical shop's model, and says so.
func TestShopWithFewCustomersUsesATypicalShop(t *testing.T) {
	h, store := newHandler(t, shopOfRegulars(9))
	_, err := h.Handle(t.Context(), Event{})
	must(t, err)
	var model customervalue.Model
	part(t, store, customervalue.ModelName, &model)
	if model.Own() || len(model.Why) != 2 {
		t.Errorf("the model: %+v, want none of its own, and the reasons", model)
	}
	p := shopOfRegulars(9).Profiles[4]
	if o := model.Outlook(night, p, "GBP"); !(o.Alive > 0 && o.Alive < 1 && o.Year.Minor > 0) {
		t.Errorf("Outlook = %+v, want a forecast all the same", o)
	}
}

// Orders are counted by the clock of their customer, or else by the shop's.
func TestTheHoursOfTheOrdersAreCounted(t *testing.T) {
	at := time.Date(2026, 11, 20, 16, 30, 0, 0, time.UTC)
	h, store := newHandler(t, dynamo.History{Profiles: []profile.Profile{
		{ID: "here", Orders: []profile.Visit{{Order: "o-1", At: at}, {Order: "o-2", At: at, Cancelled: true}}},
		{ID: "there", Zone: profile.Statement{Value: "America/New_York"}, Orders: []profile.Visit{{Order: "o-3", At: at}}},
	}})
	_, err := h.Handle(t.Context(), Event{})
	must(t, err)
	var model customervalue.Model
	if part(t, store, customervalue.ModelName, &model); model.Hours != [24]int{} {
		t.Errorf("without a policy, the hours are %v, want none", model.Hours)
	}
	packed, err := shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "EUR", Zone: "Europe/Athens"}})
	must(t, err)
	must(t, store.SavePolicy(t.Context(), "one", packed))
	h.now = func() time.Time { return night.AddDate(0, 0, 1) }
	_, err = h.Handle(t.Context(), Event{})
	must(t, err)
	part(t, store, customervalue.ModelName, &model)
	if want := ([24]int{18: 1, 11: 1}); model.Hours != want {
		t.Errorf("the hours are %v, want %v", model.Hours, want)
	}
}
