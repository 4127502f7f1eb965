package main

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"

	"regulars/shared/advice"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// advise answers one request. It reads and picks products in the same way as
// messages do.
func (h *handler) advise(ctx context.Context, r request) (answer, error) {
	now := h.now().UTC()
	p, model := h.published(ctx)
	var known dynamo.Snapshot
	if r.Customer != "" {
		var err error
		if known, err = h.customers.Snapshot(ctx, r.Customer); err != nil {
			return answer{}, err
		}
	}
	history := decide.History(known.Profile)
	language := p.Messages.ReasonLanguage(cmp.Or(r.Language, known.Profile.Locale.Value))
	q := advice.Question{History: history, Model: model, Want: r.want(), Mode: r.Mode, Except: r.Except, Language: language}
	chosen, err := q.Showing(now, r.Products...).Choose(ctx, h.customers, now)
	if err != nil {
		return answer{}, err
	}
	a := answer{
		Model: model.Version, Language: language,
		Mode: r.Mode, Newcomer: len(history.Items) == 0, Issue: openIssue(now, known, p),
		Picks: make([]pick, 0, len(chosen.Picks)), Unknown: unknown(r.Products, chosen),
	}
	zone, bought := p.Shop.ZoneOf(known.Profile.Zones()), map[shop.ProductID]bool{}
	for _, b := range history.Items {
		bought[b.Product] = true
	}
	for _, found := range chosen.Picks {
		a.Picks = append(a.Picks, pickOf(ctx, now, found, p.Messages, a.Language, zone, bought[found.Product.ID]))
	}
	if len(a.Picks) < q.Want {
		a.Short = shortness(r.Mode, len(chosen.Rows))
	}
	return a, nil
}

// published returns the policy, which has the texts of reasons, and the model.
// If one of them cannot be read, published logs it and returns the zero value,
// so that the page still gets recommendations, without that part.
func (h *handler) published(ctx context.Context) (shoppolicy.Policy, recommend.Model) {
	p, err := h.inForce.Policy(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "cannot read the policy: recommending products without the texts of their reasons", "err", err)
	}
	model, err := h.inForce.Model(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "cannot read the model: recommending products without it", "err", err)
	}
	return p, model
}

// unknown returns the products that were read and that the catalogue does not
// have.
func unknown(products []shop.ProductID, c advice.Choice) (unknown []shop.ProductID) {
	for _, id := range products {
		if _, there := c.Rows[id]; !there && slices.Contains(c.Read, id) && !slices.Contains(unknown, id) {
			unknown = append(unknown, id)
		}
	}
	return unknown
}

// shortness returns why there are fewer picks than wanted, given the number of
// rows to pick from.
func shortness(mode recommend.Mode, rows int) *short {
	code := "few-left"
	switch {
	case mode == recommend.ModeAgain:
		code = "few-due"
	case rows == 0:
		code = "nothing-learned"
	}
	return &short{code, shorts[code]}
}

// openIssue returns the service issue because of which promotions to the
// customer are paused, or nil.
func openIssue(now time.Time, known dynamo.Snapshot, p shoppolicy.Policy) *issue {
	kind, until := decide.ServiceIssue(now, decide.Issues(known.Profile, known.Contact), p.PromotionPause)
	if kind == "" {
		return nil
	}
	return &issue{kind, until}
}
