package lambda

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/child"
	"regulars/infra/local/trail"
)

// Limits. Those of AWS are the defaults of a new account.
const (
	accountConcurrency = 1000
	initLimit          = 10 * time.Second
	payloadLimit       = 6 << 20   // bytes, of a call that is waited for and of its answer
	asyncLimit         = 1_048_576 // bytes, of an event that nobody waits for
)

// Config is one function.
type Config struct {
	ID       string // in the template; its function URL and its log are named so
	Name     string // what callers name
	ARN      string
	Binary   string // the built program
	Handler  string
	Timeout  time.Duration
	MemoryMB int
	Reserved int // concurrency; -1 for none reserved
	Env      map[string]string

	LogFormat, LogLevel string // "Text" or "JSON", and a level or nothing

	Retries     int           // of an event that nobody waits for, after the first attempt
	MaxAge      time.Duration // after which such an event is given up
	OnFailure   string        // ARN of a queue or function that gets what was given up
	DeadLetters bool          // OnFailure gets the bare event

	URL, SignedURL, Streams bool // see template.Function
}

// Options is what a Host needs beside its functions.
type Options struct {
	Endpoint     string                          // of the local cloud: AWS_ENDPOINT_URL
	DynamoDB     string                          // AWS_ENDPOINT_URL_DYNAMODB
	LogDir       string                          // gets one file a function
	MaxProcesses int                             // of one function at a time; more calls wait. 0: 10
	IdleFor      time.Duration                   // before a warm process is ended. 0: 5 minutes
	RetryAfter   func(attempt int) time.Duration // of async events; nil: 1, then 2 minutes, as on AWS
	Queue        aws.Queue                       // for OnFailure; may be nil where no function has one
	Trail        trail.Recorder
	Log          *slog.Logger
	Now          func() time.Time // nil: the clock
}

// Host runs functions. It is an [aws.Invoker] and serves Lambda's HTTP API.
type Host struct {
	options   Options
	functions map[string]*function // by name, ID and ARN
	order     []*function
	busy      atomic.Int64 // processes at work, of all functions
	events    *events
	calls     sync.WaitGroup
	stopping  chan struct{}
	stop      sync.Once
	mu        sync.Mutex // of stopped, against calls that begin meanwhile
	stopped   bool
}

// New returns a host whose functions are started when they are called. Events
// that nobody waits for are kept in db until they have been worked on. New
// fails where the folder for logs cannot be written, or db not be read.
func New(db *bbolt.DB, functions []Config, options Options) (*Host, error) {
	if options.MaxProcesses == 0 {
		options.MaxProcesses = 10
	}
	if options.IdleFor == 0 {
		options.IdleFor = 5 * time.Minute
	}
	if options.RetryAfter == nil {
		options.RetryAfter = func(attempt int) time.Duration { return time.Duration(attempt) * time.Minute }
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	h := &Host{options: options, functions: map[string]*function{}, stopping: make(chan struct{})}
	for _, config := range functions {
		log, err := openLog(filepath.Join(options.LogDir, config.ID+".log"))
		if err != nil {
			return nil, fmt.Errorf("log of function %s: %w", config.ID, err)
		}
		f := newFunction(h, config, log)
		h.order = append(h.order, f)
		for _, key := range []string{config.Name, config.ID, config.ARN} {
			h.functions[key] = f
		}
	}
	var err error
	if h.events, err = openEvents(h, db); err != nil {
		return nil, err
	}
	go h.sweep()
	return h, nil
}

// Start begins to work on stored events. What they call must be there.
func (h *Host) Start() { h.events.start() }

// Invoke runs a function once and waits for its end; see [aws.Invoker]. A
// context that ends while the call waits for a process ends the waiting; a
// call that has begun goes on to its own end.
func (h *Host) Invoke(ctx context.Context, name string, payload []byte, trace string) (aws.Invocation, error) {
	return h.invoke(ctx, name, request{id: aws.NewID(), payload: payload, trace: trace})
}

func (h *Host) invoke(ctx context.Context, name string, r request) (aws.Invocation, error) {
	f := h.find(name)
	if f == nil {
		return aws.Invocation{}, fmt.Errorf("invoke %s: %w", name, aws.ErrUnknownFunction)
	}
	if !h.begin() {
		return aws.Invocation{}, fmt.Errorf("invoke %s: %w", name, aws.ErrStopping)
	}
	defer h.calls.Done()
	return f.invoke(ctx, r)
}

// begin counts a call, unless the host is stopping.
func (h *Host) begin() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return false
	}
	h.calls.Add(1)
	return true
}

// find returns a function by its name, ID, ARN or partial ARN, with or without
// a qualifier; nil where there is none.
func (h *Host) find(name string) *function {
	if f := h.functions[name]; f != nil {
		return f
	}
	parts := strings.Split(name, ":")
	if i := slices.Index(parts, "function"); i >= 0 && i+1 < len(parts) {
		return h.functions[parts[i+1]]
	}
	return h.functions[parts[0]]
}

// Victim is a process that can be killed.
type Victim struct {
	Function string
	Busy     bool // it is at work on a call
}

// Kill ends one of the functions' processes with SIGKILL, at once, wherever it
// is: the one that choose names by its place in the list, which is in no
// particular order and not empty. It reports which it was, and false where no
// process runs. What was at work fails as when the process had died by itself.
func (h *Host) Kill(choose func([]Victim) int) (Victim, bool) {
	var all []*process
	var list []Victim
	for _, f := range h.order {
		f.mu.Lock()
		for p := range f.all {
			all = append(all, p)
			list = append(list, Victim{f.Name, !slices.Contains(f.idle, p)})
		}
		f.mu.Unlock()
	}
	if len(all) == 0 {
		return Victim{}, false
	}
	i := choose(list)
	if child.Ended(all[i].cmd) {
		return Victim{}, false
	}
	child.Kill(all[i].cmd) // whoever waits for it hears of its end
	return list[i], true
}

// Close takes no more calls, lets those at work end until the context does, and
// ends every process.
func (h *Host) Close(ctx context.Context) {
	h.stop.Do(func() {
		h.mu.Lock()
		h.stopped = true
		h.mu.Unlock()
		close(h.stopping)
	})
	done := make(chan struct{})
	go func() { h.calls.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	var ended sync.WaitGroup
	for _, f := range h.order {
		ended.Go(f.endAll)
	}
	ended.Wait()
}

// sweep ends processes that have been idle for long.
func (h *Host) sweep() {
	tick := time.NewTicker(h.options.IdleFor / 4)
	defer tick.Stop()
	for {
		select {
		case <-h.stopping:
			return
		case <-tick.C:
			for _, f := range h.order {
				f.endIdle(time.Now().Add(-h.options.IdleFor))
			}
		}
	}
}
