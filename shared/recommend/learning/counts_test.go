package learning_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/recommend/learning"
	"regulars/shared/shop"
)

// histories draws what customers bought, by their IDs.
func histories(t *rapid.T) map[string][]learning.Purchase {
	all := map[string][]learning.Purchase{}
	for i := range rapid.IntRange(0, 30).Draw(t, "customers") {
		var history []learning.Purchase
		for range rapid.IntRange(1, 6).Draw(t, "purchases") {
			history = append(history, learning.Purchase{
				Product: rapid.SampledFrom([]shop.ProductID{"", "lamp", "bulb", "mug", "tea", "soap"}).Draw(t, "product"),
				At:      now.AddDate(0, 0, -rapid.IntRange(0, 60).Draw(t, "days")),
			})
		}
		all[fmt.Sprint("c", i)] = history
	}
	return all
}

func encoded(t rapid.TB, c *learning.Counts) string {
	t.Helper()
	body, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Counts of any parts of the customers, merged in any order after they were stored, are
// the counts of all, byte for byte, and so is what is learned from them. Up to the bound,
// that is what a learner of all customers learns.
func TestCountsOfPartsMerge(t *testing.T) {
	since := now.AddDate(0, 0, -28)
	rapid.Check(t, func(t *rapid.T) {
		customers, most := histories(t), rapid.IntRange(1, 40).Draw(t, "most")
		all, learner := learning.NewCounts(since, most), learning.NewLearner(since)
		parts := make([]*learning.Counts, rapid.IntRange(1, 5).Draw(t, "parts"))
		for i := range parts {
			parts[i] = learning.NewCounts(since, most)
		}
		for id, history := range customers { // in an order that changes
			all.Add(id, history)
			learner.Add(history)
			parts[rapid.IntRange(0, len(parts)-1).Draw(t, "part")].Add(id, history)
		}
		merged := learning.NewCounts(since, most)
		for _, part := range rapid.Permutation(parts).Draw(t, "order") {
			again := learning.NewCounts(since, most)
			if err := json.Unmarshal([]byte(encoded(t, part)), again); err != nil {
				t.Fatal(err)
			}
			merged.Merge(again)
		}
		if got, want := encoded(t, merged), encoded(t, all); got != want {
			t.Fatalf("merged: %s, want %s", got, want)
		}
		whole := all.Learner()
		if got, want := merged.Learner().Learned(9), whole.Learned(9); !reflect.DeepEqual(got, want) {
			t.Fatalf("learned from parts: %+v, want %+v", got, want)
		}
		if len(customers) <= most {
			if got, want := whole.Learned(9), learner.Learned(9); !reflect.DeepEqual(got, want) {
				t.Fatalf("learned from counts: %+v, want %+v", got, want)
			}
		}
		if got, want := whole.Popular(9), learner.Popular(9); !reflect.DeepEqual(got, want) {
			t.Fatalf("popular: %+v, want %+v", got, want)
		}
	})
}

// What is counted by product is of all customers, also if the histories are a sample. A
// pair is counted in the sample only, so a reason never names more customers than there
// are.
func TestCountsAreOfAllCustomers(t *testing.T) {
	c := learning.NewCounts(now.AddDate(0, 0, -28), 250)
	for i := range 1000 {
		at := now.AddDate(0, 0, -i%50)
		c.Add(fmt.Sprint("c", i), []learning.Purchase{{Product: "lamp", At: at}, {Product: "bulb", At: at.Add(time.Hour)}})
	}
	if got := c.Customers(); got != 1000 {
		t.Errorf("%d customers, want 1,000", got)
	}
	l := c.Learner()
	got := l.Learned(9)["lamp"]
	if got.Customers != 1000 || got.Recent != 580 || l.Customers()["bulb"] != 1000 {
		t.Errorf("the lamp has %d customers, %d of them recent, want 1,000 and 580", got.Customers, got.Recent)
	}
	if n := got.Neighbours[0].Customers; n < 100 || n > 250 {
		t.Errorf("%d customers bought both, want those of the sample", n)
	}
}

func TestDamagedCountsAreRefused(t *testing.T) {
	for phrase, body := range map[string]string{
		"a history with a product that is not counted": `{"customers":1,"products":[],"histories":{"below":9,"hashes":[1],"of":[[0,0]]}}`,
		"a history with half of a pair":                `{"customers":1,"products":[{"id":"a"}],"histories":{"below":9,"hashes":[1],"of":[[0]]}}`,
		"no counts":                                    `[]`,
	} {
		if err := json.Unmarshal([]byte(body), learning.NewCounts(now, 9)); err == nil {
			t.Errorf("%s: no error", phrase)
		}
	}
}
