package policycache_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/policycache"
)

// What customers have taught comes with the rules, a minute old at most, for one
// look a minute; where it is missing or damaged the rules are in force all the same.
func TestTheRulesComeWithWhatCustomersTaught(t *testing.T) {
	s := &table{}
	s.publish(t, "one")
	r, now := newRules(s)
	taught := func(want float64) {
		t.Helper()
		p, err := r.Policy(t.Context())
		must(t, err)
		if got := p.Lifetime.Ordering.R; got != want {
			t.Errorf("r is %v, want %v", got, want)
		}
	}
	learn := func(body string) { s.life = []byte(body) }
	minute := func() { *now = now.Add(policycache.Fresh) }

	taught(0) // nothing learned yet
	model, err := json.Marshal(customervalue.Model{Ordering: customervalue.Ordering{Orders: customervalue.Orders{R: 0.5, Alpha: 4, A: 1, B: 2, Leaving: customervalue.AfterAny}}})
	must(t, err)
	learn(string(model))
	taught(0)
	minute()
	taught(0.5)
	learn("rubbish")
	minute()
	taught(0.5)
	s.broken = errors.New("away")
	minute()
	taught(0.5)
	*now = now.Add(policycache.Fresh - time.Millisecond)
	looks := s.lives
	for range 100 {
		taught(0.5)
	}
	if s.lives != looks {
		t.Errorf("within a minute it was looked for %d times more", s.lives-looks)
	}
	s.broken = nil
	p, err := r.Look(t.Context())
	if must(t, err); p.Lifetime.Version != "night" {
		t.Errorf("Look came with version %q, want night", p.Lifetime.Version)
	}
}
