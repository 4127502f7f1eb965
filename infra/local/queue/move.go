package queue

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/trail"
	"regulars/shared/shop"
)

// move moves a message to another queue in one transaction, so a crash leaves
// it in exactly one of the two. The caller has taken the message out of its
// index; if the move fails, move adds it again. change returns the message as
// it is stored in the target queue. moved is false if another call deleted the
// message.
func (s *Service) move(from *index, e *entry, to string, kind string, change func(stored) stored) (moved bool, err error) {
	target, err := s.index(to)
	if err != nil {
		from.add(e)
		return false, err
	}
	found, err := readMessages(s.db, from.Name, []uint64{e.sequence})
	if err != nil {
		from.add(e)
		return false, err
	}
	m, there := found[e.sequence]
	if !there {
		return false, nil
	}
	m = change(m)
	arrived := &entry{sequence: target.sequence(1), sent: m.Sent, visible: m.Visible}
	if kind == "dead" { // a dead letter keeps its receive count; a redriven message starts at 0
		arrived.receives = e.receives
	}
	err = s.writer.write(func(tx *bbolt.Tx) error {
		if err := putMessage(tx, to, arrived.sequence, m); err != nil {
			return err
		}
		if err := putReceives(tx, to, arrived.sequence, arrived.receives); err != nil {
			return err
		}
		return deleteMessage(tx, from.Name, e.sequence)
	})
	if err != nil {
		from.add(e)
		return false, err
	}
	s.trail.Record(trail.Step{
		At: shop.Millis(time.Now()), Trace: aws.Root(m.Trace), Kind: kind, Name: to, ID: m.ID,
		Attempt: arrived.Count, Detail: "from " + from.Name,
	})
	target.add(arrived)
	return true, nil
}

// MoveTask moves the messages of a dead-letter queue back to the queues they
// came from, or to one destination.
type MoveTask struct {
	Handle      string
	Source      string // ARN
	Destination string // ARN; empty: for each message the queue it came from
	PerSecond   int    // messages per second; 0: no limit
	Status      string // RUNNING, COMPLETED, CANCELLING, CANCELLED or FAILED, as on SQS
	Failure     string
	ToMove      int
	Moved       int
	Started     time.Time
}

// moves are the tasks started since the program started.
type moves struct {
	mu      sync.Mutex
	tasks   []*MoveTask // oldest first
	cancels map[string]context.CancelFunc
	running sync.WaitGroup
}

func (m *moves) stop() {
	m.mu.Lock()
	for _, cancel := range m.cancels {
		cancel()
	}
	m.mu.Unlock()
	m.running.Wait()
}

// StartMove starts a task. As on SQS, the source must be a dead-letter queue
// and only one task per source runs at a time. Without a destination, the task
// fails at the first message that was sent to the dead-letter queue directly:
// such a message has no queue that it came from.
func (s *Service) StartMove(source, destination string, perSecond int) (handle string, err error) {
	from := s.queues[NameOf(source)]
	if from == nil || len(s.sources(from.Name)) == 0 {
		return "", notFound("The source queue %s is not a dead-letter queue of the template.", source)
	}
	if destination != "" && s.queues[NameOf(destination)] == nil {
		return "", notFound("The destination queue %s is not in the template.", destination)
	}
	if perSecond < 0 || perSecond > 500 {
		return "", invalid("Value %d for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: must be between 1 and 500.", perSecond)
	}
	s.moves.mu.Lock()
	defer s.moves.mu.Unlock()
	for _, t := range s.moves.tasks {
		if t.Source == source && t.Status == "RUNNING" {
			return "", &Error{
				Code: "UnsupportedOperation", Query: "AWS.SimpleQueueService.UnsupportedOperation",
				Message: "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
			}
		}
	}
	now := shop.Millis(time.Now())
	task := &MoveTask{
		Handle: base64.StdEncoding.EncodeToString([]byte(`{"taskId":"` + aws.NewID() + `","sourceArn":"` + source + `"}`)),
		Source: source, Destination: destination, PerSecond: perSecond,
		Status: "RUNNING", Started: now, ToMove: from.counts(now).Visible,
	}
	ctx, cancel := context.WithCancel(context.Background())
	if s.moves.cancels == nil {
		s.moves.cancels = map[string]context.CancelFunc{}
	}
	s.moves.tasks, s.moves.cancels[task.Handle] = append(s.moves.tasks, task), cancel
	s.moves.running.Go(func() {
		defer cancel()
		failure := s.runMove(ctx, from, task)
		s.moves.mu.Lock()
		defer s.moves.mu.Unlock()
		delete(s.moves.cancels, task.Handle)
		switch {
		case ctx.Err() != nil:
			task.Status = "CANCELLED"
		case failure != "":
			task.Status, task.Failure = "FAILED", failure
		default:
			task.Status = "COMPLETED"
		}
	})
	return task.Handle, nil
}

// runMove moves as many messages as were visible at the start, one by one, and
// returns the reason if it fails. The limit prevents an endless loop if moved
// messages fail again at once and return to the dead-letter queue.
func (s *Service) runMove(ctx context.Context, from *index, task *MoveTask) (failure string) {
	for range task.ToMove {
		if ctx.Err() != nil {
			return ""
		}
		e := from.pull(time.Now())
		if e == nil {
			return ""
		}
		destination := NameOf(task.Destination)
		if destination == "" {
			found, err := readMessages(s.db, from.Name, []uint64{e.sequence})
			if err != nil {
				from.add(e)
				return err.Error()
			}
			if destination = NameOf(found[e.sequence].Source); destination == "" {
				from.add(e)
				return "AWS.SimpleQueueService.CouldNotDetermineMessageSource"
			}
		}
		// As on SQS, a redriven message has a new ID, a new age and the receive count
		// 0.
		moved, err := s.move(from, e, destination, "queued", func(m stored) stored {
			now := shop.Millis(time.Now())
			m.ID, m.Source, m.Sent, m.Visible = aws.NewID(), "", now, now
			return m
		})
		if err != nil {
			return err.Error()
		}
		if moved {
			s.moves.mu.Lock()
			task.Moved++
			s.moves.mu.Unlock()
		}
		if task.PerSecond > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second / time.Duration(task.PerSecond)):
			}
		}
	}
	return ""
}

// Moves returns up to limit tasks of a source, newest first.
func (s *Service) Moves(source string, limit int) []MoveTask {
	s.moves.mu.Lock()
	defer s.moves.mu.Unlock()
	var tasks []MoveTask
	for _, t := range slices.Backward(s.moves.tasks) {
		if t.Source == source && len(tasks) < limit {
			tasks = append(tasks, *t)
		}
	}
	return tasks
}

// CancelMove stops a running task and returns how many messages it has moved.
func (s *Service) CancelMove(handle string) (moved int, err error) {
	s.moves.mu.Lock()
	defer s.moves.mu.Unlock()
	cancel := s.moves.cancels[handle]
	if cancel == nil {
		return 0, notFound("The task does not exist or has ended already.")
	}
	cancel()
	for _, t := range s.moves.tasks {
		if t.Handle == handle {
			t.Status, moved = "CANCELLING", t.Moved
		}
	}
	return moved, nil
}

// pull removes one visible message from the index and returns it, without
// counting a receive; nil if there is none.
func (x *index) pull(now time.Time) *entry {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.order) == 0 || x.order[0].visible.After(now) {
		return nil
	}
	e := x.order[0]
	x.drop(e)
	return e
}

func notFound(format string, args ...any) *Error {
	return &Error{Code: "ResourceNotFoundException", Query: "ResourceNotFoundException", Message: fmt.Sprintf(format, args...), Status: 404}
}
