package decisions

import (
	"cmp"
	"context"
	"slices"
	"time"

	"regulars/infra/local/pages"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/reconcile"
	"regulars/shared/shop"
)

// planned counts twice: everything, which is what is shown, and what has had its
// grace, of which something can be missing.
type planned struct{ all, settled *reconcile.Table }

// planned counts what slots and orders planned. It is read before the sends, so
// that what is decided meanwhile is not held to be too much for long.
func (r *Reader) planned(ctx context.Context, now time.Time) (planned, error) {
	p := planned{all: reconcile.New(now), settled: reconcile.New(now)}
	p.all.Until = now.AddDate(1, 0, 0) // nothing is too young for it
	err := r.source.Runs(ctx, func(s dynamo.Progress) error {
		for _, t := range []*reconcile.Table{p.all, p.settled} {
			t.Run(s.Campaign, s.Version, s.At, s.Started, s.Planned)
		}
		return nil
	})
	for page := (dynamo.Page{}); err == nil && page.After != dynamo.End; {
		page.After, err = r.source.Raised(ctx, page, func(raised []campaign.Intent) error {
			p.all.Order(raised)
			p.settled.Order(raised)
			return nil
		})
	}
	return p, err
}

func (p planned) send(d claim.Send) {
	p.all.Send(d)
	p.settled.Send(d)
}

// counts returns the campaigns in numbers, versions together, by name.
func (p planned) counts() (all []pages.Count) {
	at := map[shop.CampaignID]int{}
	for o, row := range p.all.Campaigns() {
		i, known := at[o.Campaign]
		if !known {
			i, at[o.Campaign] = len(all), len(all)
			all = append(all, pages.Count{Campaign: o.Campaign, States: map[claim.State]int{}})
		}
		all[i].Planned += row.Planned
		for state, n := range row.States {
			all[i].States[state] += n
		}
	}
	for o, row := range p.settled.Rows {
		all[at[o.Campaign]].Missing += row.Sum().Missing
	}
	slices.SortFunc(all, func(a, b pages.Count) int { return cmp.Compare(a.Campaign, b.Campaign) })
	return all
}
