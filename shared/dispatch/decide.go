package dispatch

import (
	"context"
	"maps"
	"slices"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/recommend"
)

// decided is a decision that is not stored yet.
type decided struct {
	decide.Decision
	made   decide.Made  // with what it was made from
	merged []claim.Send // the ends of the sends that the message speaks for as well

	revs   revs // of what it was made from
	listed bool // the intent is on the contact's waiting list
}

// decide decides the intent. If the message may be sent, it is compared with
// its rivals. again says that a rival was sent first just now, so that
// everything has to be read again.
func (w *work) decide(ctx context.Context, in prepared) (d decided, again bool, err error) {
	d = decided{revs: in.revs, listed: in.listed}
	if err := d.make(decide.Made{Now: w.Now(), Snapshot: in.snapshot, Intent: w.intent, Config: w.config}); err != nil {
		return decided{}, false, err
	}
	w.intent = d.Send.Intent // a cart may have changed since it was raised
	if d.Send.State != claim.Sending {
		return d, false, nil
	}
	if d, again, err = w.compete(ctx, in.snapshot, d); err != nil || again || d.Send.State != claim.Sending {
		return d, again, err
	}
	again, err = w.outdated(ctx, d)
	return d, again, err
}

// mostOutdated is how often an intent is decided again because the rows that were kept
// in memory were out of date. For the last time all rows are read, as without a memory.
const mostOutdated = 2

// outdated reports whether a product that the message names has changed in the catalogue
// since its row was read, so that the intent has to be decided again.
func (w *work) outdated(ctx context.Context, d decided) (bool, error) {
	catalogue := w.Reader.Catalogue
	if catalogue == nil || w.outdatedRows == mostOutdated {
		return false, nil
	}
	items, model := d.made.Snapshot.Items, w.config.Model
	var rows []recommend.Item
	for _, id := range d.Names {
		if row, ok := items[id]; ok {
			rows = append(rows, row)
		}
	}
	changed, err := catalogue.Changed(ctx, model, rows)
	if err != nil || !changed {
		return false, err
	}
	if w.outdatedRows++; w.outdatedRows == mostOutdated {
		catalogue.Forget(model, slices.Collect(maps.Keys(items))...)
	}
	return true, nil
}

// make makes the decision from the inputs, and keeps both.
func (d *decided) make(from decide.Made) (err error) {
	from.Decision, err = from.Again()
	d.made, d.Decision = from, from.Decision
	return err
}
