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
	"regulars/infra/local/eventdelivery"
	"regulars/infra/local/trail"
)

// DefaultGroup is the group of schedules that do not name a group.
const DefaultGroup = "default"

// Config is one schedule, from the template or created with the API.
type Config struct {
	Name        string
	Group       string // empty: DefaultGroup
	Description string
	Expression  string // rate(...), cron(...), at(...)
	Zone        string // IANA name; empty: UTC
	Start, End  time.Time
	Disabled    bool
	DeleteAfter bool // ActionAfterCompletion is DELETE: delete a one-time schedule after it has fired
	Target      eventdelivery.Target
	Input       string // JSON for the target; empty: an event "Scheduled Event"
	RoleARN     string // stored and returned, not used
	RuleARN     string // set for a scheduled rule of EventBridge: with a rate, it first fires after one interval instead of at once
}

func (c Config) id() string { return c.Group + "/" + c.Name }

// ARN returns the ARN of the schedule or, for a scheduled rule, of the rule.
func (c Config) ARN() string {
	if c.RuleARN != "" {
		return c.RuleARN
	}
	return fmt.Sprintf("arn:aws:scheduler:%s:%s:schedule/%s", aws.Region, aws.Account, c.id())
}

// Deliverer delivers inputs to targets; [delivery.Service] implements it.
type Deliverer interface {
	Deliver(ctx context.Context, t eventdelivery.Target, input []byte, trace string) error
}

// Service holds all schedules of the local cloud. Run makes them fire.
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
	template   bool      // from the template: the API cannot change it
	retry      time.Time // after a failed delivery: do not fire before this time
}

// state is the stored state of a schedule.
type state struct {
	Written string    `json:"written"` // the expression and its zone; if they change, the state is reset
	Since   time.Time `json:"since"`   // when this expression was first seen
	Changed time.Time `json:"changed"`
	Last    time.Time `json:"last"` // the time for which it last fired; zero: never
}

// New checks the template's schedules and adds the stored ones that were
// created with the API. It fails with a list of all faults of the template's
// schedules, or if db cannot be read or written.
func New(db *bbolt.DB, configs []Config, deliver Deliverer, recorder trail.Recorder, log *slog.Logger) (*Service, error) {
	s := &Service{db: db, deliver: deliver, trail: recorder, log: log, all: map[string]*schedule{}, wake: make(chan struct{}, 1)}
	var faults []error
	for _, c := range configs {
		c.Group = cmp.Or(c.Group, DefaultGroup)
		if s.all[c.id()] != nil {
			faults = append(faults, fmt.Errorf("schedule %q: two schedules have this name; rename one", c.Name))
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

// check returns the parsed expression, or an error that lists all faults of the
// schedule.
func (c Config) check() (Expression, error) {
	var faults []error
	if c.Name == "" || len(c.Name) > 64 || strings.Trim(c.Name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" {
		faults = append(faults, errors.New("the name is invalid: it must have 1 to 64 letters, digits, hyphens, underscores and periods"))
	}
	expression, err := Parse(c.Expression, c.Zone)
	faults = append(faults, err, c.Target.Check())
	if c.Input != "" && !json.Valid([]byte(c.Input)) {
		faults = append(faults, fmt.Errorf("the input is not valid JSON: %s", c.Input))
	}
	if c.RuleARN != "" && (expression.Once() || strings.HasPrefix(c.Expression, "rate(1 ") && strings.HasSuffix(c.Expression, "s)")) {
		faults = append(faults, fmt.Errorf("a rule cannot have the expression %q", c.Expression))
	}
	if !c.End.IsZero() && !c.End.After(c.Start) {
		faults = append(faults, fmt.Errorf("its end %v is not after its start %v", c.End, c.Start))
	}
	if err := errors.Join(faults...); err != nil {
		return expression, fmt.Errorf("schedule %q: %w", c.Name, err)
	}
	return expression, nil
}

// due returns the next time at which the schedule fires, which may be in the
// past, or false if it does not fire again.
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
		next, will = begin, true // Scheduler fires a rate at once
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

// Once reports whether the schedule fires only once.
func (s *schedule) Once() bool { return s.expression.Once() }

// fired records that the schedule fired at now for the due time, and skips the
// times that it missed.
func (s *schedule) fired(due, now time.Time) {
	s.Last = due
	switch rate := s.expression.rate; {
	case rate > 0:
		s.Last = due.Add(max(now.Sub(due), 0) / rate * rate) //nolint:durationcheck // adds the whole intervals since due
	case !s.Once() && now.After(due):
		s.Last = now
	}
}

// Run fires the schedules at their times until the context is done.
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

// fireDue fires the schedules that are due, and returns the next time at which
// one is due; zero: none is.
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

// retryAfter is the time before the next attempt after a failed delivery.
const retryAfter = 10 * time.Second

// fire delivers the input and then stores that the schedule fired. After a
// crash between the two, the schedule fires twice; it is never lost.
func (s *Service) fire(ctx context.Context, item *schedule, due, now time.Time) {
	trace, execution := aws.NewTrace(now), aws.NewID()
	err := s.deliver.Deliver(ctx, item.Target, item.input(due, execution), trace)
	step := trail.Step{At: now.Truncate(time.Millisecond), Trace: aws.Root(trace), Kind: "schedule", Name: item.Name, ID: execution, Detail: item.Expression}
	if err != nil {
		item.retry = now.Add(retryAfter)
		step.Outcome = err.Error()
		s.trail.Record(step)
		s.log.Error("schedule: delivery failed, will retry", "schedule", item.id(), "in", retryAfter, "err", err)
		return
	}
	s.trail.Record(step)
	item.retry = time.Time{}
	item.fired(due, now)
	if item.Once() && item.DeleteAfter && !item.template {
		err = s.deleteSchedule(item)
	} else {
		err = s.save(item)
	}
	if err != nil {
		s.log.Error("cannot store that a schedule fired; it can fire again after a restart", "schedule", item.id(), "err", err)
	}
}

// input returns the input for the target, with Scheduler's context attributes
// filled in. If the schedule has no input, it is an event "Scheduled Event", as
// EventBridge sends it.
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

// notify makes Run look for the next due schedule again.
func (s *Service) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Status is the current state of a schedule, for the pages.
type Status struct {
	Config
	Last, Next time.Time // zero: never
}

// Schedules returns all schedules, sorted by group and name.
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
