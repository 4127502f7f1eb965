package dispatch

import (
	"context"

	"regulars/shared/advice"
	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Customers stores customers and the catalogue; [dynamo.Store] is one.
type Customers interface {
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error)
	UpdateContact(context.Context, shop.CustomerID, func(frequency.Contact) (frequency.Contact, bool)) error
	UpdateMailbox(context.Context, shop.Mailbox, func(frequency.Contact) (frequency.Contact, bool)) error
}

// Catalogue keeps rows of the catalogue in memory; [cataloguecache.Cache] does.
type Catalogue interface {
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error)
	Forget(as recommend.Model, ids ...shop.ProductID)
	Changed(ctx context.Context, as recommend.Model, rows []recommend.Item) (bool, error)
}

// Policies returns the policy in force and the learned model;
// [policycache.Cache] does.
type Policies interface {
	Policy(context.Context) (shoppolicy.Policy, error) // at most a minute old
	Look(context.Context) (shoppolicy.Policy, error)   // as it is now
	Model(context.Context) (recommend.Model, error)
}

// Reader reads what decisions are made from: the customer's profile, the contact
// of their mailbox, and two batch reads of the catalogue, the second for the
// products that the first recommends.
type Reader struct {
	Customers Customers
	InForce   Policies
	Breakers  Breakers  // nil: none ever trips
	Catalogue Catalogue // nil: each decision reads its rows from Customers

	Tenant   string
	Links    *linktoken.Signer
	CodeKeys [][]byte // derive coupon codes, the current key first
	BaseURL  string   // of the preferences function, ending in "/"
	ClickURL string   // of the click function, ending in "/"; empty: clicks are not counted
}

// config returns the policy in force, with the model, the tripped breakers and
// the keys. If the cached policy does not know the intent's campaign or
// version, a newer policy planned the intent; config reads that one at once,
// because an end that is stored by mistake is final.
func (r *Reader) config(ctx context.Context, intent campaign.Intent) (decide.Config, error) {
	p, err := r.InForce.Policy(ctx)
	if c, known := p.CampaignOf(intent); err == nil && (!known || c.Version < intent.Version) {
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
	return decide.Config{Policy: p, Tenant: r.Tenant, Model: model, Breakers: breakers, Links: r.Links, CodeKeys: r.CodeKeys, BaseURL: r.BaseURL, ClickURL: r.ClickURL}, nil
}

// revs is the revisions of what a decision was made from.
type revs struct{ profile, contact dynamo.Rev }

// snapshot reads the customer and the products that the decision may need.
func (r *Reader) snapshot(ctx context.Context, intent campaign.Intent, config decide.Config) (decide.Snapshot, revs, error) {
	read, err := r.Customers.Snapshot(ctx, intent.Customer)
	if err != nil {
		return decide.Snapshot{}, revs{}, err
	}
	s := decide.Snapshot{Profile: read.Profile, Contact: read.Contact}
	catalogue := advice.Catalogue(r.Customers)
	if r.Catalogue != nil {
		catalogue = r.Catalogue
		r.Catalogue.Forget(config.Model, decide.About(s.Profile, intent)...) // whether there is a message depends on them
	}
	first, second := decide.Sources(s.Profile, intent, config)
	s.Items, err = advice.Read(ctx, catalogue, config.Model, first, decide.MostCounted(s.Profile, intent, config, len(first)), second)
	return s, revs{read.ProfileRev, read.ContactRev}, err
}
