package queue

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/trail"
	"regulars/shared/shop"
)

// Message is a received message.
type Message struct {
	ID         string
	Handle     string // receipt handle of this receive, for Delete and Hide
	Body       string
	Attributes map[string]Attribute
	Trace      string
	Sender     string
	Sent       time.Time
	First      time.Time // first receive
	Received   int       // receive count, including this receive
	Visible    time.Time // when it can be received again
	Source     string    // in a dead-letter queue: the ARN of the queue it came from
}

// Receive returns up to limit messages (at least 1) and hides them. It waits up
// to wait for the first message; if none comes, it returns none and no error.
// hidden is the visibility timeout; nil means the timeout of the queue. Receive
// also moves messages that were received too often to the dead-letter queue,
// and deletes expired ones.
//
// It fails if the queue does not exist, if the database fails, or with the
// context's error.
func (s *Service) Receive(ctx context.Context, queue string, limit int, wait time.Duration, hidden *time.Duration) ([]Message, error) {
	x, err := s.index(queue)
	if err != nil {
		return nil, err
	}
	if hidden == nil {
		hidden = &x.VisibilityTimeout
	}
	for end := time.Now().Add(wait); ; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		now := shop.Millis(time.Now())
		t := x.take(now, limit, *hidden)
		if err := s.retire(x, t); err != nil {
			return nil, err
		}
		if len(t.received) > 0 {
			return s.received(now, queue, t.received)
		}
		if !time.Now().Before(end) {
			return nil, nil
		}
		wakeAt := end
		if !t.next.IsZero() && t.next.Before(end) {
			wakeAt = t.next
		}
		timer := time.NewTimer(max(time.Until(wakeAt), time.Millisecond))
		select {
		case <-ctx.Done():
		case <-t.changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (s *Service) received(now time.Time, queue string, entries []entry) ([]Message, error) {
	s.writer.later(func(tx *bbolt.Tx) error {
		for _, e := range entries {
			if err := putReceives(tx, queue, e.sequence, e.receives); err != nil {
				return err
			}
		}
		return nil
	})
	messages, err := s.read(queue, entries)
	for _, m := range messages {
		s.trail.Record(trail.Step{
			At: now, Trace: aws.Root(m.Trace), Kind: "received", Name: queue, ID: m.ID, Attempt: m.Received, Took: now.Sub(m.Sent),
		})
	}
	return messages, err
}

// retire deletes expired messages from the store and moves dead ones to the
// dead-letter queue.
func (s *Service) retire(x *index, t taking) error {
	if err := s.erase(x, t.expired); err != nil {
		return err
	}
	for _, e := range t.dead {
		// As on SQS, the message keeps its ID, its age and its receive count.
		if _, err := s.move(x, e, NameOf(x.DeadLetterARN), "dead", func(m stored) stored {
			m.Source, m.Visible = ARN(x.Name), m.Sent
			return m
		}); err != nil {
			return err
		}
	}
	return nil
}

// erase deletes messages from the store. The caller has taken them out of the
// index; if the write fails, erase adds them again.
func (s *Service) erase(x *index, removed []*entry) error {
	if len(removed) == 0 {
		return nil
	}
	err := s.writer.write(func(tx *bbolt.Tx) error {
		for _, e := range removed {
			if err := deleteMessage(tx, x.Name, e.sequence); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		x.add(removed...)
	}
	return err
}

// Delete deletes the message of a receipt handle. As on SQS, it does nothing
// and succeeds if the handle is of an earlier receive, or if the message is
// deleted already. It fails with ReceiptHandleIsInvalid if the handle cannot be
// read or is of another queue.
func (s *Service) Delete(queue, handle string) error {
	return s.DeleteAll(queue, []string{handle})
}

// DeleteAll does [Service.Delete] for several messages in one write. If one
// handle is invalid, it deletes nothing.
func (s *Service) DeleteAll(queue string, handles []string) error {
	x, err := s.index(queue)
	if err != nil {
		return err
	}
	var removed []*entry
	for _, handle := range handles {
		sequence, count, err := parseHandle(queue, handle)
		if err != nil {
			x.add(removed...)
			return err
		}
		if e := x.remove(sequence, count); e != nil {
			removed = append(removed, e)
		}
	}
	return s.erase(x, removed)
}

// Hide makes a message in flight visible again after the duration hidden (0: at
// once).
func (s *Service) Hide(queue, handle string, hidden time.Duration) error {
	x, err := s.index(queue)
	if err != nil {
		return err
	}
	sequence, count, err := parseHandle(queue, handle)
	if err != nil {
		return err
	}
	now := time.Now()
	switch known, inFlight := x.hide(now, sequence, count, now.Add(hidden)); {
	case !known:
		return invalid("Value %s for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.", handle)
	case !inFlight:
		return &Error{
			Code: "MessageNotInflight", Query: "AWS.SimpleQueueService.MessageNotInflight",
			Message: "The message is not in flight: its visibility timeout has passed.",
		}
	}
	return nil
}

// Purge deletes all messages of a queue. As on SQS, it fails within one minute
// of the last purge.
func (s *Service) Purge(queue string) error {
	x, err := s.index(queue)
	if err != nil {
		return err
	}
	x.mu.Lock()
	now := time.Now()
	if now.Sub(x.purged) < time.Minute {
		x.mu.Unlock()
		return &Error{
			Code: "PurgeQueueInProgress", Query: "AWS.SimpleQueueService.PurgeQueueInProgress", Status: 403,
			Message: fmt.Sprintf("Only one PurgeQueue operation on %s is allowed every 60 seconds.", queue),
		}
	}
	x.purged = now
	removed := x.order
	x.order, x.entries = nil, map[uint64]*entry{}
	x.mu.Unlock()
	return s.erase(x, removed)
}

// handleOf returns the receipt handle of a receive. It names the queue, the
// message and its receive count. Receive counts are stored, so handles stay
// valid after a restart.
func handleOf(queue string, e entry) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s %d %d", queue, e.sequence, e.Count))
}

func parseHandle(queue, handle string) (sequence uint64, count int, err error) {
	bad := &Error{
		Code: "ReceiptHandleIsInvalid", Query: "ReceiptHandleIsInvalid", Status: 404,
		Message: fmt.Sprintf("The input receipt handle %q is not a valid receipt handle.", handle),
	}
	decoded, err := base64.StdEncoding.DecodeString(handle)
	if err != nil {
		return 0, 0, bad
	}
	parts := strings.Split(string(decoded), " ")
	if len(parts) != 3 {
		return 0, 0, bad
	}
	sequence, err = strconv.ParseUint(parts[1], 10, 64)
	if err != nil {
		return 0, 0, bad
	}
	if count, err = strconv.Atoi(parts[2]); err != nil {
		return 0, 0, bad
	}
	if parts[0] != queue {
		bad.Message = fmt.Sprintf("The receipt handle %q is not valid for this queue: it is one of %s.", handle, parts[0])
		return 0, 0, bad
	}
	return sequence, count, nil
}

func message(queue string, e entry, m stored) Message {
	return Message{
		ID: m.ID, Handle: handleOf(queue, e), Body: m.Body, Attributes: m.Attributes, Trace: m.Trace, Sender: m.Sender,
		Sent: m.Sent, First: e.First, Received: e.Count, Visible: e.visible, Source: m.Source,
	}
}
