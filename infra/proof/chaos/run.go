package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"regulars/infra/demo"
	"regulars/infra/local/aws"
	"regulars/infra/local/cloud"
	"regulars/infra/local/dynamodb"
	"regulars/infra/local/poll"
	"regulars/infra/local/template"
	"regulars/infra/opentables"
	"regulars/shared/dynamo"
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
	*cloud.Cloud
	trial    trial
	settings cloud.Settings
	template *template.Template
	store    *dynamo.Store // without injected faults
	events   *hearsay
	killer   *killer
	readers  *readers
	began    time.Time
	out      io.Writer

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
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = listener.Close() }()
	h := &system{trial: t, out: out, began: time.Now(), redriven: map[string]bool{}}
	h.settings = cloud.Settings{Port: listener.Addr().(*net.TCPAddr).Port, Var: t.dir, Trial: cloud.Trial{
		Front:  front(t.faults),
		Source: func(s poll.Source) poll.Source { return forgetful{s, t.faults} },
		Events: func(b aws.Bus) aws.Bus {
			h.events = &hearsay{Bus: b, faults: t.faults, seed: t.seed}
			return h.events
		},
		Keep: 20*t.orders + 10_000,
	}}
	fmt.Fprintf(out, "%d orders, seed %d; state in %s; pages to look at while it runs: %s/\n", t.orders, t.seed, t.dir, h.settings.Endpoint())
	end, err := h.start(ctx, root, listener)
	if err != nil {
		return 0, err
	}
	played, err := h.playWithFaults(ctx)
	if err == nil {
		err = h.drain(ctx)
	}
	late := errors.Is(err, errNotDrained)
	if err != nil && !late {
		return 0, errors.Join(err, end())
	}
	count, errCount := h.count(ctx, played)
	if err := errors.Join(errCount, end()); err != nil {
		return 0, err
	}
	count.print(out)
	return len(count.breaches), nil
}

// start starts the cloud with the shop's policy published and a year of orders
// imported. It returns the function that stops the cloud.
func (h *system) start(ctx context.Context, root string, listener net.Listener) (end func() error, err error) {
	release, err := cloud.Lock(h.trial.dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			release()
		}
	}()
	if h.template, err = cloud.ReadTemplate(root, h.settings); err != nil {
		return nil, err
	}
	h.shorten()
	bin := filepath.Join(h.trial.dir, "bin")
	if err := os.MkdirAll(filepath.Join(h.trial.dir, "log"), 0o755); err != nil {
		return nil, err
	}
	logFile, err := os.Create(filepath.Join(h.trial.dir, "log", "cloud.log"))
	if err != nil {
		return nil, err
	}
	log := cloud.Logger(logFile)
	binaries, err := cloud.Build(ctx, root, bin, h.template.Functions, h.out)
	if err != nil {
		return nil, err
	}
	dynamoDB, engine, err := cloud.StartTables(ctx, root, h.settings, h.template, h.out)
	if err != nil {
		if engine != nil {
			engine.Stop()
		}
		return nil, err
	}
	stop := func() error { engine.Stop(); return logFile.Close() }
	fail := func(err error) (func() error, error) { return nil, errors.Join(err, stop()) }
	files := filepath.Join(h.trial.dir, "shop")
	if err := writeShop(filepath.Join(root, "infra", "shop"), files); err != nil {
		return fail(err)
	}
	names := cloud.StoreTables(h.template)
	published, err := cloud.Publish(ctx, bin, files, dynamoDB, names)
	if err != nil {
		return fail(err)
	}
	fmt.Fprintln(h.out, published)
	h.store = dynamo.New(dynamodb.NewClient(dynamoDB), names)
	if h.Cloud, err = cloud.Open(h.settings, h.template, binaries, dynamoDB, log); err != nil {
		return fail(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended, ready := make(chan error, 1), make(chan struct{})
	go func() { ended <- h.Run(ctx, listener, func() { close(ready) }, log) }()
	select {
	case <-ready:
	case err := <-ended:
		cancel()
		h.Close()
		return fail(err)
	}
	return sync.OnceValue(func() error {
		cancel()
		err := <-ended
		h.Close()
		defer release()
		return errors.Join(err, stop())
	}), nil
}

// shorten reduces the waits of the template that would outlast the trial.
func (h *system) shorten() {
	for i := range h.template.Queues {
		q := &h.template.Queues[i]
		q.Visibility = min(q.Visibility, visibility)
	}
	for _, f := range h.template.Functions {
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
	mailboxes, err := opentables.LocalMailboxKey(ctx, h.settings.Endpoint())
	if err != nil {
		return story{}, err
	}
	if err := demo.Import(ctx, before, h.store, mailboxes.Mailbox, nil); err != nil {
		return story{}, fmt.Errorf("load the year before: %w", err)
	}
	if err := h.Learn(ctx, h.template); err != nil {
		return story{}, err
	}
	h.trial.faults.resume()

	played, err := newStory(time.Now().UTC(), h.trial.orders, h.trial.length)
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
	working.Go(func() { h.report(ctx, "faults") })

	bus := eventbridge.New(eventbridge.Options{
		Region: aws.Region, BaseEndpoint: awssdk.String(h.settings.Endpoint()),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		HTTPClient:  &http.Client{Timeout: 30 * time.Second},
		Retryer:     retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 10 }),
	})
	busName := h.template.Parameters["EventBusName"]
	if err := demo.Play(ctx, played.events, 0, h.trial.length, bus, busName, func(int) error { return nil }, nil); err != nil {
		return story{}, err
	}
	h.say("played %d events: %d orders of %d customers, %d returns, %d runs", len(played.events), len(played.orders), played.customers, played.returns, len(runs))
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
	for _, s := range h.template.Schedules {
		for _, f := range h.template.Functions {
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
