package lambda

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
)

var eventsBucket = []byte("lambda.events")

// event is an asynchronous call. It is stored until it succeeds or is given up,
// so that it survives a restart of the program.
type event struct {
	ID       string
	Function string
	Payload  []byte
	Trace    string
	At       time.Time // when it was accepted
	Due      time.Time // when the next attempt is due
	Attempts int       // attempts made so far
}

// events runs the stored events, each in a goroutine that waits until the event
// is due.
type events struct {
	host    *Host
	db      *bbolt.DB
	mu      sync.Mutex
	started bool
	waiting map[uint64]event // accepted before start
}

func openEvents(h *Host, db *bbolt.DB) (*events, error) {
	e := &events{host: h, db: db, waiting: map[uint64]event{}}
	err := db.Update(func(tx *bbolt.Tx) error {
		bucket, err := tx.CreateBucketIfNotExists(eventsBucket)
		if err != nil {
			return err
		}
		return bucket.ForEach(func(key, value []byte) error {
			var ev event
			if err := json.Unmarshal(value, &ev); err != nil {
				return fmt.Errorf("event %x: %w", key, err)
			}
			e.waiting[binary.BigEndian.Uint64(key)] = ev
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read Lambda's stored events: %w", err)
	}
	return e, nil
}

func (e *events) start() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.started = true
	for key, ev := range e.waiting {
		go e.work(key, ev)
	}
	e.waiting = nil
}

// accept stores an event and starts to work on it, or lets start do so.
func (e *events) accept(f *function, id string, payload []byte, trace string) error {
	now := e.host.options.Now().UTC()
	ev := event{ID: id, Function: f.ID, Payload: payload, Trace: trace, At: now, Due: now}
	var key uint64
	err := e.db.Update(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(eventsBucket)
		next, err := bucket.NextSequence()
		if err != nil {
			return err
		}
		key = next
		return put(bucket, key, ev)
	})
	if err != nil {
		return fmt.Errorf("store an event for %s: %w", f.Name, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.started {
		go e.work(key, ev)
	} else {
		e.waiting[key] = ev
	}
	return nil
}

func put(bucket *bbolt.Bucket, key uint64, ev event) error {
	value, err := json.Marshal(ev)
	if err != nil {
		return err
	}
	return bucket.Put(binary.BigEndian.AppendUint64(nil, key), value)
}

// work calls the function until the event succeeds or is given up. If the
// program stops before, the event stays stored.
func (e *events) work(key uint64, ev event) {
	for {
		select {
		case <-e.host.stopping:
			return
		case <-time.After(ev.Due.Sub(e.host.options.Now())):
		}
		done, stopping := e.attempt(&ev)
		if stopping {
			return
		}
		err := e.db.Update(func(tx *bbolt.Tx) error {
			bucket := tx.Bucket(eventsBucket)
			if done {
				return bucket.Delete(binary.BigEndian.AppendUint64(nil, key))
			}
			return put(bucket, key, ev)
		})
		if err != nil {
			e.host.options.Log.Error("cannot store the state of an asynchronous event", "function", ev.Function, "err", err)
		}
		if done {
			return
		}
	}
}

// attempt makes one attempt. done: the event succeeded or was given up.
// stopping: the program stops, and the attempt does not count.
func (e *events) attempt(ev *event) (done, stopping bool) {
	f := e.host.functions[ev.Function]
	if f == nil {
		e.host.options.Log.Warn("asynchronous event dropped: the template no longer has its function", "function", ev.Function)
		return true, false
	}
	if !e.host.begin() {
		return false, true
	}
	defer e.host.calls.Done()
	result, err := f.invoke(context.Background(), request{id: ev.ID, payload: ev.Payload, trace: ev.Trace, attempt: ev.Attempts + 1})
	now := e.host.options.Now().UTC()
	switch {
	case throttled(err): // does not count as an attempt
		ev.Due = now.Add(time.Second)
		return f.overdue(ev, now) && e.giveUp(f, ev, aws.Invocation{}, "EventAgeExceeded"), false
	case err != nil:
		return false, true
	case result.Failure == "":
		return true, false
	}
	ev.Attempts++
	ev.Due = now.Add(e.host.options.RetryAfter(ev.Attempts))
	if ev.Attempts > f.Retries {
		return e.giveUp(f, ev, result, "RetriesExhausted"), false
	}
	return f.overdue(ev, ev.Due) && e.giveUp(f, ev, result, "EventAgeExceeded"), false
}

func (f *function) overdue(ev *event, at time.Time) bool {
	return f.MaxAge > 0 && at.Sub(ev.At) > f.MaxAge
}

// giveUp sends the event to the function's destination for failures, if it has
// one. It reports whether the event has ended: if the destination does not
// accept it, the event is tried again.
func (e *events) giveUp(f *function, ev *event, result aws.Invocation, condition string) bool {
	e.host.options.Log.Warn("asynchronous event given up", "function", f.Name, "condition", condition, "attempts", ev.Attempts, "reason", errorText(result.Payload))
	if f.OnFailure == "" {
		return true
	}
	body := ev.Payload
	attributes := map[string]string{"RequestID": ev.ID, "ErrorMessage": errorText(result.Payload)}
	if !f.DeadLetters {
		body = failureRecord(f, ev, result, condition, e.host.options.Now())
		attributes = nil
	}
	var err error
	if other := e.host.functions[f.OnFailure]; other != nil {
		err = e.accept(other, aws.NewID(), body, ev.Trace)
	} else {
		err = e.host.options.Queue.Enqueue(context.Background(), f.OnFailure, string(body), attributes, ev.Trace)
	}
	if err != nil {
		e.host.options.Log.Error("cannot send a failed event to its destination; will retry", "function", f.Name, "destination", f.OnFailure, "err", err)
		return false
	}
	return true
}

// failureRecord returns the invocation record that a destination receives, in
// version 1.0.
func failureRecord(f *function, ev *event, result aws.Invocation, condition string, now time.Time) []byte {
	plain := func(text []byte) any {
		if json.Valid(text) {
			return json.RawMessage(text)
		}
		return string(text)
	}
	record, _ := json.Marshal(map[string]any{
		"version":   "1.0",
		"timestamp": now.UTC().Format("2006-01-02T15:04:05.000Z"),
		"requestContext": map[string]any{
			"requestId": ev.ID, "functionArn": f.ARN + ":$LATEST",
			"condition": condition, "approximateInvokeCount": ev.Attempts,
		},
		"requestPayload":  plain(ev.Payload),
		"responseContext": map[string]any{"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
		"responsePayload": plain(result.Payload),
	})
	return record
}
