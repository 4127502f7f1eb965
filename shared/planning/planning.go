// Package planning puts the runs of campaigns that are due on plan's queue, and an
// intent for each customer of a run's audience on the queues of the functions send and
// journey. The function plan and the backtest (infra/ops/backtest) run it.
package planning

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/inputfault"
	"regulars/shared/intake"
	"regulars/shared/profile"
	"regulars/shared/queue"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// runs stores how far the planning of each run has come; [dynamo.Store] is one.
type runs interface {
	StartRun(ctx context.Context, run dynamo.Run, segments int, now time.Time) (dynamo.Progress, error)
	Advance(ctx context.Context, run dynamo.Run, segment int, from, to dynamo.Cursor, planned int) (dynamo.Progress, error)
	RunProgress(ctx context.Context, run dynamo.Run) (dynamo.Progress, error)
}

// pages stores the page of customers that a segment is planning, from before
// its intents are put on the queue until they are counted.
type pages interface {
	PlanPage(ctx context.Context, run dynamo.Run, segment int, page dynamo.RunPage) (dynamo.RunPage, error)
}

// ticks stores the time until which due runs were put on the queue.
type ticks interface {
	PlannedUntil(context.Context) (time.Time, error)
	SavePlannedUntil(context.Context, time.Time) error
}

// halts returns the campaigns that a person stopped; [dynamo.Store] does.
type halts interface {
	Breakers(context.Context) (breaker.Now, error)
}

// records returns which sends have a record; [dynamo.Store] does.
type records interface {
	Recorded(context.Context, map[shop.SendID]shop.CustomerID) (map[shop.SendID]bool, error)
}

// products reads the catalogue; [dynamo.Store] does.
type products interface {
	// LeadingTo returns the rows from which plan tells who would like a product.
	LeadingTo(ctx context.Context, as recommend.Model, product shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
}

type profiles interface {
	// Zones returns the names of all zones that customers have or had.
	Zones(context.Context) ([]string, error)
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
}

// Queue takes messages as values that become JSON; [queue.Queue] does.
type Queue interface {
	Put(ctx context.Context, values ...any) error
}

// Planner works with the tables and queues of its fields. Many goroutines may use it at
// once.
type Planner struct {
	Runs     runs
	Pages    pages
	Ticks    ticks
	Profiles profiles
	Halts    halts
	Records  records
	Tenant   string
	Products products
	Model    func(context.Context) (recommend.Model, error)
	Policy   func(context.Context) (shoppolicy.Policy, error) // at most a minute old
	Latest   func(context.Context) (shoppolicy.Policy, error) // read again
	Own      Queue                                            // plan's queue
	Intents  Queue                                            // send's queue
	Entries  Queue                                            // journey's queue
	Dead     *queue.Queue
	Items    func(context.Context) (int64, error) // of the table of customers, about
	Now      func() time.Time
}

// Handle processes a tick, which comes each minute, or a batch of plan's queue.
func (h *Planner) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(payload, &batch); err != nil {
		return nil, fmt.Errorf("read the call of plan, which is not a JSON object: %w", err)
	}
	if batch.Records == nil {
		return nil, h.Tick(ctx)
	}
	return queue.Each(ctx, batch, h.Dead, h.Now, h.Take)
}

// Tick puts every run that became due since the last tick on plan's queue. If
// it dies before it saves its time, the next tick puts the same runs there
// again, which makes no second send.
func (h *Planner) Tick(ctx context.Context) error {
	// The latest policy, because a run of a campaign that this policy does not
	// have would be skipped for good.
	inForce, err := h.Latest(ctx)
	if err != nil {
		return err
	}
	now := h.Now()
	after, err := h.Ticks.PlannedUntil(ctx)
	if err != nil {
		return err
	}
	if after.IsZero() { // the first tick of this installation: earlier runs are not planned
		return h.Ticks.SavePlannedUntil(ctx, now)
	}
	for _, c := range inForce.Started() {
		zones, err := h.zones(ctx, inForce.Shop, c)
		if err != nil {
			return err
		}
		for _, run := range campaign.LeftOut(c, after, now, zones...) {
			slog.WarnContext(ctx, "campaign run left out: its messages expired before the run could be planned", "campaign", c.ID, "run", run.At, "local", run.Local, "expired", run.At.Add(c.NotAfter))
		}
		for _, run := range campaign.Due(c, after, now, zones...) {
			if err := h.Own.Put(ctx, runEvent(c.ID, run, now)); err != nil {
				return err
			}
			slog.InfoContext(ctx, "campaign run is due and on plan's queue", "campaign", c.ID, "run", run.At, "local", run.Local)
		}
	}
	return h.Ticks.SavePlannedUntil(ctx, now)
}

// zones returns the zones whose clocks say when the campaign runs. It reads those
// of the customers after the tick took its time: so a customer whose profile was
// saved before a run's time is never missed.
func (h *Planner) zones(ctx context.Context, s shoppolicy.Shop, c campaign.Campaign) ([]*time.Location, error) {
	zones := []*time.Location{s.Location()} // that of the customers of whom no zone is known
	if c.Clock != campaign.ByCustomer {
		return zones, nil
	}
	names, err := h.Profiles.Zones(ctx)
	for _, name := range names {
		if zone, ok := shop.Zone(name); ok {
			zones = append(zones, zone)
		}
	}
	return zones, err
}

// runEvent returns the event that requests a run. A shop can emit the same
// event by hand.
func runEvent(id shop.CampaignID, run campaign.Run, now time.Time) events.CloudWatchEvent {
	of := map[string]any{"version": "1", "campaign": id, "run": run.At.UTC().Format(time.RFC3339)}
	if run.Local != "" {
		of["local"] = run.Local
	}
	detail, err := json.Marshal(of)
	if err != nil {
		panic("plan: " + err.Error()) // the values are strings
	}
	return events.CloudWatchEvent{
		Version: "0", ID: strings.TrimSuffix(fmt.Sprintf("plan-%s-%d-%s", id, run.At.Unix(), run.Local), "-"), DetailType: "campaign.run", Source: "shop", Time: now.UTC(), Detail: detail,
	}
}

// The number of parts into which the customers are divided for a run, and so the
// number of functions that can plan it at the same time.
const (
	itemsOfPart = 100_000 // of the table, of which a function reads some thousands a second
	leastParts  = 4       // DynamoDB's count of the items can be six hours old
	mostParts   = 100
)

// parts returns the number of parts for a run that starts now. A run that was started
// with another number keeps it: see [dynamo.Store.StartRun].
func (h *Planner) parts(ctx context.Context) int {
	items, err := h.Items(ctx)
	if err != nil {
		slog.WarnContext(ctx, "the size of the table of customers is not known, so the run is planned in few parts", "parts", leastParts, "err", err)
		return leastParts
	}
	return int(min(max((items+itemsOfPart-1)/itemsOfPart, leastParts), mostParts))
}

// Take processes one message of plan's queue: the event that requests a run, what
// record asks for when something happened to a product, or a part of a run.
func (h *Planner) Take(ctx context.Context, m events.SQSMessage) error {
	var part part
	if err := json.Unmarshal([]byte(m.Body), &part); err == nil && part.Campaign != "" {
		return h.plan(ctx, part)
	}
	var about campaign.Start
	if err := json.Unmarshal([]byte(m.Body), &about); err == nil && about.Campaign != "" {
		return h.startAbout(ctx, about)
	}
	parsed, err := intake.Parse([]byte(m.Body), h.Now())
	if refusal := (*intake.Refusal)(nil); errors.As(err, &refusal) {
		return &queue.Refused{Faults: refusal.Faults}
	} else if err != nil {
		return err
	}
	for _, event := range parsed.Events {
		fact, ok := event.Fact.(shop.RunFact)
		if !ok {
			return refuse("/detail-type", "is not campaign.run, which is the only event that plan accepts")
		}
		if err := h.start(ctx, fact); err != nil {
			return err
		}
	}
	return nil
}

func refuse(path, text string, args ...any) error {
	return &queue.Refused{Faults: []inputfault.Fault{{Path: path, Fault: fmt.Sprintf(text, args...)}}}
}

// start starts the planning of a run, or continues it: it puts each part that
// is not planned to its end on plan's queue.
func (h *Planner) start(ctx context.Context, fact shop.RunFact) error {
	inForce, err := h.Policy(ctx)
	if _, known := inForce.Starts(fact.Campaign); err == nil && !known {
		inForce, err = h.Latest(ctx)
	}
	if err != nil {
		return err
	}
	c, ok := inForce.Starts(fact.Campaign)
	switch {
	case !ok:
		return refuse("/detail/campaign", "names no published campaign and no journey")
	case c.Journey != "" && !c.Enters():
		return refuse("/detail/campaign", "names a step of a journey; name the journey to let customers enter it")
	case !c.Scheduled():
		return refuse("/detail/campaign", "names a campaign or journey that is started by events, not by a schedule or a date")
	case fact.Local != "" && c.Clock != campaign.ByCustomer:
		return refuse("/detail/local", "is for a campaign with clock: customer; this one follows the shop's clock")
	case !fact.Run.Add(c.NotAfter).After(h.Now()):
		return refuse("/detail/run", "is too long ago: the campaign's messages expire %s after the run", c.NotAfter)
	}
	if cancelled, err := h.cancelled(ctx, c); cancelled || err != nil {
		return err
	}
	if late := h.Now().Sub(fact.Run); late >= time.Hour {
		slog.WarnContext(ctx, "campaign run is late: each message is sent only if the audience still includes its customer when it is decided", "campaign", c.ID, "run", fact.Run, "local", fact.Local, "late", late.Truncate(time.Minute).String(), "expires", fact.Run.Add(c.NotAfter))
	}
	return h.startParts(ctx, part{Campaign: c.ID, Version: c.Version, Run: fact.Run, Local: fact.Local, Enters: c.Enters()})
}

// startParts puts each part of the run that is not planned to its end on plan's
// queue.
func (h *Planner) startParts(ctx context.Context, of part) error {
	progress, err := h.Runs.StartRun(ctx, of.stored(), h.parts(ctx), h.Now())
	if err != nil {
		return err
	}
	var parts []any
	for i, cursor := range progress.Cursors {
		if of.Segment = i; cursor != dynamo.End {
			parts = append(parts, of)
		}
	}
	return h.Own.Put(ctx, parts...)
}

// cancelled reports whether a person cancelled the campaign: then its runs are
// not planned. A run of a paused campaign is planned, and its messages wait.
func (h *Planner) cancelled(ctx context.Context, c campaign.Campaign) (bool, error) {
	now, err := h.Halts.Breakers(ctx)
	if err != nil {
		return false, err
	}
	if now.Halts[c.ID].Cancels(c.Version) {
		slog.WarnContext(ctx, "the run is not planned, because a person cancelled the campaign; make campaign RESUME=… lets later runs be planned", "campaign", c.ID, "version", c.Version)
		return true, nil
	}
	return false, nil
}
