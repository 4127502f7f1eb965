package redecide

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// List lists the stored inputs; [dynamo.Store] does so.
type List interface {
	AllInputs(context.Context, dynamo.Page, func(dynamo.Inputs) error) (dynamo.Cursor, error)
}

// Count says what became of decisions that were made again.
type Count struct {
	Same, Different, Incomplete int
	Found                       []Difference // the first that are not the same, 20 at most
}

// Total returns how many decisions were made again, or tried.
func (c Count) Total() int { return c.Same + c.Different + c.Incomplete }

// Difference is a decision that is not the same when it is made again.
type Difference struct {
	Customer shop.CustomerID
	Send     shop.SendID
	What     string
}

const (
	mostFound = 20
	onePage   = 200 // decisions in memory at a time
)

// All makes every stored decision again, several at a time, and counts what became of
// them. It calls progress after each page. It uses the same memory for any number.
func (a *Archive) All(ctx context.Context, list List, progress func(Count)) (all Count, err error) {
	var mu sync.Mutex
	note := func(in dynamo.Inputs, again Again, err error) error {
		mu.Lock()
		defer mu.Unlock()
		incomplete := (*Incomplete)(nil)
		what := "differs in " + strings.Join(again.Differs, ", ")
		switch {
		case errors.As(err, &incomplete):
			what = incomplete.Error()
			all.Incomplete++
		case err != nil && errors.Is(err, errRead), ctx.Err() != nil:
			return err
		case err != nil:
			what = err.Error()
			all.Different++
		case len(again.Differs) > 0:
			all.Different++
		default:
			all.Same++
			return nil
		}
		if len(all.Found) < mostFound {
			all.Found = append(all.Found, Difference{in.Customer, in.Send, what})
		}
		return nil
	}
	for page := (dynamo.Page{Limit: onePage}); page.After != dynamo.End; {
		workers, working := errgroup.WithContext(ctx)
		workers.SetLimit(runtime.GOMAXPROCS(0))
		page.After, err = list.AllInputs(ctx, page, func(in dynamo.Inputs) error {
			workers.Go(func() error {
				again, err := a.Again(working, in)
				return note(in, again, err)
			})
			return nil
		})
		if failed := workers.Wait(); err == nil {
			err = failed
		}
		if err != nil {
			return all, err
		}
		progress(all)
	}
	return all, nil
}
