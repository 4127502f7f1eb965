package planning

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// part is one segment of the customers of a run, as a message on plan's own
// queue. The run's record has how far the segment is planned, so that the same
// message can be processed again.
type part struct {
	Campaign shop.CampaignID `json:"campaign"`
	Version  int             `json:"version"`
	Run      time.Time       `json:"slot"`
	Local    string          `json:"local,omitempty"` // see [campaign.Run]
	Segment  int             `json:"segment"`

	Subject campaign.Subject `json:"subject,omitzero"` // of a run about a product
	Enters  bool             `json:"enters,omitempty"` // Campaign is a journey, and the run lets customers enter it
}

func (p part) run() campaign.Run { return campaign.Run{At: p.Run, Local: p.Local, Subject: p.Subject} }

// stored returns the run as its progress names it.
func (p part) stored() dynamo.Run {
	return dynamo.Run{Campaign: p.Campaign, Version: p.Version, At: p.Run, Local: p.Local, Subject: p.Subject, Enters: p.Enters}
}

const (
	pageSize = 500              // items of one read
	reserve  = 20 * time.Second // of the function's time, needed to finish one page
)

// plan puts one intent on send's queue for each customer of the part who is in
// the audience, page by page. If the function's time is nearly over, it puts
// the part on plan's queue again, for another call.
func (h *Planner) plan(ctx context.Context, p part) error {
	inForce, err := h.Policy(ctx)
	if c, known := inForce.Starts(p.Campaign); err == nil && (!known || c.Version < p.Version) {
		inForce, err = h.Latest(ctx) // the run was started with a newer policy
	}
	if err != nil {
		return err
	}
	c, ok := inForce.Starts(p.Campaign)
	if !ok || c.Version != p.Version {
		slog.WarnContext(ctx, "campaign run stopped: the campaign was changed while the run was planned, or removed, and then it has no name here", "campaign", c.ID, "run", p.Run)
		return nil
	}
	run := p.stored()
	progress, err := h.Runs.RunProgress(ctx, run)
	if err != nil {
		return err
	}
	if p.Segment < 0 || p.Segment >= len(progress.Cursors) {
		return refuse("/segment", "is not a segment of the run, which has %d; the first is 0", len(progress.Cursors))
	}
	find, err := h.finder(ctx, inForce, c, p, len(progress.Cursors))
	if err != nil {
		return err
	}
	for from := progress.Cursors[p.Segment]; from != dynamo.End; {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < reserve {
			return h.Own.Put(ctx, p)
		}
		if cancelled, err := h.cancelled(ctx, c); cancelled || err != nil {
			return err
		}
		page, err := h.page(ctx, inForce, find, c, p, from, len(progress.Cursors))
		if err != nil {
			return err
		}
		if page, err = h.Pages.PlanPage(ctx, run, p.Segment, page); err != nil {
			return err
		}
		var intents []any
		for _, customer := range page.Customers {
			i := c.At(p.run(), customer)
			i.Planned = page.At
			intents = append(intents, i)
		}
		for _, i := range page.OwnDays {
			i.Planned = page.At
			intents = append(intents, i)
		}
		if err := h.put(ctx, c, intents); err != nil {
			return err
		}
		advanced, err := h.Runs.Advance(ctx, run, p.Segment, from, page.To, len(intents))
		if errors.Is(err, dynamo.ErrConflict) { // another call plans the same part, so this one can end
			return nil
		}
		if err != nil {
			return err
		}
		if from = page.To; advanced.Done() {
			slog.InfoContext(ctx, "campaign run planned", "campaign", p.Campaign, "run", p.Run, "intents", advanced.Planned)
		}
	}
	_, err = h.Pages.PlanPage(ctx, run, p.Segment, dynamo.RunPage{From: dynamo.End}) // removes the stored page: nothing is left to plan
	return err
}

// put puts the intents of a page on send's queue, or entries on journey's, with eight
// requests at a time: each takes some milliseconds, and a page has fifty.
func (h *Planner) put(ctx context.Context, c campaign.Campaign, intents []any) error {
	to := h.Intents
	if c.Enters() {
		to = h.Entries
	}
	requests, ctx := errgroup.WithContext(ctx)
	requests.SetLimit(8)
	for ten := range slices.Chunk(intents, 10) {
		requests.Go(func() error { return to.Put(ctx, ten...) })
	}
	return requests.Wait()
}

// finder returns the intents that a run raises for a customer: none if they are not in
// its audience. rows has the products that they bought, if the campaign is on products
// that are due.
type finder func(customer profile.Profile, rows map[shop.ProductID]recommend.Item) []campaign.Intent

// finder returns the finder of a part of a run.
func (h *Planner) finder(ctx context.Context, inForce shoppolicy.Policy, c campaign.Campaign, p part, parts int) (finder, error) {
	if p.Subject.Product != "" {
		return h.about(ctx, inForce, c, p, parts)
	}
	return func(customer profile.Profile, rows map[shop.ProductID]recommend.Item) []campaign.Intent {
		return decide.Planned(inForce, c, p.run(), customer, rows)
	}, nil
}

// page returns what one page of customers gives a run: the customers whom it reaches
// and for whom find has an intent, or the intents about their own days that have no
// send yet.
func (h *Planner) page(ctx context.Context, inForce shoppolicy.Policy, find finder, c campaign.Campaign, p part, from dynamo.Cursor, of int) (page dynamo.RunPage, err error) {
	page = dynamo.RunPage{From: from, At: shop.Millis(h.Now())}
	reached := map[*time.Location]bool{} // by zone, because few zones have many customers
	var customers []profile.Profile
	page.To, err = h.Profiles.Profiles(ctx, dynamo.Page{Segment: p.Segment, Segments: of, After: from, Limit: pageSize}, func(customer profile.Profile) error {
		zone := decide.ClockOf(inForce.Shop, c, customer)
		if _, known := reached[zone]; !known {
			reached[zone] = c.Reaches(p.run(), zone)
		}
		switch {
		case !reached[zone]:
		case c.OwnDay() != "":
			customers = append(customers, customer)
		case len(find(customer, nil)) > 0:
			page.Customers = append(page.Customers, customer.ID)
		}
		return nil
	})
	if err != nil {
		return page, err
	}
	rows, err := h.rows(ctx, c, customers)
	if err != nil {
		return page, err
	}
	for _, customer := range customers {
		page.OwnDays = append(page.OwnDays, find(customer, rows)...)
	}
	page.OwnDays, err = h.unplanned(ctx, c, p, page.OwnDays)
	return page, err
}

// rows returns the catalogue's rows of the products that the customers bought, if the
// campaign is on products that are due; else none.
func (h *Planner) rows(ctx context.Context, c campaign.Campaign, customers []profile.Profile) (map[shop.ProductID]recommend.Item, error) {
	if c.OwnDay() != shop.ReplenishmentDue {
		return nil, nil
	}
	bought := map[shop.ProductID]bool{}
	for _, customer := range customers {
		for _, b := range decide.History(customer).Items {
			bought[b.Product] = true
		}
	}
	model, err := h.Model(ctx)
	if err != nil {
		return nil, err
	}
	return h.Products.Items(ctx, model, slices.Sorted(maps.Keys(bought)))
}

// unplanned returns the intents about customers' own days without those that have
// a send already. It asks only about those that the pass of the day before can have
// planned. A send that is still on the queue has no record yet: then it is planned
// again, and counted once. It leaves no entry out: the journey drops those of customers
// who have entered.
func (h *Planner) unplanned(ctx context.Context, c campaign.Campaign, p part, intents []campaign.Intent) ([]campaign.Intent, error) {
	if c.Enters() {
		return intents, nil
	}
	earlier := map[shop.SendID]shop.CustomerID{}
	for _, i := range intents {
		if due := i.NotAfter.Add(-c.NotAfter); due.Before(p.Run) {
			earlier[i.SendID(h.Tenant)] = i.Customer
		}
	}
	known, err := h.Records.Recorded(ctx, earlier)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(intents, func(i campaign.Intent) bool { return known[i.SendID(h.Tenant)] }), nil
}
