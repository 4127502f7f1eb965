package decisions

import (
	"cmp"
	"context"
	"slices"

	"regulars/infra/local/pages"
	"regulars/shared/dynamo"
	"regulars/shared/journey"
)

// Journeys returns where customers are in each journey, by journey.
func (r *Reader) Journeys(ctx context.Context) ([]pages.Journey, error) {
	all, err := r.latest(ctx)
	if err != nil {
		return nil, err
	}
	return all.walks, nil
}

// journeys reads where customers are.
func (r *Reader) journeys(ctx context.Context) (all []pages.Journey, err error) {
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = r.source.AllPositions(ctx, page, func(p journey.Position) error {
			all = count(all, p)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b pages.Journey) int { return cmp.Compare(a.Journey, b.Journey) })
	for _, j := range all {
		slices.SortFunc(j.Waiting, func(a, b pages.Step) int { return a.Next.Compare(b.Next) })
	}
	return all, nil
}

// count returns the numbers with one more position.
func count(all []pages.Journey, p journey.Position) []pages.Journey {
	at := slices.IndexFunc(all, func(j pages.Journey) bool { return j.Journey == p.Journey })
	if at < 0 {
		at, all = len(all), append(all, pages.Journey{Journey: p.Journey, Ended: map[journey.End]int{}})
	}
	j := &all[at]
	if p.End != "" {
		j.Ended[p.End]++
		return all
	}
	step := slices.IndexFunc(j.Waiting, func(s pages.Step) bool { return s.Name == p.Step })
	if step < 0 {
		step, j.Waiting = len(j.Waiting), append(j.Waiting, pages.Step{Name: p.Step, Next: p.Due})
	}
	s := &j.Waiting[step]
	if s.Customers++; p.Due.Before(s.Next) {
		s.Next = p.Due
	}
	return all
}
