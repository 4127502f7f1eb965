package policycache_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/policycache"
)

// The policy comes with the model of customer value, at most a minute old, for
// one read a minute. If the model is missing or damaged, the policy is valid
// without.
func TestPolicyContainsTheModelOfCustomerValue(t *testing.T) {
	s := &table{}
	s.publish(t, "one")
	r, now := newCache(s)
	ordering := func(want float64) {
		t.Helper()
		p, err := r.Policy(t.Context())
		must(t, err)
		if got := p.CustomerValue.Ordering.R; got != want {
			t.Errorf("r is %v, want %v", got, want)
		}
	}
	learn := func(body string) { s.values = []byte(body) }
	minute := func() { *now = now.Add(policycache.Fresh) }

	ordering(0) // nothing learned yet
	model, err := json.Marshal(customervalue.Model{Ordering: customervalue.Ordering{Orders: customervalue.Orders{R: 0.5, Alpha: 4, A: 1, B: 2, Leaving: customervalue.AfterAny}}})
	must(t, err)
	learn(string(model))
	ordering(0)
	minute()
	ordering(0.5)
	learn("rubbish")
	minute()
	ordering(0.5)
	s.broken = errors.New("the table does not answer")
	minute()
	ordering(0.5)
	*now = now.Add(policycache.Fresh - time.Millisecond)
	reads := s.valueReads
	for range 100 {
		ordering(0.5)
	}
	if s.valueReads != reads {
		t.Errorf("within a minute the model was read %d more times", s.valueReads-reads)
	}
	s.broken = nil
	p, err := r.Look(t.Context())
	if must(t, err); p.CustomerValue.Version != "night" {
		t.Errorf("Look came with version %q, want night", p.CustomerValue.Version)
	}
}
