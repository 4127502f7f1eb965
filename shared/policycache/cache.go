// Package policycache gives a function the rules in force, and what was learned
// last. It reads them when they are first asked for and looks once a minute
// whether others were published, so that a marketer's change is in force
// everywhere soon without a deployment, and a message costs no read of them.
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
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/policy"
	"regulars/shared/recommend"
)

// Fresh is how long a policy is used without looking for another.
const Fresh = time.Minute

// Store is where the policy is kept.
type Store interface {
	PolicyVersion(context.Context) (string, error)
	Policy(context.Context) (version string, body []byte, err error)
	Model(ctx context.Context, name string) (version string, data []byte, err error)
	Breakers(context.Context) (breaker.Now, error)
}

// Rules holds the policy in force. It is safe for concurrent use.
type Cache struct {
	store Store
	now   func() time.Time

	mu      sync.Mutex
	policy  policy.Policy
	version string
	looked  time.Time

	model  recommend.Model
	learnt time.Time // when the model was read

	lifetime customervalue.Model
	lived    time.Time // when it was read

	breakers breaker.Now
	braked   time.Time // when the brakes were read
}

// New returns rules that were not read yet.
func New(store Store, now func() time.Time) *Cache { return &Cache{store: store, now: now} }

// Policy returns the policy in force, at most a minute old. Where a newer one
// cannot be read, it goes on with the one that it has, and says so in the log;
// it fails where it has none.
func (r *Cache) Policy(ctx context.Context) (policy.Policy, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.version != "" && r.now().Sub(r.looked) < Fresh {
		return r.withLifetime(ctx, r.policy), nil
	}
	err := r.look(ctx)
	if err != nil && r.version == "" {
		return policy.Policy{}, fmt.Errorf("there are no rules to go by; publish them first (make publish): %w", err)
	}
	if err != nil {
		slog.ErrorContext(ctx, "cannot look for new rules; going on with those of before", "version", r.version, "err", err)
	}
	r.looked = r.now()
	return r.withLifetime(ctx, r.policy), nil
}

// Look returns the policy in force as it is now. It is for whoever meets a
// campaign or a version that the policy at hand does not know: somebody else has
// read a newer one. It fails where it cannot look.
func (r *Cache) Look(ctx context.Context) (policy.Policy, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.look(ctx); err != nil {
		return policy.Policy{}, fmt.Errorf("look for the rules in force: %w", err)
	}
	r.looked = r.now()
	return r.withLifetime(ctx, r.policy), nil
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
	decoded, err := policy.Decode(body)
	if err != nil {
		return err
	}
	r.policy, r.version = decoded, version
	return nil
}

// Model returns what was learned last, at most a minute old. A shop that has
// learned nothing yet has the zero model: then messages recommend what the
// catalogue relates and what is counted live. Where a newer one cannot be read, it
// goes on with the one that it has, and says so in the log; it fails where it
// has never looked with success. A version that is gone, or that nobody can read,
// is none: it says so, and goes on with the one before or the zero model, since no
// message must wait for a recommendation.
func (r *Cache) Model(ctx context.Context) (recommend.Model, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.learnt.IsZero() && r.now().Sub(r.learnt) < Fresh {
		return r.model, nil
	}
	model, err := r.learn(ctx)
	switch {
	case err == nil:
		r.model = model
	case r.learnt.IsZero():
		return recommend.Model{}, err
	default:
		slog.ErrorContext(ctx, "cannot read what was learned; going on with what was before", "model", r.model.Version, "err", err)
	}
	r.learnt = r.now()
	return r.model, nil
}

func (r *Cache) learn(ctx context.Context) (m recommend.Model, err error) {
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
		slog.ErrorContext(ctx, "what was learned is gone or cannot be read; going on with what was before (make model puts the version before into force)", "gone", version, "model", r.model.Version, "err", err)
		return r.model, nil
	}
	return m, nil
}
