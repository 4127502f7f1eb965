package redecide

import (
	"slices"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
	"regulars/shared/variant"
)

// form is the customer's own part of the inputs, as it is stored.
type form struct {
	Now     time.Time         `json:"now"`
	Intent  campaign.Intent   `json:"intent"`
	Yields  *campaign.Intent  `json:"yields,omitempty"`
	Profile profile.Packed    `json:"profile"`
	Contact frequency.Contact `json:"contact"`

	Spent  map[shop.OfferID]bool             `json:"spent,omitempty"`
	Kept   map[shop.SendID]claim.Send        `json:"kept,omitempty"`
	Merged map[shop.SendID][]campaign.Intent `json:"merged,omitempty"`
	First  map[shop.SendID]shop.CampaignID   `json:"first,omitempty"`
	Coded  bool                              `json:"coded,omitempty"` // the code of the kept coupon was known
	Trips  breaker.Now                       `json:"breakers,omitzero"`

	Tenant        string     `json:"tenant"`
	BaseURL       string     `json:"base_url"`
	ClickURL      string     `json:"click_url,omitempty"`
	Policy        string     `json:"policy"`          // its version
	Model         dynamo.Rev `json:"model"`           // of recommendations, a content
	CustomerValue dynamo.Rev `json:"customer_value"`  // a content
	Night         dynamo.Rev `json:"night,omitempty"` // what the night found about campaigns, a content; empty: nothing that is used

	Rows map[dynamo.Rev][]int `json:"rows,omitempty"` // of the catalogue: places in contents that are lists of rows

	Fingerprint decide.Fingerprint `json:"fingerprint"` // of what was decided
}

func formOf(m decide.Made) form {
	f := form{
		Now: m.Now, Intent: m.Intent, Yields: m.Yields, Profile: profile.Packed(m.Snapshot.Profile.Whole()), Contact: m.Snapshot.Contact,
		Spent: m.Snapshot.Spent, Kept: m.Snapshot.Kept, Merged: m.Snapshot.Merged, First: m.Snapshot.First,
		Trips: m.Config.Breakers, Tenant: m.Config.Tenant, BaseURL: m.Config.BaseURL, ClickURL: m.Config.ClickURL, Policy: m.Config.Version,
		Fingerprint: m.Fingerprint(),
	}
	_, f.Coded = m.Kept()
	return f
}

// ofNight is what policycache adds to a campaign: its measured value, and the shares of
// variants that follow the better one.
type ofNight struct {
	Value      int64              `json:"value"`
	Known      bool               `json:"known,omitempty"` // the value was measured
	Allocation variant.Allocation `json:"allocation,omitzero"`
}

// nightOf returns what the last night found about the campaigns of the policy that use it.
func nightOf(p shoppolicy.Policy) map[shop.CampaignID]ofNight {
	found := map[shop.CampaignID]ofNight{}
	for _, c := range p.Campaigns {
		if c.Measured || c.Thompson != nil {
			found[c.ID] = ofNight{c.Value, c.Known, c.Allocation}
		}
	}
	return found
}

// withNight returns the policy with what a night found about its campaigns.
func withNight(p shoppolicy.Policy, found map[shop.CampaignID]ofNight) shoppolicy.Policy {
	p.Campaigns = slices.Clone(p.Campaigns)
	for i, c := range p.Campaigns {
		if night, ok := found[c.ID]; ok {
			p.Campaigns[i].Value, p.Campaigns[i].Known, p.Campaigns[i].Allocation = night.Value, night.Known, night.Allocation
		}
	}
	return p
}
