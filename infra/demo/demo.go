package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"regulars/shared/points"
)

// Demo fills a shop and plays to it, once.
type Demo struct {
	Store   HistoryWriter
	Bus     EventPutter
	BusName string        // "default" where empty
	Marker  string        // the file that remembers where the demo stands, such as "var/demo.json"
	Length  time.Duration // of playing all live events; 75 seconds where zero
	Bar     *Bar
	Now     func() time.Time
	Points  points.Scheme // of the shop's files

	// Loaded, where set, is called after the history was written and before the
	// first live event: the time to let learn work.
	Loaded func(context.Context) error
}

// mark is where a demo stands. Begun is kept so that a later run tells the same
// story: an order that was placed at another time would be another order.
type mark struct {
	Begun  time.Time `json:"begun"`
	Loaded bool      `json:"loaded"`
	Played int       `json:"played"` // live events
}

// Run loads the history and plays the live events, or whatever of both earlier
// runs have not done; once all is done it does nothing. When it is killed, the
// next run emits at most one batch twice, which changes nothing.
//
// Whoever empties the tables must remove the marker too.
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
		if err := d.write(at); err != nil { // before the first row is written: all runs tell one story
			return err
		}
		story.Points = d.Points
		if err := Import(ctx, story, d.Store, d.Bar); err != nil {
			return fmt.Errorf("load the demo's history: %w", err)
		}
		if d.Loaded != nil {
			if err := d.Loaded(ctx); err != nil {
				return fmt.Errorf("after the demo's history was loaded: %w", err)
			}
		}
		at.Loaded = true
		if err := d.write(at); err != nil {
			return err
		}
	}
	length, busName := d.Length, d.BusName
	if length == 0 {
		length = 75 * time.Second
	}
	if busName == "" {
		busName = "default"
	}
	reached := func(next int) error {
		at.Played = next
		return d.write(at)
	}
	if err := Play(ctx, story.Live, at.Played, length, d.Bus, busName, reached, d.Bar); err != nil {
		return fmt.Errorf("play the demo: %w", err)
	}
	return nil
}

// read returns where the demo stands; where there is no marker, at its beginning.
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
		return mark{}, fmt.Errorf("read %s: %w; remove it, and the tables with it, to begin anew", d.Marker, err)
	}
	return at, nil
}

// write replaces the marker in one step, so that a kill leaves the old or the
// new one.
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
