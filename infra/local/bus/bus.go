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
	"regulars/infra/local/delivery"
	"regulars/infra/local/trail"
)

// DefaultBus is always there.
const DefaultBus = "default"

// Rule is one rule of the template with an event pattern. (Rules with a schedule
// are package schedule's.)
type Rule struct {
	Name        string
	Bus         string // empty: DefaultBus
	Description string
	Pattern     string // JSON
	Disabled    bool
	Targets     []Target
}

// Target is where a rule sends events, and as what. At most one of Input,
// InputPath and InputTemplate is set; none means the event itself.
type Target struct {
	ID string
	delivery.Target
	Input         string            // JSON that is sent instead of the event
	InputPath     string            // "$.detail": the part of the event that is sent
	InputPaths    map[string]string // of an input transformer: names for paths
	InputTemplate string            // of an input transformer: JSON or text with <name> in it
}

// Deliverer is what takes events to targets; [delivery.Service] does.
type Deliverer interface {
	Deliver(ctx context.Context, t delivery.Target, input []byte, trace string) error
}

// Service is all buses of the local cloud.
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

// New checks the rules and returns the buses they are on. It fails with every
// fault at once. The buses are those of the template; DefaultBus need not be
// named.
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

// nameOfBus returns the name in an ARN, or the name itself.
func nameOfBus(bus string) string {
	_, name, found := strings.Cut(bus, ":event-bus/")
	if found {
		return name
	}
	return bus
}

// Put gives an event to all rules of the bus and returns when it is stored. What
// the event leaves open is filled in: version, ID, account, region, time (now).
// It implements [aws.Bus], and takes events of AWS's own sources.
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
		return "", fmt.Errorf("write event %s: %w", event.ID, err)
	}
	value, err := decode(document)
	if err != nil {
		return "", fmt.Errorf("read event %s: %w", event.ID, err)
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
	var faults []error
	for _, r := range matched {
		step := trail.Step{At: step.At, Trace: step.Trace, Kind: "rule", Name: r.Name, ID: event.ID}
		s.trail.Record(step)
		if err := s.send(ctx, r, document, value, trace); err != nil {
			step.Outcome = err.Error()
			s.trail.Record(step)
			faults = append(faults, err)
		}
	}
	return event.ID, errors.Join(faults...)
}

func (s *Service) send(ctx context.Context, r rule, document []byte, value any, trace string) error {
	var faults []error
	for _, t := range r.Targets {
		input, err := t.input(r.Rule, document, value)
		if err == nil {
			err = s.deliver.Deliver(ctx, t.Target, input, trace)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("rule %q, target %q: %w", r.Name, t.ID, err))
		}
	}
	return errors.Join(faults...)
}

// Rules returns the rules of a bus by name, or of all buses where it is empty.
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

// ARN of a rule.
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

// marshal writes JSON without escaping <, > and &, as EventBridge does.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// decode reads JSON and keeps numbers as they are written.
func decode(document []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}
