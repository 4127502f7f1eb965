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

// planned counts intents and sends.
type planned struct{ *reconcile.Table }

// planned counts the intents that runs and orders planned. It is read before
// the sends. An intent that is planned and decided between the two reads makes
// the sum of the states higher than planned, until the next reading.
func (r *Reader) planned(ctx context.Context, now time.Time) (planned, error) {
	p := planned{reconcile.New(now)}
	p.Until = now.AddDate(1, 0, 0) // a time in the future: it counts all
	err := r.source.Runs(ctx, func(s dynamo.Progress) error {
		if at, sends := s.Counted(); sends {
			p.Run(s.Campaign, s.Version, at, s.Started, s.Planned)
		}
		return nil
	})
	for page := (dynamo.Page{}); err == nil && page.After != dynamo.End; {
		page.After, err = r.source.Raised(ctx, page, func(raised []campaign.Intent) error {
			p.Order(raised)
			return nil
		})
	}
	return p, err
}

// counts returns the numbers of each campaign, all its versions together,
// ordered by the campaign's name.
func (p planned) counts() (all []pages.Count) {
	at := map[shop.CampaignID]int{}
	for o, row := range p.Campaigns() {
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
	for o, row := range p.Rows {
		all[at[o.Campaign]].Missing += row.Sum().Missing
	}
	slices.SortFunc(all, func(a, b pages.Count) int { return cmp.Compare(a.Campaign, b.Campaign) })
	return all
}
