package past

import (
	"context"
	"errors"

	"regulars/infra/ops/importer/shape"
	"regulars/infra/ops/importer/spool"
	"regulars/shared/dynamo"
)

// plan is what a group changes, before anything of it is written.
type plan struct {
	pasts []dynamo.Past
	other bool // it changes something besides
}

// Groups writes several groups and calls done with the result of each and how
// many items it had.
//
// It reads all of them at once, plans each, and saves those together that change
// one customer's past and nothing else, which are nearly all. After a conflict,
// and if a group changes more, it reads and writes the group alone.
func (w Writer) Groups(ctx context.Context, groups []spool.Group, done func(r Result, items int)) error {
	alone := func(from tables, g spool.Group) error {
		r, err := w.group(ctx, from, g)
		if errors.Is(err, dynamo.ErrUnreadable) {
			r, err = unreadable(g), nil
		}
		if err == nil {
			done(r, len(g.Items))
		}
		return err
	}
	read, err := w.readAhead(ctx, groups)
	if errors.Is(err, dynamo.ErrUnreadable) { // an order of one of them
		for _, g := range groups {
			if err := alone(w.Store, g); err != nil {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	var pasts []dynamo.Past
	var planned []spool.Group
	var results []Result
	for _, g := range groups {
		if g.Items[0].Product != nil {
			if err := alone(read, g); err != nil {
				return err
			}
			continue
		}
		p, r, err := w.planned(ctx, read, g)
		switch {
		case errors.Is(err, dynamo.ErrUnreadable):
			done(unreadable(g), len(g.Items))
		case err != nil:
			return err
		case !w.Apply, !p.other && len(p.pasts) == 0:
			done(r, len(g.Items))
		case p.other || len(p.pasts) > 1:
			if err := alone(read, g); err != nil {
				return err
			}
		default:
			pasts, planned, results = append(pasts, p.pasts[0]), append(planned, g), append(results, r)
		}
	}
	left, err := w.Store.SavePasts(ctx, pasts)
	if err != nil {
		return err
	}
	again := map[int]bool{}
	for _, i := range left {
		again[i] = true
	}
	for i, g := range planned {
		if !again[i] {
			done(results[i], len(g.Items))
		} else if err := alone(w.Store, g); err != nil {
			return err
		}
	}
	return nil
}

// unreadable returns the result of a group of which something that is stored cannot be
// read: it stays as it is.
func unreadable(g spool.Group) (r Result) {
	for _, item := range g.Items {
		kind := shape.Orders
		switch {
		case item.Contact != nil:
			kind = shape.Contacts
		case item.Suppress != nil:
			kind = shape.Suppressed
		}
		r.count(kind, Refused, 1)
		r.Refused = append(r.Refused, Refusal{item, "what is stored of the customer or the order cannot be read, and stays as it is; docs/runbooks/unreadable-rows.md says what to do"})
	}
	return r
}

// planned returns what the group changes and what will become of its items. It
// writes nothing.
func (w Writer) planned(ctx context.Context, read ahead, g spool.Group) (p plan, r Result, err error) {
	w.Apply, w.plan = false, &p
	r, err = w.group(ctx, read, g)
	return p, r, err
}

// writes reports whether a change is to be written now that is no past of one
// customer. A plan notes that there is one.
func (w Writer) writes() bool {
	if w.plan != nil {
		w.plan.other = true
	}
	return w.Apply
}
