package dynamo_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// budgeted returns a store in which the budget of aClaim's offer has that many
// uses.
func budgeted(t *testing.T, uses int) *dynamo.Store {
	t.Helper()
	store := dynamotest.Store(t)
	must(t, store.EnsureBudget(t.Context(), "welcome", 1, uses, 1))
	return store
}

// left returns how many uses that budget has left.
func left(t *testing.T, store *dynamo.Store) int {
	t.Helper()
	shards, err := store.Budget(t.Context(), "welcome", 1)
	must(t, err)
	sum := 0
	for _, n := range shards {
		sum += n
	}
	return sum
}

func TestClaimWritesSendContactCouponAndBudget(t *testing.T) {
	store := budgeted(t, 10)
	c := aClaim("run-1", true)
	must(t, store.Claim(t.Context(), c))

	d, err := store.Send(t.Context(), ann, c.Send.ID)
	must(t, err)
	if diff := cmp.Diff(c.Send, d); diff != "" {
		t.Errorf("Send after Claim (-want +got):\n%s", diff)
	}
	contact, rev, err := store.Contact(t.Context(), ann)
	must(t, err)
	if diff := cmp.Diff(c.Contact, contact); diff != "" || rev == "" {
		t.Errorf("Contact after Claim at rev %q (-want +got):\n%s", rev, diff)
	}
	coupon, err := store.Coupon(t.Context(), c.Coupon.Hash)
	must(t, err)
	if diff := cmp.Diff(*c.Coupon, coupon); diff != "" {
		t.Errorf("Coupon after Claim (-want +got):\n%s", diff)
	}
	if got := left(t, store); got != 9 {
		t.Errorf("after one claim of 10 uses %d are left, want 9", got)
	}
}

// If one part of a claim does not hold, nothing is written, and the error names
// the part.
func TestClaimIsWrittenAllOrNothing(t *testing.T) {
	for name, test := range map[string]struct {
		before func(*testing.T, *dynamo.Store, *claim.Claim)
		want   dynamo.ClaimRefused
	}{
		"another worker claimed the send": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				other := aClaim("run-1", false)
				other.Send.Owner = "another"
				must(t, s.Claim(t.Context(), other))
				_, c.ContactRev, _ = s.Contact(t.Context(), ann)
			}, dynamo.ClaimRefused{Send: true},
		},
		"the send has ended": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				d := c.Send
				d.State, d.Attempt, d.Owner, d.Coupon = claim.Capped, 0, "", nil
				must(t, s.End(t.Context(), d))
			}, dynamo.ClaimRefused{Send: true},
		},
		"the customer unsubscribed after the read": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				must(t, s.UpdateContact(t.Context(), ann, consented(noon)))
				_, c.ContactRev, _ = s.Contact(t.Context(), ann)
				must(t, s.UpdateContact(t.Context(), ann, func(k frequency.Contact) (frequency.Contact, bool) {
					return k.WithConsent(shop.TopicPromotions, false, noon), true
				}))
			}, dynamo.ClaimRefused{Contact: true},
		},
		"a first contact was stored after the read": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				must(t, s.UpdateContact(t.Context(), ann, consented(noon)))
			}, dynamo.ClaimRefused{Contact: true},
		},
		"the contact is absent": {
			func(_ *testing.T, _ *dynamo.Store, c *claim.Claim) { c.ContactRev = "absent" },
			dynamo.ClaimRefused{Contact: true},
		},
		"the coupon's code exists already": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				other := aClaim("run-2", true)
				other.Send.Intent.Customer = "c-9"
				must(t, s.Claim(t.Context(), other))
			}, dynamo.ClaimRefused{Coupon: true},
		},
		"the budget is used up": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				for i := range 2 {
					other := aClaim("run-2", true)
					other.Send.Intent.Customer = shop.CustomerID(fmt.Sprint("c-", i))
					other.Coupon.Hash = fmt.Sprint("hash-", i)
					must(t, s.Claim(t.Context(), other))
				}
			}, dynamo.ClaimRefused{Budget: true},
		},
		"there is no such budget": {
			func(_ *testing.T, _ *dynamo.Store, c *claim.Claim) { c.Coupon.Version = 2 },
			dynamo.ClaimRefused{Budget: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			store := budgeted(t, 2)
			c := aClaim("run-1", true)
			test.before(t, store, &c)
			_, contactRev, _ := store.Contact(t.Context(), ann)
			uses := left(t, store)
			stored, _ := store.Send(t.Context(), ann, c.Send.ID)

			err := store.Claim(t.Context(), c)
			var got *dynamo.ClaimRefused
			if !errors.As(err, &got) || !errors.Is(err, dynamo.ErrConflict) {
				t.Fatalf("Claim = %v, want a *ClaimRefused that is an ErrConflict", err)
			}
			test.want.Stored = stored
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Errorf("ClaimRefused (-want +got):\n%s", diff)
			}
			if _, rev, _ := store.Contact(t.Context(), ann); rev != contactRev {
				t.Error("the reservation was stored")
			}
			if d, _ := store.Send(t.Context(), ann, c.Send.ID); d.Owner != stored.Owner || d.State != stored.State {
				t.Errorf("the send became %+v", d)
			}
			if n := left(t, store); n != uses {
				t.Errorf("%d uses became %d", uses, n)
			}
		})
	}
}

func TestTakeoverNeedsTheFence(t *testing.T) {
	for name, test := range map[string]struct {
		from *claim.Fence
		ok   bool
	}{
		"attempt that waits":                {&claim.Fence{Attempt: 1, Owner: "f3b1c5d2a9e84b60"}, true},
		"another owner":                     {&claim.Fence{Attempt: 1, Owner: "another"}, false},
		"another attempt":                   {&claim.Fence{Attempt: 2, Owner: "f3b1c5d2a9e84b60"}, false},
		"no fence: the send must be absent": {nil, false},
		"owner with attempt 0":              {&claim.Fence{Owner: "f3b1c5d2a9e84b60"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			store := dynamotest.Store(t)
			c := aClaim("run-1", false)
			must(t, store.Claim(t.Context(), c))
			must(t, store.Wait(t.Context(), c.Send, claim.Reason{Code: "ses:throttled"}, noon.Add(1), noon))
			_, rev, _ := store.Contact(t.Context(), ann)

			again := aClaim("run-1", false)
			again.From, again.ContactRev = test.from, rev
			again.Send.Attempt, again.Send.Owner = 2, "second"
			err := store.Claim(t.Context(), again)
			if (err == nil) != test.ok {
				t.Errorf("Claim from %+v = %v, want success: %v", test.from, err, test.ok)
			}
			if d, _ := store.Send(t.Context(), ann, c.Send.ID); (d.State == claim.Sending) != test.ok {
				t.Errorf("Claim from %+v left the send %s", test.from, d.State)
			}
		})
	}
}

func TestTakeoverOfAnAbsentSendIsRefused(t *testing.T) {
	store := dynamotest.Store(t)
	c := aClaim("run-1", false)
	c.From = &claim.Fence{Attempt: 1, Owner: "first"}
	var stop *dynamo.ClaimRefused
	if err := store.Claim(t.Context(), c); !errors.As(err, &stop) || !stop.Send || stop.Stored.ID != "" {
		t.Errorf("Claim from a fence of an absent send = %v, want it refused for the send", err)
	}
}

// A claim without a fence needs the send to be absent. It must not take over a
// waiting send, which would then leave the index that may be all that names it.
func TestUnclaimedWaitIsClaimedOnlyFromItsFence(t *testing.T) {
	store := dynamotest.Store(t)
	c := aClaim("run-1", false)
	d := c.Send
	d.State, d.Attempt, d.Owner, d.Wake = claim.Queued, 0, "", noon
	must(t, store.End(t.Context(), d))
	var stop *dynamo.ClaimRefused
	if err := store.Claim(t.Context(), c); !errors.As(err, &stop) || !stop.Send || stop.Stored.State != claim.Queued {
		t.Errorf("Claim without a fence of a waiting send = %v, want it refused with the record", err)
	}
	c.From = &claim.Fence{}
	must(t, store.Claim(t.Context(), c))
}

func TestSameClaimTwiceSucceeds(t *testing.T) {
	store := budgeted(t, 10)
	c := aClaim("run-1", true)
	must(t, store.Claim(t.Context(), c))
	must(t, store.Claim(t.Context(), c))
	if got := left(t, store); got != 9 {
		t.Errorf("the same claim twice leaves %d of 10 uses, want 9", got)
	}
}

func TestOneOfManyWorkersClaims(t *testing.T) {
	store := dynamotest.Store(t)
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			c := aClaim("run-1", false)
			c.Send.Owner = fmt.Sprint("worker-", i)
			var stop *dynamo.ClaimRefused
			switch err := store.Claim(t.Context(), c); {
			case err == nil:
				won.Add(1)
			case !errors.As(err, &stop) || !stop.Send:
				t.Errorf("worker %d: %v, want it refused for the send", i, err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d of 20 workers claimed one send, want 1", won.Load())
	}
}

func TestLastUseOfABudgetIsClaimedOnce(t *testing.T) {
	store := budgeted(t, 1)
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			c := aClaim("run-1", true)
			c.Send.Intent.Customer = shop.CustomerID(fmt.Sprint("c-", i))
			c.Coupon.Hash = fmt.Sprint("hash-", i)
			var stop *dynamo.ClaimRefused
			switch err := store.Claim(t.Context(), c); {
			case err == nil:
				won.Add(1)
			case !errors.As(err, &stop) || !stop.Budget:
				t.Errorf("customer %d: %v, want it refused for the budget", i, err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 || left(t, store) != 0 {
		t.Errorf("a budget of 1 was claimed %d times and has %d left", won.Load(), left(t, store))
	}
}

// Merged sends end in the same transaction, or the claim is refused.
func TestClaimEndsMergedSends(t *testing.T) {
	for name, test := range map[string]struct {
		before func(*testing.T, *dynamo.Store, claim.Send)
		coupon bool
		ok     bool
	}{
		"merged send waits":                      {func(t *testing.T, s *dynamo.Store, d claim.Send) { must(t, s.End(t.Context(), d)) }, false, true},
		"merged send waits, claim with a coupon": {func(t *testing.T, s *dynamo.Store, d claim.Send) { must(t, s.End(t.Context(), d)) }, true, true},
		"merged send is absent":                  {func(*testing.T, *dynamo.Store, claim.Send) {}, false, true},
		"merged send has ended": {func(t *testing.T, s *dynamo.Store, d claim.Send) {
			d.State = claim.Capped
			must(t, s.End(t.Context(), d))
		}, true, false},
		"another worker claimed the merged send": {func(t *testing.T, s *dynamo.Store, d claim.Send) { claimOther(t, s, d) }, false, false},
		"merged send keeps its reservation": {func(t *testing.T, s *dynamo.Store, d claim.Send) {
			must(t, s.Wait(t.Context(), claimOther(t, s, d), why, noon, noon))
		}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			store := budgeted(t, 10)
			other := aClaim("run-2", false).Send
			other.State, other.Attempt, other.Owner, other.Wake = claim.Queued, 0, "", noon
			test.before(t, store, other)
			before, _ := store.Send(t.Context(), ann, other.ID)
			c := aClaim("run-1", test.coupon)
			_, c.ContactRev, _ = store.Contact(t.Context(), ann)
			merged := other
			merged.Attempt, merged.Owner = before.Attempt, before.Owner // as the caller has read them
			merged.State, merged.Wake, merged.Reason = claim.Outranked, time.Time{}, claim.Reason{Code: "merged", Text: "one message speaks for both"}
			c.Merged = []claim.Send{merged}
			err := store.Claim(t.Context(), c)
			main, _ := store.Send(t.Context(), ann, c.Send.ID)
			after, _ := store.Send(t.Context(), ann, other.ID)
			if test.ok {
				if err != nil || main.State != claim.Sending || after.State != claim.Outranked || after.Reason.Code != "merged" || len(due(t, store, noon)) != 0 {
					t.Errorf("Claim = %v; the claimed send is %s, the merged one %+v, want SENDING and OUTRANKED, and nothing due", err, main.State, after)
				}
				return
			}
			var stop *dynamo.ClaimRefused
			if !errors.As(err, &stop) || !stop.Merged || stop.Send || stop.Contact || stop.Coupon || stop.Budget {
				t.Errorf("Claim = %v, want it refused for the merged one alone", err)
			}
			if diff := cmp.Diff(before, after); diff != "" || main.State != "" || left(t, store) != 10 {
				t.Errorf("the claimed send is %q, %d uses are left, and the merged one changed (-was +is):\n%s", main.State, left(t, store), diff)
			}
		})
	}
}

// claimOther claims a send that waits or is absent, as another worker would.
func claimOther(t *testing.T, s *dynamo.Store, d claim.Send) claim.Send {
	t.Helper()
	c := aClaim(d.Intent.Occasion, false)
	c.Send.Owner = "another"
	must(t, s.Claim(t.Context(), c))
	return c.Send
}
