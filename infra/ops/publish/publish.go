package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/dynamo"
	"regulars/shared/inputfault"
	"regulars/shared/journey"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Saver stores policies and what their offers need.
type Saver interface {
	// SavePolicy stores the packed policy under its version and puts it in
	// force, both or neither.
	SavePolicy(ctx context.Context, version string, packed []byte) error
	// EnsureBudget creates the budget of an offer's version. An existing budget
	// does not change; it fails if the version has a budget of another size.
	EnsureBudget(ctx context.Context, offer shop.OfferID, version, uses, shards int) error
	// SaveTerms stores the terms of an offer's version. Existing terms do not
	// change; it fails if the version has other terms.
	SaveTerms(ctx context.Context, offer shop.OfferID, version int, terms []byte) error
}

// save stores what the offers of a checked policy need, then its packed bytes,
// and so puts it in force. Saving the same policy again changes nothing.
func save(ctx context.Context, p shoppolicy.Policy, packed []byte, saver Saver) error {
	for _, o := range p.Offers { // before the policy: an offer in force must have a budget
		if err := saver.EnsureBudget(ctx, o.ID, o.Version, o.Budget.Uses, o.Budget.Shards); err != nil {
			return fmt.Errorf("fund offer %s: %w; to change a budget, raise the offer's version", o.ID, err)
		}
		if err := saver.SaveTerms(ctx, o.ID, o.Version, o.Terms()); err != nil {
			return fmt.Errorf("save the terms of offer %s: %w; customers have coupons with its terms, so raise the offer's version to change them", o.ID, err)
		}
	}
	if err := saver.SavePolicy(ctx, p.Version, packed); err != nil {
		return fmt.Errorf("save policy %s: %w", p.Version, err)
	}
	return nil
}

// check returns the policy of the files, and the packed bytes that will be
// stored. It decodes the bytes once, to prove that the functions can read them.
func check(fsys fs.FS) (shoppolicy.Policy, []byte, error) {
	p, err := policyfiles.Load(fsys, celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		return shoppolicy.Policy{}, nil, err
	}
	packed, err := shoppolicy.Encode(p)
	if err != nil {
		return shoppolicy.Policy{}, nil, err
	}
	if _, err := shoppolicy.Decode(packed, message.Renderer{}); err != nil {
		return shoppolicy.Policy{}, nil, err
	}
	return p, packed, nil
}

// inForce returns the policy in force; [dynamo.Store] does.
type inForce interface {
	// Policy returns the version and the packed bytes. It fails with
	// [dynamo.ErrNotFound] if no policy was saved yet.
	Policy(context.Context) (version string, packed []byte, err error)
}

// withEarlier returns the policy and its packed bytes with the earlier versions of
// journeys that customers finish, and advice about those that are not kept.
func withEarlier(ctx context.Context, p shoppolicy.Policy, packed []byte, store inForce, now time.Time) (shoppolicy.Policy, []byte, inputfault.InFiles, error) {
	if !slices.ContainsFunc(p.Journeys, func(j journey.Journey) bool { return j.Finish }) {
		return p, packed, nil, nil
	}
	version, stored, err := store.Policy(ctx)
	if errors.Is(err, dynamo.ErrNotFound) {
		return p, packed, nil, nil
	}
	if err != nil {
		return p, nil, nil, fmt.Errorf("read the policy in force, whose customers finish their journeys: %w", err)
	}
	before, err := shoppolicy.Decode(stored, message.Renderer{})
	if err != nil {
		return p, nil, nil, fmt.Errorf("read the policy in force, %s, whose customers finish their journeys; without on_change: finish it is not needed, and they move: %w", version, err)
	}
	p, advice := p.Keeping(before, now)
	if packed, err = shoppolicy.Encode(p); err != nil {
		return p, nil, advice, fmt.Errorf("%w; it has %d earlier versions of journeys with their messages: without on_change: finish they are not kept, and their customers move", err, len(p.Earlier))
	}
	p, err = shoppolicy.Decode(packed, message.Renderer{})
	return p, packed, advice, err
}
