package main

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"sync/atomic"
	"time"

	"regulars/infra/local/aws"
	"regulars/infra/local/poll"
)

// forgetful wraps the queues for the pollers: sometimes it ignores that a message was
// deleted, so that the queue delivers it again.
type forgetful struct {
	poll.Source
	faults *faults
}

func (s forgetful) DeleteAll(queue string, handles []string) error {
	var done []string
	for _, handle := range handles {
		if s.faults.draw("sqs.again") == "" {
			done = append(done, handle)
		}
	}
	if len(done) == 0 {
		return nil
	}
	return s.Source.DeleteAll(queue, done)
}

// hearsay wraps the bus for SES's events: it loses some, doubles some and delays some.
type hearsay struct {
	aws.Bus
	faults *faults
	seed   uint64
	coming atomic.Int64 // delayed events that have not arrived yet
}

func (b *hearsay) Put(ctx context.Context, bus string, event aws.Event, trace string) error {
	if b.silent(event) {
		return nil
	}
	switch b.faults.draw("events.lost", "events.twice", "events.late") {
	case "events.lost":
		return nil
	case "events.late":
		b.later(b.faults.between(0, 30*time.Second), bus, event, trace)
		return nil
	case "events.twice":
		b.later(b.faults.between(0, 20*time.Second), bus, event, trace)
	}
	return b.Bus.Put(ctx, bus, event, trace)
}

// later puts an event on the bus when after has passed.
func (b *hearsay) later(after time.Duration, bus string, event aws.Event, trace string) {
	b.coming.Add(1)
	time.AfterFunc(after, func() {
		defer b.coming.Add(-1)
		_ = b.Bus.Put(context.Background(), bus, event, trace) // if it fails, one more event is lost
	})
}

// silent reports whether all events of this event's message are lost. It is drawn by
// the message's ID, so that all its events agree.
func (b *hearsay) silent(event aws.Event) bool {
	var detail struct {
		Mail struct{ MessageID string }
	}
	raw, ok := event.Detail.(json.RawMessage)
	if !ok || json.Unmarshal(raw, &detail) != nil {
		return false
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(detail.Mail.MessageID))
	return b.faults.chosen("events.silent", h.Sum64()^b.seed)
}
