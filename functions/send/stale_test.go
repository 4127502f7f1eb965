package main

import (
	"testing"

	"regulars/shared/claim"
	"regulars/shared/policy"
)

// A function that has read the rules a minute ago is given an intent that was
// raised under newer ones: it looks again. An end that it gave by mistake would
// be an end for good.
func TestAnIntentOfRulesThatAreNewIsNoEnd(t *testing.T) {
	for what, change := range map[string]func(*policy.Policy){
		"the version is new": func(p *policy.Policy) {
			for i := range p.Campaigns {
				p.Campaigns[i].Version++
			}
		},
		"the campaign is new": func(p *policy.Policy) {
			for i := range p.Campaigns {
				p.Campaigns[i].ID += "-too"
			}
		},
	} {
		b := newBench(t)
		b.deliver(t, anIntent("winter", ann, "before"), "1") // reads the rules
		p := smallShop()
		change(&p)
		publish(t, b.store, p)
		i := anIntent(p.Campaigns[0].ID, ann, "after")
		i.Version = p.Campaigns[0].Version
		b.deliver(t, i, "1")
		d, err := b.store.Send(t.Context(), i.Customer, i.SendID("test"))
		if must(t, err); d.State == claim.Expired {
			t.Errorf("%s: it ended as %s: %s", what, d.State, d.Reason.Text)
		}
	}
}
