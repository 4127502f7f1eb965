package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"regulars/events"
)

// writeTries writes sample events, dated now, into the folder try below dir, in
// the form that `aws events put-events --entries file://…` takes. Except for
// shopify.json they are about one new customer:
//
//	order.json    their first order, and its payment
//	shopify.json  another customer's order, as a Shopify webhook
//	tenth.json    an order of ten lunch bags, and its payment: the next one is free
//	return.json   a return of two of these as defective
//	picks.json    a run of the campaign weekly-picks, started by hand
//	bad.json      an order with five faults
//
// It returns the path of order.json.
func writeTries(dir string, now time.Time) (string, error) {
	now = now.UTC().Truncate(time.Second)
	name := "try-" + strconv.FormatInt(now.Unix(), 10)
	at := now.Format(time.RFC3339)
	number := func(n int) string { return fmt.Sprintf("%d-%d-%d", now.Year(), now.Unix(), n) } // of the customer's order n
	type m = map[string]any
	fill := map[string]struct {
		detailType, sample string
		pays               string // the order of a payment that comes with it; "": none
		change             func(detail m)
	}{
		"order": {"order.placed", "first-order", name, func(d m) {
			merge(d, m{"order": m{"id": name, "number": number(1), "placed_at": at}, "customer": m{"id": name, "email": name + "@example.com"}})
		}},
		"shopify": {"shopifyWebhook", "orders-create", "", func(d m) {
			id := now.Unix()
			merge(d, m{"payload": m{
				"id": id, "name": fmt.Sprintf("#%d", id), "created_at": at, "processed_at": at, "updated_at": at, "email": "shopify-" + name + "@example.com",
				"contact_email": "shopify-" + name + "@example.com", "customer": m{"id": id, "email": "shopify-" + name + "@example.com"},
			}})
		}},
		"tenth": {"order.placed", "first-order", name + "-2", func(d m) {
			merge(d, m{
				"order": m{"id": name + "-2", "number": number(2), "placed_at": at, "total": "16.50", "lines": []m{
					{"product": "20725", "title": "Lunch Bag Red Retrospot", "units": 10, "price": "1.65"},
				}},
				"customer": m{"id": name, "email": name + "@example.com"},
			})
		}},
		"return": {"order.returned", "", "", func(d m) {
			merge(d, m{
				"version": "1", "order": m{"id": name + "-2"}, "customer": m{"id": name}, "occurred_at": at,
				"return_id": name, "reason": "defect", "lines": []m{{"product": "20725", "units": 2}},
			})
		}},
		"picks": {"campaign.run", "", "", func(d m) { merge(d, m{"version": "1", "campaign": "weekly-picks", "run": at}) }},
		"bad": {"order.placed", "first-order", "", func(d m) {
			merge(d, m{
				"version": "7",
				"order": m{"id": name + "-3", "number": number(3), "placed_at": now.AddDate(1, 0, 0).Format(time.RFC3339), "currency": "XYZ", "lines": []m{
					{"product": "20725", "units": -3, "price": "1.65"},
				}},
				"customer": m{"id": name, "accepts_marketing": "yes"},
			})
		}},
	}
	dir = filepath.Join(dir, "try")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	for file, t := range fill {
		source, detail := "shop", m{}
		if t.sample != "" {
			var err error
			if source, detail, err = sample(t.detailType, t.sample); err != nil {
				return "", err
			}
		}
		t.change(detail)
		text, err := json.Marshal(detail)
		if err != nil {
			return "", err
		}
		put := []map[string]string{{"Source": source, "DetailType": t.detailType, "Detail": string(text)}}
		if t.pays != "" {
			paid, err := json.Marshal(m{"version": "1", "order": m{"id": t.pays}, "customer": m{"id": name}, "occurred_at": at})
			if err != nil {
				return "", err
			}
			put = append(put, map[string]string{"Source": source, "DetailType": "order.paid", "Detail": string(paid)})
		}
		entries, err := json.MarshalIndent(put, "", "  ")
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(filepath.Join(dir, file+".json"), append(entries, '\n'), 0o644); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "order.json"), nil
}

// sample returns the source and the detail of the sample of that name in
// package events.
func sample(detailType, name string) (source string, detail map[string]any, err error) {
	for _, s := range events.Samples() {
		if s.DetailType != detailType || s.Name != name {
			continue
		}
		var envelope struct {
			Source string         `json:"source"`
			Detail map[string]any `json:"detail"`
		}
		err := json.Unmarshal(s.Envelope, &envelope)
		return envelope.Source, envelope.Detail, err
	}
	return "", nil, fmt.Errorf("package events has no sample %s/%s", detailType, name)
}

// merge puts changes into m; nested objects are merged, other values replaced.
func merge(m, changes map[string]any) {
	for key, change := range changes {
		if inner, ok := change.(map[string]any); ok {
			if old, ok := m[key].(map[string]any); ok {
				merge(old, inner)
				continue
			}
		}
		m[key] = change
	}
}
