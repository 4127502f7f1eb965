package breaker

import (
	"maps"
	"time"

	"regulars/shared/shop"
)

// Now is which brakes are on. The zero Now is none.
type Now struct {
	Campaigns map[shop.CampaignID]Breaker `json:"campaigns,omitempty"`
	Account   *Breaker                    `json:"account,omitempty"`
	Pause     *Pause                      `json:"pause,omitempty"`
}

// Brake is one that is on until somebody releases it.
type Breaker struct {
	Since time.Time `json:"since"`
	Why   string    `json:"why"`
}

// Pause is on because SES takes nothing from the account.
type Pause struct {
	Since time.Time `json:"since"`
	Code  string    `json:"code"`  // SES's
	Probe time.Time `json:"probe"` // when one message may try again
}

// Stop says why a message is held.
type Stop struct {
	Code  string    // "breaker:campaign", "breaker:account" or "ses:paused"
	Text  string    // in plain words
	Again time.Time // when to look again
}

// Stops returns what holds a message of the campaign and class at now, or nil.
// Once a pause may be probed it holds nothing: [Keeper.Probe] lets one through.
func (n Now) Stops(now time.Time, campaign shop.CampaignID, class shop.Class) *Stop {
	if n.Pause != nil && now.Before(n.Pause.Probe) {
		return &Stop{"ses:paused", "SES takes nothing from the account: " + n.Pause.Code, n.Pause.Probe}
	}
	if b, on := n.Campaigns[campaign]; on && class != shop.ClassSafety {
		return &Stop{"breaker:campaign", "the campaign's brake is on: " + b.Why, b.again(now)}
	}
	if n.Account != nil && class == shop.ClassPromotion {
		return &Stop{"breaker:account", "the account's brake is on: " + n.Account.Why, n.Account.again(now)}
	}
	return nil
}

// again returns when what the brake holds looks again: after as long as it has
// been on, 5 minutes at least, 15 at most. So what is held goes soon after the
// brake was released; each look costs some seven write units.
func (b Breaker) again(now time.Time) time.Time {
	return now.Add(min(max(now.Sub(b.Since), 5*time.Minute), 15*time.Minute))
}

// On returns how many brakes are on.
func (n Now) On() int {
	on := len(n.Campaigns)
	if n.Account != nil {
		on++
	}
	if n.Pause != nil {
		on++
	}
	return on
}

// With returns n with the scope's brake on, and false where it was on already.
func (n Now) With(s Scope, b Breaker) (Now, bool) {
	if s == Account {
		if n.Account != nil {
			return n, false
		}
		n.Account = &b
		return n, true
	}
	if _, on := n.Campaigns[shop.CampaignID(s)]; on {
		return n, false
	}
	n.Campaigns = maps.Clone(n.Campaigns)
	if n.Campaigns == nil {
		n.Campaigns = map[shop.CampaignID]Breaker{}
	}
	n.Campaigns[shop.CampaignID(s)] = b
	return n, true
}

// Without returns n with the scope's brake off, and false where it was not on.
func (n Now) Without(s Scope) (Now, bool) {
	if s == Account {
		was := n.Account != nil
		n.Account = nil
		return n, was
	}
	_, was := n.Campaigns[shop.CampaignID(s)]
	n.Campaigns = maps.Clone(n.Campaigns)
	delete(n.Campaigns, shop.CampaignID(s))
	return n, was
}
