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

// writeOrder writes a new customer's first order, of now, in the form that
// `aws events put-events --entries file://…` takes, so that there is something
// to try with. It returns the file's path.
func writeOrder(dir string, now time.Time) (string, error) {
	var envelope struct {
		Source     string         `json:"source"`
		DetailType string         `json:"detail-type"`
		Detail     map[string]any `json:"detail"`
	}
	for _, sample := range events.Samples() {
		if sample.DetailType == "order.placed" && sample.Name == "first-order" {
			if err := json.Unmarshal(sample.Envelope, &envelope); err != nil {
				return "", fmt.Errorf("sample order: %w", err)
			}
		}
	}
	order, isOrder := envelope.Detail["order"].(map[string]any)
	customer, isCustomer := envelope.Detail["customer"].(map[string]any)
	if !isOrder || !isCustomer {
		return "", fmt.Errorf("sample order: events has no order.placed/first-order with an order and a customer")
	}
	id := strconv.FormatInt(now.Unix(), 10)
	order["id"], order["placed_at"] = "try-"+id, now.UTC().Format(time.RFC3339)
	customer["id"], customer["email"] = "try-"+id, "jane."+id+"@example.com"
	detail, err := json.Marshal(envelope.Detail)
	if err != nil {
		return "", err
	}
	entries, err := json.MarshalIndent([]map[string]string{{
		"Source": envelope.Source, "DetailType": envelope.DetailType, "Detail": string(detail),
	}}, "", "  ")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "order.json")
	return path, os.WriteFile(path, append(entries, '\n'), 0o644)
}
