package pages

import (
	"encoding/json"
	"fmt"
	"time"
)

// example returns a shell command that puts one order on the bus: a first order
// of the demo's cakestand, placed this hour. Running the command twice within
// the hour puts the same order on the bus twice.
func (p *Pages) example() string {
	detail, _ := json.Marshal(map[string]any{ // plain values: cannot fail
		"version": "1",
		"order": map[string]any{
			"id": "HELLO-1", "placed_at": p.opt.Now().UTC().Truncate(time.Hour).Format(time.RFC3339), "currency": "GBP", "total": "25.50",
			"lines": []any{map[string]any{"product": "22423", "title": "Regency Cakestand 3 Tier", "units": 2, "price": "12.75"}},
		},
		"customer": map[string]any{
			"id": "HELLO", "email": "you@example.com", "name": "You", "locale": "en-GB", "zone": "Europe/London", "country": "GB", "accepts_marketing": true,
		},
	})
	entries, _ := json.Marshal([]any{struct{ Source, DetailType, Detail string }{"shop", "order.placed", string(detail)}})
	return fmt.Sprintf(`AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \
aws events put-events --endpoint-url %s --region us-east-1 \
--entries '%s'`, p.opt.Endpoint, entries)
}
