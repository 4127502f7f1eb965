package dynamo_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

func consented(at time.Time) func(frequency.Contact) (frequency.Contact, bool) {
	return func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithConsent(shop.TopicPromotions, true, at), true
	}
}

func TestSnapshotCostsOneReadUnit(t *testing.T) {
	store := dynamotest.Store(t)
	fold := firstFold("o-1")
	must(t, store.SaveFold(t.Context(), fold))
	must(t, store.UpdateContact(t.Context(), ann, consented(noon)))
	must(t, store.UpdateContact(t.Context(), ann+"0", consented(noon))) // another partition

	var read float64
	store.Meter = func(_ string, r, _ float64) { read += r }
	got, err := store.Snapshot(t.Context(), ann)
	must(t, err)
	want, _ := consented(noon)(frequency.Contact{})
	if diff := cmp.Diff(want, got.Contact); diff != "" || got.ContactRev == "" {
		t.Errorf("Snapshot.Contact at rev %q (-want +got):\n%s", got.ContactRev, diff)
	}
	if diff := cmp.Diff(fold.Profile, got.Profile, cmpopts.EquateEmpty()); diff != "" || got.ProfileRev == "" {
		t.Errorf("Snapshot.Profile at rev %q (-want +got):\n%s", got.ProfileRev, diff)
	}
	if read != 1 || got.Bytes == 0 || got.Bytes > 4096 {
		t.Errorf("Snapshot of %d bytes cost %v read units, want 1", got.Bytes, read)
	}
}

func TestConcurrentUpdatesOfAContactAreAllMade(t *testing.T) {
	store := dynamotest.Store(t)
	const writers = 5
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			err := store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
				c.Ledger = append(c.Ledger, frequency.Entry{Send: shop.SendID(fmt.Sprint("s", i)), At: noon})
				return c, true
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if c, _, err := store.Contact(t.Context(), ann); err != nil || len(c.Ledger) != writers {
		t.Errorf("after %d writers the ledger has %d entries (%v)", writers, len(c.Ledger), err)
	}
}

func TestUpdateContactWithoutChangeWritesNothing(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.UpdateContact(t.Context(), ann, consented(noon)))
	var wrote float64
	store.Meter = func(_ string, _, w float64) { wrote += w }
	must(t, store.UpdateContact(t.Context(), ann, consented(noon)))
	must(t, store.UpdateContact(t.Context(), ann, func(frequency.Contact) (frequency.Contact, bool) { return frequency.Contact{}, false }))
	if wrote != 0 {
		t.Errorf("two updates without a change wrote %v units, want 0", wrote)
	}
	if c, _, _ := store.Contact(t.Context(), ann); !c.Consents[shop.TopicPromotions].Given {
		t.Errorf("Contact(%s) = %+v, want its consent still there", ann, c)
	}
}
