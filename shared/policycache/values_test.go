package policycache_test

import (
	"errors"
	"testing"

	"regulars/shared/campaign"
	"regulars/shared/policycache"
	"regulars/shared/shoppolicy"
)

// Shares that follow the better variant are those of the last night, at most a minute old.
// Without any night no customer is assigned; but if the night cannot be read, there is no
// policy, because customers would get another variant than they have.
func TestPolicyContainsTheSharesOfVariants(t *testing.T) {
	s := &table{version: "one", broken: errors.New("the table does not answer")}
	body, err := shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Zone: "Europe/London", Currency: "GBP"}, Campaigns: []campaign.Campaign{{ID: "picks", Thompson: &campaign.Thompson{Floor: 1000}}}})
	must(t, err)
	s.body = body
	r, now := newCache(s)
	nights := func(want int) {
		t.Helper()
		p, err := r.Policy(t.Context())
		must(t, err)
		if got := p.Campaigns[0].Allocation.Nights; len(got) != want {
			t.Errorf("there are %d nights, want %d", len(got), want)
		}
	}
	s.broken, s.partBroken = nil, errors.New("the table does not answer")
	if _, err := r.Policy(t.Context()); err == nil {
		t.Error("there is a policy although the shares could not be read")
	}
	s.partBroken = nil
	nights(0)
	s.shares = []byte(`{"picks":{"names":["a","b"],"nights":[{"from":"2026-11-21T02:10:00Z","shares":[5000,5000]}]}}`)
	*now = now.Add(policycache.Fresh)
	nights(1)
	s.partBroken = errors.New("the table does not answer")
	*now = now.Add(policycache.Fresh)
	nights(1)
}

// A campaign competes with the value that was measured, at most a minute old; with what
// its file states until one is known, and if its file does not ask for it.
func TestPolicyContainsTheMeasuredValues(t *testing.T) {
	s := &table{version: "one"}
	var err error
	s.body, err = shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Zone: "Europe/London", Currency: "GBP"}, Campaigns: []campaign.Campaign{{ID: "picks", Value: 40, Measured: true}, {ID: "plain", Value: 70}, {ID: "young", Value: 10, Measured: true}}})
	must(t, err)
	r, now := newCache(s)
	values := func(want ...int64) {
		t.Helper()
		p, err := r.Policy(t.Context())
		must(t, err)
		for i, c := range p.Campaigns {
			if c.Known != (c.Measured && c.ID == "picks" && c.Value == 55) {
				t.Errorf("the value of %s is said to be measured: %v", c.ID, c.Known)
			}
			if c.Value != want[i] {
				t.Errorf("the value of %s is %d, want %d", c.ID, c.Value, want[i])
			}
		}
	}
	minute := func() { *now = now.Add(policycache.Fresh) }

	values(40, 70, 10) // nothing was measured yet
	s.added = []byte(`{"picks":55,"plain":1,"gone":9}`)
	values(40, 70, 10)
	minute()
	values(55, 70, 10)
	s.added = []byte("rubbish")
	minute()
	values(55, 70, 10)
	s.broken = errors.New("the table does not answer")
	minute()
	values(55, 70, 10)
	s.broken, s.added = nil, nil // an earlier version of the model is put in force
	minute()
	values(40, 70, 10)
	s.version = "two" // is published within the same minute as the last night was read
	s.body, err = shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Zone: "Europe/London", Currency: "GBP"}, Campaigns: []campaign.Campaign{{ID: "picks", Value: 41, Measured: true}, {ID: "plain", Value: 71}}})
	must(t, err)
	_, err = r.Look(t.Context())
	must(t, err)
	values(41, 71)
}
