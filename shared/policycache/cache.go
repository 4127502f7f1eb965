// Package policycache keeps, in a function's memory, the policy in force, the
// models that the last night learned, and the tripped breakers with the campaigns
// that a person stopped. It reads each at first use and checks for a newer version
// once a minute, for the breakers every five seconds. So a change by the
// shop is in force in all functions within a minute, without a deployment, and
// a message costs no read of the policy.
package policycache

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/outcome"
	"regulars/shared/recommend"
	"regulars/shared/shoppolicy"
	"regulars/shared/variant"
)

// Fresh is how long a cached value is used before the cache checks for a newer
// one.
const Fresh = time.Minute

// Store stores the policy, the models and the breakers; [dynamo.Store] is one.
type Store interface {
	PolicyVersion(context.Context) (string, error)
	Policy(context.Context) (version string, body []byte, err error)
	Model(ctx context.Context, name string) (version string, data []byte, err error)
	Breakers(context.Context) (breaker.Now, error)
}

// Cache holds the policy in force, the models and the breakers. It is safe for
// concurrent use.
type Cache struct {
	store  Store
	now    func() time.Time
	decode func(packed []byte) (shoppolicy.Policy, error)

	mu       sync.Mutex
	policy   shoppolicy.Policy
	version  string
	policyAt time.Time // when the cache last checked for a newer policy

	model   recommend.Model
	modelAt time.Time // when the model was read

	customerValue customervalue.Model
	lifetimeAt    time.Time // when it was read

	values      outcome.Values // of campaigns
	allocations variant.Allocations
	nightAt     time.Time           // when the two were read
	campaigns   []campaign.Campaign // of the policy, with both; nil: not made yet. Callers share it

	breakers     breaker.Now
	breakersAt   time.Time // when the cache last tried to read them
	breakersRead time.Time // when they were read
}

// New returns an empty cache. The renderer renders the messages of its policies.
func New(store Store, now func() time.Time, renderer content.Renderer) *Cache {
	return &Cache{store: store, now: now, decode: func(packed []byte) (shoppolicy.Policy, error) {
		return shoppolicy.Decode(packed, renderer)
	}}
}

// WithoutMessages returns an empty cache whose policies have no messages: see
// [shoppolicy.DecodeRules].
func WithoutMessages(store Store, now func() time.Time) *Cache {
	return &Cache{store: store, now: now, decode: shoppolicy.DecodeRules}
}

// Policy returns the policy in force, at most a minute old. If a newer one
// cannot be read, it logs that and returns the cached one; it fails if none is
// cached.
func (r *Cache) Policy(ctx context.Context) (shoppolicy.Policy, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.version != "" && r.now().Sub(r.policyAt) < Fresh {
		return r.withNight(ctx, r.withCustomerValue(ctx, r.policy))
	}
	err := r.look(ctx)
	if err != nil && r.version == "" {
		return shoppolicy.Policy{}, fmt.Errorf("no policy could be read; if none is in force, publish one first (make publish): %w", err)
	}
	if err != nil {
		slog.ErrorContext(ctx, "cannot check for a newer policy; using the cached one", "version", r.version, "err", err)
	}
	r.policyAt = r.now()
	return r.withNight(ctx, r.withCustomerValue(ctx, r.policy))
}

// Look returns the policy in force as it is now, without the cache. Call it if
// the cached policy does not know a campaign or version: then another function
// has read a newer policy. It fails if the policy cannot be read.
func (r *Cache) Look(ctx context.Context) (shoppolicy.Policy, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.look(ctx); err != nil {
		return shoppolicy.Policy{}, fmt.Errorf("read the policy in force: %w", err)
	}
	r.policyAt = r.now()
	return r.withNight(ctx, r.withCustomerValue(ctx, r.policy))
}

func (r *Cache) look(ctx context.Context) error {
	if r.version != "" {
		if version, err := r.store.PolicyVersion(ctx); err != nil || version == r.version {
			return err
		}
	}
	version, body, err := r.store.Policy(ctx)
	if err != nil {
		return err
	}
	decoded, err := r.decode(body)
	if err != nil {
		return err
	}
	r.policy, r.version, r.campaigns = decoded, version, nil
	return nil
}

// Model returns the recommendation model in force, at most a minute old. It is
// the zero model if nothing was learned yet: then recommendations come from the
// relations in the catalogue and from the live counters. If a newer model
// cannot be read, Model logs that and returns the cached one; it fails if no
// read has succeeded yet. If the version in force is missing or damaged, Model
// logs that and returns the cached model or the zero one, because no message
// must wait for a recommendation.
func (r *Cache) Model(ctx context.Context) (recommend.Model, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.modelAt.IsZero() && r.now().Sub(r.modelAt) < Fresh {
		return r.model, nil
	}
	model, err := r.readModel(ctx)
	switch {
	case err == nil:
		r.model = model
	case r.modelAt.IsZero():
		return recommend.Model{}, err
	default:
		slog.ErrorContext(ctx, "cannot read the model; using the cached one", "model", r.model.Version, "err", err)
	}
	r.modelAt = r.now()
	return r.model, nil
}

func (r *Cache) readModel(ctx context.Context) (m recommend.Model, err error) {
	version, body, err := r.store.Model(ctx, recommend.ModelName)
	switch {
	case errors.Is(err, dynamo.ErrNotFound) && version == "":
		return r.model, nil
	case err == nil:
		err = json.Unmarshal(body, &m)
	case !errors.Is(err, dynamo.ErrNotFound):
		return m, err
	}
	if err != nil {
		slog.ErrorContext(ctx, "the model in force is missing or damaged; using the cached one (make model puts an earlier version in force)", "missing", version, "model", r.model.Version, "err", err)
		return r.model, nil
	}
	return m, nil
}
