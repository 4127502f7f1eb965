package main

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/outcome"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
	"regulars/shared/variant"
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
	_, err := h.Handle(t.Context(), Event{})
	must(t, err)
	if _, _, err := store.Model(t.Context(), outcome.ValuesName); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("values were published although no campaign asks for them: %v", err)
	}
	publish(campaign.Campaign{ID: "picks", Value: 40, Measured: true}, campaign.Campaign{ID: "young", Value: 30, Measured: true})
	h.results = store
	h.now = func() time.Time { return night.AddDate(0, 0, 1) }
	answer, err := h.Handle(t.Context(), Event{})
	must(t, err)
	var values outcome.Values
	if version := part(t, store, outcome.ValuesName, &values); version != answer.Version || len(values) != 1 || values["picks"] != 500 {
		t.Errorf("the values of version %s are %v, want 500 for picks, and none for young, in %s", version, values, answer.Version)
	}

	// A night in segments measures the same, also if one of them was counted before the
	// policy asked for it.
	next := night.AddDate(0, 0, 2)
	for phrase, forget := range map[string]bool{"in segments": false, "in segments under two policies": true} {
		next = next.Add(time.Hour)
		h.partials = folder{}
		for i := range 3 {
			_, err := h.Handle(t.Context(), Event{Night: next, Of: 3, Segment: i + 1})
			must(t, err)
		}
		if forget {
			p := newPartial(next, nil)
			s := segment{form, next, 2, 3}
			body, err := p.encode(s)
			must(t, err)
			must(t, h.partials.Save(t.Context(), s.name(), body))
		}
		_, err := h.Handle(t.Context(), Event{Night: next, Of: 3, Merge: true})
		must(t, err)
		var again outcome.Values
		if version := part(t, store, outcome.ValuesName, &again); version != next.Format(time.RFC3339) || len(again) != 1 || again["picks"] != 500 {
			t.Errorf("%s: the values of version %s are %v, want 500 for picks", phrase, version, again)
		}
	}
}

// Of 800 customers of two variants, those of one order three times as often. A week after
// the first night its share is larger, the other one has its floor, and the nights before
// stay as they were.
func TestSharesOfVariantsFollowTheOrders(t *testing.T) {
	first := night.AddDate(0, 0, -10)
	var history dynamo.History
	var sends []claim.Send
	for n := range 800 {
		id, drawn := shop.CustomerID(fmt.Sprint("c-", n)), []string{"a", "b"}[n%2]
		sent := first.Add(time.Duration(n) * time.Minute)
		sends = append(sends, claim.Send{
			ID: shop.SendID(id), State: claim.Capped, Class: shop.ClassPromotion, Changed: sent, Assigned: sent, Variant: drawn, Drawn: first,
			Intent: campaign.Intent{Campaign: "picks", Version: 1, Customer: id, Occasion: "x", Planned: sent},
		})
		p := profile.Profile{ID: id}
		if n%8 == 0 || n%2 == 1 && n%8 < 6 {
			p.Orders = []profile.Visit{{Order: shop.OrderID(id), At: sent.Add(time.Hour), Net: shop.Money{Minor: 900, Currency: "GBP"}, Lines: []profile.VisitProduct{{Product: "A", Units: 1}}}}
		}
		history.Profiles = append(history.Profiles, p)
	}
	h, store := newHandler(t, history)
	h.results = store
	for _, s := range sends {
		must(t, store.End(t.Context(), s))
	}
	body, err := shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Campaigns: []campaign.Campaign{{
		ID: "picks", Thompson: &campaign.Thompson{Floor: 1500}, Variants: []campaign.Variant{{Name: "a"}, {Name: "b"}},
	}}})
	must(t, err)
	must(t, store.SavePolicy(t.Context(), "1", body))
	publish := func(version string, parts map[string][]byte) {
		t.Helper()
		_, err := store.BeginModel(t.Context(), version)
		must(t, err)
		must(t, store.PublishModel(t.Context(), version, parts))
	}
	var got variant.Allocations
	for _, at := range []time.Time{first, night} {
		parts, err := h.ofCampaigns(t.Context(), at, nil)
		must(t, err)
		publish(at.Format(time.RFC3339), parts)
		part(t, store, variant.AllocationsName, &got)
	}
	want := []variant.Night{{From: first, Shares: []int{5000, 5000}}, {From: night, Shares: []int{1500, 8500}}}
	if diff := cmp.Diff(want, got["picks"].Nights); diff != "" {
		t.Errorf("nights (-want +got):\n%s", diff)
	}
	publish("damaged", map[string][]byte{variant.AllocationsName: []byte("rubbish")})
	if _, err := h.ofCampaigns(t.Context(), night, nil); err == nil {
		t.Error("a night began a new experiment because it could not read the shares of the nights before")
	}
}
