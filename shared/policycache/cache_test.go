package policycache_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/message"
	"regulars/shared/outcome"
	"regulars/shared/policycache"
	"regulars/shared/recommend"
	"regulars/shared/shoppolicy"
	"regulars/shared/variant"
)

// table stores the policy, the models and the breakers in memory, and counts
// the reads.
type table struct {
	mu      sync.Mutex
	version string
	body    []byte
	model   []byte
	values  []byte // the model of customer value
	added   []byte // the measured values of campaigns
	shares  []byte // of variants that follow the better one
	pointer string // to a model that is missing
	broken  error

	partBroken error // of the parts about campaigns only

	breakers breaker.Now

	versions, bodies, models, breakerReads, valueReads int
}

func (s *table) PolicyVersion(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions++
	return s.version, s.broken
}

func (s *table) Policy(context.Context) (string, []byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies++
	if s.broken == nil && s.body == nil {
		return "", nil, dynamo.ErrNotFound
	}
	return s.version, s.body, s.broken
}

func (s *table) Model(_ context.Context, name string) (string, []byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if part, ok := map[string][]byte{outcome.ValuesName: s.added, variant.AllocationsName: s.shares}[name]; ok {
		if s.broken == nil && s.partBroken == nil && part == nil {
			return "", nil, dynamo.ErrNotFound
		}
		return "night", part, cmp.Or(s.broken, s.partBroken)
	}
	if name == customervalue.ModelName {
		s.valueReads++
		if s.broken == nil && s.values == nil {
			return "", nil, dynamo.ErrNotFound
		}
		return "night", s.values, s.broken
	}
	s.models++
	if s.broken == nil && s.model == nil {
		return s.pointer, nil, dynamo.ErrNotFound
	}
	return "v", s.model, s.broken
}

// publish puts a policy with a shop of that name in force.
func (s *table) publish(t *testing.T, name string) {
	t.Helper()
	packed, err := shoppolicy.Encode(shoppolicy.Policy{Shop: shoppolicy.Shop{Name: name, Currency: "EUR", Zone: "Europe/Athens"}})
	must(t, err)
	s.version, s.body = name, packed
}

func (s *table) Breakers(context.Context) (breaker.Now, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.breakerReads++
	return s.breakers, s.broken
}

func (s *table) learn(t *testing.T, version string) {
	t.Helper()
	model, err := json.Marshal(recommend.Model{Version: version})
	must(t, err)
	s.model = model
}

// newCache returns a cache, and a clock to move.
func newCache(s *table) (*policycache.Cache, *time.Time) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	return policycache.New(s, func() time.Time { return now }, message.Renderer{}), &now
}

// shopOf fails the test if the policy in force is not of that shop.
func shopOf(t *testing.T, r *policycache.Cache, want string) {
	t.Helper()
	p, err := r.Policy(t.Context())
	must(t, err)
	if p.Shop.Name != want {
		t.Errorf("the policy in force is of %q, want %q", p.Shop.Name, want)
	}
}

func modelOf(t *testing.T, r *policycache.Cache, want string) {
	t.Helper()
	m, err := r.Model(t.Context())
	must(t, err)
	if m.Version != want {
		t.Errorf("the model is %q, want %q", m.Version, want)
	}
}

func TestNewPolicyIsInForceAfterAMinute(t *testing.T) {
	s := &table{}
	s.publish(t, "one")
	r, now := newCache(s)
	shopOf(t, r, "one")
	s.publish(t, "two")
	*now = now.Add(policycache.Fresh - time.Millisecond)
	shopOf(t, r, "one")
	*now = now.Add(time.Millisecond)
	shopOf(t, r, "two")
}

func TestLookReturnsTheCurrentPolicy(t *testing.T) {
	s := &table{}
	s.publish(t, "one")
	r, _ := newCache(s)
	shopOf(t, r, "one")
	s.publish(t, "two")
	p, err := r.Look(t.Context())
	if must(t, err); p.Shop.Name != "two" {
		t.Errorf("Look = %q, want two", p.Shop.Name)
	}
	shopOf(t, r, "two")
	s.broken = errors.New("the table does not answer")
	if _, err := r.Look(t.Context()); err == nil {
		t.Error("Look returned the cached policy, want an error")
	}
}

// A message must not cost a read of the policy, and a check for a newer one
// must not read the whole policy.
func TestPolicyIsReadOnceAndCheckedOnceAMinute(t *testing.T) {
	s := &table{}
	s.publish(t, "one")
	r, now := newCache(s)
	for range 5 { // minutes
		for range 100 {
			shopOf(t, r, "one")
			modelOf(t, r, "")
		}
		*now = now.Add(policycache.Fresh)
	}
	if s.bodies != 1 || s.versions != 4 || s.models != 5 {
		t.Errorf("in five minutes the policy was read %d times, checked %d times, and the model read %d times; want 1, 4 and 5", s.bodies, s.versions, s.models)
	}
}

func TestPolicyFailsIfNoneCanBeRead(t *testing.T) {
	for name, s := range map[string]*table{
		"none was published":        {},
		"the table does not answer": {broken: errors.New("the table does not answer")},
		"it is damaged":             {version: "one", body: []byte("rubbish")},
	} {
		r, _ := newCache(s)
		if _, err := r.Policy(t.Context()); err == nil {
			t.Errorf("%s: no error", name)
		}
		s.broken = nil
		s.publish(t, "one")
		shopOf(t, r, "one") // at once: the first policy does not have to wait a minute
	}
}

func TestCachedPolicyIsUsedIfNoneCanBeRead(t *testing.T) {
	for name, spoil := range map[string]func(*table){
		"the table does not answer": func(s *table) { s.broken = errors.New("the table does not answer") },
		"the new one is damaged":    func(s *table) { s.version, s.body, s.model = "two", []byte("rubbish"), []byte("rubbish") },
	} {
		t.Run(name, func(t *testing.T) {
			s := &table{}
			s.publish(t, "one")
			s.learn(t, "monday")
			r, now := newCache(s)
			shopOf(t, r, "one")
			modelOf(t, r, "monday")
			spoil(s)
			for range 3 {
				*now = now.Add(policycache.Fresh)
				shopOf(t, r, "one")
				modelOf(t, r, "monday")
			}
			s.broken = nil
			s.publish(t, "three")
			s.learn(t, "tuesday")
			*now = now.Add(policycache.Fresh)
			shopOf(t, r, "three")
			modelOf(t, r, "tuesday")
		})
	}
}

func TestModelIsZeroUntilOneIsLearned(t *testing.T) {
	s := &table{}
	r, now := newCache(s)
	modelOf(t, r, "") // nothing learned yet
	s.learn(t, "monday")
	modelOf(t, r, "")
	*now = now.Add(policycache.Fresh)
	modelOf(t, r, "monday")

	s.broken = errors.New("the table does not answer")
	fresh, _ := newCache(s)
	if _, err := fresh.Model(t.Context()); err == nil {
		t.Error("Model returned no error although the table was never read")
	}
}

// A missing or damaged model stops no message.
func TestCachedModelIsUsedIfTheNewOneIsDamaged(t *testing.T) {
	for _, spoil := range map[string]func(*table){
		"missing": func(s *table) { s.model, s.pointer = nil, "tuesday" },
		"damaged": func(s *table) { s.model = []byte(`{"version":"tues`) },
	} {
		s := &table{}
		s.learn(t, "monday")
		r, now := newCache(s)
		modelOf(t, r, "monday")
		spoil(s)
		*now = now.Add(policycache.Fresh)
		modelOf(t, r, "monday")
		fresh, _ := newCache(s)
		modelOf(t, fresh, "")
		s.learn(t, "wednesday")
		*now = now.Add(policycache.Fresh)
		modelOf(t, r, "wednesday")
	}
}

func TestConcurrentCallsReadThePolicyOnce(t *testing.T) {
	s := &table{}
	s.publish(t, "one")
	r, _ := newCache(s)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			_, err := r.Policy(t.Context())
			_, errModel := r.Model(t.Context())
			if err != nil || errModel != nil {
				t.Error(err, errModel)
			}
		})
	}
	wg.Wait()
	if s.bodies != 1 {
		t.Errorf("twenty workers read the policy %d times, want once", s.bodies)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A pause by a person is in force within five seconds. If the breakers cannot be
// read, the cached ones are used for a minute and no longer: a campaign may have
// been paused since.
func TestBreakersAreAtMostSecondsOld(t *testing.T) {
	s := &table{broken: errors.New("the table does not answer")}
	r, now := newCache(s)
	if _, err := r.Breakers(t.Context()); err == nil {
		t.Error("Breakers returned no error although they were never read")
	}
	tripped := func(want int) {
		t.Helper()
		if got, err := r.Breakers(t.Context()); err != nil || got.Tripped() != want {
			t.Errorf("Breakers = %+v, %v, want %d tripped", got, err, want)
		}
	}
	s.broken = nil
	tripped(0)
	s.breakers = breaker.Now{Account: &breaker.Breaker{Why: "bounces"}}
	*now = now.Add(policycache.FreshBreakers - 1)
	tripped(0)
	r.ForgetBreakers()
	tripped(1)
	s.breakers, s.broken = breaker.Now{}, errors.New("the table does not answer")
	*now = now.Add(policycache.FreshBreakers)
	tripped(1) // the cached ones
	tripped(1) // and no read for some seconds
	if s.breakerReads != 4 {
		t.Errorf("the breakers were read %d times, want 4", s.breakerReads)
	}
	*now = now.Add(policycache.StaleBreakers - policycache.FreshBreakers - 1)
	tripped(1)
	*now = now.Add(policycache.FreshBreakers)
	if got, err := r.Breakers(t.Context()); err == nil {
		t.Errorf("Breakers = %+v, which were read more than a minute ago", got)
	}
	s.broken = nil
	tripped(0)
}
