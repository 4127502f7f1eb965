package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/trail"
	"regulars/shared/shop"
)

// Service holds all queues of the local cloud. Its methods are safe for
// concurrent use; [Service.ServeHTTP] speaks the protocol of SQS.
type Service struct {
	db       *bbolt.DB
	endpoint string
	trail    trail.Recorder
	writer   *writer
	queues   map[string]*index
	names    []string // sorted
	moves    moves
}

// New opens the queues with their messages from db. Queue URLs begin with the
// endpoint ("http://127.0.0.1:4566"). The messages of a queue that is no longer
// in the configuration stay in db, but cannot be received.
//
// It fails with a list of all faults of the configuration, or if db cannot be
// read or written. Call Close when done.
func New(db *bbolt.DB, endpoint string, configs []Config, recorder trail.Recorder) (*Service, error) {
	configs = slices.Clone(configs)
	for i := range configs {
		configs[i] = configs[i].withDefaults()
	}
	if err := check(configs); err != nil {
		return nil, err
	}
	s := &Service{
		db:       db,
		endpoint: strings.TrimSuffix(endpoint, "/"),
		trail:    recorder,
		queues:   make(map[string]*index, len(configs)),
	}
	for _, c := range configs {
		x := newIndex(c)
		last, err := prepare(db, c.Name, func(sequence uint64, m stored, r receives) {
			x.add(&entry{sequence: sequence, sent: m.Sent, visible: m.Visible, receives: r})
		})
		if err != nil {
			return nil, err
		}
		x.last = last
		s.queues[c.Name] = x
	}
	s.names = slices.Sorted(maps.Keys(s.queues))
	s.writer = newWriter(db)
	for _, x := range s.queues {
		if err := s.erase(x, x.expire(time.Now())); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// Close writes the waiting changes; later writes fail. It does not close the
// database.
func (s *Service) Close() {
	s.moves.stop()
	s.writer.close()
}

// URL returns the URL of a queue. It does not check that the queue exists.
func (s *Service) URL(name string) string {
	return fmt.Sprintf("%s/%s/%s", s.endpoint, aws.Account, name)
}

// Enqueue stores one message and returns when the message is durable. The
// attributes become message attributes of type String. It implements
// [aws.Queue].
func (s *Service) Enqueue(ctx context.Context, arn, body string, attributes map[string]string, trace string) error {
	m := Outgoing{Body: body, Trace: trace}
	if len(attributes) > 0 {
		m.Attributes = make(map[string]Attribute, len(attributes))
	}
	for name, value := range attributes {
		m.Attributes[name] = Attribute{DataType: "String", StringValue: &value}
	}
	name := NameOf(arn)
	_, err := s.Send(ctx, name, m)
	if err != nil {
		return fmt.Errorf("send a message to %s: %w", cmp.Or(name, arn), err)
	}
	return nil
}

// Outgoing is a message to be sent.
type Outgoing struct {
	Body       string
	Attributes map[string]Attribute
	Delay      *time.Duration // nil: the delay of the queue
	Trace      string         // an X-Amzn-Trace-Id; empty: a new one
}

// Send stores a message and returns its ID when the message is durable. It
// fails with an [*Error] if SQS would reject the message.
func (s *Service) Send(ctx context.Context, queue string, m Outgoing) (id string, err error) {
	ids, failures, err := s.sendAll(ctx, queue, []Outgoing{m})
	if err != nil {
		return "", err
	}
	if failures[0] != nil {
		return "", failures[0]
	}
	return ids[0], nil
}

// sendAll stores the valid messages in one write. For an invalid message,
// failures has an error at the same index. If err is set, nothing was stored.
func (s *Service) sendAll(ctx context.Context, queue string, outgoing []Outgoing) (ids []string, failures []*Error, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	x, err := s.index(queue)
	if err != nil {
		return nil, nil, err
	}
	now := shop.Millis(time.Now())
	ids, failures = make([]string, len(outgoing)), make([]*Error, len(outgoing))
	first := x.sequence(len(outgoing))
	messages := make(map[uint64]stored, len(outgoing))
	var entries []*entry
	for i, o := range outgoing {
		if failures[i] = x.checkMessage(o); failures[i] != nil {
			continue
		}
		delay := x.Delay
		if o.Delay != nil {
			delay = *o.Delay
		}
		m := stored{
			ID: aws.NewID(), Body: o.Body, Attributes: o.Attributes,
			Trace: cmp.Or(o.Trace, aws.NewTrace(now)), Sender: sender, Sent: now, Visible: now.Add(delay),
		}
		sequence := first + uint64(i)
		ids[i], messages[sequence] = m.ID, m
		entries = append(entries, &entry{sequence: sequence, sent: m.Sent, visible: m.Visible})
	}
	if len(entries) == 0 {
		return ids, failures, nil
	}
	err = s.writer.write(func(tx *bbolt.Tx) error {
		for _, e := range entries {
			if err := putMessage(tx, queue, e.sequence, messages[e.sequence]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries { // recorded before a receiver can record its receive
		m := messages[e.sequence]
		s.trail.Record(trail.Step{At: now, Trace: aws.Root(m.Trace), Kind: "queued", Name: queue, ID: m.ID})
	}
	x.add(entries...)
	return ids, failures, nil
}

// index returns the queue of this name, or the error QueueDoesNotExist.
func (s *Service) index(name string) (*index, error) {
	if x := s.queues[name]; x != nil {
		return x, nil
	}
	return nil, &Error{
		Code: "QueueDoesNotExist", Query: "AWS.SimpleQueueService.NonExistentQueue",
		Message: fmt.Sprintf("The specified queue does not exist: %q is not in the template. The template has: %s.", name, strings.Join(s.names, ", ")),
	}
}

// Queue is the current state of a queue, for the pages.
type Queue struct {
	Config
	Counts
	Sources []string // names of the queues whose dead-letter queue this is
}

// Queues returns all queues, sorted by name.
func (s *Service) Queues() []Queue {
	now := time.Now()
	queues := make([]Queue, 0, len(s.names))
	for _, name := range s.names {
		x := s.queues[name]
		queues = append(queues, Queue{Config: x.Config, Counts: x.counts(now), Sources: s.sources(name)})
	}
	return queues
}

// sources returns the names of the queues whose dead-letter queue has this
// name.
func (s *Service) sources(name string) []string {
	var sources []string
	for _, other := range s.names {
		if s.queues[other].DeadLetterARN == ARN(name) {
			sources = append(sources, other)
		}
	}
	return sources
}

// Peek returns up to limit messages of a queue, oldest first, without receiving
// them. The pages use it.
func (s *Service) Peek(queue string, limit int) ([]Message, error) {
	x, err := s.index(queue)
	if err != nil {
		return nil, err
	}
	return s.read(queue, x.list(time.Now(), limit))
}

// read returns the messages of the entries. It omits messages that another call
// deleted.
func (s *Service) read(queue string, entries []entry) ([]Message, error) {
	sequences := make([]uint64, len(entries))
	for i, e := range entries {
		sequences[i] = e.sequence
	}
	found, err := readMessages(s.db, queue, sequences)
	if err != nil {
		return nil, err
	}
	messages := make([]Message, 0, len(entries))
	for _, e := range entries {
		if m, there := found[e.sequence]; there {
			messages = append(messages, message(queue, e, m))
		}
	}
	return messages, nil
}

func oldestFirst(entries []entry) {
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.sequence, b.sequence) })
}

// asError returns err as an SQS error: InternalError if it is not one already.
func asError(err error) *Error {
	var failure *Error
	if errors.As(err, &failure) {
		return failure
	}
	return &Error{Code: "InternalError", Query: "InternalError", Message: err.Error(), Internal: true}
}
