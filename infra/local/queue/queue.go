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
)

// Service is all queues of the local cloud. Its methods may be called at the
// same time from anywhere; [Service.ServeHTTP] speaks SQS's protocol.
type Service struct {
	db       *bbolt.DB
	endpoint string
	trail    trail.Recorder
	writer   *writer
	queues   map[string]*index
	names    []string // sorted
	moves    moves
}

// New opens the queues with the messages that db holds for them. The endpoint
// ("http://127.0.0.1:4566") is what queue URLs begin with. A queue that is not
// in the configuration any more keeps its messages in db, out of reach.
//
// It fails with every fault of the configuration at once, or when db cannot be
// read. Close ends it.
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
		if err := s.erase(x, x.old(time.Now())); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// Close writes what waits and refuses what comes after. It does not close the
// database.
func (s *Service) Close() {
	s.moves.stop()
	s.writer.close()
}

// URL of a queue, whether there is one or not.
func (s *Service) URL(name string) string {
	return fmt.Sprintf("%s/%s/%s", s.endpoint, aws.Account, name)
}

// Enqueue stores one message and returns when it would survive a crash. The
// attributes become String message attributes. It implements [aws.Queue].
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
		return fmt.Errorf("put a message on %s: %w", cmp.Or(name, arn), err)
	}
	return nil
}

// Outgoing is a message that is to be sent.
type Outgoing struct {
	Body       string
	Attributes map[string]Attribute
	Delay      *time.Duration // nil: the queue's
	Trace      string         // an X-Amzn-Trace-Id; empty: one is made
}

// Send stores a message and returns its ID when it would survive a crash. It
// fails with a [*Fault] of SQS's for what SQS would refuse.
func (s *Service) Send(ctx context.Context, queue string, m Outgoing) (id string, err error) {
	ids, faults, err := s.sendAll(ctx, queue, []Outgoing{m})
	if err != nil {
		return "", err
	}
	if faults[0] != nil {
		return "", faults[0]
	}
	return ids[0], nil
}

// sendAll stores those messages that are valid, together. A message is refused
// with a fault at its place; err is for all of them.
func (s *Service) sendAll(ctx context.Context, queue string, outgoing []Outgoing) (ids []string, faults []*Fault, err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	x, err := s.index(queue)
	if err != nil {
		return nil, nil, err
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	ids, faults = make([]string, len(outgoing)), make([]*Fault, len(outgoing))
	first := x.sequence(len(outgoing))
	messages := make(map[uint64]stored, len(outgoing))
	var entries []*entry
	for i, o := range outgoing {
		if faults[i] = x.refuse(o); faults[i] != nil {
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
		return ids, faults, nil
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
	for _, e := range entries { // recorded before a receiver can record that it has it
		m := messages[e.sequence]
		s.trail.Record(trail.Step{At: now, Trace: aws.Root(m.Trace), Kind: "queued", Name: queue, ID: m.ID})
	}
	x.add(entries...)
	return ids, faults, nil
}

// index returns a queue, or the fault QueueDoesNotExist.
func (s *Service) index(name string) (*index, error) {
	if x := s.queues[name]; x != nil {
		return x, nil
	}
	return nil, &Fault{
		Code: "QueueDoesNotExist", Query: "AWS.SimpleQueueService.NonExistentQueue",
		Message: fmt.Sprintf("The specified queue does not exist: %q is not in the template. Its queues: %s.", name, strings.Join(s.names, ", ")),
	}
}

// Queue is a queue as it stands, for pages.
type Queue struct {
	Config
	Counts
	Sources []string // the names of the queues whose dead letters it takes
}

// Queues returns all queues, by name.
func (s *Service) Queues() []Queue {
	now := time.Now()
	queues := make([]Queue, 0, len(s.names))
	for _, name := range s.names {
		x := s.queues[name]
		queues = append(queues, Queue{Config: x.Config, Counts: x.counts(now), Sources: s.sources(name)})
	}
	return queues
}

// sources returns the names of the queues whose dead letters the queue takes.
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
// them: for pages.
func (s *Service) Peek(queue string, limit int) ([]Message, error) {
	x, err := s.index(queue)
	if err != nil {
		return nil, err
	}
	return s.read(queue, x.list(time.Now(), limit))
}

// read turns entries into messages; what was deleted meanwhile is left out.
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

// asFault returns SQS's fault for an error, InternalError where it is our own.
func asFault(err error) *Fault {
	var fault *Fault
	if errors.As(err, &fault) {
		return fault
	}
	return &Fault{Code: "InternalError", Query: "InternalError", Message: err.Error(), Ours: true}
}
