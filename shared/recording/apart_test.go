package recording

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
)

// dying is a client that dies at the next single write to a table, before it is made.
type dying struct {
	*dynamodb.Client
	table string // empty: it does not
}

func (d *dying) PutItem(ctx context.Context, in *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if *in.TableName == d.table {
		d.table = ""
		return nil, errors.New("the function died")
	}
	return d.Client.PutItem(ctx, in, options...)
}

// The function dies between the write of an order and that of its profile. What comes
// next, the same event or another of the order or the customer, gives the state that
// there is without a death, and raises the same intents.
func TestAFoldThatDiesBetweenItsWritesIsFinished(t *testing.T) {
	var old []string // more orders than a profile keeps whole: the first are in its sums
	for i := range profile.Recent + 2 {
		day := evening.AddDate(0, 0, i-40).Format("2006-01-02")
		old = append(old, strings.ReplaceAll(placed(fmt.Sprint("o-", i), "c-1", map[string]int{"P": 2}), "2026-11-21", day))
	}
	last := fmt.Sprint("o-", profile.Recent+1)
	of := func(kind, order, at, more string) string {
		return strings.ReplaceAll(happened(kind, at, more), `"o-1"`, `"`+order+`"`)
	}
	refund := func(order string) string {
		return event("order.refunded", fmt.Sprintf(`{'version':'1','order':{'id':'%s'},'customer':{'id':'c-1'},'refund_id':'r-1','amount':'5.00','currency':'GBP'}`, order))
	}
	for name, c := range map[string]struct {
		event string
		apart bool // is stored in two writes
		next  []string
	}{
		"a payment":                            {of("order.paid", last, "13", ""), true, nil},
		"a payment, then a parcel":             {of("order.paid", last, "13", ""), true, []string{of("order.shipped", last, "14", "")}},
		"a payment, then an order":             {of("order.paid", last, "13", ""), true, []string{placed("o-new", "c-1", map[string]int{"P": 1})}},
		"a refund":                             {refund(last), true, nil},
		"a refund of an order that is in sums": {refund("o-0"), false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			want, h := newFixture(t), newFixture(t)
			client := &dying{Client: h.client}
			store := dynamo.New(client, h.tables)
			h.Orders, h.Shop, h.store = store, store, store
			want.Policy, h.Policy = withoutCounters(want.Policy), withoutCounters(h.Policy)
			want.takes(t, old...)
			h.takes(t, old...)
			want.takes(t, c.event)
			want.takes(t, c.next...)

			client.table = h.tables.Customers
			if again := h.handle(t, c.event); len(again) > 0 != c.apart {
				t.Fatalf("%d messages failed; want the profile in a write of its own: %t", len(again), c.apart)
			}
			client.table = ""
			h.takes(t, append(slices.Clone(c.next), c.event)...)
			if diff := cmp.Diff(want.state(t), h.state(t)); diff != "" {
				t.Errorf("after a death between the writes (-without +with):\n%s", diff)
			}
			if diff := cmp.Diff(slices.Compact(sendIDs(want.raised(t))), slices.Compact(sendIDs(h.raised(t)))); diff != "" {
				t.Errorf("raised other sends (-without +with):\n%s", diff)
			}
		})
	}
}

// Payments, parcels and refunds of one customer's orders come at the same time, each of
// them twice.
func TestEventsOfOneCustomerAtTheSameTimeAreAllInTheProfile(t *testing.T) {
	var first, then []string
	for _, order := range []string{"o-1", "o-2", "o-3"} {
		first = append(first, placed(order, "c-1", map[string]int{"P": 2}))
		for _, body := range []string{happened("order.paid", "13", ""), happened("order.shipped", "14", ""), happened("order.delivered", "15", "")} {
			then = append(then, strings.ReplaceAll(body, `"o-1"`, `"`+order+`"`))
		}
		then = append(then, event("order.refunded", fmt.Sprintf(`{'version':'1','order':{'id':'%s'},'customer':{'id':'c-1'},'refund_id':'r-1','amount':'5.00','currency':'GBP'}`, order)))
	}
	want, h := newFixture(t), newFixture(t)
	want.takes(t, first...)
	h.takes(t, first...)
	want.takes(t, then...)
	var wg sync.WaitGroup
	for _, body := range slices.Concat(then, then) {
		wg.Go(func() {
			for range 20 { // a failed message is delivered again
				if len(h.handle(t, body)) == 0 {
					return
				}
			}
			t.Error("an event is not recorded after 20 deliveries")
		})
	}
	wg.Wait()
	if diff := cmp.Diff(want.state(t), h.state(t)); diff != "" {
		t.Errorf("at the same time (-one after the other +at the same time):\n%s", diff)
	}
}
