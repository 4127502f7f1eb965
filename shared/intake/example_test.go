package intake_test

import (
	"errors"
	"fmt"
	"time"

	"regulars/shared/intake"
	"regulars/shared/shop"
)

func ExampleParse() {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	parsed, err := intake.Parse([]byte(`{
		"id": "e-1", "detail-type": "order.returned", "time": "2026-11-22T11:57:00Z",
		"detail": {"version": "1", "order": {"id": "581567"}, "return_id": "C581568",
			"reason": "defect", "lines": [{"product": "21258", "units": 5}]}}`), now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fact := parsed.Events[0].Fact.(shop.OrderFact)
	fmt.Println(fact.Kind, fact.Order, fact.Return.Units, fact.Return.Cause)
	// Output: order.returned 581567 map[21258:5] defect
}

func ExampleRefusal() {
	_, err := intake.Parse([]byte(`{
		"id": "e-2", "detail-type": "order.refunded", "time": "2026-11-22T11:57:00Z",
		"detail": {"version": "1", "order": {"id": "581567"}, "refund_id": "R1", "amount": "12.505", "currency": "EUR", "customer": 7}}`),
		time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	var refusal *intake.Refusal
	if errors.As(err, &refusal) {
		for _, fault := range refusal.Faults {
			fmt.Println(fault.Path, fault.Fault)
		}
	}
	// Output:
	// /detail/customer is a number; want an object
	// /detail/amount has more decimals than EUR, which has 2
}
