package main

import (
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// knownAt stores the customer c-1 with an address of now.
func (c cloud) knownAt(t *testing.T, address string) {
	t.Helper()
	p := profile.Profile{}.WithContactFact(shop.Customer{ID: "c-1", Email: address}, now)
	p.Mailbox = key.Mailbox(address)
	must(t, c.SaveFold(t.Context(), dynamo.Fold{Customer: "c-1", Profile: p}))
}

// The file names an address that the customer no longer has.
func TestANoToAnEarlierAddressHoldsForThePresentOneAndAYesDoesNot(t *testing.T) {
	for consent, wantStored := range map[string]bool{"no": true, "yes": false} {
		c := newCloud(t)
		c.knownAt(t, "new@example.com")
		file := c.file(t, "contacts.csv", "id,email,consent,consent at\nc-1,old@example.com,"+consent+",2025-03-01T10:00:00Z\n")
		_, err := c.imports(t, "-contacts", file, "-apply")
		must(t, err)
		if said, stored := c.contact(t, "new@example.com").Consents[shop.TopicPromotions]; stored != wantStored || said.Given {
			t.Errorf("a %s to the old address: the present one has %+v (%t), want one: %t", consent, said, stored, wantStored)
		}
		if said := c.contact(t, "old@example.com").Consents[shop.TopicPromotions]; said.Given != (consent == "yes") || said.At.IsZero() {
			t.Errorf("a %s to the old address: it has %+v", consent, said)
		}
		before := c.dump(t)
		_, err = c.imports(t, "-contacts", file, "-apply")
		must(t, err)
		if c.dump(t) != before {
			t.Errorf("a %s to the old address: the second import changed the tables", consent)
		}
	}
}

func TestWhatAnErasedCustomerSaidIsNotImported(t *testing.T) {
	c := newCloud(t)
	must(t, c.SaveErased(t.Context(), key.Customer("c-3"), now.AddDate(0, 0, -2)))
	_, err := c.imports(t, "-contacts", c.file(t, "contacts.csv", people), "-apply")
	must(t, err)
	if said := c.contact(t, "eve@example.com").Consents; len(said) > 0 {
		t.Errorf("the address of the erased customer has the consents %+v", said)
	}
}

func TestAConsentKeepsItsSourceAndWordingIfTheFileSaysLessOfIt(t *testing.T) {
	c := newCloud(t)
	_, err := c.imports(t, append(c.all(t), "-apply")...)
	must(t, err)
	bare := c.file(t, "bare.csv", "id,email,consent,consent at\nc-1,ann@example.com,yes,2025-02-01T10:00:00Z\n")
	_, err = c.imports(t, "-contacts", bare, "-apply")
	must(t, err)
	said := c.contact(t, "ann@example.com").Consents[shop.TopicPromotions]
	if said.Source != shop.SourceSignUpForm || said.Wording != "Send me offers" || !said.At.Equal(time.Date(2025, 3, 1, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("after an older yes without a source Ann's consent is %+v", said)
	}
}
