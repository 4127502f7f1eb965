package recording

import (
	"context"
	"slices"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/dynamo"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// What a customer bought of a product counts exactly, also if it is beside the profile:
// for an offer on the tenth unit, and for a condition that names the product.
func TestProductsBesideTheProfileCount(t *testing.T) {
	for text, want := range map[string][]shop.CampaignID{
		`customer.units_of["MUG"] == 4`:                                         {"named", "tenth"},
		`customer.units_of["MUG"] == 0`:                                         {"tenth"},
		`customer.units_of[order.event == "order.placed" ? "MUG" : "BAG"] == 4`: {"named", "tenth"},
		`"MUG" in customer.units_of`:                                            {"named", "tenth"},
	} {
		named, err := condition.Parse(text, "GBP")
		must(t, err)
		h := newFixture(t)
		h.store.MostBought = 0
		policy := shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London", RewardsOnPlacing: true}, Campaigns: []campaign.Campaign{
			{ID: "named", Version: 1, On: []shop.OrderKind{shop.OrderPlaced}, If: named, Class: shop.ClassService, NotAfter: 48 * time.Hour},
			{ID: "tenth", Version: 1, On: []shop.OrderKind{shop.OrderPlaced}, Nth: &offer.Nth{N: 10, Categories: []string{"lunch bag"}}, Class: shop.ClassPromise, NotAfter: 48 * time.Hour},
		}}
		h.Policy = func(context.Context) (shoppolicy.Policy, error) { return policy, nil }
		must(t, h.store.SaveFold(t.Context(), dynamo.Fold{Customer: "c-1", Profile: profile.Profile{
			ID: "c-1", Earlier: profile.Totals{Orders: 9, First: evening.AddDate(-1, 0, 0)},
			Bought: map[shop.ProductID]profile.Units{"BAG": {Orders: 9, Units: 9}, "MUG": {Orders: 2, Units: 5, Returned: 1}},
		}}))
		h.takes(t, bag) // alone: the events of a batch are handled side by side
		h.takes(t, placed("o-1", "c-1", map[string]int{"BAG": 1}))
		var got []shop.CampaignID
		for _, i := range h.raised(t) {
			got = append(got, i.Campaign)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("with the condition %s the order raises %v, want %v", text, got, want)
		}
	}
}
