// Package eventdelivery delivers events to targets for the emulators of EventBridge
// and EventBridge Scheduler: to a queue at once; to a function in the
// background, with retries and a dead-letter queue.
//
// Deliver returns when the event is stored: on the queue or, for a function, in
// bbolt until the function has processed it. So a delivery survives kill -9 of
// the program; Run continues the unfinished deliveries after a restart. As on
// AWS, a function can therefore receive an event twice.
//
// Layout in bbolt:
//
//	deliveries / <8-byte sequence>   JSON of an unfinished delivery
package eventdelivery

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
	"regulars/shared/shop"
)

// Target is a queue or a function that receives events, with its retry policy.
type Target struct {
	ARN           string        `json:"arn"`           // of a queue or a function
	Attempts      int           `json:"attempts"`      // retries if a function fails; 0: none; NoPolicy: 2, as Lambda
	MaxAge        time.Duration `json:"maxAge"`        // no retry of an event older than this; 0: 6 h, as Lambda
	DeadLetterARN string        `json:"deadLetterArn"` // of a queue; empty: failed events are logged and dropped
}

// NoPolicy is the value of Attempts for a target without a retry policy.
const NoPolicy = -1

// Service delivers events to targets. Run must run for functions to be called.
type Service struct {
	db       *bbolt.DB
	queues   aws.Queue
	invoker  aws.Invoker
	log      *slog.Logger
	mu       sync.Mutex
	waiting  []pending // stored; Run has not started them yet
	wake     chan struct{}
	parallel chan struct{} // holds one token for each running call; its capacity limits them
}

// pending is an unfinished delivery to a function.
type pending struct {
	Key     []byte    `json:"-"`
	Target  Target    `json:"target"`
	Input   []byte    `json:"input"`
	Trace   string    `json:"trace"`
	Since   time.Time `json:"since"`
	Attempt int       `json:"attempt"` // failed attempts
}

var bucket = []byte("deliveries")

// maxCalls is the maximum number of concurrent calls: each call needs a
// process, and a small machine must be enough.
const maxCalls = 4

// New returns a service with the unfinished deliveries that db holds. Run
// continues them. New fails if db cannot be read.
func New(db *bbolt.DB, queues aws.Queue, invoker aws.Invoker, log *slog.Logger) (*Service, error) {
	s := &Service{db: db, queues: queues, invoker: invoker, log: log, wake: make(chan struct{}, 1), parallel: make(chan struct{}, maxCalls)}
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
		return nil, fmt.Errorf("read the unfinished deliveries: %w", err)
	}
	return s, nil
}

// Check returns an error that lists all faults of the target, or nil.
func (t Target) Check() error {
	var faults []error
	if service(t.ARN) != "sqs" && service(t.ARN) != "lambda" {
		faults = append(faults, fmt.Errorf("target %q is neither a queue nor a function", t.ARN))
	}
	if t.DeadLetterARN != "" && service(t.DeadLetterARN) != "sqs" {
		faults = append(faults, fmt.Errorf("dead-letter queue %q is not a queue", t.DeadLetterARN))
	}
	if t.Attempts < NoPolicy || t.Attempts > 185 {
		faults = append(faults, fmt.Errorf("%d retries are not between 0 and 185", t.Attempts))
	}
	return errors.Join(faults...)
}

// Deliver delivers the input, which is JSON, to the target and returns when it
// is stored. If a queue does not accept the message, Deliver sends it to the
// target's dead-letter queue; without one it fails.
func (s *Service) Deliver(ctx context.Context, t Target, input []byte, trace string) error {
	switch service(t.ARN) {
	case "sqs":
		err := s.queues.Enqueue(ctx, t.ARN, string(input), nil, trace)
		if err == nil || ctx.Err() != nil || t.DeadLetterARN == "" {
			return err
		}
		return s.sendToDeadLetters(ctx, pending{Target: t, Input: input, Trace: trace}, "SDK_CLIENT_ERROR", err.Error())
	case "lambda":
		return s.store(pending{Target: t, Input: input, Trace: trace, Since: shop.Millis(time.Now())})
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
// any more. Unfinished deliveries stay stored.
func (s *Service) Run(ctx context.Context) error {
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		s.mu.Lock()
		todo := s.waiting
		s.waiting = nil
		s.mu.Unlock()
		for _, p := range todo {
			calls.Go(func() { s.callUntilDone(ctx, p) })
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		}
	}
}

// callUntilDone calls the function until it succeeds, the retries are used up,
// or the event is too old. A failed event goes to the dead-letter queue.
func (s *Service) callUntilDone(ctx context.Context, p pending) {
	for {
		code, reason := s.call(ctx, p)
		if ctx.Err() != nil {
			return // the delivery stays stored
		}
		p.Attempt++
		wait := backoff(p.Attempt)
		switch {
		case code == "":
			s.remove(p)
			return
		case p.Attempt > p.Target.retries() || time.Since(p.Since)+wait > p.Target.maxAge():
			if err := s.sendToDeadLetters(ctx, p, code, reason); err != nil {
				s.log.Error("event dropped: delivery failed, and the dead-letter queue did not accept it", "target", p.Target.ARN, "err", err)
			}
			s.remove(p)
			return
		}
		s.log.Warn("delivery failed, will retry", "target", p.Target.ARN, "attempt", p.Attempt, "in", wait, "reason", reason)
		if err := s.db.Update(func(tx *bbolt.Tx) error { return put(tx.Bucket(bucket), p) }); err != nil {
			s.log.Error("cannot store a failed attempt of a delivery", "target", p.Target.ARN, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// call makes one attempt. If it fails, call returns an error code and the
// reason; code is empty if it succeeds.
func (s *Service) call(ctx context.Context, p pending) (code, reason string) {
	select {
	case s.parallel <- struct{}{}:
		defer func() { <-s.parallel }()
	case <-ctx.Done():
		return "CANCELLED", "the program stops"
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

// remove removes a finished delivery from the store.
func (s *Service) remove(p pending) {
	if err := s.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucket).Delete(p.Key) }); err != nil {
		s.log.Error("cannot remove a finished delivery; it will be repeated after a restart", "target", p.Target.ARN, "err", err)
	}
}

// sendToDeadLetters sends an event that could not be delivered to the target's
// dead-letter queue, with the message attributes of EventBridge.
func (s *Service) sendToDeadLetters(ctx context.Context, p pending, code, reason string) error {
	if p.Target.DeadLetterARN == "" {
		s.log.Error("event dropped: delivery failed, and the target has no dead-letter queue", "target", p.Target.ARN, "code", code, "reason", reason)
		return nil
	}
	return s.queues.Enqueue(ctx, p.Target.DeadLetterARN, string(p.Input), map[string]string{
		"ERROR_CODE": code, "ERROR_MESSAGE": reason[:min(len(reason), 1000)], "TARGET_ARN": p.Target.ARN,
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

// backoff returns the wait before the next attempt, after this number of
// failures: one minute, then two, as Lambda for asynchronous calls, then twice
// as long each time, up to an hour.
func backoff(failures int) time.Duration {
	return min(time.Minute<<min(failures-1, 6), time.Hour)
}

// service returns the service in an ARN: "sqs" for
// "arn:aws:sqs:us-east-1:000000000000:Name".
func service(arn string) string {
	parts := strings.SplitN(arn, ":", 4)
	if len(parts) < 4 || parts[0] != "arn" {
		return ""
	}
	return parts[2]
}

// functionOf returns the function name in an ARN: "Name" for
// "arn:aws:lambda:us-east-1:000000000000:function:Name:live".
func functionOf(arn string) string {
	_, name, _ := strings.Cut(arn, ":function:")
	name, _, _ = strings.Cut(name, ":")
	return name
}
