package intake

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// 2935 pence of an order of £29.35 are no £2,935.
func TestATotalThatDisagreesWithItsLinesIsRefused(t *testing.T) {
	parts := func(discount, shipping, tax string) string {
		return fmt.Sprintf(`,"discount":%q,"shipping":%q,"tax":%q`, discount, shipping, tax)
	}
	for name, c := range map[string]struct {
		currency, price, total, more string
		units                        int
		refused                      bool
	}{
		"the sum":                             {"GBP", "29.35", "29.35", "", 1, false},
		"with postage and tax":                {"GBP", "29.35", "41.17", "", 1, false},
		"in pence":                            {"GBP", "29.35", "2935", "", 1, true},
		"in pence, with a discount of a half": {"GBP", "29.35", "1468", "", 1, true},
		"in pence, several units":             {"GBP", "2.95", "2935", "", 10, true},
		"all of it in pence":                  {"GBP", "2935", "2935", "", 1, false}, // nothing tells
		"free of charge":                      {"GBP", "29.35", "0", "", 1, false},
		"a free sample with postage":          {"GBP", "0", "4.95", "", 1, false},
		"a cheap one with postage":            {"GBP", "0.09", "5.04", "", 1, false},
		"yen, times a hundred":                {"JPY", "2870", "287000", "", 1, true},
		"stated":                              {"GBP", "10.00", "28.35", parts("5", "3.35", "0"), 3, false},
		"stated, rounded":                     {"GBP", "10.00", "28.38", parts("5", "3.35", "0"), 3, false},
		"stated, off by more":                 {"GBP", "10.00", "28.41", parts("5", "3.35", "0"), 3, true},
		"stated, in pence":                    {"GBP", "10.00", "2835", parts("5", "3.35", "0"), 3, true},
		"stated, all but the total in pence":  {"GBP", "1000", "28.35", parts("500", "335", "0"), 3, true},
		"stated, and dear postage":            {"GBP", "0.10", "60.10", parts("0", "60", "0"), 1, false},
		"stated in part":                      {"GBP", "10.00", "28.35", `,"discount":"5"`, 3, false},
	} {
		envelope := fmt.Sprintf(`{"detail-type":"order.placed","source":"shop","time":"2026-11-20T09:00:00Z","detail":{"version":"1","order":{
			"id":"1","placed_at":"2026-11-20T09:00:00Z","currency":%q,"total":%q,"lines":[{"product":"a","units":%d,"price":%q}]%s},"customer":{"id":"7"}}}`,
			c.currency, c.total, c.units, c.price, c.more)
		_, err := Parse([]byte(envelope), now)
		var refusal *Refusal
		if errors.As(err, &refusal) != c.refused {
			t.Errorf("%s: Parse fails with %v; want a refusal: %v", name, err, c.refused)
		}
		if c.refused && refusal != nil && (refusal.Faults[0].Path != "/detail/order/total" || !strings.Contains(refusal.Faults[0].Fault, "not in cents")) {
			t.Errorf("%s: the fault is %+v", name, refusal.Faults[0])
		}
	}
}

// Amounts that are as large as can be do not overflow the comparison.
func TestTheLargestOrderIsCompared(t *testing.T) {
	line := `{"product":"a","units":100000,"price":"99999999999.99"}`
	envelope := `{"detail-type":"order.placed","time":"2026-11-20T09:00:00Z","detail":{"version":"1","order":{"id":"1","placed_at":"2026-11-20T09:00:00Z","currency":"GBP","total":"99999999999.99","lines":[` +
		strings.TrimSuffix(strings.Repeat(strings.Replace(line, "100000", "100", 1)+",", 1000), ",") + `]},"customer":{"id":"7"}}}`
	if !json.Valid([]byte(envelope)) {
		t.Fatal("the envelope is not JSON")
	}
	if _, err := Parse([]byte(envelope), now); err != nil {
		t.Errorf("Parse = %v", err)
	}
}
