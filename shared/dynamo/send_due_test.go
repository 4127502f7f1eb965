package dynamo_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shop"
)

// due returns the sends that are due at now, with their partitions. Pages are
// small, so that there are several.
func due(t *testing.T, store *dynamo.Store, now time.Time) map[shop.SendID]dynamo.DueShard {
	t.Helper()
	got := map[shop.SendID]dynamo.DueShard{}
	for _, shard := range slices.Concat(dynamo.DueShards(dynamo.LaneTransactional), dynamo.DueShards(dynamo.LaneMarketing)) {
		for after := dynamo.Cursor(""); after != dynamo.End; {
			next, err := store.Due(t.Context(), now, shard, after, 2, func(d claim.Send) error {
				if got[d.ID] != "" {
					t.Errorf("%s was listed twice", d.ID)
				}
				got[d.ID] = shard
				return nil
			})
			must(t, err)
			after = next
		}
	}
	return got
}

func queued(t *testing.T, store *dynamo.Store, occasion string, class shop.Class, wake time.Time) claim.Send {
	t.Helper()
	d := aClaim(occasion, false).Send
	d.State, d.Attempt, d.Owner, d.Wake, d.Class = claim.Queued, 0, "", wake, class
	must(t, store.End(t.Context(), d))
	return d
}

func TestDueListsWaitingSendsThatAreDue(t *testing.T) {
	store := dynamotest.Store(t)
	for _, occasion := range strings.Fields("a b c d e f g h i j k l m n o p q r s t u v w x y z") {
		queued(t, store, occasion, shop.ClassPromotion, noon)
	}
	queued(t, store, "later", shop.ClassPromotion, noon.Add(time.Millisecond))
	ended := aClaim("ended", false).Send // with the Wake of its last wait
	ended.State, ended.Attempt, ended.Owner, ended.Wake = claim.Expired, 0, "", noon
	must(t, store.End(t.Context(), ended))
	claimed := aClaim("sending", false)
	must(t, store.Claim(t.Context(), claimed))
	if got := due(t, store, noon); len(got) != 26 {
		t.Errorf("Due(noon) gave %d sends, want 26", len(got))
	}

	must(t, store.Watch(t.Context(), claimed.Send))
	if got := due(t, store, noon.Add(14*time.Minute)); got[claimed.Send.ID] != "" {
		t.Error("a watched send is due 14 minutes after its claim, too early")
	}
	if got := due(t, store, noon.Add(15*time.Minute)); got[claimed.Send.ID] == "" {
		t.Error("a watched send is not due 15 minutes after its claim")
	}
	must(t, store.Accepted(t.Context(), claimed.Send, "ses-1", noon))
	if got := due(t, store, noon.Add(time.Hour)); got[claimed.Send.ID] != "" {
		t.Error("an accepted send is still due")
	}
	if err := store.Watch(t.Context(), claimed.Send); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("Watch(an accepted send) = %v, want ErrConflict", err)
	}
}

// A claim leaves a waiting send in the index: its queue message may have been
// acknowledged, and then only the index names it if its worker dies.
func TestClaimedSendStaysInTheIndex(t *testing.T) {
	store := dynamotest.Store(t)
	d := queued(t, store, "run-1", shop.ClassPromotion, noon)
	c := aClaim("run-1", false)
	c.From = &claim.Fence{Attempt: d.Attempt, Owner: d.Owner}
	must(t, store.Claim(t.Context(), c))
	if got := due(t, store, noon.Add(14*time.Minute)); got[d.ID] != "" {
		t.Error("the send is due 14 minutes after its claim, too early")
	}
	if got := due(t, store, noon.Add(15*time.Minute)); got[d.ID] == "" {
		t.Error("the send is not due 15 minutes after its claim")
	}
	must(t, store.Accepted(t.Context(), c.Send, "ses-1", noon))
	if got := due(t, store, noon.Add(time.Hour)); len(got) > 0 {
		t.Errorf("an accepted send is still due: %v", got)
	}
}

// A million waiting promotions must not delay transactional messages.
func TestPromotionsWaitInTheMarketingLane(t *testing.T) {
	store := dynamotest.Store(t)
	for _, class := range shop.Classes {
		d := queued(t, store, string(class), class, noon)
		want := dynamo.LaneTransactional
		if class == shop.ClassPromotion {
			want = dynamo.LaneMarketing
		}
		if got := due(t, store, noon)[d.ID]; !strings.HasPrefix(string(got), string(want)+"#") {
			t.Errorf("a %s waits in %s, want a partition of %s", class, got, want)
		}
	}
}

func TestLaterMovesASendOnlyIfItsWaitIsUnchanged(t *testing.T) {
	for name, test := range map[string]struct {
		before func(*testing.T, *dynamo.Store, claim.Send)
		ok     bool
	}{
		"wait unchanged": {func(*testing.T, *dynamo.Store, claim.Send) {}, true},
		"another wait was stored": {func(t *testing.T, s *dynamo.Store, d claim.Send) {
			d.Wake = noon.Add(20 * time.Hour)
			must(t, s.End(t.Context(), d))
		}, false},
		"ended": {func(t *testing.T, s *dynamo.Store, d claim.Send) {
			d.State = claim.Capped
			must(t, s.End(t.Context(), d))
		}, false},
		"claimed": {func(t *testing.T, s *dynamo.Store, _ claim.Send) {
			c := aClaim("run", false)
			c.From = &claim.Fence{}
			must(t, s.Claim(t.Context(), c))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			store := dynamotest.Store(t)
			d := queued(t, store, "run", shop.ClassPromotion, noon)
			test.before(t, store, d)
			before, _ := store.Send(t.Context(), ann, d.ID)
			err := store.Later(t.Context(), d, noon.Add(10*time.Minute))
			after, _ := store.Send(t.Context(), ann, d.ID)
			if test.ok {
				if err != nil || !after.Wake.Equal(noon.Add(10*time.Minute)) || after.Reason != before.Reason || len(due(t, store, noon)) != 0 || len(due(t, store, after.Wake)) != 1 {
					t.Errorf("Later = %v, and the send is %+v, want it ten minutes later", err, after)
				}
			} else if !errors.Is(err, dynamo.ErrConflict) || !after.Wake.Equal(before.Wake) {
				t.Errorf("Later = %v, and it wakes at %s, want ErrConflict and %s", err, after.Wake, before.Wake)
			}
		})
	}
}
