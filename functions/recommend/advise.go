package main

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"regulars/shared/advice"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/policy"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// advise answers one request, by the reads and the rules that messages go by.
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
	q := advice.Question{History: history, Model: model, Want: r.want(), Mode: r.Mode, Except: r.Except}
	chosen, err := h.choose(ctx, now, q.Showing(now, r.Products...))
	if err != nil {
		return answer{}, err
	}
	a := answer{
		Model: model.Version, Language: p.Messages.ReasonLanguage(cmp.Or(r.Language, known.Profile.Locale.Value)),
		Mode: r.Mode, Newcomer: len(history.Items) == 0, Trouble: troubled(now, known, p),
		Picks: make([]pick, 0, len(chosen.picks)), Unknown: chosen.unknown(r.Products),
	}
	zone, had := p.Shop.ZoneOf(known.Profile.Zone.Value), map[shop.ProductID]bool{}
	for _, b := range history.Items {
		had[b.Product] = true
	}
	for _, found := range chosen.picks {
		a.Picks = append(a.Picks, told(ctx, found, p.Messages, a.Language, zone, had[found.Product.ID]))
	}
	if len(a.Picks) < q.Want {
		a.Short = why(r.Mode, len(chosen.rows))
	}
	return a, nil
}

// published returns the shop's words and what was learned. They make an answer
// better, and their lack is no reason for an empty page: it is logged, and what
// is left is answered.
func (h *handler) published(ctx context.Context) (policy.Policy, recommend.Model) {
	p, err := h.rules.Policy(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "recommending without the shop's words", "err", err)
	}
	model, err := h.rules.Model(ctx)
	if err != nil {
		slog.ErrorContext(ctx, "recommending without a model", "err", err)
	}
	return p, model
}

// choice is what a question came to.
type choice struct {
	picks []recommend.Pick
	rows  map[shop.ProductID]recommend.Item
	asked []shop.ProductID // whose rows were read, where there are any
}

// choose reads what the question leads to, and picks of it. Where that is too
// little it reads once more what is popular: a page with a hole is worse than
// twenty read units.
func (h *handler) choose(ctx context.Context, now time.Time, q advice.Question) (c choice, err error) {
	c.asked = q.Sources()
	c.rows, err = advice.Read(ctx, h.customers, q.Model, c.asked, func(rows map[shop.ProductID]recommend.Item) []shop.ProductID {
		candidates := q.Candidates(rows)
		c.asked = append(c.asked, candidates...)
		return candidates
	})
	if err != nil {
		return c, err
	}
	c.picks = q.Picks(now, c.rows)
	rest := q.Rest(c.asked)
	if len(c.picks) >= q.Want || q.Mode == recommend.ModeAgain || len(rest) == 0 {
		return c, nil
	}
	more, err := h.customers.Items(ctx, q.Model, rest)
	maps.Copy(c.rows, more)
	c.picks = q.Picks(now, c.rows)
	return c, err
}

// unknown returns those of the products that the catalogue does not know, as far
// as they were looked at.
func (c choice) unknown(products []shop.ProductID) (unknown []shop.ProductID) {
	for _, id := range products {
		if _, there := c.rows[id]; !there && slices.Contains(c.asked, id) && !slices.Contains(unknown, id) {
			unknown = append(unknown, id)
		}
	}
	return unknown
}

// why says why there are fewer picks than were wanted, given the rows that were
// there to pick from.
func why(mode recommend.Mode, rows int) *short {
	code := "few-left"
	switch {
	case mode == recommend.ModeAgain:
		code = "few-due"
	case rows == 0:
		code = "nothing-learned"
	}
	return &short{code, shorts[code]}
}

func troubled(now time.Time, known dynamo.Snapshot, p policy.Policy) *trouble {
	what, until := decide.ServiceIssue(now, known.Profile, p.PromotionPause)
	if what == "" {
		return nil
	}
	return &trouble{what, until}
}
