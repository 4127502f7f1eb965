package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/fault"
	"regulars/shared/intake"
	"regulars/shared/policy"
	"regulars/shared/profile"
	"regulars/shared/queue"
	"regulars/shared/shop"
)

// slots is where the planning of slots is kept.
type runs interface {
	StartRun(ctx context.Context, run dynamo.Run, segments int, now time.Time) (dynamo.Progress, error)
	Advance(ctx context.Context, run dynamo.Run, segment int, from, to dynamo.Cursor, planned int) (dynamo.Progress, error)
	RunProgress(ctx context.Context, run dynamo.Run) (dynamo.Progress, error)
}

// pages is where a page is kept from before it is on the queue until it is
// counted.
type pages interface {
	PlanPage(ctx context.Context, run dynamo.Run, segment int, page dynamo.RunPage) (dynamo.RunPage, error)
}

// register keeps until when slots were put on the queue.
type register interface {
	PlannedUntil(context.Context) (time.Time, error)
	SavePlannedUntil(context.Context, time.Time) error
}

type profiles interface {
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
}

type handler struct {
	runs     runs
	pages    pages
	register register
	profiles profiles
	policy   func(context.Context) (policy.Policy, error) // at most a minute old
	look     func(context.Context) (policy.Policy, error) // as it is now
	own      *queue.Queue                                 // plan's own
	intents  *queue.Queue                                 // send's
	dead     *queue.Queue
	now      func() time.Time
}

// Handle takes either a tick of the clock or a batch of plan's queue.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(payload, &batch); err != nil {
		return nil, fmt.Errorf("read what plan was called with: %w", err)
	}
	if batch.Records == nil {
		return nil, h.tick(ctx)
	}
	return queue.Each(ctx, batch, h.dead, h.now, h.take)
}

// tick puts every slot that has come since the last tick on plan's queue. Dying
// before the register is saved puts them there again, which plans nothing twice.
func (h *handler) tick(ctx context.Context) error {
	rules, err := h.look(ctx) // the register passes what this policy does not know
	if err != nil {
		return err
	}
	now := h.now()
	after, err := h.register.PlannedUntil(ctx)
	if err != nil {
		return err
	}
	if after.IsZero() { // the first tick ever: what was due before the shop came here is not ours
		return h.register.SavePlannedUntil(ctx, now)
	}
	for _, c := range rules.Campaigns {
		for _, run := range campaign.Due(c, after, now, rules.Shop.Location()) {
			if err := h.own.Put(ctx, runEvent(c.ID, run, now)); err != nil {
				return err
			}
			slog.InfoContext(ctx, "a slot has come", "campaign", c.ID, "run", run)
		}
	}
	return h.register.SavePlannedUntil(ctx, now)
}

// slotEvent is the event by which a shop asks for a slot by hand as well.
func runEvent(id shop.CampaignID, run, now time.Time) events.CloudWatchEvent {
	detail, err := json.Marshal(map[string]any{"version": "1", "campaign": id, "run": run.UTC().Format(time.RFC3339)})
	if err != nil {
		panic("plan: " + err.Error()) // two strings
	}
	return events.CloudWatchEvent{
		Version: "0", ID: fmt.Sprintf("plan-%s-%d", id, run.Unix()), DetailType: "campaign.run", Source: "shop", Time: now.UTC(), Detail: detail,
	}
}

// segments is into how many parts a slot's customers are divided; as many
// functions can plan it at a time.
const segments = 4

func (h *handler) take(ctx context.Context, m events.SQSMessage) error {
	var part part
	if err := json.Unmarshal([]byte(m.Body), &part); err == nil && part.Campaign != "" {
		return h.plan(ctx, part)
	}
	parsed, err := intake.Parse([]byte(m.Body), h.now())
	if refusal := (*intake.Refusal)(nil); errors.As(err, &refusal) {
		return &queue.Refused{Faults: refusal.Faults}
	} else if err != nil {
		return err
	}
	for _, event := range parsed.Events {
		fact, ok := event.Fact.(shop.RunFact)
		if !ok {
			return refuse("/detail-type", "is not campaign.run, and plan takes nothing else")
		}
		if err := h.start(ctx, fact); err != nil {
			return err
		}
	}
	return nil
}

func refuse(path, text string, args ...any) error {
	return &queue.Refused{Faults: []fault.Fault{{Path: path, Fault: fmt.Sprintf(text, args...)}}}
}

// start begins a slot, or goes on with one that was begun.
func (h *handler) start(ctx context.Context, fact shop.RunFact) error {
	rules, err := h.policy(ctx)
	if _, known := rules.Campaign(fact.Campaign); err == nil && !known {
		rules, err = h.look(ctx)
	}
	if err != nil {
		return err
	}
	c, ok := rules.Campaign(fact.Campaign)
	switch {
	case !ok:
		return refuse("/detail/campaign", "is %q; no such campaign is published", fact.Campaign)
	case c.Schedule == "":
		return refuse("/detail/campaign", "is %q; that campaign is started by events, not by slots", fact.Campaign)
	case !fact.Run.Add(c.NotAfter).After(h.now()):
		return refuse("/detail/run", "is %s; the campaign's messages expire %s after their slot", fact.Run.Format(time.RFC3339), c.NotAfter)
	}
	run := dynamo.Run{Campaign: c.ID, Version: c.Version, At: fact.Run}
	progress, err := h.runs.StartRun(ctx, run, segments, h.now())
	if err != nil {
		return err
	}
	var parts []any
	for i, cursor := range progress.Cursors {
		if cursor != dynamo.End {
			parts = append(parts, part{Campaign: c.ID, Version: c.Version, Run: fact.Run, Segment: i})
		}
	}
	return h.own.Put(ctx, parts...)
}
