package dispatch

import (
	"context"

	"regulars/shared/advice"
	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/policy"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Customers is where customers and the catalogue are kept; [dynamo.Store] is one.
type Customers interface {
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	UpdateContact(context.Context, shop.CustomerID, func(frequency.Contact) (frequency.Contact, bool)) error
}

// Rules gives the rules in force; [policycache.Cache] does.
type Policies interface {
	Policy(context.Context) (policy.Policy, error) // at most a minute old
	Look(context.Context) (policy.Policy, error)   // as it is now
	Model(context.Context) (recommend.Model, error)
}

// Reader reads what decisions are made from: one query of the customer's
// partition and two batch reads of the catalogue, the second of what the first
// recommends.
type Reader struct {
	Customers Customers
	InForce   Policies
	Breakers  Breakers // nil: none are ever on

	Tenant   string
	Links    *linktoken.Signer
	CodeKeys [][]byte // derive coupon codes, the current key first
	BaseURL  string   // of the preferences function, ending in "/"
}

// rules returns the rules in force. An intent of a campaign that they do not
// know yet was raised under newer ones: they are looked for at once, because an
// end that is given by mistake is an end for good.
func (r *Reader) rules(ctx context.Context, intent campaign.Intent) (decide.Config, error) {
	p, err := r.InForce.Policy(ctx)
	if c, known := p.Campaign(intent.Campaign); err == nil && (!known || c.Version < intent.Version) {
		p, err = r.InForce.Look(ctx)
	}
	if err != nil {
		return decide.Config{}, err
	}
	model, err := r.InForce.Model(ctx)
	if err != nil {
		return decide.Config{}, err
	}
	breakers, err := r.breakers(ctx)
	if err != nil {
		return decide.Config{}, err
	}
	return decide.Config{Policy: p, Tenant: r.Tenant, Model: model, Breakers: breakers, Links: r.Links, CodeKeys: r.CodeKeys, BaseURL: r.BaseURL}, nil
}

func (r *Reader) snapshot(ctx context.Context, intent campaign.Intent, rules decide.Config) (decide.Snapshot, dynamo.Rev, error) {
	read, err := r.Customers.Snapshot(ctx, intent.Customer)
	if err != nil {
		return decide.Snapshot{}, "", err
	}
	s := decide.Snapshot{Profile: read.Profile, Contact: read.Contact}
	s.Items, err = advice.Read(ctx, r.Customers, rules.Model, decide.Sources(s.Profile, intent, rules), func(rows map[shop.ProductID]recommend.Item) []shop.ProductID {
		s.Items = rows
		return decide.Candidates(s, intent, rules)
	})
	return s, read.ContactRev, err
}
