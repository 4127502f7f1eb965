package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"regulars/infra/demo"
	"regulars/infra/local/aws"
	"regulars/infra/local/cloud"
	"regulars/infra/local/poll"
	"regulars/infra/local/template"
	"regulars/infra/opentables"
)

// Times that a trial shortens, so that waits that take a quarter of an hour on AWS
// end within it. Both stay longer than a function can run.
const (
	visibility = 40 * time.Second // of a message whose function died; 180 s and more in the template
	watchFor   = 45 * time.Second // before a dead worker's claim is given up; 15 minutes on AWS
	ticking    = 5 * time.Second  // between two ticks of settle, in addition to its own each minute
	tail       = 20 * time.Second // how long faults go on after the last order
)

// system is the local cloud that a trial runs in.
type system struct {
	*cloud.Running
	trial   trial
	events  *hearsay
	killer  *killer
	readers *readers
	began   time.Time
	out     io.Writer

	redriven map[string]bool // dead-letter queues that were redriven
	dead     int             // their messages
	waits    atomic.Int64    // sends that were open when last counted
}

// run plays the trial, prints its result, and returns how many promises were broken.
func (t trial) run(ctx context.Context, out io.Writer) (breaches int, err error) {
	root, err := os.Getwd()
	if err != nil {
		return 0, err
	}
	h := &system{trial: t, out: out, began: time.Now(), redriven: map[string]bool{}}
	fmt.Fprintf(out, "%d orders, seed %d; state in %s\n", t.orders, t.seed, t.dir)
	h.Running, err = cloud.Temporary{
		Root: root, Dir: t.dir, Edit: shorten, Out: out,
		Shop: func(folder string) error { return writeShop(filepath.Join(root, "infra", "shop"), folder, t.calm) },
		Trial: cloud.Trial{
			Front:  front(t.faults),
			Source: func(s poll.Source) poll.Source { return forgetful{s, t.faults} },
			Events: func(b aws.Bus) aws.Bus {
				h.events = &hearsay{Bus: b, faults: t.faults, seed: t.seed}
				return h.events
			},
			Keep: 20*t.orders + 2*t.customers + 10_000,
		},
	}.Start(ctx)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(out, "pages to look at while it runs: %s/\n", h.Settings.Endpoint())
	used := newMemory()
	watching, seen := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { used.watch(watching) })
	played, err := h.playWithFaults(ctx)
	if err == nil {
		err = h.drain(ctx)
	}
	seen()
	watch.Wait()
	late := errors.Is(err, errNotDrained)
	if err != nil && !late {
		return 0, errors.Join(err, h.End())
	}
	count, errCount := h.count(ctx, played)
	if err := errors.Join(errCount, h.End()); err != nil {
		return 0, err
	}
	count.print(out)
	used.print(out)
	return len(count.breaches), nil
}

// shorten reduces the waits of the template that would outlast the trial.
func shorten(t *template.Template) {
	for i := range t.Queues {
		q := &t.Queues[i]
		q.Visibility = min(q.Visibility, visibility)
	}
	for _, f := range t.Functions {
		if f.Code == "functions/send" {
			f.Env["WATCH_FOR"] = watchFor.String()
		}
	}
}

// playWithFaults plays the orders while faults are injected, then ends the
// faults. It returns the events that were played.
func (h *system) playWithFaults(ctx context.Context) (story, error) {
	before, err := demo.Tell(time.Now())
	if err != nil {
		return story{}, err
	}
	mailboxes, err := opentables.LocalMailboxKey(ctx, h.Settings.Endpoint())
	if err != nil {
		return story{}, err
	}
	if err := demo.Import(ctx, before, h.Store, mailboxes.Mailbox, nil); err != nil {
		return story{}, fmt.Errorf("load the year before: %w", err)
	}
	if err := h.Scheduled(ctx, h.Template, "functions/learn"); err != nil {
		return story{}, err
	}
	if err := h.addCustomers(ctx, before, mailboxes.Mailbox); err != nil {
		return story{}, err
	}
	of := runs
	if h.trial.calm {
		of = calmRuns
	} else {
		h.trial.faults.resume()
	}
	played, err := newStory(time.Now().UTC(), h.trial.orders, h.trial.length, of)
	if err != nil {
		return story{}, err
	}
	h.killer = &killer{host: h.Functions(), faults: h.trial.faults, every: h.trial.killing, kills: map[string]int{}}
	h.readers = &readers{mail: h.Mail(), faults: h.trial.faults, every: h.trial.clicks, optOuts: map[string]time.Time{}}
	var working sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer working.Wait()
	defer cancel()
	working.Go(func() { h.killer.run(ctx) })
	working.Go(func() { h.readers.run(ctx) })
	working.Go(func() { h.tick(ctx) })
	phase := "faults"
	if h.trial.calm {
		phase = "playing"
	}
	working.Go(func() { h.report(ctx, phase) })

	busName := h.Template.Parameters["EventBusName"]
	if err := demo.Play(ctx, played.events, 0, h.trial.length, h.Events, busName, func(int) error { return nil }, nil); err != nil {
		return story{}, err
	}
	h.say("played %d events: %d orders of %d customers, %d returns, %d runs", len(played.events), len(played.orders), played.customers, played.returns, played.runs)
	select {
	case <-ctx.Done():
		return story{}, ctx.Err()
	case <-time.After(tail):
	}
	h.trial.faults.heal()
	return played, nil
}

// tick invokes settle's tick more often than on AWS.
func (h *system) tick(ctx context.Context) {
	for _, s := range h.Template.Schedules {
		for _, f := range h.Template.Functions {
			if s.Target.ARN != f.ARN || f.Code != "functions/settle" {
				continue
			}
			for ctx.Err() == nil {
				_, _ = h.Functions().Invoke(ctx, f.Name, []byte(s.Target.Input), "") // if it fails, the next tick does the work
				select {
				case <-ctx.Done():
				case <-time.After(ticking):
				}
			}
		}
	}
}

func (h *system) say(format string, args ...any) {
	fmt.Fprintf(h.out, "%4.0f s  %s\n", time.Since(h.began).Seconds(), fmt.Sprintf(format, args...))
}
