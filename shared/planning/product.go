package planning

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"log/slog"
	"math"
	"slices"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// startAbout starts the planning of a run about a product, or continues it. The
// occasion names the run, so the same one is never planned twice, however often
// record asks for it.
func (h *Planner) startAbout(ctx context.Context, s campaign.Start) error {
	inForce, err := h.Policy(ctx)
	if c, known := inForce.Campaign(s.Campaign); err == nil && (!known || c.Version < s.Version) {
		inForce, err = h.Latest(ctx) // record knew a newer policy
	}
	if err != nil {
		return err
	}
	c, ok := inForce.Campaign(s.Campaign)
	switch {
	case !ok || c.Product == nil || c.Version != s.Version:
		slog.WarnContext(ctx, "a run about a product is not planned: the campaign was changed or removed since", "campaign", s.Campaign, "occasion", s.Subject.Occasion())
		return nil
	case !s.At.Add(c.NotAfter).After(h.Now()):
		slog.WarnContext(ctx, "a run about a product is not planned: its messages have expired", "campaign", s.Campaign, "occasion", s.Subject.Occasion(), "expired", s.At.Add(c.NotAfter))
		return nil
	}
	if cancelled, err := h.cancelled(ctx, c); cancelled || err != nil {
		return err
	}
	return h.startParts(ctx, part{Campaign: c.ID, Version: c.Version, Run: s.At, Subject: s.Subject})
}

// about returns the finder of a part of a run about a product. If what happened to the
// product is not true any more, the finder finds no intent: the decision on each message
// would end it.
func (h *Planner) about(ctx context.Context, inForce shoppolicy.Policy, c campaign.Campaign, p part, parts int) (finder, error) {
	model, err := h.Model(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := h.Products.LeadingTo(ctx, model, p.Subject.Product)
	if err != nil {
		return nil, err
	}
	item, found := rows[p.Subject.Product]
	if _, why := decide.Outdated(p.Subject, *c.Product, item, found); why != "" {
		slog.InfoContext(ctx, "a run about a product has no audience any more: "+why, "campaign", c.ID, "occasion", p.Subject.Occasion())
		return func(profile.Profile, map[shop.ProductID]recommend.Item) []campaign.Intent { return nil }, nil
	}
	now := h.Now()
	reached := func(customer profile.Profile) (campaign.Intent, float64, bool) {
		return decide.Reached(now, inForce, c, p.run(), customer, rows, model.Popular)
	}
	least, err := h.least(ctx, reached, c.Product.Most(item.Product), p, parts)
	if err != nil {
		return nil, err
	}
	return func(customer profile.Profile, _ map[shop.ProductID]recommend.Item) []campaign.Intent {
		intent, affinity, ok := reached(customer)
		if !ok || (place{affinity, customer.ID}).compare(least) < 0 {
			return nil
		}
		return []campaign.Intent{intent}
	}, nil
}

// place is a customer's place among those who would like a product.
type place struct {
	affinity float64
	customer shop.CustomerID
}

// compare orders places: a higher affinity is higher. Of equal ones a hash decides,
// so that it is not always the same customers who get nothing.
func (a place) compare(b place) int {
	hash := func(id shop.CustomerID) []byte { sum := sha256.Sum256([]byte(id)); return sum[:] }
	if order := cmp.Compare(a.affinity, b.affinity); order != 0 {
		return order
	}
	return bytes.Compare(hash(a.customer), hash(b.customer))
}

// least returns the lowest place in the part that the run reaches, if it reaches at
// most most customers; 0: any number. Each part takes an equal share of them, the
// most likely buyers of its own customers. It reads the customers of the part once
// more, and keeps only the places of its share.
func (h *Planner) least(ctx context.Context, reached func(profile.Profile) (campaign.Intent, float64, bool), most int, p part, parts int) (place, error) {
	if most == 0 {
		return place{affinity: math.Inf(-1)}, nil
	}
	share := most / parts
	if p.Segment < most%parts {
		share++
	}
	var best []place // sorted, the lowest first
	for page := (dynamo.Page{Segment: p.Segment, Segments: parts, Limit: pageSize}); page.After != dynamo.End; {
		next, err := h.Profiles.Profiles(ctx, page, func(customer profile.Profile) error {
			if _, affinity, ok := reached(customer); ok {
				mine := place{affinity, customer.ID}
				at, _ := slices.BinarySearchFunc(best, mine, place.compare)
				best = slices.Insert(best, at, mine)
				best = best[max(0, len(best)-share):]
			}
			return nil
		})
		if err != nil {
			return place{}, err
		}
		page.After = next
	}
	if len(best) == 0 {
		return place{affinity: math.Inf(1)}, nil
	}
	return best[0], nil
}
