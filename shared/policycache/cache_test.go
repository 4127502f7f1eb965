package policycache_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/policy"
	"regulars/shared/policycache"
	"regulars/shared/recommend"
)

// table is where rules are kept, in memory: what is stored, and how often it was
// read.
type table struct {
	mu      sync.Mutex
	version string
	body    []byte
	model   []byte
	life    []byte
	pointer string // to a model that is gone
	broken  error

	breakers breaker.Now

	versions, bodies, models, looks, lives int
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
	if name == customervalue.ModelName {
		s.lives++
		if s.broken == nil && s.life == nil {
			return "", nil, dynamo.ErrNotFound
		}
		return "night", s.life, s.broken
	}
	s.models++
	if s.broken == nil && s.model == nil {
		return s.pointer, nil, dynamo.ErrNotFound
	}
	return "v", s.model, s.broken
}

// publish puts the rules of a shop of that name into force.
func (s *table) publish(t *testing.T, name string) {
	t.Helper()
	packed, err := policy.Encode(policy.Policy{Shop: policy.Shop{Name: name, Currency: "EUR", Zone: "Europe/Athens"}})
	must(t, err)
	s.version, s.body = name, packed
}

func (s *table) Breakers(context.Context) (breaker.Now, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.looks++
	return s.breakers, s.broken
}

func (s *table) learn(t *testing.T, version string) {
	t.Helper()
	model, err := json.Marshal(recommend.Model{Version: version})
	must(t, err)
	s.model = model
}

// newRules returns rules, and a clock to move.
func newRules(s *table) (*policycache.Cache, *time.Time) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	return policycache.New(s, func() time.Time { return now }), &now
}

// shopOf fails the test where the rules in force are not of that shop.
func shopOf(t *testing.T, r *policycache.Cache, want string) {
	t.Helper()
	p, err := r.Policy(t.Context())
	must(t, err)
	if p.Shop.Name != want {
		t.Errorf("the rules in force are of %q, want %q", p.Shop.Name, want)
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

func TestNewRulesAreInForceAfterAMinute(t *testing.T) {
	s := &table{}
	s.publish(t, "one")
	r, now := newRules(s)
	shopOf(t, r, "one")
	s.publish(t, "two")
	*now = now.Add(policycache.Fresh - time.Millisecond)
	shopOf(t, r, "one")
	*now = now.Add(time.Millisecond)
	shopOf(t, r, "two")
}

func TestWhoLooksSeesTheRulesOfNow(t *testing.T) {
	s := &table{}
	s.publish(t, "one")
	r, _ := newRules(s)
	shopOf(t, r, "one")
	s.publish(t, "two")
	p, err := r.Look(t.Context())
	if must(t, err); p.Shop.Name != "two" {
		t.Errorf("Look = %q, want two", p.Shop.Name)
	}
	shopOf(t, r, "two")
	s.broken = errors.New("away")
	if _, err := r.Look(t.Context()); err == nil {
		t.Error("Look found the old rules good enough; who looks needs those of now")
	}
}

// A message must not cost a read of the rules, nor a look the whole of them.
func TestRulesAreReadSeldom(t *testing.T) {
	s := &table{}
	s.publish(t, "one")
	r, now := newRules(s)
	for range 5 { // minutes
		for range 100 {
			shopOf(t, r, "one")
			modelOf(t, r, "")
		}
		*now = now.Add(policycache.Fresh)
	}
	if s.bodies != 1 || s.versions != 4 || s.models != 5 {
		t.Errorf("in five minutes the rules were read %d times, looked for %d times, and the model read %d times; want 1, 4 and 5", s.bodies, s.versions, s.models)
	}
}

func TestWithoutRulesThereIsNoDecision(t *testing.T) {
	for name, s := range map[string]*table{
		"none were published": {},
		"the table is away":   {broken: errors.New("away")},
		"they are damaged":    {version: "one", body: []byte("rubbish")},
	} {
		r, _ := newRules(s)
		if _, err := r.Policy(t.Context()); err == nil {
			t.Errorf("%s: no error", name)
		}
		s.broken = nil
		s.publish(t, "one")
		shopOf(t, r, "one") // at once: nobody waits a minute for the first rules
	}
}

func TestOldRulesAreBetterThanNone(t *testing.T) {
	for name, spoil := range map[string]func(*table){
		"the table is away":        func(s *table) { s.broken = errors.New("away") },
		"the new ones are damaged": func(s *table) { s.version, s.body, s.model = "two", []byte("rubbish"), []byte("rubbish") },
	} {
		t.Run(name, func(t *testing.T) {
			s := &table{}
			s.publish(t, "one")
			s.learn(t, "monday")
			r, now := newRules(s)
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

func TestModel(t *testing.T) {
	s := &table{}
	r, now := newRules(s)
	modelOf(t, r, "") // nothing learned yet
	s.learn(t, "monday")
	modelOf(t, r, "")
	*now = now.Add(policycache.Fresh)
	modelOf(t, r, "monday")

	s.broken = errors.New("away")
	fresh, _ := newRules(s)
	if _, err := fresh.Model(t.Context()); err == nil {
		t.Error("Model whose table was never there: no error; what was learned would be missing in silence")
	}
}

// A version of which a part is gone, or spoilt, stops no message.
func TestAModelThatIsGone(t *testing.T) {
	for _, spoil := range map[string]func(*table){
		"gone":   func(s *table) { s.model, s.pointer = nil, "tuesday" },
		"spoilt": func(s *table) { s.model = []byte(`{"version":"tues`) },
	} {
		s := &table{}
		s.learn(t, "monday")
		r, now := newRules(s)
		modelOf(t, r, "monday")
		spoil(s)
		*now = now.Add(policycache.Fresh)
		modelOf(t, r, "monday")
		fresh, _ := newRules(s)
		modelOf(t, fresh, "")
		s.learn(t, "wednesday")
		*now = now.Add(policycache.Fresh)
		modelOf(t, r, "wednesday")
	}
}

func TestRulesAreForManyAtOnce(t *testing.T) {
	s := &table{}
	s.publish(t, "one")
	r, _ := newRules(s)
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
		t.Errorf("twenty workers read the rules %d times, want once", s.bodies)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestBrakesAreAtMostAMinuteOld(t *testing.T) {
	s := &table{broken: errors.New("the table is away")}
	r, now := newRules(s)
	if _, err := r.Breakers(t.Context()); err == nil {
		t.Error("Brakes that were never read: no error, as if none were on")
	}
	on := func(want int) {
		t.Helper()
		if got, err := r.Breakers(t.Context()); err != nil || got.On() != want {
			t.Errorf("Brakes = %+v, %v, want %d on", got, err, want)
		}
	}
	s.broken = nil
	on(0)
	s.breakers = breaker.Now{Account: &breaker.Breaker{Why: "bounces"}}
	on(0)
	r.ForgetBreakers()
	on(1)
	s.breakers, s.broken = breaker.Now{}, errors.New("the table is away")
	*now = now.Add(policycache.Fresh)
	on(1) // as they were
	on(1) // and not asked again for a minute
	if s.looks != 4 {
		t.Errorf("the brakes were looked for %d times, want 4", s.looks)
	}
}
