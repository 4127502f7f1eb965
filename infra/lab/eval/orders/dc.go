package orders

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/shop"
)

// apart is the assumed time between a customer's orders if the data have only
// their sequence.
const apart = 7 * 24 * time.Hour

// dcNow is the time of the prediction for a DC file; any time will do.
var dcNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// DC reads the format in which the Dunnhumby Carbo-Loading set is published
// since DNNTSP (Yu et al., KDD 2020):
//
//	{"train": {user: [[item, …], …]}, "validate": {…}, "test": {…}}
//
// items are numbers or texts; each user's baskets are in order of time. split
// names the customers of the cases: "validate" or "test". Their last basket is
// predicted from the ones before; those with only one basket are left out.
// Methods learn only from the customers of train, from all their baskets.
//
// The format has no times. Each customer's baskets are assumed to be a week
// apart, and the one to predict to be due now.
func DC(r io.Reader, split string) (*trial.Set, error) {
	r, err := plain(r)
	if err != nil {
		return nil, err
	}
	var file map[string]map[string][][]any
	d := json.NewDecoder(r)
	d.UseNumber()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("read the DC format: %w", err)
	}
	if split != "validate" && split != "test" {
		return nil, fmt.Errorf("split %q: want validate or test", split)
	}
	if len(file[split]) == 0 || len(file["train"]) == 0 {
		return nil, fmt.Errorf("the file has %d customers in train and %d in %s; both are needed", len(file["train"]), len(file[split]), split)
	}
	ids := map[string]bool{}
	for _, part := range []string{"train", split} {
		for user, baskets := range file[part] {
			for _, basket := range baskets {
				for _, item := range basket {
					id, err := itemID(item)
					if err != nil {
						return nil, fmt.Errorf("%s, user %s: %w", part, user, err)
					}
					ids[id] = true
				}
			}
		}
	}
	set := &trial.Set{Past: trial.Past{Now: dcNow}}
	place := map[string]trial.Item{}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		place[id] = trial.Item(len(set.Products))
		set.Products = append(set.Products, shop.ProductID(id))
	}
	history := func(baskets [][]any) []trial.Order {
		var out []trial.Order
		for i, basket := range baskets {
			o := trial.Order{At: dcNow.Add(-apart * time.Duration(len(baskets)-i))}
			for _, item := range basket {
				id, _ := itemID(item) // checked above
				o.Items = append(o.Items, place[id])
			}
			slices.Sort(o.Items)
			if o.Items = slices.Compact(o.Items); len(o.Items) > 0 {
				out = append(out, o)
			}
		}
		return out
	}
	for _, user := range slices.Sorted(maps.Keys(file["train"])) {
		if orders := history(file["train"][user]); len(orders) > 0 {
			set.Customers = append(set.Customers, trial.Customer{ID: user, Orders: orders})
		}
	}
	alone := 0
	for _, user := range slices.Sorted(maps.Keys(file[split])) {
		baskets := file[split][user]
		if len(baskets) == 0 {
			alone++
			continue
		}
		last := len(baskets) - 1
		before, next := history(baskets[:last]), history(baskets[last:])
		if len(before) == 0 || len(next) == 0 {
			alone++
			continue
		}
		set.Cases = append(set.Cases, trial.Case{Customer: user, Before: before, Next: next[0].Items})
	}
	set.Notes = []string{
		fmt.Sprintf("Learned from all baskets of the %d customers of train; predicted is the last basket of %d customers of %s; %d with fewer than two baskets left out.", len(set.Customers), len(set.Cases), split, alone),
		"The data have no times: a customer's baskets are assumed to be a week apart.",
	}
	return set, nil
}

// itemID returns an item of the JSON as an ID.
func itemID(v any) (string, error) {
	switch v := v.(type) {
	case string:
		if v != "" {
			return v, nil
		}
	case json.Number:
		return v.String(), nil
	}
	return "", fmt.Errorf("item %v: want a number or a text", v)
}
