package recording

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// interrupted is a client that does something before its next write to the table of
// customers. If that fails, the write is not made.
type interrupted struct {
	*dynamodb.Client
	customers string
	do        func() error // nil: nothing
}

func (c *interrupted) interrupt(table string) error {
	do := c.do
	if do == nil || table != c.customers {
		return nil
	}
	c.do = nil
	return do()
}

func (c *interrupted) PutItem(ctx context.Context, in *dynamodb.PutItemInput, options ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if err := c.interrupt(*in.TableName); err != nil {
		return nil, err
	}
	return c.Client.PutItem(ctx, in, options...)
}

func (c *interrupted) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, options ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	for _, write := range in.TransactItems {
		if write.Put == nil {
			continue
		}
		if err := c.interrupt(*write.Put.TableName); err != nil {
			return nil, err
		}
	}
	return c.Client.TransactWriteItems(ctx, in, options...)
}

// earning returns the policy with points for orders, and without live counters.
func earning(of func(context.Context) (shoppolicy.Policy, error)) func(context.Context) (shoppolicy.Policy, error) {
	return func(ctx context.Context) (shoppolicy.Policy, error) {
		p, err := withoutCounters(of)(ctx)
		p.Points = points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}, Placed: true, Lives: 365 * 24 * time.Hour}
		return p, err
	}
}

// The function dies before it writes a profile, or another event is recorded just then.
// The state and the intents are those of the same events one after the other. An order
// that the other event pushes into the profile's sums loses no refund and no point: sums
// are added to once, so nothing could mend them later.
func TestAFoldThatIsInterruptedLosesNothing(t *testing.T) {
	var old []string // more orders than a profile keeps whole: the first two are in its sums
	for i := range profile.Recent + 2 {
		day := evening.AddDate(0, 0, i-40).Format("2006-01-02")
		old = append(old, strings.ReplaceAll(placed(fmt.Sprint("o-", i), "c-1", map[string]int{"P": 2}), "2026-11-21", day))
	}
	summed, oldest, last := "o-0", "o-2", fmt.Sprint("o-", profile.Recent+1)
	of := func(kind, order, at string) string {
		return strings.ReplaceAll(happened(kind, at, ""), `"o-1"`, `"`+order+`"`)
	}
	refund := func(order string) string {
		return event("order.refunded", fmt.Sprintf(`{'version':'1','order':{'id':'%s'},'customer':{'id':'c-1'},'refund_id':'r-1','amount':'5.00','currency':'GBP'}`, order))
	}
	more := placed("o-new", "c-1", map[string]int{"P": 1})
	for name, c := range map[string]struct{ event, other string }{
		"a payment, and a parcel":                               {of("order.paid", last, "13"), of("order.shipped", last, "14")},
		"a payment, and another order":                          {of("order.paid", last, "13"), more},
		"a payment of the oldest whole order, and another":      {of("order.paid", oldest, "13"), more},
		"a refund of the oldest whole order, and another":       {refund(oldest), more},
		"a refund of an order that is in sums, and another one": {refund(summed), more},
	} {
		want := newFixture(t)
		want.Policy = earning(want.Policy)
		want.takes(t, append(slices.Clone(old), c.event, c.other)...)
		state, raised := want.state(t), slices.Compact(sendIDs(want.raised(t)))
		for how, dies := range map[string]bool{"the function dies": true, "both at the same time": false} {
			t.Run(name+", "+how, func(t *testing.T) {
				h := newFixture(t)
				h.Policy = earning(h.Policy)
				h.takes(t, old...)
				client := &interrupted{Client: h.client, customers: h.tables.Customers}
				client.do = func() error {
					if dies {
						return errors.New("the function died")
					}
					h.takes(t, c.other)
					return nil
				}
				store, recorder := dynamo.New(client, h.tables), *h.Recorder
				recorder.Orders, recorder.Shop, recorder.Contacts.Store = store, store, store
				first := h
				first.Recorder = &recorder
				if again := first.handle(t, c.event); len(again) > 0 != dies || client.do != nil {
					t.Fatalf("%d messages failed and the write was interrupted: %t; want a failure: %t", len(again), client.do == nil, dies)
				}
				h.takes(t, c.other, c.event) // what failed is delivered again, perhaps much later
				if diff := cmp.Diff(state, h.state(t)); diff != "" {
					t.Errorf("after an interruption (-without +with):\n%s", diff)
				}
				if diff := cmp.Diff(raised, slices.Compact(sendIDs(h.raised(t)))); diff != "" {
					t.Errorf("raised other sends (-without +with):\n%s", diff)
				}
			})
		}
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
