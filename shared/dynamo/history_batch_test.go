package dynamo_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// aPast returns a customer with two orders, of whom nothing is stored.
func aPast(id shop.CustomerID) dynamo.Past {
	p := dynamo.Past{Customer: id, Contacts: []dynamo.ContactChange{{Unchanged: true}}}
	for n := range 2 {
		o := anOrder(shop.OrderID(fmt.Sprintf("%s-%d", id, n)))
		o.Customer = id
		p.Profile = p.Profile.Update(shop.Order{}, o, shop.OrderFact{Kind: shop.OrderPlaced, Order: o.ID, Customer: id, Placed: o.Placed})
		p.Orders, p.OrderRevs = append(p.Orders, dynamo.Order{Order: o}), append(p.OrderRevs, "")
	}
	return p
}

// isStored reports whether the past is stored; it fails the test if only a part
// of it is.
func isStored(t *testing.T, store *dynamo.Store, p dynamo.Past) bool {
	t.Helper()
	_, rev, err := store.Profile(t.Context(), p.Customer)
	must(t, err)
	for _, o := range p.Orders {
		if _, its, err := store.Order(t.Context(), o.ID); err != nil || (its == "") != (rev == "") {
			t.Errorf("of %s the profile has the revision %q, and the order %s has %q (%v)", p.Customer, rev, o.ID, its, err)
		}
	}
	return rev != ""
}

// Sixty pasts of four writes each are three transactions. One that contradicts
// the table takes only those of its transaction along.
func TestPastsAreSavedTogetherAndAConflictLeavesTheOthers(t *testing.T) {
	store := dynamotest.Store(t)
	var pasts []dynamo.Past
	for n := range 60 {
		pasts = append(pasts, aPast(shop.CustomerID(fmt.Sprintf("c-%02d", n))))
	}
	other := pasts[30]
	other.Orders, other.OrderRevs, other.Profile = nil, nil, profile.Profile{ID: other.Customer}
	must(t, store.SavePast(t.Context(), other)) // a live event was faster

	left, err := store.SavePasts(t.Context(), pasts)
	must(t, err)
	if len(left) != 25 || !slices.Contains(left, 30) {
		t.Errorf("SavePasts left the pasts %v, want the 25 of the transaction of 30", left)
	}
	for i, p := range pasts {
		if i != 30 && isStored(t, store, p) == slices.Contains(left, i) {
			t.Errorf("the past %d is stored and left, or neither", i)
		}
	}
	if p, _, err := store.Profile(t.Context(), "c-30"); err != nil || len(p.Orders) != 0 {
		t.Errorf("the profile of the live event has %d orders (%v): it was overwritten", len(p.Orders), err)
	}
	if again, err := store.SavePasts(t.Context(), pasts[:25]); err != nil || len(again) != 25 {
		t.Errorf("what is stored by now was not left: %v, %v", again, err)
	}
}

// DynamoDB refuses a transaction that names an item twice.
func TestOfTwoPastsWithOneItemTheSecondIsLeft(t *testing.T) {
	for name, change := range map[string]func(*dynamo.Past){
		"customer": func(p *dynamo.Past) { p.Customer = "c-1" },
		"order":    func(p *dynamo.Past) { p.Orders[0].ID = "c-1-0" },
		"mailbox":  func(*dynamo.Past) {},
	} {
		t.Run(name, func(t *testing.T) {
			store := dynamotest.Store(t)
			first, second := aPast("c-1"), aPast("c-2")
			change(&second)
			if name == "mailbox" {
				first.Contacts = append(first.Contacts, dynamo.ContactChange{Mailbox: "m-1"})
				second.Contacts = append(second.Contacts, dynamo.ContactChange{Mailbox: "m-1"})
			}
			left, err := store.SavePasts(t.Context(), []dynamo.Past{first, second, aPast("c-3")})
			if must(t, err); !slices.Equal(left, []int{1}) || !isStored(t, store, first) || !isStored(t, store, aPast("c-3")) {
				t.Errorf("SavePasts left %v, want only the second", left)
			}
		})
	}
}

// An order alone changes; the profile that it was compared with must not have.
func TestAPastIsNotSavedIfItsUnchangedProfileHasMoved(t *testing.T) {
	store := dynamotest.Store(t)
	p := aPast("c-1")
	must(t, store.SavePast(t.Context(), p))
	before, rev, err := store.Profile(t.Context(), "c-1")
	must(t, err)
	moved := dynamo.Past{Customer: "c-1", Profile: before, ProfileRev: rev}
	moved.Profile.Earlier.Orders = 7
	must(t, store.SavePast(t.Context(), moved))

	late := aPast("c-1")
	late.Orders, late.Profile, late.ProfileRev, late.Contacts = late.Orders[:1], before, rev, nil
	late.Orders[0].ID, late.OrderRevs = "o-9", []dynamo.Rev{""}
	if err := store.SavePast(t.Context(), late); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("SavePast beside a changed profile = %v, want a conflict", err)
	}
}
