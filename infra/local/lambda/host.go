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

// Limits, as AWS has them by default.
const (
	accountConcurrency = 1000
	initLimit          = 10 * time.Second
	payloadLimit       = 6 << 20   // bytes, of the payload of a synchronous call and of its answer
	asyncLimit         = 1_048_576 // bytes, of the payload of an asynchronous call
)

// Config is the configuration of one function.
type Config struct {
	ID       string // logical ID in the template; names its function URL and its log
	Name     string // function name
	ARN      string
	Binary   string          // path of the program
	Built    <-chan struct{} // closed when the program is built; nil: it is
	Handler  string
	Timeout  time.Duration
	MemoryMB int
	Reserved int // reserved concurrency; -1: none
	Env      map[string]string

	LogFormat, LogLevel string // "Text" or "JSON"; a level or ""

	Retries     int           // of an asynchronous event, after the first attempt
	MaxAge      time.Duration // of an asynchronous event, before it is given up; 0: no limit
	OnFailure   string        // ARN of the queue or function that receives events given up; may be ""
	DeadLetters bool          // OnFailure receives the event alone, without an invocation record

	URL, SignedURL, Streams bool // see template.Function
}

// Options are the settings of a Host that all functions share.
type Options struct {
	Endpoint     string                          // of the local cloud: AWS_ENDPOINT_URL
	DynamoDB     string                          // AWS_ENDPOINT_URL_DYNAMODB; may be ""
	LogDir       string                          // folder for the logs, one file per function
	MaxProcesses int                             // per function; further calls wait. 0: 10
	IdleFor      time.Duration                   // after which an idle process is ended. 0: 5 minutes
	RetryAfter   func(attempt int) time.Duration // of asynchronous events; nil: 1, then 2 minutes, as on AWS
	Queue        aws.Queue                       // for OnFailure; may be nil if no function has one
	Trail        trail.Recorder
	Log          *slog.Logger
	Now          func() time.Time // nil: time.Now
}

// Host runs functions. It implements [aws.Invoker] and serves the Lambda API.
type Host struct {
	options   Options
	functions map[string]*function // by name, ID and ARN
	order     []*function
	busy      atomic.Int64 // calls that run or wait, of all functions
	events    *events
	calls     sync.WaitGroup
	stopping  chan struct{}
	stop      sync.Once
	mu        sync.Mutex // guards stopped: no call begins after Close has set it
	stopped   bool
}

// New returns a host. It starts a function's process when the function is
// called. Asynchronous events are stored in db until they succeed or are given
// up. New fails if it cannot write to LogDir or cannot read db.
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
	go h.endIdle()
	return h, nil
}

// Start begins to work on asynchronous events. Call it when everything that the
// functions use is ready.
func (h *Host) Start() { h.events.start() }

// Invoke runs a function once and waits for the result; see [aws.Invoker]. If
// the context ends while the call waits for a process, Invoke returns. A call
// that has begun runs to its end.
func (h *Host) Invoke(ctx context.Context, name string, payload []byte, trace string) (aws.Invocation, error) {
	return h.invoke(ctx, name, request{id: aws.NewID(), payload: payload, trace: trace})
}

// Built waits until a function's program is built. It fails if there is no such
// function, if the context ends, or if the host stops.
func (h *Host) Built(ctx context.Context, name string) error {
	f := h.find(name)
	if f == nil {
		return fmt.Errorf("wait for %s: %w", name, aws.ErrUnknownFunction)
	}
	if f.Built == nil {
		return nil
	}
	select {
	case <-f.Built:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-h.stopping:
		return aws.ErrStopping
	}
}

func (h *Host) invoke(ctx context.Context, name string, r request) (aws.Invocation, error) {
	f := h.find(name)
	if f == nil {
		return aws.Invocation{}, fmt.Errorf("invoke %s: %w", name, aws.ErrUnknownFunction)
	}
	if err := h.Built(ctx, name); err != nil {
		return aws.Invocation{}, fmt.Errorf("invoke %s: %w", name, err)
	}
	if !h.begin() {
		return aws.Invocation{}, fmt.Errorf("invoke %s: %w", name, aws.ErrStopping)
	}
	defer h.calls.Done()
	return f.invoke(ctx, r)
}

// begin counts a call and returns true, or returns false if the host is
// stopping.
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
// a qualifier; nil if there is none.
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

// Victim is a process that [Host.Kill] can kill.
type Victim struct {
	Function string
	Busy     bool // it runs a call
}

// Kill kills one process of the functions with SIGKILL, for tests. choose gets
// all processes, at least one and in no particular order, and returns the index
// of the one to kill. Kill returns that process, or false if no process runs or
// the chosen one has ended. A call that it runs fails, as after a crash.
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
	child.Kill(all[i].cmd) // its call notices the end by p.exited
	return list[i], true
}

// EndIdle ends the processes that are idle. The next calls start new ones, which read
// again what the old ones kept in memory.
func (h *Host) EndIdle() {
	for _, f := range h.order {
		f.endIdle(time.Now())
	}
}

// Close accepts no more calls, waits until the running calls or the context
// end, and then ends every process.
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

// endIdle ends processes that have been idle for IdleFor, until Close.
func (h *Host) endIdle() {
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
