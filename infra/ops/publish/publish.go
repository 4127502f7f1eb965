package main

import (
	"context"
	"fmt"
	"io/fs"

	"regulars/infra/ops/publish/mjml"
	"regulars/shared/policy"
	"regulars/shared/shop"
)

// Saver keeps published policies. SavePolicy stores packed under the name of its
// version and makes it what functions load from then on, both or neither.
// EnsureBudget lays out an offer's budget where it is not there yet, and leaves
// one that is as it is; it fails where the same version has another budget.
// SaveTerms keeps what coupons of an offer promise, likewise.
type Saver interface {
	SavePolicy(ctx context.Context, version string, packed []byte) error
	EnsureBudget(ctx context.Context, offer shop.OfferID, version, uses, shards int) error
	SaveTerms(ctx context.Context, offer shop.OfferID, version int, terms []byte) error
}

// Publish reads a shop's files, checks them, and hands the policy to the saver.
// It returns the policy's version. Where the files have faults, nothing is saved
// and the error is of type [fault.InFiles]; publishing the same files again is
// harmless.
func Publish(ctx context.Context, fsys fs.FS, saver Saver) (version string, err error) {
	p, packed, err := check(fsys)
	if err != nil {
		return "", err
	}
	for _, o := range p.Offers { // first: what is in force must be funded
		if err := saver.EnsureBudget(ctx, o.ID, o.Version, o.Budget.Uses, o.Budget.Shards); err != nil {
			return "", fmt.Errorf("fund offer %s: %w; to change a budget, raise the offer's version", o.ID, err)
		}
		if err := saver.SaveTerms(ctx, o.ID, o.Version, o.Terms()); err != nil {
			return "", fmt.Errorf("keep the terms of offer %s, which are in customers' inboxes: %w", o.ID, err)
		}
	}
	if err := saver.SavePolicy(ctx, p.Version, packed); err != nil {
		return "", fmt.Errorf("save policy %s: %w", p.Version, err)
	}
	return p.Version, nil
}

// check returns the policy of the files, also packed as it will be stored. What
// was packed is unpacked once, so that what the functions read is known to be
// readable.
func check(fsys fs.FS) (policy.Policy, []byte, error) {
	p, err := policy.Load(fsys, mjml.Compile)
	if err != nil {
		return policy.Policy{}, nil, err
	}
	packed, err := policy.Encode(p)
	if err != nil {
		return policy.Policy{}, nil, err
	}
	if _, err := policy.Decode(packed); err != nil {
		return policy.Policy{}, nil, err
	}
	return p, packed, nil
}
