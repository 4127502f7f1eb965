package redecide

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/customervalue"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/linktoken"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Store reads the stored inputs, and the policies that they name; [dynamo.Store] is one.
type Store interface {
	Contents(context.Context, []dynamo.Rev) (map[dynamo.Rev]dynamo.Content, map[dynamo.Rev]time.Time, error)
	PolicyOf(ctx context.Context, version string) ([]byte, error)
}

// Archive makes decisions again. It keeps policies, models and rows in memory, within
// bounds. Many goroutines may use it at once. [New] returns one.
type Archive struct {
	// Policy returns the policy of a version, and fails with [dynamo.ErrNotFound] if there
	// is none. [New] sets it to those that were published.
	Policy func(ctx context.Context, version string) (shoppolicy.Policy, error)

	store    Store
	renderer content.Renderer
	links    *linktoken.Signer
	codeKeys [][]byte

	mu       sync.Mutex
	policies map[string]shoppolicy.Policy
	rows     map[dynamo.Rev][]recommend.Item
	models   map[dynamo.Rev]recommend.Model
	values   map[dynamo.Rev]customervalue.Model
	nights   map[dynamo.Rev]map[shop.CampaignID]ofNight
}

// The most policies, rows and models that an archive has in memory: some tens of MB.
const (
	mostPolicies = 4
	mostContents = 2_000 // of some ten rows
)

// New returns an archive. Give it keys for links and codes that no function accepts:
// then nothing in a mail that is made again can be used.
func New(store Store, renderer content.Renderer, links *linktoken.Signer, codeKeys [][]byte) *Archive {
	a := &Archive{
		store: store, renderer: renderer, links: links, codeKeys: codeKeys, policies: map[string]shoppolicy.Policy{},
		rows: map[dynamo.Rev][]recommend.Item{}, models: map[dynamo.Rev]recommend.Model{}, values: map[dynamo.Rev]customervalue.Model{},
		nights: map[dynamo.Rev]map[shop.CampaignID]ofNight{},
	}
	a.Policy = a.published
	return a
}

// errRead is in the chain of an error that says nothing about the decision, because a
// table could not be read.
var errRead = errors.New("a table could not be read")

// Incomplete is the error about inputs of which a part is missing.
type Incomplete struct {
	What string
	Why  string // empty: it is not stored any more, or was changed
}

func (e *Incomplete) Error() string {
	return e.What + cmp.Or(e.Why, " is not stored any more, or was changed")
}

// Again is a decision that was made again.
type Again struct {
	decide.Made
	Differs []string // the parts that differ from what was decided; none: it is the same
}

// Again makes a decision again from its stored inputs. It fails with an [*Incomplete] if
// they are not complete.
func (a *Archive) Again(ctx context.Context, in dynamo.Inputs) (Again, error) {
	m, then, err := a.read(ctx, in)
	if err == nil {
		m.Decision, err = m.Again()
	}
	if err != nil {
		return Again{}, fmt.Errorf("make the decision about send %s again: %w", in.Send, err)
	}
	return Again{m, m.Fingerprint().Differs(then)}, nil
}

// read returns the stored inputs, and the fingerprint of what was decided from them.
func (a *Archive) read(ctx context.Context, in dynamo.Inputs) (m decide.Made, then decide.Fingerprint, err error) {
	if in.RowByRow {
		return m, then, &Incomplete{rowsOfCatalogue, " cannot be read: a release before decision 0096 stored these inputs, with each row on its own; they can only be deleted, and are after the days of keep in privacy.yaml"}
	}
	var f form
	if err := json.Unmarshal(in.Made, &f); err != nil {
		return m, then, fmt.Errorf("read the stored inputs: %w", err)
	}
	rows, err := contents(ctx, a, a.rows, rowsOfCatalogue, slices.Collect(maps.Keys(f.Rows))...)
	if err != nil {
		return m, then, err
	}
	items, err := itemsAt(f.Rows, rows)
	if err != nil {
		return m, then, err
	}
	models, err := contents(ctx, a, a.models, "the learned model", f.Model)
	if err != nil {
		return m, then, err
	}
	values, err := contents(ctx, a, a.values, "the model of customer value", f.CustomerValue)
	if err != nil {
		return m, then, err
	}
	policy, err := a.Policy(ctx, f.Policy)
	if errors.Is(err, dynamo.ErrNotFound) {
		err = &Incomplete{What: "policy " + f.Policy}
	}
	if err != nil {
		return m, then, err
	}
	policy.CustomerValue = values[f.CustomerValue]
	if f.Night != "" {
		nights, err := contents(ctx, a, a.nights, "what the night found about campaigns", f.Night)
		if err != nil {
			return m, then, err
		}
		policy = withNight(policy, nights[f.Night])
	}
	return decide.Made{
		Now: f.Now, Intent: f.Intent, Yields: f.Yields,
		Snapshot: decide.Snapshot{
			Profile: profile.Profile(f.Profile), Contact: f.Contact, Items: items,
			Spent: f.Spent, Kept: a.coded(f), Merged: f.Merged, First: f.First,
		},
		Config: decide.Config{
			Policy: policy, Tenant: f.Tenant, Model: models[f.Model], Breakers: f.Trips,
			Links: a.links, CodeKeys: a.codeKeys, BaseURL: f.BaseURL, ClickURL: f.ClickURL,
		},
	}, f.Fingerprint, nil
}

const rowsOfCatalogue = "rows of the catalogue"

// itemsAt returns the rows at the places, by product.
func itemsAt(places map[dynamo.Rev][]int, rows map[dynamo.Rev][]recommend.Item) (map[shop.ProductID]recommend.Item, error) {
	items := map[shop.ProductID]recommend.Item{}
	for list, all := range places {
		for _, at := range all {
			if at < 0 || at >= len(rows[list]) {
				return nil, &Incomplete{What: fmt.Sprintf("%s (%s)", rowsOfCatalogue, list)}
			}
			row := rows[list][at]
			items[row.ID] = row
		}
	}
	return items, nil
}

// coded returns the kept sends with a code that the archive's key derives, if the code
// was known when the decision was made.
func (a *Archive) coded(f form) map[shop.SendID]claim.Send {
	id := f.Intent.SendID(f.Tenant)
	kept, ok := f.Kept[id]
	if !ok || !f.Coded {
		return f.Kept
	}
	issued := *kept.Coupon
	issued.Hash = offer.Hash(offer.Code(a.codeKeys[0], id))
	kept.Coupon = &issued
	all := maps.Clone(f.Kept)
	all[id] = kept
	return all
}

// published returns a policy that was published, compiled.
func (a *Archive) published(ctx context.Context, version string) (shoppolicy.Policy, error) {
	a.mu.Lock()
	defer a.mu.Unlock() // also while it is read and compiled: once is enough
	if p, ok := a.policies[version]; ok {
		return p, nil
	}
	body, err := a.store.PolicyOf(ctx, version)
	if err != nil {
		return shoppolicy.Policy{}, errors.Join(errRead, err)
	}
	p, err := shoppolicy.Decode(body, a.renderer)
	if err != nil {
		return shoppolicy.Policy{}, err
	}
	if len(a.policies) >= mostPolicies {
		clear(a.policies)
	}
	a.policies[version] = p
	return p, nil
}

// contents returns the decoded contents of the revisions, from known or from the table.
func contents[T any](ctx context.Context, a *Archive, known map[dynamo.Rev]T, what string, revs ...dynamo.Rev) (map[dynamo.Rev]T, error) {
	found := make(map[dynamo.Rev]T, len(revs))
	var missing []dynamo.Rev
	a.mu.Lock()
	for _, rev := range revs {
		if v, ok := known[rev]; ok {
			found[rev] = v
		} else if !slices.Contains(missing, rev) {
			missing = append(missing, rev)
		}
	}
	a.mu.Unlock()
	if len(missing) == 0 {
		return found, nil
	}
	read, _, err := a.store.Contents(ctx, missing)
	if err != nil {
		return nil, errors.Join(errRead, err)
	}
	for _, rev := range missing {
		content, ok := read[rev]
		if !ok {
			return nil, &Incomplete{What: what + " (" + rev + ")"}
		}
		var v T
		if err := json.Unmarshal(content, &v); err != nil {
			return nil, fmt.Errorf("read %s (%s): %w", what, rev, err)
		}
		found[rev] = v
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(known)+len(missing) > mostContents {
		clear(known)
	}
	for _, rev := range missing {
		known[rev] = found[rev]
	}
	return found, nil
}
