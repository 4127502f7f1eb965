package main

import (
	"strings"
	"testing"
	"time"

	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/mailbox"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// A store of an older version has contacts by customer ID. Ann's opt-out, as
// c-1, holds for c-2 with the same address after the command.
func TestOlderContactsAreAddedToTheirMailboxes(t *testing.T) {
	store := dynamotest.Store(t)
	at := func(id shop.CustomerID, email string) profile.Profile {
		return profile.Profile{ID: id, Email: profile.Statement{Value: email, At: noon}, Orders: []profile.Visit{{Order: "o-" + shop.OrderID(id), At: noon}}}
	}
	bounced := frequency.Suppression{Address: frequency.HashAddress("bob@example.com"), Reason: frequency.SuppressedBounce, At: noon}
	if err := store.Import(t.Context(), dynamo.History{
		Profiles: []profile.Profile{at("c-1", "Ann@example.com"), at("c-2", "ann@example.com"), at("c-3", "bob@example.com"), at("c-4", "")},
		Contacts: map[shop.CustomerID]frequency.Contact{
			"c-1": frequency.Contact{}.WithConsent(shop.TopicPromotions, false, noon),
			"c-2": frequency.Contact{Ledger: []frequency.Entry{{Send: "s-2", At: noon}}}.WithConsent(shop.TopicPromotions, true, noon.Add(time.Hour)),
			"c-3": frequency.Contact{}.WithSuppression(bounced),
			"c-4": frequency.Contact{}.WithConsent(shop.TopicPromotions, true, noon),
		},
	}); err != nil {
		t.Fatal(err)
	}
	keeper := contactchange.Keeper{Store: store, Mailbox: mailbox.Key(strings.Repeat("k", 32)).Mailbox}
	for _, want := range []string{"4 profiles read, 3 got their mailbox", "4 profiles read, 0 got their mailbox"} {
		var out strings.Builder
		if err := carryOver(t.Context(), store, keeper, &out); err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("carryOver = %v, printed %q, want %q", err, out.String(), want)
		}
	}
	for id, holds := range map[shop.CustomerID]func(dynamo.Snapshot) bool{
		"c-1": func(s dynamo.Snapshot) bool { return len(s.Contact.Ledger) == 1 },
		"c-2": func(s dynamo.Snapshot) bool {
			said := s.Contact.Consents[shop.TopicPromotions]
			return !said.At.IsZero() && !said.Given
		},
		"c-3": func(s dynamo.Snapshot) bool {
			return s.Contact.SuppressedFor("bob@example.com") != nil && s.Contact.Suppressed.Address == ""
		},
		"c-4": func(s dynamo.Snapshot) bool {
			return s.Profile.Mailbox == "" && s.Contact.Consents[shop.TopicPromotions].Given
		},
	} {
		if s, err := store.Snapshot(t.Context(), id); err != nil || !holds(s) || len(s.Profile.Orders) != 1 {
			t.Errorf("%s is %+v, %v after the command", id, s, err)
		}
	}
}
