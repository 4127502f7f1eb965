// Package poll is Lambda's event source mapping for SQS: it takes messages off
// a queue, gives them to a function in batches, and deletes those that the
// function did.
//
// Nothing is decided here that Lambda does not decide the same way:
//
//   - The function succeeds: the batch is deleted, but for the messages that it
//     names in batchItemFailures (with ReportBatchItemFailures).
//   - It fails, is killed, or answers what cannot be read: nothing is deleted.
//   - What is not deleted is received again after its visibility time-out, and
//     after enough receives goes to the dead-letter queue. Neither is done here;
//     both are the queue's.
//
// Polling is in process, so an idle mapping costs nothing, and a message reaches
// its function as soon as it is stored.
package poll

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"regulars/infra/local/aws"
	"regulars/infra/local/queue"
	"regulars/infra/local/trail"
)

// Config is one event source mapping of the template.
type Config struct {
	QueueARN       string
	Function       string        // by its name in the template
	BatchSize      int           // 0: 10; above 10 it needs a Window, as on Lambda; at most 10,000
	Window         time.Duration // how long a batch is gathered; at most 5 min
	MaxConcurrency int           // 0: 2, so that two cores cope; Lambda takes 2 to 1000
	ReportFailures bool          // FunctionResponseTypes has ReportBatchItemFailures
	Disabled       bool
}

// Source is the part of a queue that a mapping needs; [queue.Service] has it.
type Source interface {
	Receive(ctx context.Context, queue string, limit int, wait time.Duration, hidden *time.Duration) ([]queue.Message, error)
	DeleteAll(queue string, handles []string) error
	Hide(queue, handle string, hidden time.Duration) error
}

// Mapping is one running event source mapping.
type Mapping struct {
	Config
	queue   string // the name of it
	source  Source
	invoker aws.Invoker
	trail   trail.Recorder
	log     *slog.Logger
}

// Times of a mapping. Grace is how long running invocations may go on when the
// context is done; pause is how long a worker rests after the local cloud itself
// could not call the function, so that an unknown function does not use up the
// receives of a whole queue in a second.
const (
	Grace = 5 * time.Second
	pause = time.Second
	wait  = 20 * time.Second
)

// New checks a mapping. Run starts it.
func New(c Config, source Source, invoker aws.Invoker, recorder trail.Recorder, log *slog.Logger) (*Mapping, error) {
	if c.BatchSize == 0 {
		c.BatchSize = 10
	}
	if c.MaxConcurrency == 0 {
		c.MaxConcurrency = 2
	}
	m := &Mapping{Config: c, queue: queue.NameOf(c.QueueARN), source: source, invoker: invoker, trail: recorder, log: log}
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("event source %s of function %q: "+format, append([]any{c.QueueARN, c.Function}, args...)...))
	}
	if m.queue == "" {
		fault("the source is not the ARN of a queue of the local cloud")
	}
	if c.Function == "" {
		fault("it has no function")
	}
	if c.BatchSize < 1 || c.BatchSize > 10_000 {
		fault("batch size %d is not within 1 and 10000", c.BatchSize)
	}
	if c.BatchSize > 10 && c.Window < time.Second {
		fault("batch size %d needs MaximumBatchingWindowInSeconds of at least 1", c.BatchSize)
	}
	if c.Window < 0 || c.Window > 5*time.Minute {
		fault("batching window %v is not within 0 and 5m", c.Window)
	}
	if c.MaxConcurrency < 1 || c.MaxConcurrency > 1000 {
		fault("maximum concurrency %d is not within 1 and 1000", c.MaxConcurrency)
	}
	return m, errors.Join(faults...)
}

// Run polls until the context is done. Then it takes nothing new, gives running
// invocations [Grace] to end, and returns when they have.
func (m *Mapping) Run(ctx context.Context) error {
	if m.Disabled {
		<-ctx.Done()
		return nil
	}
	finish, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(Grace, cancel) })
	defer stop()
	var workers sync.WaitGroup
	for range m.MaxConcurrency {
		workers.Go(func() { m.work(ctx, finish) })
	}
	workers.Wait()
	return nil
}

// work is one of the mapping's concurrent calls.
func (m *Mapping) work(ctx, finish context.Context) {
	for ctx.Err() == nil {
		batch, err := m.gather(ctx)
		if len(batch) > 0 {
			err = m.handle(finish, batch)
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		m.log.Error("event source", "queue", m.queue, "function", m.Function, "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// gather waits for a batch: until it is full, or the window is over that began
// with its first message.
func (m *Mapping) gather(ctx context.Context) ([]queue.Message, error) {
	batch, err := m.source.Receive(ctx, m.queue, m.BatchSize, wait, nil)
	if err != nil || len(batch) == 0 {
		return nil, err
	}
	end := time.Now().Add(m.Window)
	for len(batch) < m.BatchSize && ctx.Err() == nil {
		left := time.Until(end)
		if left <= 0 {
			break
		}
		more, err := m.source.Receive(ctx, m.queue, m.BatchSize-len(batch), left, nil)
		if err != nil {
			break // what is there is handled; the next receive meets the error again
		}
		batch = append(batch, more...)
	}
	return batch, nil //nolint:nilerr // a batch that is half full is handled; see the break
}

// handle gives a batch to the function and deletes what it did.
func (m *Mapping) handle(ctx context.Context, batch []queue.Message) error {
	payload, err := eventOf(m.QueueARN, batch)
	if err != nil {
		return err
	}
	invocation, err := m.invoker.Invoke(ctx, m.Function, payload, m.traceOf(batch))
	if err != nil {
		if ctx.Err() != nil { // stopped: others may have them at once
			for _, message := range batch {
				_ = m.source.Hide(m.queue, message.Handle, 0)
			}
		}
		return fmt.Errorf("call %s: %w", m.Function, err)
	}
	done, complaint := settle(batch, invocation, m.ReportFailures)
	if complaint != "" {
		m.log.Warn("batch failed", "queue", m.queue, "function", m.Function, "request", invocation.RequestID, "why", complaint)
	}
	handles := make([]string, len(done))
	for i, message := range done {
		handles[i] = message.Handle
	}
	if err := m.source.DeleteAll(m.queue, handles); err != nil {
		return fmt.Errorf("delete what %s has done: %w", m.Function, err)
	}
	return nil
}

// traceOf returns the trace of a batch: the message's own where there is one
// message; otherwise a new one, which the trail knows to gather the others.
func (m *Mapping) traceOf(batch []queue.Message) string {
	if len(batch) == 1 {
		return batch[0].Trace
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	trace := aws.NewTrace(now)
	children := make([]string, len(batch))
	for i, message := range batch {
		children[i] = aws.Root(message.Trace)
	}
	m.trail.Record(trail.Step{
		At: now, Trace: aws.Root(trace), Kind: "received", Name: m.queue,
		Detail: fmt.Sprintf("a batch of %d", len(batch)), Children: children,
	})
	return trace
}
