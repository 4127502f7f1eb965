package frequency_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

func TestWithoutSendRemovesItsReservationAndGrants(t *testing.T) {
	before := frequency.Contact{
		Ledger: []frequency.Entry{{Send: "s-1"}, {Send: "s-2"}},
		Granted: map[shop.OfferID][]frequency.Grant{
			"ten":     {{Send: "s-1"}, {Send: "s-2"}},
			"welcome": {{Send: "s-1"}},
		},
	}
	want := frequency.Contact{
		Ledger:  []frequency.Entry{{Send: "s-2"}},
		Granted: map[shop.OfferID][]frequency.Grant{"ten": {{Send: "s-2"}}},
	}
	if diff := cmp.Diff(want, before.WithoutSend("s-1")); diff != "" {
		t.Errorf("WithoutSend (-want +got):\n%s", diff)
	}
	if len(before.Ledger) != 2 || len(before.Granted["ten"]) != 2 || len(before.Granted["welcome"]) != 1 {
		t.Errorf("WithoutSend changed its receiver to %+v", before)
	}
}
