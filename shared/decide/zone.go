package decide

import (
	"time"

	"regulars/shared/frequency"
	"regulars/shared/policy"
	"regulars/shared/profile"
)

// zoneOf returns the customer's zone, or the shop's where theirs is not known.
func zoneOf(p profile.Profile, rules policy.Policy) *time.Location {
	if name := p.Zone.Value; frequency.KnownZone(name) {
		if zone, err := time.LoadLocation(name); err == nil {
			return zone
		}
	}
	return rules.Shop.Location()
}
