package intake_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/intake"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

const (
	bothParcels = `{'id':101,'order_id':7,'status':'success','created_at':'2026-11-21T09:00:00Z','updated_at':'2026-11-21T09:00:00Z','shipment_status':%s,'line_items':[{'sku':'BAG','quantity':3},{'sku':'CUP','quantity':1}]}`
	bagParcel   = `{'id':102,'order_id':7,'status':'success','created_at':'2026-11-21T09:00:00Z','updated_at':'2026-11-21T10:00:00Z','shipment_status':%s,'line_items':[{'sku':'BAG','quantity':3}]}`
	cupParcel   = `{'id':103,'order_id':7,'status':'success','created_at':'2026-11-21T08:30:00Z','updated_at':'2026-11-21T11:00:00Z','shipment_status':%s,'line_items':[{'sku':'CUP','quantity':1}]}`
)

// step returns a parcel's step at that hour.
func step(parcel int, status string, hour int) string {
	return fmt.Sprintf(`{'id':%d%02d,'order_id':7,'fulfillment_id':%d,'status':'%s','happened_at':'2026-11-21T%02d:00:00Z','created_at':'2026-11-21T%02d:00:30Z','estimated_delivery_at':'2026-11-23T12:00:00Z'}`,
		parcel, hour, parcel, status, hour, hour)
}

// road is what an order says of its parcels, in hours and minutes of the day.
type road struct{ Shipped, Arrived, Delayed, Until string }

// Each case has an order of three bags and a cup.
func TestParcelsOfAShopifyOrder(t *testing.T) {
	order := order(8, "paid", "100.00", "100.00", `{'id':1,'sku':'BAG','quantity':3,'price':'20.00'},{'id':2,'sku':'CUP','quantity':1,'price':'40.00'}`, "", "")
	null, delivered := "null", "'delivered'"
	for name, c := range map[string]struct {
		webhooks []string // topics and payloads, beside the order's
		want     road
	}{
		"nothing": {nil, road{}},
		"one parcel": {
			[]string{"fulfillments/create", fmt.Sprintf(bothParcels, null)}, road{Shipped: "09:00"},
		},
		"one parcel that arrives": {
			[]string{"fulfillments/create", fmt.Sprintf(bothParcels, null), "fulfillments/update", strings.Replace(fmt.Sprintf(bothParcels, delivered), "updated_at':'2026-11-21T09", "updated_at':'2026-11-21T11", 1)},
			road{Shipped: "09:00", Arrived: "11:00"},
		},
		"one parcel that arrives by its events": {
			[]string{
				"fulfillments/create", fmt.Sprintf(bothParcels, null), "fulfillment_events/create", step(101, "label_printed", 6),
				"fulfillment_events/create", step(101, "in_transit", 10), "fulfillment_events/create", step(101, "delivered", 12),
			},
			road{Shipped: "09:00", Arrived: "12:00"},
		},
		"a step alone": {
			[]string{"fulfillment_events/create", step(101, "out_for_delivery", 10)}, road{Shipped: "10:00"},
		},
		"the first of two parcels arrives": {
			[]string{"fulfillments/create", fmt.Sprintf(bagParcel, null), "fulfillments/create", fmt.Sprintf(cupParcel, null), "fulfillment_events/create", step(102, "delivered", 11)},
			road{Shipped: "08:30"},
		},
		"a parcel arrives, and the other was not sent": {
			[]string{"fulfillments/update", fmt.Sprintf(bagParcel, delivered)}, road{Shipped: "09:00"},
		},
		"both parcels arrive": {
			[]string{"fulfillments/update", fmt.Sprintf(bagParcel, delivered), "fulfillments/update", fmt.Sprintf(cupParcel, delivered)},
			road{Shipped: "08:30", Arrived: "11:00"},
		},
		"a parcel arrives, and the rest was taken out": {
			[]string{
				"fulfillments/update", fmt.Sprintf(bagParcel, delivered),
				"refunds/create", `{'id':9,'order_id':7,'created_at':'2026-11-21T11:30:00Z','refund_line_items':[{'line_item_id':2,'quantity':1,'restock_type':'cancel','line_item':{'id':2,'sku':'CUP'}}]}`,
			},
			road{Shipped: "09:00", Arrived: "10:00"},
		},
		"a cancelled parcel": {
			[]string{"fulfillments/update", strings.Replace(fmt.Sprintf(bothParcels, null), "success", "cancelled", 1)}, road{},
		},
		"late, with a new day": {
			[]string{"fulfillment_events/create", step(101, "delayed", 10)}, road{Delayed: "10:00", Until: "2026-11-23"},
		},
		"not delivered": {
			[]string{"fulfillment_events/create", step(101, "failure", 10)}, road{Delayed: "10:00"},
		},
		"late twice": {
			[]string{"fulfillment_events/create", step(101, "delayed", 10), "fulfillment_events/create", step(101, "failure", 11)}, road{Delayed: "11:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			webhooks := []string{webhook("orders/create", order)}
			for pair := range slices.Chunk(c.webhooks, 2) {
				webhooks = append(webhooks, webhook(pair[0], pair[1]))
			}
			if diff := cmp.Diff(c.want, travelled(t, webhooks)); diff != "" {
				t.Fatalf("the order's road (-want +got):\n%s", diff)
			}
			rapid.Check(t, func(rt *rapid.T) {
				again := append(slices.Clone(webhooks), rapid.SliceOfN(rapid.SampledFrom(webhooks), 0, 2).Draw(rt, "twice")...)
				again = rapid.Permutation(again).Draw(rt, "webhooks")
				if diff := cmp.Diff(c.want, travelled(rt, again)); diff != "" {
					rt.Fatalf("the road depends on the order of the webhooks (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// travelled folds the webhooks into the order.
func travelled(t interface{ Fatalf(string, ...any) }, webhooks []string) road {
	var o shop.Order
	for _, w := range webhooks {
		parsed, err := intake.Parse([]byte(w), time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatalf("Parse(%s): %v", w, err)
		}
		for _, e := range parsed.Events {
			if o, err = profile.Merge(o, e.Fact.(shop.OrderFact), e.At); err != nil {
				t.Fatalf("Merge: %v", err)
			}
		}
	}
	say := func(at time.Time, form string) string {
		if at.IsZero() {
			return ""
		}
		return at.Format(form)
	}
	r := road{Shipped: say(o.Shipped, "15:04"), Arrived: say(o.Arrived(), "15:04")}
	if o.Delay != nil {
		r.Delayed, r.Until = say(o.Delay.At, "15:04"), say(o.Delay.Until, time.DateOnly)
	}
	return r
}
