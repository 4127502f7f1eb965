package bus

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/infra/local/aws"
	"regulars/infra/local/eventdelivery"
	"regulars/infra/local/trail"
)

// DefaultBus is the name of the event bus that always exists.
const DefaultBus = "default"

// Rule is one rule of the template with an event pattern. (Package schedule has
// the rules with a schedule.)
type Rule struct {
	Name        string
	Bus         string // empty: DefaultBus
	Description string
	Pattern     string // JSON
	Disabled    bool
	Targets     []Target
}

// Target is one target of a rule, and the input that the rule sends to it. At
// most one of Input, InputPath and InputTemplate is set; without them the input
// is the event.
type Target struct {
	ID string
	eventdelivery.Target
	Input         string            // JSON to send instead of the event
	InputPath     string            // the part of the event to send, such as "$.detail"
	InputPaths    map[string]string // of an input transformer: path by name
	InputTemplate string            // of an input transformer: JSON or text with placeholders <name>
}

// Deliverer delivers events to targets; [delivery.Service] implements it.
type Deliverer interface {
	Deliver(ctx context.Context, t eventdelivery.Target, input []byte, trace string) error
}

// Service holds all event buses of the local cloud and their rules.
type Service struct {
	buses   []string
	rules   []rule
	deliver Deliverer
	trail   trail.Recorder
}

type rule struct {
	Rule
	pattern Pattern
}

// New checks the rules and returns the service. It fails with a list of all
// faults. buses are the names of the template's buses; they need not include
// DefaultBus.
func New(buses []string, rules []Rule, deliver Deliverer, recorder trail.Recorder) (*Service, error) {
	s := &Service{deliver: deliver, trail: recorder}
	s.buses = append(s.buses, DefaultBus)
	for _, bus := range buses {
		if !slices.Contains(s.buses, bus) {
			s.buses = append(s.buses, bus)
		}
	}
	var faults []error
	for _, r := range rules {
		r.Bus = nameOfBus(cmp.Or(r.Bus, DefaultBus))
		fault := func(err error) { faults = append(faults, fmt.Errorf("rule %q: %w", r.Name, err)) }
		if !slices.Contains(s.buses, r.Bus) {
			fault(fmt.Errorf("event bus %q is not in the template", r.Bus))
		}
		pattern, err := ParsePattern([]byte(r.Pattern))
		if err != nil {
			fault(err)
		}
		for _, t := range r.Targets {
			if err := errors.Join(t.Check(), t.checkInput()); err != nil {
				fault(fmt.Errorf("target %q: %w", t.ID, err))
			}
		}
		s.rules = append(s.rules, rule{r, pattern})
	}
	return s, errors.Join(faults...)
}

// nameOfBus returns the name of a bus, given its ARN or its name.
func nameOfBus(bus string) string {
	_, name, found := strings.Cut(bus, ":event-bus/")
	if found {
		return name
	}
	return bus
}

// Put gives an event to all rules of the bus and returns when the event is
// stored for every target. It fills in empty fields: version, ID, account,
// region and time (now). Unlike PutEvents it also accepts sources that begin
// with "aws.". It implements [aws.Bus].
func (s *Service) Put(ctx context.Context, bus string, event aws.Event, trace string) error {
	_, err := s.put(ctx, bus, event, trace)
	return err
}

func (s *Service) put(ctx context.Context, bus string, event aws.Event, trace string) (id string, err error) {
	bus = nameOfBus(cmp.Or(bus, DefaultBus))
	if !slices.Contains(s.buses, bus) {
		return "", fmt.Errorf("event bus %q does not exist; the template has: %s", bus, strings.Join(s.buses, ", "))
	}
	now := time.Now().UTC()
	if event.Time.IsZero() {
		event.Time = now
	}
	event.Time = event.Time.UTC().Truncate(time.Second) // EventBridge keeps seconds
	event.Version = cmp.Or(event.Version, "0")
	event.ID = cmp.Or(event.ID, aws.NewID())
	event.Account = cmp.Or(event.Account, aws.Account)
	event.Region = cmp.Or(event.Region, aws.Region)
	if event.Resources == nil {
		event.Resources = []string{}
	}
	trace = cmp.Or(trace, aws.NewTrace(now))

	document, err := marshal(event)
	if err != nil {
		return "", fmt.Errorf("encode event %s: %w", event.ID, err)
	}
	value, err := decode(document)
	if err != nil {
		return "", fmt.Errorf("decode event %s: %w", event.ID, err)
	}
	step := trail.Step{At: now.Truncate(time.Millisecond), Trace: aws.Root(trace), Kind: "event", Name: event.DetailType, ID: event.ID, Detail: event.Source}
	var matched []rule
	for _, r := range s.rules {
		if r.Bus == bus && !r.Disabled && r.pattern.Match(value) {
			matched = append(matched, r)
		}
	}
	if len(matched) == 0 {
		step.Outcome = "no rule matches"
	}
	s.trail.Record(step)
	var failures []error
	for _, r := range matched {
		step := trail.Step{At: step.At, Trace: step.Trace, Kind: "rule", Name: r.Name, ID: event.ID}
		s.trail.Record(step)
		if err := s.send(ctx, r, document, value, trace); err != nil {
			step.Outcome = err.Error()
			s.trail.Record(step)
			failures = append(failures, err)
		}
	}
	return event.ID, errors.Join(failures...)
}

func (s *Service) send(ctx context.Context, r rule, document []byte, value any, trace string) error {
	var failures []error
	for _, t := range r.Targets {
		input, err := t.input(r.Rule, document, value)
		if err == nil {
			err = s.deliver.Deliver(ctx, t.Target, input, trace)
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("rule %q, target %q: %w", r.Name, t.ID, err))
		}
	}
	return errors.Join(failures...)
}

// Rules returns the rules of a bus, or of all buses if bus is empty, sorted by
// name.
func (s *Service) Rules(bus string) []Rule {
	var rules []Rule
	for _, r := range s.rules {
		if bus == "" || r.Bus == bus {
			rules = append(rules, r.Rule)
		}
	}
	slices.SortFunc(rules, func(a, b Rule) int { return cmp.Compare(a.Name, b.Name) })
	return rules
}

// ARN returns the ARN of the rule.
func (r Rule) ARN() string {
	name := r.Name
	if r.Bus != DefaultBus {
		name = r.Bus + "/" + r.Name
	}
	return fmt.Sprintf("arn:aws:events:%s:%s:rule/%s", aws.Region, aws.Account, name)
}

func busARN(name string) string {
	return fmt.Sprintf("arn:aws:events:%s:%s:event-bus/%s", aws.Region, aws.Account, name)
}

// marshal returns v as JSON. As on EventBridge, it does not escape <, > and &.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// decode reads JSON. Numbers become [json.Number], so they keep their notation.
func decode(document []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}
