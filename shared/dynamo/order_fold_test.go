package dynamo_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// firstFold returns the fold of a customer's first order, with nothing stored
// before.
func firstFold(id shop.OrderID) dynamo.Fold {
	o := anOrder(id)
	p := profile.Profile{}.Update(shop.Order{}, o, shop.OrderFact{Kind: shop.OrderPlaced, Order: id, Customer: ann, Placed: o.Placed})
	return dynamo.Fold{Order: o, Customer: ann, Profile: p}
}

func TestFoldIsReadAsItWasSaved(t *testing.T) {
	store := dynamotest.Store(t)
	fold := firstFold("o-1")
	must(t, store.SaveFold(t.Context(), fold))

	order, orderRev, err := store.Order(t.Context(), "o-1")
	must(t, err)
	if diff := cmp.Diff(fold.Order, order.Order); diff != "" || orderRev == "" {
		t.Errorf("Order(o-1) = rev %q, (-want +got):\n%s", orderRev, diff)
	}
	prof, profRev, err := store.Profile(t.Context(), ann)
	must(t, err)
	if diff := cmp.Diff(fold.Profile, prof, cmpopts.EquateEmpty()); diff != "" || profRev == "" {
		t.Errorf("Profile(%s) = rev %q, (-want +got):\n%s", ann, profRev, diff)
	}
}

// A kind of event that was evaluated and raised no intents differs from one
// that was not evaluated.
func TestIntentsAreStoredWithTheOrder(t *testing.T) {
	store := dynamotest.Store(t)
	fold := firstFold("o-1")
	fold.Raised = map[shop.OrderKind][]campaign.Intent{
		shop.OrderPlaced: {aClaim("o-1", false).Send.Intent}, shop.OrderShipped: {},
	}
	must(t, store.SaveFold(t.Context(), fold))
	order, _, err := store.Order(t.Context(), "o-1")
	must(t, err)
	if diff := cmp.Diff(dynamo.Order{Order: fold.Order, Raised: fold.Raised}, order); diff != "" {
		t.Errorf("Order(o-1) (-want +got):\n%s", diff)
	}
}

func TestAbsentItemsReadAsZero(t *testing.T) {
	store := dynamotest.Store(t)
	if o, rev, err := store.Order(t.Context(), "o-0"); err != nil || rev != "" || o.ID != "" {
		t.Errorf("Order(o-0) = %+v, %q, %v, want nothing", o, rev, err)
	}
	if p, rev, err := store.Profile(t.Context(), ann); err != nil || rev != "" || p.ID != "" {
		t.Errorf("Profile(%s) = %+v, %q, %v, want nothing", ann, p, rev, err)
	}
	if s, err := store.Snapshot(t.Context(), ann); err != nil || s.ContactRev != "" || s.ProfileRev != "" || s.Bytes != 0 {
		t.Errorf("Snapshot(%s) = %+v, %v, want nothing", ann, s, err)
	}
}

func TestFoldIsWrittenAllOrNothing(t *testing.T) {
	late := frequency.Contact{}.WithIssue("o-1", profile.ServiceIssue{Delayed: &profile.Issue{Since: noon}})
	paid := func(f dynamo.Fold) dynamo.Fold {
		f.Order.Paid = noon
		f.Profile.Earlier.Orders = 7
		f.Contacts = []dynamo.ContactChange{{Contact: late}}
		return f
	}
	for name, stale := range map[string]func(*dynamo.Fold){
		"order changed":               func(f *dynamo.Fold) { f.OrderRev = "another" },
		"profile changed":             func(f *dynamo.Fold) { f.ProfileRev = "another" },
		"order appeared":              func(f *dynamo.Fold) { f.OrderRev = "" },
		"profile appeared":            func(f *dynamo.Fold) { f.ProfileRev = "" },
		"order changed, saved alone":  func(f *dynamo.Fold) { f.OrderRev = "another"; f.Customer, f.Contacts = "", nil },
		"order appeared, saved alone": func(f *dynamo.Fold) { f.OrderRev = ""; f.Customer, f.Contacts = "", nil },
		"contact changed":             func(f *dynamo.Fold) { f.Contacts[0].Rev = "another" },
		"profile is absent":           func(f *dynamo.Fold) { f.Customer = "c-9"; f.Profile.ID = "c-9" },
	} {
		t.Run(name, func(t *testing.T) {
			store := dynamotest.Store(t)
			first := firstFold("o-1")
			must(t, store.SaveFold(t.Context(), first))
			second := paid(first)
			_, second.OrderRev, _ = store.Order(t.Context(), "o-1")
			_, second.ProfileRev, _ = store.Profile(t.Context(), ann)
			stale(&second)
			if err := store.SaveFold(t.Context(), second); !errors.Is(err, dynamo.ErrConflict) {
				t.Errorf("SaveFold(stale) = %v, want ErrConflict", err)
			}
			if o, _, _ := store.Order(t.Context(), "o-1"); !o.Paid.IsZero() {
				t.Error("the order was written")
			}
			if p, _, _ := store.Profile(t.Context(), ann); p.Earlier.Orders != 0 {
				t.Error("the profile was written")
			}
			if c, _, _ := store.Contact(t.Context(), ann); len(c.Issues) != 0 {
				t.Error("the contact was written")
			}
		})
	}
}

func TestFoldWritesOnlyWhatChanged(t *testing.T) {
	store := dynamotest.Store(t)
	var wrote float64
	store.Meter = func(_ string, _, write float64) { wrote += write }
	fold := firstFold("o-1")
	must(t, store.SaveFold(t.Context(), fold))
	_, fold.OrderRev, _ = store.Order(t.Context(), "o-1")
	_, fold.ProfileRev, _ = store.Profile(t.Context(), ann)

	wrote = 0
	must(t, store.SaveFold(t.Context(), fold))
	if wrote != 0 {
		t.Errorf("a fold that changes nothing wrote %v units, want 0", wrote)
	}
	fold.Order.Shipped = noon // the profile does not keep it
	must(t, store.SaveFold(t.Context(), fold))
	if wrote != 1 {
		t.Errorf("a fold that changes the order only wrote %v units, want 1", wrote)
	}
}

func TestSameFoldTwiceIsNoConflict(t *testing.T) {
	store := dynamotest.Store(t)
	fold := firstFold("o-1")
	must(t, store.SaveFold(t.Context(), fold))
	must(t, store.SaveFold(t.Context(), fold)) // still with the revisions from before the first
}

// A claim names the revision of the contact, so it is refused after a service
// issue.
func TestServiceIssueChangesTheContactWithTheProfile(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.UpdateContact(t.Context(), ann, consented(noon)))
	contact, rev, err := store.Contact(t.Context(), ann)
	must(t, err)
	fold := firstFold("o-1")
	withIssue := contact.WithIssue("o-1", profile.ServiceIssue{Delayed: &profile.Issue{Since: noon}})
	fold.Contacts = []dynamo.ContactChange{{Contact: withIssue, Rev: rev}}
	must(t, store.SaveFold(t.Context(), fold))
	must(t, store.SaveFold(t.Context(), fold)) // as if two calls processed the event at once
	if got, moved, err := store.Contact(t.Context(), ann); err != nil || len(got.Issues) != 1 || moved == rev || len(got.Consents) != 1 {
		t.Errorf("Contact = %+v, rev %q after %q, %v, want one service issue and the consent", got, moved, rev, err)
	}
	late := aClaim("run-1", false)
	late.ContactRev = rev
	var refused *dynamo.ClaimRefused
	if err := store.Claim(t.Context(), late); !errors.As(err, &refused) || !refused.Contact {
		t.Errorf("Claim from before the service issue = %v, want it refused for its contact", err)
	}
}

func TestOrderWithoutCustomerIsSaved(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Order: shop.Order{ID: "o-1", Paid: noon}}))
	if o, _, err := store.Order(t.Context(), "o-1"); err != nil || !o.Paid.Equal(noon) {
		t.Errorf("Order(o-1) = %+v, %v, want it paid", o, err)
	}
}

// A profile is computed from the order. If another call has changed the order,
// a profile computed from the older one is refused.
func TestProfileFromAnOlderOrderIsRefused(t *testing.T) {
	store := dynamotest.Store(t)
	first := firstFold("o-1")
	must(t, store.SaveFold(t.Context(), first))
	_, first.OrderRev, _ = store.Order(t.Context(), "o-1")
	second := first // saved by another call
	second.Order.Paid, second.Profile.Earlier.Orders = noon, 7
	_, second.ProfileRev, _ = store.Profile(t.Context(), ann)
	must(t, store.SaveFold(t.Context(), second))

	late := first // has read the order before that, and the profile after
	_, late.ProfileRev, _ = store.Profile(t.Context(), ann)
	if err := store.SaveFold(t.Context(), late); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("SaveFold(computed from an older order) = %v, want ErrConflict", err)
	}
	if p, _, _ := store.Profile(t.Context(), ann); p.Earlier.Orders == 0 {
		t.Error("the older profile was written")
	}
}
