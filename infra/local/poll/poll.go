// Package poll emulates Lambda's event source mappings for SQS: it receives
// messages from a queue, calls a function with batches of them, and deletes the
// messages that the function has processed.
//
// It follows the rules of Lambda:
//
//   - If the function succeeds, the batch is deleted, except for the messages
//     that the answer names in batchItemFailures (with
//     ReportBatchItemFailures).
//   - If the function fails, is killed, or its answer cannot be read, nothing
//     is deleted.
//   - Messages that are not deleted are received again after their visibility
//     timeout. After MaxReceiveCount receives they go to the dead-letter queue.
//     Package queue does both.
//
// It calls package queue directly, so an idle mapping uses no CPU, and a
// message reaches its function as soon as it is stored.
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
	"regulars/shared/shop"
)

// Config is one event source mapping of the template.
type Config struct {
	QueueARN       string
	Function       string        // its name in the template
	BatchSize      int           // 0: 10; at most 10,000; above 10 it needs a Window, as on Lambda
	Window         time.Duration // batching window: how long to wait for a full batch; at most 5 min
	MaxConcurrency int           // 0: 2, enough for a machine with two cores; Lambda allows 2 to 1000
	ReportFailures bool          // FunctionResponseTypes has ReportBatchItemFailures
	Disabled       bool
}

// Source is the part of the queue service that a mapping needs; [queue.Service]
// implements it.
type Source interface {
	Receive(ctx context.Context, queue string, limit int, wait time.Duration, hidden *time.Duration) ([]queue.Message, error)
	DeleteAll(queue string, handles []string) error
	Hide(queue, handle string, hidden time.Duration) error
}

// Mapping is one running event source mapping.
type Mapping struct {
	Config
	queue   string // its name
	source  Source
	invoker aws.Invoker
	trail   trail.Recorder
	log     *slog.Logger
}

// Times of a mapping.
const (
	StopTimeout = 5 * time.Second // for running invocations, after the context is done

	// errorPause is the pause of a worker after the local cloud could not call
	// the function. Without it, an unknown function would use up the receives of
	// a whole queue within a second.
	errorPause = time.Second

	receiveWait = 20 * time.Second // of one long poll
)

// New checks the configuration and returns the mapping, or an error that lists
// all faults. Run starts the mapping.
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
		fault("the event source is not the ARN of a queue of the local cloud")
	}
	if c.Function == "" {
		fault("the mapping has no function")
	}
	if c.BatchSize < 1 || c.BatchSize > 10_000 {
		fault("batch size %d is not between 1 and 10000", c.BatchSize)
	}
	if c.BatchSize > 10 && c.Window < time.Second {
		fault("batch size %d needs MaximumBatchingWindowInSeconds of at least 1", c.BatchSize)
	}
	if c.Window < 0 || c.Window > 5*time.Minute {
		fault("batching window %v is not between 0 and 5m", c.Window)
	}
	if c.MaxConcurrency < 1 || c.MaxConcurrency > 1000 {
		fault("maximum concurrency %d is not between 1 and 1000", c.MaxConcurrency)
	}
	return m, errors.Join(faults...)
}

// Run polls until the context is done. Then it receives no more messages, waits
// up to [StopTimeout] for the running invocations, cancels the rest, and
// returns.
func (m *Mapping) Run(ctx context.Context) error {
	if m.Disabled {
		<-ctx.Done()
		return nil
	}
	finish, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(StopTimeout, cancel) })
	defer stop()
	var workers sync.WaitGroup
	for range m.MaxConcurrency {
		workers.Go(func() { m.work(ctx, finish) })
	}
	workers.Wait()
	return nil
}

// work handles one batch after the other until ctx is done. Each mapping runs
// MaxConcurrency workers.
func (m *Mapping) work(ctx, finish context.Context) {
	for ctx.Err() == nil {
		batch, err := m.gather(ctx)
		if len(batch) > 0 {
			err = m.handle(finish, batch)
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		m.log.Error("event source mapping: a batch could not be handled", "queue", m.queue, "function", m.Function, "err", err)
		select {
		case <-ctx.Done():
		case <-time.After(errorPause):
		}
	}
}

// gather waits for the first message, and then until the batch is full or the
// batching window has passed.
func (m *Mapping) gather(ctx context.Context) ([]queue.Message, error) {
	batch, err := m.source.Receive(ctx, m.queue, m.BatchSize, receiveWait, nil)
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
			break // handle the messages received so far; the next gather returns the error
		}
		batch = append(batch, more...)
	}
	return batch, nil //nolint:nilerr // an incomplete batch is handled; see the break
}

// handle calls the function with a batch and deletes the messages that it has
// processed.
func (m *Mapping) handle(ctx context.Context, batch []queue.Message) error {
	payload, err := eventOf(m.QueueARN, batch)
	if err != nil {
		return err
	}
	invocation, err := m.invoker.Invoke(ctx, m.Function, payload, m.traceOf(batch))
	if err != nil {
		if ctx.Err() != nil { // the program stops: make the messages visible at once
			for _, message := range batch {
				_ = m.source.Hide(m.queue, message.Handle, 0)
			}
		}
		return fmt.Errorf("call %s: %w", m.Function, err)
	}
	done, reason := processed(batch, invocation, m.ReportFailures)
	if reason != "" {
		m.log.Warn("batch failed", "queue", m.queue, "function", m.Function, "request", invocation.RequestID, "reason", reason)
	}
	handles := make([]string, len(done))
	for i, message := range done {
		handles[i] = message.Handle
	}
	if err := m.source.DeleteAll(m.queue, handles); err != nil {
		return fmt.Errorf("delete the messages that %s has processed: %w", m.Function, err)
	}
	return nil
}

// traceOf returns the trace for a batch: of one message, the message's trace;
// of several, a new trace. For a new trace it records a step that names the
// traces of the messages.
func (m *Mapping) traceOf(batch []queue.Message) string {
	if len(batch) == 1 {
		return batch[0].Trace
	}
	now := shop.Millis(time.Now())
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
