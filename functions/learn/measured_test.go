package main

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/outcome"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Of 400 customers, half are held out. The mailed ones order for 10.00 each after one
// message, the others for 5.00, and nothing differs among them. So a message adds 5.00.
func TestValuesOfCampaignsAreMeasured(t *testing.T) {
	sent := night.AddDate(0, 0, -20)
	var history dynamo.History
	var sends []claim.Send
	for n := range 400 {
		id := shop.CustomerID(fmt.Sprint("c-", n))
		s := claim.Send{
			ID: shop.SendID(id), State: claim.Delivered, Class: shop.ClassPromotion, Changed: sent, Claimed: sent, Assigned: sent,
			Intent: campaign.Intent{Campaign: "picks", Version: 1, Customer: id, Occasion: "x", Planned: sent},
		}
		spent := int64(1_000)
		if n%2 == 0 {
			s.State, s.Reason, spent = claim.HeldOut, claim.Reason{Code: "holdout"}, 500
		}
		sends = append(sends, s)
		history.Profiles = append(history.Profiles, profile.Profile{ID: id, Orders: []profile.Visit{{
			Order: shop.OrderID(id), At: sent.Add(48 * time.Hour), Net: shop.Money{Minor: spent, Currency: "GBP"}, Lines: []profile.VisitProduct{{Product: "A", Units: 1}},
		}}})
	}
	h, store := newHandler(t, history)
	for _, s := range sends {
		must(t, store.End(t.Context(), s))
	}
	publish := func(campaigns ...campaign.Campaign) {
		t.Helper()
		body, err := shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Campaigns: campaigns})
		must(t, err)
		must(t, store.SavePolicy(t.Context(), fmt.Sprint(len(campaigns)), body))
	}
	publish(campaign.Campaign{ID: "picks", Value: 40})
	_, err := h.Handle(t.Context())
	must(t, err)
	if _, _, err := store.Model(t.Context(), outcome.ValuesName); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("values were published although no campaign asks for them: %v", err)
	}
	publish(campaign.Campaign{ID: "picks", Value: 40, Measured: true}, campaign.Campaign{ID: "young", Value: 30, Measured: true})
	h.results = store
	h.now = func() time.Time { return night.AddDate(0, 0, 1) }
	answer, err := h.Handle(t.Context())
	must(t, err)
	var values outcome.Values
	if version := part(t, store, outcome.ValuesName, &values); version != answer.Version || len(values) != 1 || values["picks"] != 500 {
		t.Errorf("the values of version %s are %v, want 500 for picks, and none for young, in %s", version, values, answer.Version)
	}
}
