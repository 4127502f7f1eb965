package world

import (
	"context"
	"fmt"
	"slices"
	"time"

	"regulars/infra/proof/simulate/judge"
	"regulars/shared/campaign"
	"regulars/shared/sendoutcome"
)

// queueMessage is a message on a queue.
type queueMessage struct {
	name     string
	intent   campaign.Intent // on the queue of intents
	event    []byte          // on the queue of SES's events
	reported judge.SESEvent  // what the event reports
	received int
	done     bool
}

// about names what the message is about, as the functions do for package queue.
func (l *queueMessage) about() []string {
	if l.event == nil {
		return []string{string(l.intent.Customer)}
	}
	event, err := sendoutcome.ReadEvent(l.event)
	if err != nil {
		panic("world: " + err.Error())
	}
	return event.About()
}

// queue is one SQS queue: it delivers at least once, in any order, with a visibility
// timeout, and moves a message to the dead-letter queue after [mostReceipts] receipts.
type queue struct {
	world      *World
	name       string
	visibility time.Duration
	batch      int // the most messages that a worker gets at once
	ready      []*queueMessage
	hidden     int // received by a worker, and not deleted
	dead       []*queueMessage
	workers    []*worker
}

// mostReceipts is the maxReceiveCount of template.yaml.
const mostReceipts = 5

// add puts a message on the queue; it is visible when d has passed.
func (q *queue) add(l queueMessage, d time.Duration) {
	w := q.world
	switch w.chance("post") {
	case QueueDoubled:
		second := l
		w.clock.After(d+w.latency(), func() { q.show(&second) })
	case QueueLate:
		d += w.between(time.Second, 10*time.Minute)
	}
	w.clock.After(d+w.between(time.Millisecond, 50*time.Millisecond), func() { q.show(&l) })
}

func (q *queue) show(l *queueMessage) {
	if l.done {
		return
	}
	q.ready = append(q.ready, l)
	if q.world.beside { // messages gather, so that batches have several
		q.world.clock.After(time.Second, q.pump)
		return
	}
	q.pump()
}

// pump gives visible messages to idle workers, in any order.
func (q *queue) pump() {
	w := q.world
	for len(q.ready) > 0 {
		var free []*worker
		for _, t := range q.workers {
			if t.free() {
				free = append(free, t)
			}
		}
		if len(free) == 0 {
			return
		}
		var batch []*queueMessage
		for n := 1 + w.random.IntN(q.batch); n > 0 && len(q.ready) > 0; n-- {
			i := w.random.IntN(len(q.ready))
			l := q.ready[i]
			q.ready = slices.Delete(q.ready, i, i+1)
			if l.received == mostReceipts {
				q.dead = append(q.dead, l)
				w.step(q.name, "dead letter", l.name, NoFault, "")
				continue
			}
			q.receive(l)
			batch = append(batch, l)
		}
		if len(batch) > 0 {
			free[w.random.IntN(len(free))].invoke(batch)
		}
	}
}

// receive hides a message from other workers until its visibility timeout.
func (q *queue) receive(l *queueMessage) {
	l.received++
	q.hidden++
	q.world.clock.After(q.visibility, func() {
		q.hidden--
		q.show(l)
	})
}

// delete removes a message that a worker has processed.
func (q *queue) delete(t *worker, l *queueMessage) {
	if q.world.chance("ack") == QueueAckLost {
		q.world.step(t.name, "ack", l.name, QueueAckLost, "lost")
		return
	}
	l.done = true
	q.world.step(t.name, "ack", l.name, NoFault, "")
}

// redrive makes the dead letters visible again, as `make redrive` does. It reports
// whether there were any.
func (q *queue) redrive() bool {
	dead := q.dead
	q.dead = nil
	for _, l := range dead {
		l.received = 0
		q.show(l)
	}
	return len(dead) > 0
}

// Put puts intents on the queue. The settle function wakes sends with it.
func (q *queue) Put(ctx context.Context, values ...any) error {
	t := q.world.task(ctx)
	for _, value := range values {
		intent, ok := value.(campaign.Intent)
		if !ok {
			panic(fmt.Sprintf("world: a %T was put on the queue of intents", value))
		}
		key := nameOf(intent)
		fault, kill := q.world.chance("put"), q.world.killing()
		t.Wait(q.world.latency())
		if kill == KilledBefore {
			t.die("Put", key, kill)
		}
		if fault != QueuePutLostBefore {
			q.add(queueMessage{name: key, intent: intent}, 0)
			q.world.raised(intent)
		}
		if kill != NoFault {
			t.die("Put", key, kill)
		}
		t.Wait(q.world.latency())
		if fault != NoFault {
			q.world.step(t.name, "Put", key, fault, "lost")
			return errLost
		}
		q.world.step(t.name, "Put", key, fault, "ok")
	}
	return nil
}

// nameOf returns an intent's name in a trace.
func nameOf(i campaign.Intent) string {
	return fmt.Sprintf("%s@%d/%s/%s", i.Campaign, i.Version, i.Customer, i.Occasion)
}
