package breaker

import (
	"maps"
	"time"

	"regulars/shared/shop"
)

// Now is the set of tripped breakers, and of campaigns that a person paused or
// cancelled. The zero Now is none.
type Now struct {
	Campaigns map[shop.CampaignID]Breaker `json:"campaigns,omitempty"`
	Account   *Breaker                    `json:"account,omitempty"`
	Pause     *Pause                      `json:"pause,omitempty"`

	// Halts are what persons said. They count as no tripped breaker: nothing is
	// wrong, and no alarm goes off.
	Halts map[shop.CampaignID]Halt `json:"halts,omitempty"`
}

// Breaker is a tripped breaker. It stays tripped until a person releases it.
type Breaker struct {
	Since time.Time `json:"since"`
	Why   string    `json:"why"`
}

// Pause is the time in which SES takes nothing from the account.
type Pause struct {
	Since time.Time `json:"since"`
	Code  string    `json:"code"`  // SES's
	Probe time.Time `json:"probe"` // when one message may try again
}

// Stop is why a message is held, or ends.
type Stop struct {
	Code  string    // "breaker:campaign", "breaker:account", "ses:paused", "campaign-paused" or "campaign-cancelled"
	Text  string    // in plain words
	Again time.Time // when to decide again
	Ends  bool      // the message ends now
}

// Stops returns why a message of the campaign and class is held at now, or nil
// if it is not held. A pause that may be probed holds no message here: then
// [Keeper.Probe] lets one through.
func (n Now) Stops(now time.Time, campaign shop.CampaignID, class shop.Class) *Stop {
	if n.Pause != nil && now.Before(n.Pause.Probe) {
		return &Stop{Code: "ses:paused", Text: "SES takes nothing from the account: " + n.Pause.Code, Again: n.Pause.Probe}
	}
	if b, tripped := n.Campaigns[campaign]; tripped && class != shop.ClassSafety {
		return &Stop{Code: "breaker:campaign", Text: "the campaign's breaker has tripped: " + b.Why, Again: b.again(now)}
	}
	if n.Account != nil && class == shop.ClassPromotion {
		return &Stop{Code: "breaker:account", Text: "the account's breaker has tripped: " + n.Account.Why, Again: n.Account.again(now)}
	}
	return nil
}

// again returns when a held message is decided again: after as long as the
// breaker has been tripped, but at least 5 minutes and at most 15. So held
// messages are sent soon after the release. Each decision costs about seven
// write units.
func (b Breaker) again(now time.Time) time.Time {
	return now.Add(min(max(now.Sub(b.Since), 5*time.Minute), 15*time.Minute))
}

// Tripped returns how many breakers have tripped; a pause counts as one.
func (n Now) Tripped() int {
	tripped := len(n.Campaigns)
	if n.Account != nil {
		tripped++
	}
	if n.Pause != nil {
		tripped++
	}
	return tripped
}

// With returns n with the scope's breaker tripped, and false if it had tripped
// before.
func (n Now) With(s Scope, b Breaker) (Now, bool) {
	if s == Account {
		if n.Account != nil {
			return n, false
		}
		n.Account = &b
		return n, true
	}
	if _, tripped := n.Campaigns[shop.CampaignID(s)]; tripped {
		return n, false
	}
	n.Campaigns = maps.Clone(n.Campaigns)
	if n.Campaigns == nil {
		n.Campaigns = map[shop.CampaignID]Breaker{}
	}
	n.Campaigns[shop.CampaignID(s)] = b
	return n, true
}

// Without returns n with the scope's breaker released, and false if it had not
// tripped.
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
