package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// Several workers change a few customers' sends at once, with lost answers and
// transactions in the way: no reservation, coupon or use of the budget is lost
// or doubled.
func TestConcurrentWorkersLoseAndDoubleNothing(t *testing.T) {
	const (
		uses      = 12
		customers = 3
		sendsEach = 5
		workers   = 6
		steps     = 25
	)
	store, faults := dynamotest.FaultyStore(t)
	must(t, store.EnsureBudget(t.Context(), "welcome", 1, uses, 1))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(2026, uint64(w)))
			for step := range steps {
				if random.IntN(4) == 0 {
					operation := []string{"TransactWriteItems", "UpdateItem", "PutItem"}[random.IntN(3)]
					if random.IntN(2) == 0 {
						faults.Lose(operation, 1+random.IntN(dynamotest.SDKAttempts))
					} else {
						inTheWay(faults, operation, 1+random.IntN(3))
					}
				}
				customer := shop.CustomerID(fmt.Sprint("c-", random.IntN(customers)))
				occasion := fmt.Sprint("run-", random.IntN(sendsEach))
				work(t, store, random, customer, occasion, fmt.Sprint("worker-", w, "-", step))
			}
		})
	}
	wg.Wait()

	issued := 0
	for i := range customers {
		customer := shop.CustomerID(fmt.Sprint("c-", i))
		contact, _, err := store.Contact(t.Context(), customer)
		must(t, err)
		reservations := map[shop.SendID]int{}
		for _, e := range contact.Ledger {
			reservations[e.Send]++
		}
		must(t, store.SendsOf(t.Context(), customer, func(d claim.Send) error {
			want := 1
			if d.State == claim.Refused {
				want = 0
			}
			if reservations[d.ID] != want {
				t.Errorf("send %s of %s is %s and has %d reservations, want %d", d.ID, customer, d.State, reservations[d.ID], want)
			}
			delete(reservations, d.ID)
			coupon, err := store.Coupon(t.Context(), d.Coupon.Hash)
			if err != nil || (coupon.State == "issued") != (want == 1) {
				t.Errorf("send %s of %s is %s and its coupon %s, %v", d.ID, customer, d.State, coupon.State, err)
			}
			issued += want
			return nil
		}))
		if len(reservations) > 0 {
			t.Errorf("reservations of %s without a send: %v", customer, reservations)
		}
	}
	if n := left(t, store); n+issued != uses {
		t.Errorf("%d coupons are issued and %d uses left, want %d in all", issued, n, uses)
	}
	t.Logf("%d coupons issued, %d transactions", issued, faults.Calls("TransactWriteItems"))
}

// work makes a write that the send's state allows, as a worker that may have an
// old fence.
func work(t *testing.T, store *dynamo.Store, random *rand.Rand, customer shop.CustomerID, occasion, owner string) {
	c := aClaim(occasion, true)
	c.Send.Intent.Customer, c.Send.ID = customer, shop.SendID(string(customer)+occasion)
	c.Coupon.Hash, c.Coupon.Customer, c.Coupon.Send = string(c.Send.ID), customer, c.Send.ID
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()

	d, err := store.Send(ctx, customer, c.Send.ID)
	switch {
	case errors.Is(err, dynamo.ErrNotFound), d.State == claim.Queued && random.IntN(2) == 0:
		c.Send.Owner, c.Send.Attempt = owner, d.Attempt+1
		if d.State == claim.Queued {
			c.From = &claim.Fence{Attempt: d.Attempt, Owner: d.Owner}
		}
		if d.ReservationKept {
			c.Coupon = nil // the send has one already
		}
		contact, rev, errRead := store.Contact(ctx, customer)
		if errRead != nil {
			t.Error(errRead)
		}
		c.Contact = contact.Without(c.Send.ID)
		c.Contact.Ledger = append(c.Contact.Ledger, frequency.Entry{Send: c.Send.ID, At: noon})
		c.ContactRev = rev
		err = store.Claim(ctx, c)
	case d.State == claim.Queued:
		err = store.Refuse(ctx, d, claim.Refused, why, noon)
	case d.State == claim.Sending:
		write := []string{"accepted", "wait", "lose", "refuse"}[random.IntN(4)]
		err = outcomes[write].write(ctx, store, d)
	case d.State.Sent():
		_, _, err = store.Raise(ctx, customer, d.ID, claim.Delivered, "ses-1", noon)
	}
	if err != nil && !errors.Is(err, dynamo.ErrConflict) && !errors.Is(err, dynamo.ErrThrottled) && !strings.Contains(err.Error(), "lost") {
		t.Errorf("%s: %v", owner, err)
	}
}
