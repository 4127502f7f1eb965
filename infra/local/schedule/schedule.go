package schedule

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/delivery"
	"regulars/infra/local/trail"
)

// DefaultGroup is the group of schedules that name none.
const DefaultGroup = "default"

// Config is one schedule: of the template or of the protocol.
type Config struct {
	Name        string
	Group       string // empty: DefaultGroup
	Description string
	Expression  string // rate(...), cron(...), at(...)
	Zone        string // IANA; empty: UTC
	Start, End  time.Time
	Disabled    bool
	DeleteAfter bool // ActionAfterCompletion is DELETE: a one-time schedule is forgotten when it has fired
	Target      delivery.Target
	Input       string // JSON for the target; empty: an event "Scheduled Event"
	RoleARN     string // kept and shown; nothing is checked by it
	RuleARN     string // set for a scheduled rule of EventBridge, which begins after its rate instead of at once
}

func (c Config) id() string { return c.Group + "/" + c.Name }

// ARN of a schedule, or of the rule that it is.
func (c Config) ARN() string {
	if c.RuleARN != "" {
		return c.RuleARN
	}
	return fmt.Sprintf("arn:aws:scheduler:%s:%s:schedule/%s", aws.Region, aws.Account, c.id())
}

// Deliverer is what takes inputs to targets; [delivery.Service] does.
type Deliverer interface {
	Deliver(ctx context.Context, t delivery.Target, input []byte, trace string) error
}

// Service is all schedules of the local cloud. Run makes them fire.
type Service struct {
	db      *bbolt.DB
	deliver Deliverer
	trail   trail.Recorder
	log     *slog.Logger
	mu      sync.Mutex
	all     map[string]*schedule // by group/name
	wake    chan struct{}
}

type schedule struct {
	Config
	state
	expression Expression
	template   bool
	retry      time.Time // not before this, after a delivery failed
}

// state is what is stored of each schedule.
type state struct {
	Written string    `json:"written"` // the expression and its zone: when they change, all begins anew
	Since   time.Time `json:"since"`   // when they were seen first
	Changed time.Time `json:"changed"`
	Last    time.Time `json:"last"` // what it fired for last; zero: never
}

// New checks the template's schedules, and adds those that were made over the
// protocol earlier. It fails with every fault at once.
func New(db *bbolt.DB, configs []Config, deliver Deliverer, recorder trail.Recorder, log *slog.Logger) (*Service, error) {
	s := &Service{db: db, deliver: deliver, trail: recorder, log: log, all: map[string]*schedule{}, wake: make(chan struct{}, 1)}
	var faults []error
	for _, c := range configs {
		c.Group = cmp.Or(c.Group, DefaultGroup)
		if s.all[c.id()] != nil {
			faults = append(faults, fmt.Errorf("schedule %q: there are two of this name", c.Name))
			continue
		}
		expression, err := c.check()
		faults = append(faults, err)
		s.all[c.id()] = &schedule{Config: c, expression: expression, template: true}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if err := s.load(time.Now().UTC()); err != nil {
		return nil, fmt.Errorf("read the schedules: %w", err)
	}
	return s, nil
}

// check names all faults of a schedule.
func (c Config) check() (Expression, error) {
	var faults []error
	if c.Name == "" || len(c.Name) > 64 || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
		faults = append(faults, errors.New("a name has 1 to 64 letters, digits, hyphens, underscores and periods"))
	}
	expression, err := Parse(c.Expression, c.Zone)
	faults = append(faults, err, c.Target.Check())
	if c.Input != "" && !json.Valid([]byte(c.Input)) {
		faults = append(faults, fmt.Errorf("the input is not JSON: %s", c.Input))
	}
	if c.RuleARN != "" && (expression.Once() || strings.HasPrefix(c.Expression, "rate(1 ") && strings.HasSuffix(c.Expression, "s)")) {
		faults = append(faults, fmt.Errorf("a rule does not take the expression %q", c.Expression))
	}
	if !c.End.IsZero() && !c.End.After(c.Start) {
		faults = append(faults, fmt.Errorf("it ends at %v, before it starts at %v", c.End, c.Start))
	}
	if err := errors.Join(faults...); err != nil {
		return expression, fmt.Errorf("schedule %q: %w", c.Name, err)
	}
	return expression, nil
}

// due returns when the schedule fires next, which may have passed; false when
// it never does again.
func (s *schedule) due() (time.Time, bool) {
	if s.Disabled {
		return time.Time{}, false
	}
	begin := s.Since
	if s.Start.After(begin) {
		begin = s.Start
	}
	var next time.Time
	var will bool
	switch {
	case s.Once():
		next, will = s.expression.at, s.Last.IsZero()
	case !s.Last.IsZero():
		next, will = s.expression.Next(s.Last)
	case s.expression.rate > 0 && s.RuleARN == "":
		next, will = begin, true // the Scheduler begins at once
	case s.expression.rate > 0:
		next, will = s.expression.Next(begin)
	default:
		next, will = s.expression.Next(begin.Add(-time.Nanosecond))
	}
	if !s.End.IsZero() && next.After(s.End) {
		return time.Time{}, false
	}
	if next.Before(s.retry) {
		next = s.retry
	}
	return next, will
}

// Once tells that the schedule fires one time only.
func (s *schedule) Once() bool { return s.expression.Once() }

// fired notes that the schedule fired at now for the time that was due, and
// jumps over the times that it missed.
func (s *schedule) fired(due, now time.Time) {
	s.Last = due
	switch rate := s.expression.rate; {
	case rate > 0:
		s.Last = due.Add(max(now.Sub(due), 0) / rate * rate) //nolint:durationcheck // whole intervals: keep the rhythm
	case !s.Once() && now.After(due):
		s.Last = now
	}
}

// Run fires what is due until the context is done.
func (s *Service) Run(ctx context.Context) error {
	for {
		next := s.fireDue(ctx, time.Now().UTC())
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = time.After(time.Until(next))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-timer:
		}
	}
}

// fireDue fires what is due, and returns when to look again; zero: when woken.
func (s *Service) fireDue(ctx context.Context, now time.Time) (next time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(s.all)) {
		item := s.all[id]
		due, will := item.due()
		if will && !due.After(now) && ctx.Err() == nil {
			s.fire(ctx, item, due, now)
			due, will = item.due()
		}
		if will && s.all[id] != nil && (next.IsZero() || due.Before(next)) {
			next = due
		}
	}
	return next
}

// retryAfter is how long to wait when an input could not be handed on.
const retryAfter = 10 * time.Second

// fire hands the input on, and then stores that it did: a crash in between makes
// it fire twice, never not at all.
func (s *Service) fire(ctx context.Context, item *schedule, due, now time.Time) {
	trace, execution := aws.NewTrace(now), aws.NewID()
	err := s.deliver.Deliver(ctx, item.Target, item.input(due, execution), trace)
	step := trail.Step{At: now.Truncate(time.Millisecond), Trace: aws.Root(trace), Kind: "schedule", Name: item.Name, ID: execution, Detail: item.Expression}
	if err != nil {
		item.retry = now.Add(retryAfter)
		step.Outcome = err.Error()
		s.trail.Record(step)
		s.log.Error("schedule could not fire, will try again", "schedule", item.id(), "in", retryAfter, "err", err)
		return
	}
	s.trail.Record(step)
	item.retry = time.Time{}
	item.fired(due, now)
	if item.Once() && item.DeleteAfter && !item.template {
		err = s.forget(item)
	} else {
		err = s.save(item)
	}
	if err != nil {
		s.log.Error("cannot store that a schedule fired: it may fire again after a restart", "schedule", item.id(), "err", err)
	}
}

// input is what the target gets. Scheduler's context attributes are filled in;
// without an input it is an event, as EventBridge makes it.
func (s *schedule) input(due time.Time, execution string) []byte {
	scheduled := due.UTC().Format("2006-01-02T15:04:05Z")
	if s.Input != "" {
		return []byte(strings.NewReplacer(
			"<aws.scheduler.schedule-arn>", s.ARN(),
			"<aws.scheduler.scheduled-time>", scheduled,
			"<aws.scheduler.execution-id>", execution,
			"<aws.scheduler.attempt-number>", "1",
		).Replace(s.Input))
	}
	source := "aws.scheduler"
	if s.RuleARN != "" {
		source = "aws.events"
	}
	input, _ := json.Marshal(aws.Event{ // strings and times always marshal
		Version: "0", ID: execution, DetailType: "Scheduled Event", Source: source, Account: aws.Account,
		Time: due.UTC().Truncate(time.Second), Region: aws.Region, Resources: []string{s.ARN()}, Detail: struct{}{},
	})
	return input
}

func (s *Service) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Status is a schedule as it stands, for pages.
type Status struct {
	Config
	Last, Next time.Time // zero: never
}

// Schedules returns all schedules, by group and name.
func (s *Service) Schedules() []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Status, 0, len(s.all))
	for _, id := range slices.Sorted(maps.Keys(s.all)) {
		status := Status{Config: s.all[id].Config, Last: s.all[id].Last}
		if due, will := s.all[id].due(); will {
			status.Next = due
		}
		all = append(all, status)
	}
	return all
}
