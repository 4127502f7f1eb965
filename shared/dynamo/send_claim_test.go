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

// budgeted returns a store where the offer of aClaim has so many uses.
func budgeted(t *testing.T, uses int) *dynamo.Store {
	t.Helper()
	store := dynamotest.Store(t)
	must(t, store.EnsureBudget(t.Context(), "welcome", 1, uses, 1))
	return store
}

// left returns what is left of that budget.
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

func TestClaimWritesAllOfIt(t *testing.T) {
	store := budgeted(t, 10)
	c := aClaim("slot-1", true)
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

// A claim is refused whole wherever one part of it no longer holds, and says
// which part.
func TestClaimIsRefusedWhole(t *testing.T) {
	for name, test := range map[string]struct {
		before func(*testing.T, *dynamo.Store, *claim.Claim)
		want   dynamo.ClaimRefused
	}{
		"where another worker claimed the send": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				other := aClaim("slot-1", false)
				other.Send.Owner = "another"
				must(t, s.Claim(t.Context(), other))
				_, c.ContactRev, _ = s.Contact(t.Context(), ann)
			}, dynamo.ClaimRefused{Send: true},
		},
		"where the send has ended": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				d := c.Send
				d.State, d.Attempt, d.Owner, d.Coupon = claim.Capped, 0, "", nil
				must(t, s.End(t.Context(), d))
			}, dynamo.ClaimRefused{Send: true},
		},
		"where the customer unsubscribed meanwhile": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				must(t, s.UpdateContact(t.Context(), ann, consented(noon)))
				_, c.ContactRev, _ = s.Contact(t.Context(), ann)
				must(t, s.UpdateContact(t.Context(), ann, func(k frequency.Contact) (frequency.Contact, bool) {
					return k.WithConsent(shop.TopicPromotions, false, noon), true
				}))
			}, dynamo.ClaimRefused{Contact: true},
		},
		"where a first contact appeared meanwhile": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				must(t, s.UpdateContact(t.Context(), ann, consented(noon)))
			}, dynamo.ClaimRefused{Contact: true},
		},
		"where the contact is gone": {
			func(_ *testing.T, _ *dynamo.Store, c *claim.Claim) { c.ContactRev = "gone" },
			dynamo.ClaimRefused{Contact: true},
		},
		"where the code is taken": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				other := aClaim("slot-2", true)
				other.Send.Intent.Customer = "c-9"
				must(t, s.Claim(t.Context(), other))
			}, dynamo.ClaimRefused{Coupon: true},
		},
		"where the budget is used up": {
			func(t *testing.T, s *dynamo.Store, c *claim.Claim) {
				for i := range 2 {
					other := aClaim("slot-2", true)
					other.Send.Intent.Customer = shop.CustomerID(fmt.Sprint("c-", i))
					other.Coupon.Hash = fmt.Sprint("hash-", i)
					must(t, s.Claim(t.Context(), other))
				}
			}, dynamo.ClaimRefused{Budget: true},
		},
		"where there is no such budget": {
			func(_ *testing.T, _ *dynamo.Store, c *claim.Claim) { c.Coupon.Version = 2 },
			dynamo.ClaimRefused{Budget: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			store := budgeted(t, 2)
			c := aClaim("slot-1", true)
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
				t.Errorf("Claim was refused so (-want +got):\n%s", diff)
			}
			if _, rev, _ := store.Contact(t.Context(), ann); rev != contactRev {
				t.Error("the slot was taken all the same")
			}
			if d, _ := store.Send(t.Context(), ann, c.Send.ID); d.Owner != stored.Owner || d.State != stored.State {
				t.Errorf("the send became %+v all the same", d)
			}
			if n := left(t, store); n != uses {
				t.Errorf("%d uses became %d all the same", uses, n)
			}
		})
	}
}

func TestTakeoverNeedsTheFence(t *testing.T) {
	for name, test := range map[string]struct {
		from *claim.Fence
		ok   bool
	}{
		"of the attempt that waits":       {&claim.Fence{Attempt: 1, Owner: "f3b1c5d2a9e84b60"}, true},
		"of another owner":                {&claim.Fence{Attempt: 1, Owner: "another"}, false},
		"of another attempt":              {&claim.Fence{Attempt: 2, Owner: "f3b1c5d2a9e84b60"}, false},
		"of none, as if it were absent":   {nil, false},
		"of the owner before any attempt": {&claim.Fence{Owner: "f3b1c5d2a9e84b60"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			store := dynamotest.Store(t)
			c := aClaim("slot-1", false)
			must(t, store.Claim(t.Context(), c))
			must(t, store.Wait(t.Context(), c.Send, claim.Reason{Code: "ses:throttled"}, noon.Add(1), noon))
			_, rev, _ := store.Contact(t.Context(), ann)

			again := aClaim("slot-1", false)
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

func TestTakeoverOfWhatIsAbsentIsRefused(t *testing.T) {
	store := dynamotest.Store(t)
	c := aClaim("slot-1", false)
	c.From = &claim.Fence{Attempt: 1, Owner: "first"}
	var stop *dynamo.ClaimRefused
	if err := store.Claim(t.Context(), c); !errors.As(err, &stop) || !stop.Send || stop.Stored.ID != "" {
		t.Errorf("Claim from a fence that is nowhere = %v, want it refused for the send", err)
	}
}

// A wait that nobody knew of is not taken as if it were absent: it would leave
// the list of what is due, which may be all that names it.
func TestWaitThatWasNeverClaimedIsTakenFromItsFenceAlone(t *testing.T) {
	store := dynamotest.Store(t)
	c := aClaim("slot-1", false)
	d := c.Send
	d.State, d.Attempt, d.Owner, d.Wake = claim.Queued, 0, "", noon
	must(t, store.End(t.Context(), d))
	var stop *dynamo.ClaimRefused
	if err := store.Claim(t.Context(), c); !errors.As(err, &stop) || !stop.Send || stop.Stored.State != claim.Queued {
		t.Errorf("Claim of a wait that nobody knew of = %v, want it refused with the record", err)
	}
	c.From = &claim.Fence{}
	must(t, store.Claim(t.Context(), c))
}

func TestClaimOfOursIsNotRefused(t *testing.T) {
	store := budgeted(t, 10)
	c := aClaim("slot-1", true)
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
			c := aClaim("slot-1", false)
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

func TestLastUseOfABudgetIsSoldOnce(t *testing.T) {
	store := budgeted(t, 1)
	var won atomic.Int32
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			c := aClaim("slot-1", true)
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
		t.Errorf("a budget of 1 was sold %d times and has %d left", won.Load(), left(t, store))
	}
}

// One message speaks for others: they end in the same transaction, or it is
// refused.
func TestClaimEndsWhatItSpeaksFor(t *testing.T) {
	for name, test := range map[string]struct {
		before func(*testing.T, *dynamo.Store, claim.Send)
		coupon bool
		ok     bool
	}{
		"which waits":                          {func(t *testing.T, s *dynamo.Store, d claim.Send) { must(t, s.End(t.Context(), d)) }, false, true},
		"which waits, and a coupon is claimed": {func(t *testing.T, s *dynamo.Store, d claim.Send) { must(t, s.End(t.Context(), d)) }, true, true},
		"which was never stored":               {func(*testing.T, *dynamo.Store, claim.Send) {}, false, true},
		"which has ended meanwhile": {func(t *testing.T, s *dynamo.Store, d claim.Send) {
			d.State = claim.Capped
			must(t, s.End(t.Context(), d))
		}, true, false},
		"which another worker claimed": {func(t *testing.T, s *dynamo.Store, d claim.Send) { claimOther(t, s, d) }, false, false},
		"which was claimed and keeps its slot": {func(t *testing.T, s *dynamo.Store, d claim.Send) {
			must(t, s.Wait(t.Context(), claimOther(t, s, d), why, noon, noon))
		}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			store := budgeted(t, 10)
			other := aClaim("slot-2", false).Send
			other.State, other.Attempt, other.Owner, other.Wake = claim.Queued, 0, "", noon
			test.before(t, store, other)
			before, _ := store.Send(t.Context(), ann, other.ID)
			c := aClaim("slot-1", test.coupon)
			_, c.ContactRev, _ = store.Contact(t.Context(), ann)
			merged := other
			merged.Attempt, merged.Owner = before.Attempt, before.Owner // as whoever looked at it has read it
			merged.State, merged.Wake, merged.Reason = claim.Outranked, time.Time{}, claim.Reason{Code: "merged", Text: "one message speaks for both"}
			c.Merged = []claim.Send{merged}
			err := store.Claim(t.Context(), c)
			speaker, _ := store.Send(t.Context(), ann, c.Send.ID)
			after, _ := store.Send(t.Context(), ann, other.ID)
			if test.ok {
				if err != nil || speaker.State != claim.Sending || after.State != claim.Outranked || after.Reason.Code != "merged" || len(due(t, store, noon)) != 0 {
					t.Errorf("Claim = %v; the speaker is %s, the other %+v, want SENDING and OUTRANKED, and nothing due", err, speaker.State, after)
				}
				return
			}
			var stop *dynamo.ClaimRefused
			if !errors.As(err, &stop) || !stop.Merged || stop.Send || stop.Contact || stop.Coupon || stop.Budget {
				t.Errorf("Claim = %v, want it refused for the merged one alone", err)
			}
			if diff := cmp.Diff(before, after); diff != "" || speaker.State != "" || left(t, store) != 10 {
				t.Errorf("the speaker is %q, %d uses are left, and the other changed (-was +is):\n%s", speaker.State, left(t, store), diff)
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
