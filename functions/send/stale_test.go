package main

import (
	"testing"

	"regulars/shared/claim"
	"regulars/shared/shoppolicy"
)

// A function with a cached policy gets an intent that was planned under a newer
// policy. It must read the newer policy, because an end that is stored by
// mistake is final.
func TestIntentOfANewerPolicyDoesNotExpire(t *testing.T) {
	for what, change := range map[string]func(*shoppolicy.Policy){
		"the version is new": func(p *shoppolicy.Policy) {
			for i := range p.Campaigns {
				p.Campaigns[i].Version++
			}
		},
		"the campaign is new": func(p *shoppolicy.Policy) {
			for i := range p.Campaigns {
				p.Campaigns[i].ID += "-too"
			}
		},
	} {
		b := newBench(t)
		b.deliver(t, anIntent("winter", ann, "before"), "1") // reads the policy
		p := smallShop()
		change(&p)
		publish(t, b.store, p)
		i := anIntent(p.Campaigns[0].ID, ann, "after")
		i.Version = p.Campaigns[0].Version
		b.deliver(t, i, "1")
		d, err := b.store.Send(t.Context(), i.Customer, i.SendID("test"))
		if must(t, err); d.State == claim.Expired {
			t.Errorf("%s: the send ended as %s: %s", what, d.State, d.Reason.Text)
		}
	}
}
