package main

import (
	"context"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/link"
	"regulars/shared/published"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// stored reads what decisions are made from: one query of the customer's
// partition and two batch reads of the catalogue, the second of what the first
// recommends.
type stored struct {
	store        *dynamo.Store
	rulesInForce *published.Rules

	tenant   string
	links    *link.Signer
	codeKeys [][]byte
	baseURL  string
}

// rules returns the rules in force. An intent of a campaign that they do not
// know yet was raised under newer ones: they are looked for at once, because an
// end that is given by mistake is an end for good.
func (r *stored) rules(ctx context.Context, intent campaign.Intent) (decide.Rules, error) {
	p, err := r.rulesInForce.Policy(ctx)
	if c, known := p.Campaign(intent.Campaign); err == nil && (!known || c.Version < intent.Version) {
		p, err = r.rulesInForce.Look(ctx)
	}
	if err != nil {
		return decide.Rules{}, err
	}
	model, err := r.rulesInForce.Model(ctx)
	if err != nil {
		return decide.Rules{}, err
	}
	return decide.Rules{Policy: p, Tenant: r.tenant, Model: model, Links: r.links, CodeKeys: r.codeKeys, BaseURL: r.baseURL}, nil
}

func (r *stored) snapshot(ctx context.Context, intent campaign.Intent, rules decide.Rules) (decide.Snapshot, dynamo.Rev, error) {
	read, err := r.store.Snapshot(ctx, intent.Customer)
	if err != nil {
		return decide.Snapshot{}, "", err
	}
	s := decide.Snapshot{Profile: read.Profile, Contact: read.Contact, Items: map[shop.ProductID]recommend.Item{}}
	for _, wanted := range []func() []shop.ProductID{
		func() []shop.ProductID { return decide.Sources(s.Profile, intent, rules) },
		func() []shop.ProductID { return decide.Candidates(s, intent, rules) },
	} {
		ids := wanted()
		if len(ids) == 0 {
			continue
		}
		items, err := r.store.Items(ctx, ids)
		if err != nil {
			return decide.Snapshot{}, "", err
		}
		for id, item := range items {
			s.Items[id] = item
		}
	}
	return s, read.ContactRev, nil
}
