package dynamo_test

import (
	"errors"
	"testing"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// moved stores ann in mailbox m-1, claims a send there, and moves her to m-2.
func moved(t *testing.T) (*dynamo.Store, claim.Claim) {
	t.Helper()
	store := budgeted(t, 2)
	before := profile.Profile{ID: ann, Mailbox: "m-1"}
	must(t, store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{before}}))
	c := aClaim("run-1", true)
	c.Send.Mailbox = "m-1"
	c.Contact = c.Contact.WithGrant("welcome", frequency.Grant{Send: c.Send.ID, At: noon})
	must(t, store.Claim(t.Context(), c))

	read, err := store.Snapshot(t.Context(), ann)
	must(t, err)
	after := before
	after.Mailbox = "m-2"
	left, joined := frequency.Move(after, read.Contact, frequency.Contact{})
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: after, ProfileRev: read.ProfileRev, Contacts: []dynamo.ContactChange{
		{Mailbox: "m-1", Contact: left, Rev: read.ContactRev}, {Mailbox: "m-2", Contact: joined},
	}}))
	return store, c
}

func TestRefusalAfterAChangeOfAddressGivesBackInBothMailboxes(t *testing.T) {
	store, c := moved(t)
	must(t, store.Refuse(t.Context(), c.Send, claim.Refused, claim.Reason{Code: "ses:MessageRejected"}, noon))
	for _, mailbox := range []shop.Mailbox{"m-1", "m-2"} {
		contact, _, err := store.MailboxContact(t.Context(), mailbox)
		must(t, err)
		if len(contact.Ledger) != 0 || len(contact.Granted) != 0 {
			t.Errorf("mailbox %s keeps %d reservations and %d grants, want none", mailbox, len(contact.Ledger), len(contact.Granted))
		}
	}
}

// A claim that was decided before the change of address is refused.
func TestClaimAtTheOldMailboxIsRefusedAfterAChangeOfAddress(t *testing.T) {
	store, c := moved(t)
	old, rev, err := store.MailboxContact(t.Context(), "m-1")
	must(t, err)
	if !old.HasMoved(ann) {
		t.Error("the old mailbox does not name the customer as moved")
	}
	late := aClaim("run-2", false)
	late.Send.Mailbox, late.ContactRev = "m-1", rev+"-before"
	var refused *dynamo.ClaimRefused
	if err := store.Claim(t.Context(), late); !errors.As(err, &refused) || !refused.Contact {
		t.Errorf("Claim = %v, want it refused for its contact", err)
	}
	if got, err := store.Snapshot(t.Context(), ann); err != nil || got.Profile.Mailbox != "m-2" || len(got.Contact.Ledger) != len(c.Contact.Ledger) {
		t.Errorf("Snapshot = %+v, %v, want the new mailbox with the reservation", got, err)
	}
}

// A customer's own contact is written only if the profile still names no mailbox.
func TestOwnContactIsNotMadeAgainAfterTheProfileGotAMailbox(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: ann}}}))
	read, err := store.Snapshot(t.Context(), ann)
	must(t, err)
	named := profile.Profile{ID: ann, Mailbox: "m-1"}
	must(t, store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: named, ProfileRev: read.ProfileRev, Contacts: []dynamo.ContactChange{{Unchanged: true}}}))

	late := aClaim("run-1", false) // decided before
	late.ProfileRev = read.ProfileRev
	var refused *dynamo.ClaimRefused
	if err := store.Claim(t.Context(), late); !errors.As(err, &refused) || !refused.Contact {
		t.Errorf("Claim = %v, want it refused for its contact", err)
	}
	must(t, store.UpdateContact(t.Context(), ann, consented(noon)))
	if c, _, err := store.MailboxContact(t.Context(), "m-1"); err != nil || len(c.Consents) != 1 {
		t.Errorf("the mailbox's contact has %d consents, %v, want the one", len(c.Consents), err)
	}
}

// A profile gets its mailbox only if no own contact has appeared.
func TestProfileGetsNoMailboxIfAnOwnContactAppeared(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.UpdateContact(t.Context(), ann, consented(noon)))
	err := store.SaveFold(t.Context(), dynamo.Fold{Customer: ann, Profile: profile.Profile{ID: ann, Mailbox: "m-1"}, Contacts: []dynamo.ContactChange{{Unchanged: true}}})
	if !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("SaveFold = %v, want ErrConflict", err)
	}
}

// An import adds to what a mailbox has said, for all customers who share it.
func TestImportOverwritesNoMailbox(t *testing.T) {
	store := dynamotest.Store(t)
	mailbox := func(address string) shop.Mailbox { return shop.Mailbox("m-" + address) }
	must(t, store.UpdateMailbox(t.Context(), "m-home", func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithConsent(shop.TopicPromotions, false, noon).WithSuppression(frequency.Suppression{Reason: frequency.SuppressedErased, At: noon}), true
	}))
	yes, _ := consented(noon.AddDate(0, 0, 1))(frequency.Contact{})
	at := func(id shop.CustomerID) profile.Profile {
		return profile.Profile{ID: id, Email: profile.Statement{Value: "home", At: noon}}
	}
	must(t, store.Import(t.Context(), dynamo.History{
		Profiles: []profile.Profile{at("c-1"), at("c-2")}, Mailbox: mailbox,
		Contacts: map[shop.CustomerID]frequency.Contact{"c-1": yes, "c-2": {Ledger: []frequency.Entry{{Send: "s-2", At: noon}}}},
	}))
	for _, id := range []shop.CustomerID{"c-1", "c-2"} {
		read, err := store.Snapshot(t.Context(), id)
		must(t, err)
		if c := read.Contact; c.Consents[shop.TopicPromotions].Given || c.Suppressed == nil || len(c.Ledger) != 1 {
			t.Errorf("the contact of %s is %+v, want the opt-out, the suppression and one reservation", id, c)
		}
	}
}
