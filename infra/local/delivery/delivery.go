// Package delivery hands an event to a target, as EventBridge and its Scheduler
// do: to a queue at once; to a function in the background, with retries and a
// dead-letter queue.
//
// Deliver returns when the event is stored, on the queue or, for a function, in
// bbolt until the function has done it. So who was told "delivered" needs not
// care whether the program is killed: what was open is taken up by the next Run.
// A function may therefore see an event twice, as on AWS.
//
// Layout in bbolt:
//
//	deliveries / <8-byte sequence>   JSON of a delivery that is not done
package delivery

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
)

// Target is where an event goes.
type Target struct {
	ARN           string        `json:"arn"`           // of a queue or a function
	Attempts      int           `json:"attempts"`      // retries of a function that fails; 0 none, NoPolicy Lambda's two
	MaxAge        time.Duration `json:"maxAge"`        // after that it is not tried again; 0: 6 h, as Lambda's
	DeadLetterARN string        `json:"deadLetterArn"` // of a queue; empty: what cannot be delivered is logged and dropped
}

// NoPolicy is the Attempts of a target that says nothing of retries.
const NoPolicy = -1

// Service delivers.
type Service struct {
	db       *bbolt.DB
	queues   aws.Queue
	invoker  aws.Invoker
	log      *slog.Logger
	mu       sync.Mutex
	waiting  []pending // stored, not taken up yet
	wake     chan struct{}
	parallel chan struct{} // bounds the calls at one time
}

// pending is the delivery to a function that is not done.
type pending struct {
	Key     []byte    `json:"-"`
	Target  Target    `json:"target"`
	Input   []byte    `json:"input"`
	Trace   string    `json:"trace"`
	Since   time.Time `json:"since"`
	Attempt int       `json:"attempt"` // those that have failed
}

var bucket = []byte("deliveries")

// limit of calls at one time: functions run one process per call, and the
// machine is small.
const limit = 4

// New reads what was open when the program ended. Run takes it up.
func New(db *bbolt.DB, queues aws.Queue, invoker aws.Invoker, log *slog.Logger) (*Service, error) {
	s := &Service{db: db, queues: queues, invoker: invoker, log: log, wake: make(chan struct{}, 1), parallel: make(chan struct{}, limit)}
	err := db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket)
		if err != nil {
			return err
		}
		return b.ForEach(func(k, v []byte) error {
			p := pending{Key: append([]byte(nil), k...)}
			if err := json.Unmarshal(v, &p); err != nil {
				return fmt.Errorf("delivery %x: %w", k, err)
			}
			s.waiting = append(s.waiting, p)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read open deliveries: %w", err)
	}
	return s, nil
}

// Check tells what is wrong with a target, before anything is delivered.
func (t Target) Check() error {
	var faults []error
	if service(t.ARN) != "sqs" && service(t.ARN) != "lambda" {
		faults = append(faults, fmt.Errorf("target %q is neither a queue nor a function", t.ARN))
	}
	if t.DeadLetterARN != "" && service(t.DeadLetterARN) != "sqs" {
		faults = append(faults, fmt.Errorf("dead-letter queue %q is not a queue", t.DeadLetterARN))
	}
	if t.Attempts < NoPolicy || t.Attempts > 185 {
		faults = append(faults, fmt.Errorf("%d retries are not within 0 and 185", t.Attempts))
	}
	return errors.Join(faults...)
}

// Deliver returns when the event is stored. The input is JSON.
func (s *Service) Deliver(ctx context.Context, t Target, input []byte, trace string) error {
	switch service(t.ARN) {
	case "sqs":
		err := s.queues.Enqueue(ctx, t.ARN, string(input), nil, trace)
		if err == nil || ctx.Err() != nil || t.DeadLetterARN == "" {
			return err
		}
		return s.bury(ctx, pending{Target: t, Input: input, Trace: trace}, "SDK_CLIENT_ERROR", err.Error())
	case "lambda":
		return s.store(pending{Target: t, Input: input, Trace: trace, Since: time.Now().UTC().Truncate(time.Millisecond)})
	}
	return t.Check()
}

func (s *Service) store(p pending) error {
	err := s.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucket)
		sequence, err := b.NextSequence()
		if err != nil {
			return err
		}
		p.Key = binary.BigEndian.AppendUint64(nil, sequence)
		return put(b, p)
	})
	if err != nil {
		return fmt.Errorf("store a delivery to %s: %w", p.Target.ARN, err)
	}
	s.mu.Lock()
	s.waiting = append(s.waiting, p)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return nil
}

func put(b *bbolt.Bucket, p pending) error {
	value, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return b.Put(p.Key, value)
}

// Run calls functions until the context is done, and returns when no call runs
// any more. What is open stays stored.
func (s *Service) Run(ctx context.Context) error {
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		s.mu.Lock()
		todo := s.waiting
		s.waiting = nil
		s.mu.Unlock()
		for _, p := range todo {
			calls.Go(func() { s.pursue(ctx, p) })
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		}
	}
}

// pursue calls the function until it succeeds, the retries are used up, or the
// event is too old.
func (s *Service) pursue(ctx context.Context, p pending) {
	for {
		code, why := s.call(ctx, p)
		if ctx.Err() != nil {
			return // stays stored
		}
		p.Attempt++
		wait := backoff(p.Attempt)
		switch {
		case code == "":
			s.end(p)
			return
		case p.Attempt > p.Target.retries() || time.Since(p.Since)+wait > p.Target.maxAge():
			if err := s.bury(ctx, p, code, why); err != nil {
				s.log.Error("delivery failed for good, and its dead-letter queue does not take it", "target", p.Target.ARN, "err", err)
			}
			s.end(p)
			return
		}
		s.log.Warn("delivery failed, will be tried again", "target", p.Target.ARN, "attempt", p.Attempt, "in", wait, "why", why)
		if err := s.db.Update(func(tx *bbolt.Tx) error { return put(tx.Bucket(bucket), p) }); err != nil {
			s.log.Error("cannot store that a delivery failed", "target", p.Target.ARN, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// call makes one attempt; code is empty when it succeeded.
func (s *Service) call(ctx context.Context, p pending) (code, why string) {
	select {
	case s.parallel <- struct{}{}:
		defer func() { <-s.parallel }()
	case <-ctx.Done():
		return "CANCELLED", "the program ends"
	}
	invocation, err := s.invoker.Invoke(ctx, functionOf(p.Target.ARN), p.Input, p.Trace)
	switch {
	case err != nil:
		return "SDK_CLIENT_ERROR", err.Error()
	case invocation.Failure != "":
		return invocation.Failure, string(invocation.Payload)
	}
	return "", ""
}

func (s *Service) end(p pending) {
	if err := s.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucket).Delete(p.Key) }); err != nil {
		s.log.Error("cannot forget a delivery that is done: it will be made again", "target", p.Target.ARN, "err", err)
	}
}

// bury puts what cannot be delivered on the target's dead-letter queue, with
// EventBridge's own attributes.
func (s *Service) bury(ctx context.Context, p pending, code, why string) error {
	if p.Target.DeadLetterARN == "" {
		s.log.Error("event dropped: its target has no dead-letter queue", "target", p.Target.ARN, "code", code, "why", why)
		return nil
	}
	return s.queues.Enqueue(ctx, p.Target.DeadLetterARN, string(p.Input), map[string]string{
		"ERROR_CODE": code, "ERROR_MESSAGE": why[:min(len(why), 1000)], "TARGET_ARN": p.Target.ARN,
		"RETRY_ATTEMPTS": strconv.Itoa(max(p.Attempt-1, 0)), "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
	}, p.Trace)
}

func (t Target) retries() int {
	if t.Attempts == NoPolicy {
		return 2
	}
	return t.Attempts
}

func (t Target) maxAge() time.Duration {
	if t.MaxAge == 0 {
		return 6 * time.Hour
	}
	return t.MaxAge
}

// backoff is how long to wait after so many failures: one minute, then two, as
// Lambda waits for asynchronous calls, and twice as long each time up to an hour.
func backoff(failures int) time.Duration {
	return min(time.Minute<<min(failures-1, 6), time.Hour)
}

// service returns "sqs" of "arn:aws:sqs:us-east-1:000000000000:Name".
func service(arn string) string {
	parts := strings.SplitN(arn, ":", 4)
	if len(parts) < 4 || parts[0] != "arn" {
		return ""
	}
	return parts[2]
}

// functionOf returns "Name" of "arn:aws:lambda:us-east-1:000000000000:function:Name:live".
func functionOf(arn string) string {
	_, name, _ := strings.Cut(arn, ":function:")
	name, _, _ = strings.Cut(name, ":")
	return name
}
