package lambda

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"regulars/infra/local/aws"
	"regulars/infra/local/child"
	"regulars/infra/local/trail"
)

const region = aws.Region

// function holds the configuration and the processes of one function.
type function struct {
	Config
	host   *Host
	log    *logFile
	starts atomic.Int64
	tokens chan struct{} // holds one token for each running call; its capacity limits them

	mu             sync.Mutex
	idle           []*process // the process used last is last
	all            map[*process]bool
	busy           int
	stats          stats
	lastStartError string // the last failed start that was logged
}

func newFunction(h *Host, config Config, log *logFile) *function {
	return &function{
		Config: config, host: h, log: log,
		tokens: make(chan struct{}, h.options.MaxProcesses), all: map[*process]bool{},
	}
}

// request is the input of one call.
type request struct {
	id, trace string
	payload   []byte
	attempt   int  // of an asynchronous event, from 1; otherwise 0
	tail      bool // the caller wants the end of the output: wait tailLag for it
}

// tailLag is the time that a process's last output may take to arrive.
const tailLag = 5 * time.Millisecond

// invoke runs the function once, in a warm process or a new one.
func (f *function) invoke(ctx context.Context, r request) (aws.Invocation, error) {
	if err := f.enter(ctx); err != nil {
		return aws.Invocation{}, fmt.Errorf("invoke %s: %w", f.Name, err)
	}
	defer f.leave()
	if aws.Root(r.trace) == "" {
		r.trace = aws.NewTrace(f.host.options.Now())
	}
	if !strings.Contains(r.trace, "=") {
		r.trace = "Root=" + r.trace
	}
	root := aws.Root(r.trace)
	f.record(trail.Step{At: f.host.options.Now(), Trace: root, Kind: "invoked", Name: f.Name, ID: r.id, Attempt: r.attempt})
	result := f.run(r)
	step := trail.Step{At: f.host.options.Now(), Trace: root, Kind: "answered", Name: f.Name, ID: r.id, Attempt: r.attempt, Took: result.Took, Cold: result.Cold}
	if result.Failure != "" {
		step.Outcome = result.Failure
		step.Detail = errorText(result.Payload)
	}
	f.record(step)
	return result, nil
}

func (f *function) record(step trail.Step) {
	if f.host.options.Trail != nil {
		f.host.options.Trail.Record(step)
	}
}

// enter counts a call that begins. It returns [aws.ErrThrottled] if the
// reserved or the account's concurrency is used up, and waits if the function
// already runs MaxProcesses processes.
func (f *function) enter(ctx context.Context) error {
	f.mu.Lock()
	if f.Reserved >= 0 && f.busy >= f.Reserved || f.host.busy.Load() >= accountConcurrency {
		f.stats.Throttled++
		f.mu.Unlock()
		return aws.ErrThrottled
	}
	f.busy++
	f.host.busy.Add(1)
	f.mu.Unlock()
	select {
	case f.tokens <- struct{}{}:
		return nil
	case <-ctx.Done():
		f.uncount()
		return ctx.Err()
	case <-f.host.stopping:
		f.uncount()
		return aws.ErrStopping
	}
}

func (f *function) leave() {
	<-f.tokens
	f.uncount()
}

func (f *function) uncount() {
	f.mu.Lock()
	f.busy--
	f.host.busy.Add(-1)
	f.mu.Unlock()
}

// run gives one event to a process and waits for the result.
func (f *function) run(r request) aws.Invocation {
	id := r.id
	for {
		p, cold, failure := f.process(id)
		if failure != nil {
			return *failure
		}
		c := &call{request: r, taken: make(chan time.Time, 1), answer: make(chan answer, 1)}
		select {
		case p.incoming <- c:
			return f.await(p, c, cold)
		case <-p.exited: // a warm process that ended while it was idle: use another one
			f.forget(p)
			if cold {
				return f.failedStart(id, p, errorJSON("Runtime.ExitError", "RequestId: "+id+" Error: Runtime exited: "+p.exitStatus))
			}
		case <-time.After(f.Timeout):
			p.kill()
			f.forget(p)
			return f.failedStart(id, p, errorJSON("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: the process did not request an event within %v", id, f.Timeout)))
		}
	}
}

// process returns the warm process that was used last, or a new one that is
// ready. If a new one cannot start, it returns the failed result of the call.
func (f *function) process(id string) (p *process, cold bool, failure *aws.Invocation) {
	f.mu.Lock()
	for n := len(f.idle); n > 0; n = len(f.idle) {
		p, f.idle = f.idle[n-1], f.idle[:n-1]
		if child.Ended(p.cmd) {
			delete(f.all, p)
			continue
		}
		f.mu.Unlock()
		return p, false, nil
	}
	f.mu.Unlock()
	p, err := f.launch()
	if err != nil {
		result := f.failedStart(id, nil, errorJSON("Runtime.InvalidEntrypoint", fmt.Sprintf("RequestId: %s Error: %v", id, err)))
		return nil, true, &result
	}
	f.mu.Lock()
	f.all[p] = true
	f.mu.Unlock()
	var initError []byte
	select {
	case <-p.ready:
		f.mu.Lock()
		f.stats.Start.add(time.Since(p.since))
		f.lastStartError = ""
		f.mu.Unlock()
		return p, true, nil
	case initError = <-p.initError:
	case <-p.exited:
		initError = errorJSON("Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: Runtime exited: %s", id, p.exitStatus))
		select {
		case initError = <-p.initError:
		default:
		}
	case <-time.After(initLimit):
		initError = errorJSON("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: did not start within %v", id, initLimit))
	}
	p.kill()
	f.forget(p)
	result := f.failedStart(id, p, initError)
	return nil, true, &result
}

// failedStart returns the result of a call whose process did not start. It
// writes the failure to the program's log, unless the last one was the same:
// the retries of a queue must not repeat it.
func (f *function) failedStart(id string, p *process, failure []byte) aws.Invocation {
	result := aws.Invocation{RequestID: id, Payload: failure, Failure: "Unhandled", Cold: true}
	if p != nil {
		result.Log, result.Took = p.out.tail(), time.Since(p.since)
	}
	text := strings.ReplaceAll(errorText(failure), "RequestId: "+id+" Error: ", "")
	f.log.platform("INIT_FAILURE RequestId: %s %s", id, text)
	f.mu.Lock()
	logged := f.lastStartError == text
	f.lastStartError = text
	f.stats.Calls++
	f.stats.failed(text, f.host.options.Now().UTC())
	f.mu.Unlock()
	if !logged {
		f.host.options.Log.Error("function cannot start", "function", f.Name, "reason", text,
			"output", lastLine(result.Log), "log", f.log.path)
	}
	return result
}

// await waits for the result of a call that a process has accepted.
func (f *function) await(p *process, c *call, cold bool) aws.Invocation {
	began := <-c.taken
	limit := time.NewTimer(time.Until(began.Add(f.Timeout)))
	defer limit.Stop()
	result := aws.Invocation{RequestID: c.id, Cold: cold}
	reuse := false
	select {
	case a := <-c.answer:
		result.Payload, reuse = a.payload, true
		if a.failed {
			result.Failure = "Handled"
		}
	case <-p.exited:
		result.Failure = "Unhandled"
		result.Payload = errorJSON("Runtime.ExitError", fmt.Sprintf("RequestId: %s Error: Runtime exited with error: %s", c.id, p.exitStatus))
	case <-limit.C:
		p.kill()
		result.Failure = "TimedOut"
		result.Payload = errorJSON("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: Task timed out after %.2f seconds", c.id, f.Timeout.Seconds()))
	}
	result.Took = time.Since(began)
	if c.tail && reuse { // the output of a process that has ended is complete
		time.Sleep(tailLag)
	}
	result.Log = p.out.tail()
	f.report(c.id, p, result)
	if reuse {
		f.giveBack(p)
	} else {
		f.forget(p)
	}
	return result
}

// report writes the REPORT line of a call to the function's log and updates the
// statistics.
func (f *function) report(id string, p *process, result aws.Invocation) {
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	line := fmt.Sprintf("REPORT RequestId: %s Duration: %.2f ms Memory Size: %d MB", id, ms(result.Took), f.MemoryMB)
	if result.Failure != "" {
		f.log.platform("%s %s", id, errorText(result.Payload))
		line += " Status: " + result.Failure
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats.Calls++
	switch {
	case result.Failure != "":
		f.stats.failed(errorText(result.Payload), f.host.options.Now().UTC())
	case result.Cold:
		f.stats.Cold.add(time.Since(p.since))
		line += fmt.Sprintf(" Cold Duration: %.2f ms", ms(time.Since(p.since)))
	default:
		f.stats.Warm.add(result.Took)
	}
	f.log.platform("%s", line)
}

func (f *function) giveBack(p *process) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p.used = time.Now()
	f.idle = append(f.idle, p)
}

func (f *function) forget(p *process) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, p)
}

// endIdle ends the processes that were last used before the given time.
func (f *function) endIdle(before time.Time) {
	f.mu.Lock()
	var old []*process
	for len(f.idle) > 0 && f.idle[0].used.Before(before) {
		old = append(old, f.idle[0])
		delete(f.all, f.idle[0])
		f.idle = f.idle[1:]
	}
	f.mu.Unlock()
	for _, p := range old {
		p.kill()
	}
}

// endAll ends every process, idle or not, and closes the log.
func (f *function) endAll() {
	f.mu.Lock()
	var all []*process
	for p := range f.all {
		all = append(all, p)
	}
	f.idle, f.all = nil, map[*process]bool{}
	f.mu.Unlock()
	for _, p := range all {
		p.kill()
	}
	f.log.close()
}

// throttled reports whether a call was not run because the concurrency is used
// up.
func throttled(err error) bool { return errors.Is(err, aws.ErrThrottled) }
