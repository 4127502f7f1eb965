package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/journey"
	"regulars/shared/points"
	"regulars/shared/shop"
)

// Demo loads the history into a shop and plays the live events, once.
type Demo struct {
	Store   HistoryWriter
	Bus     EventPutter
	BusName string        // "default" if empty
	Marker  string        // the file that stores the progress, such as "var/demo.json"
	Length  time.Duration // duration of all live events; 75 seconds if zero
	Bar     *Bar
	Now     func() time.Time
	Points  points.Scheme // loyalty points of the shop's policy

	// Positions stores where customers are in journeys; [dynamo.Store] does so.
	Positions interface {
		SavePosition(context.Context, journey.Position, dynamo.Rev) error
	}

	// Mailbox names the mailbox of an address, as record does.
	Mailbox func(address string) shop.Mailbox

	// Learn is called after the history was written and the returns were played: the
	// other messages show what a night learns. Then the customers who are in journeys
	// are stored, and Advance is called to move them, before the other events are
	// played. Both may be nil.
	Learn, Advance func(context.Context) error
}

// mark is the stored progress of a demo. Begun is stored so that a later run
// makes the same story: an order with another time would be another order.
type mark struct {
	Begun  time.Time `json:"begun"`
	Loaded bool      `json:"loaded"` // the history is written
	Played int       `json:"played"` // live events

	Learned bool `json:"learned"` // and the customers in journeys are stored
}

// Run loads the history and plays the live events. It continues where an
// earlier run stopped, and does nothing if all is done. If a run is killed, the
// next one emits at most one batch twice, which changes nothing.
//
// If you empty the tables, remove the marker as well.
func (d Demo) Run(ctx context.Context) error {
	at, err := d.read()
	if err != nil {
		return err
	}
	story, err := Tell(at.Begun)
	if err != nil {
		return err
	}
	if at.Loaded && at.Played >= len(story.Live) {
		return nil
	}
	if !at.Loaded {
		if err := d.write(at); err != nil { // before the first row is written, so that all runs make the same story
			return err
		}
		story.Points = d.Points
		if err := Import(ctx, story, d.Store, d.Mailbox, d.Bar); err != nil {
			return fmt.Errorf("load the demo's history: %w", err)
		}
		at.Loaded = true
		if err := d.write(at); err != nil {
			return err
		}
	}
	d.Bar.Begin("Playing the last two days", len(story.Live))
	defer d.Bar.End()
	d.Bar.Step(at.Played)
	if err := d.play(ctx, story, story.Returns, at); err != nil {
		return err
	}
	at.Played = max(at.Played, story.Returns)
	if !at.Learned && at.Played == story.Returns {
		if err := d.learn(ctx, story); err != nil {
			return err
		}
		at.Learned = true
		if err := d.write(at); err != nil {
			return err
		}
	}
	return d.play(ctx, story, len(story.Live), at)
}

func (d Demo) learn(ctx context.Context, story Story) error {
	if d.Learn != nil {
		if err := d.Learn(ctx); err != nil {
			return fmt.Errorf("learn from the demo's history: %w", err)
		}
	}
	for _, p := range story.Waiting {
		if err := d.Positions.SavePosition(ctx, p, ""); err != nil {
			return fmt.Errorf("load the demo's customers in journeys: %w", err)
		}
	}
	if d.Advance != nil {
		if err := d.Advance(ctx); err != nil {
			return fmt.Errorf("move the demo's customers in journeys: %w", err)
		}
	}
	return nil
}

// play plays the live events before index to that were not played yet, and stores the
// progress.
func (d Demo) play(ctx context.Context, story Story, to int, at mark) error {
	length := cmp.Or(d.Length, 75*time.Second) * time.Duration(to) / time.Duration(len(story.Live))
	reached := func(next int) error {
		at.Played = next
		return d.write(at)
	}
	if err := Play(ctx, story.Live[:to], at.Played, length, d.Bus, cmp.Or(d.BusName, "default"), reached, d.Bar); err != nil {
		return fmt.Errorf("play the demo: %w", err)
	}
	return nil
}

// read returns the stored progress, or a new one if there is no marker.
func (d Demo) read() (mark, error) {
	content, err := os.ReadFile(d.Marker)
	if errors.Is(err, os.ErrNotExist) {
		return mark{Begun: d.Now().UTC().Truncate(time.Second)}, nil
	}
	if err != nil {
		return mark{}, err
	}
	var at mark
	if err := json.Unmarshal(content, &at); err != nil {
		return mark{}, fmt.Errorf("read %s: %w; remove it and the tables to start again", d.Marker, err)
	}
	return at, nil
}

// write replaces the marker atomically, so that a killed run leaves the old or
// the new one.
func (d Demo) write(at mark) error {
	content, err := json.Marshal(at)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(d.Marker), 0o755); err != nil {
		return err
	}
	fresh := d.Marker + ".new"
	if err := os.WriteFile(fresh, append(content, '\n'), 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, d.Marker)
}
