package bus

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"regulars/infra/local/aws"
)

// Limits of PutEvents: the number of entries, and the bytes of the whole
// request (1 MB since 2026).
const (
	MaxEntries = 10
	MaxBytes   = 1 << 20
)

// partners are the only sources beginning with "aws." that PutEvents accepts.
var partners = []string{"aws.partner/shopify.com", "aws.partner/segment.com", "aws.partner/commercetools.com"}

// isPartner reports whether the source is a partner's, or below it.
func isPartner(source string) bool {
	return slices.ContainsFunc(partners, func(partner string) bool {
		return source == partner || strings.HasPrefix(source, partner+"/")
	})
}

// ServeHTTP answers one call of the JSON protocol of EventBridge.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", aws.NewID())
	operation, _ := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AWSEvents.")
	do := operations[operation]
	if do == nil {
		(&apiError{"ValidationException", operation + " is not supported by the local cloud: event buses, rules and targets come from template.yaml. Change the template and restart."}).write(w)
		return
	}
	output, err := do(s, r.Context(), r.Header.Get(aws.TraceHeader), json.NewDecoder(http.MaxBytesReader(w, r.Body, 8*MaxBytes)))
	var failure *apiError
	switch {
	case err == nil:
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(output)
	case errors.As(err, &failure):
		failure.write(w)
	default:
		aws.JSONError(w, http.StatusInternalServerError, "InternalException", err.Error())
	}
}

// apiError is an error response to a whole call.
type apiError struct{ code, message string }

func (e *apiError) Error() string { return e.code + ": " + e.message }

func (e *apiError) write(w http.ResponseWriter) {
	aws.JSONError(w, http.StatusBadRequest, e.code, e.message)
}

type operation func(*Service, context.Context, string, *json.Decoder) (any, error)

// operations are the supported operations, by name. All others (PutRule,
// PutTargets, CreateEventBus, ...) are rejected: they would change what the
// template defines.
var operations = map[string]operation{
	"PutEvents":         on((*Service).putEvents),
	"TestEventPattern":  on((*Service).testEventPattern),
	"ListRules":         on((*Service).listRules),
	"DescribeRule":      on((*Service).describeRule),
	"ListTargetsByRule": on((*Service).listTargetsByRule),
	"ListEventBuses":    on((*Service).listEventBuses),
	"DescribeEventBus":  on((*Service).describeEventBus),
}

// on returns an operation that decodes its input and calls the method.
func on[In any](do func(*Service, context.Context, string, In) (any, error)) operation {
	return func(s *Service, ctx context.Context, trace string, input *json.Decoder) (any, error) {
		var in In
		if err := input.Decode(&in); err != nil {
			return nil, &apiError{"SerializationException", "The input does not match the operation: " + err.Error()}
		}
		return do(s, ctx, trace, in)
	}
}

// entry is one entry of PutEvents.
type entry struct {
	EventBusName string
	Source       string
	DetailType   string
	Detail       string
	Resources    []string
	Time         *float64 // Unix seconds
	TraceHeader  string
}

// size returns the size of the entry as EventBridge counts it, in bytes: 14 for
// a time, and the length of the texts.
func (e entry) size() int {
	size := len(e.Source) + len(e.DetailType) + len(e.Detail)
	if e.Time != nil {
		size += 14
	}
	for _, r := range e.Resources {
		size += len(r)
	}
	return size
}

// entryResult is the result of PutEvents for one entry.
type entryResult struct {
	EventId      string `json:",omitempty"`
	ErrorCode    string `json:",omitempty"`
	ErrorMessage string `json:",omitempty"`
}

func (s *Service) putEvents(ctx context.Context, trace string, in struct{ Entries []entry }) (any, error) {
	if len(in.Entries) == 0 || len(in.Entries) > MaxEntries {
		return nil, &apiError{"ValidationException", fmt.Sprintf("1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and %d, not %d.", MaxEntries, len(in.Entries))}
	}
	size := 0
	for _, e := range in.Entries {
		size += e.size()
	}
	if size > MaxBytes {
		return nil, &apiError{"ValidationException", fmt.Sprintf("Total size of the entries in the request is over the limit: %d of %d bytes.", size, MaxBytes)}
	}
	results, failed := make([]entryResult, len(in.Entries)), 0
	for i, e := range in.Entries {
		if results[i] = s.putEntry(ctx, e, trace); results[i].ErrorCode != "" {
			failed++
		}
	}
	return map[string]any{"FailedEntryCount": failed, "Entries": results}, nil
}

func (s *Service) putEntry(ctx context.Context, e entry, trace string) entryResult {
	if failure := s.checkEntry(e); failure != nil {
		return *failure
	}
	event := aws.Event{Source: e.Source, DetailType: e.DetailType, Detail: json.RawMessage(e.Detail), Resources: e.Resources}
	if e.Time != nil {
		seconds, fraction := math.Modf(*e.Time)
		event.Time = time.Unix(int64(seconds), int64(fraction*1e9))
	}
	if e.TraceHeader != "" {
		trace = e.TraceHeader
	}
	id, err := s.put(ctx, e.EventBusName, event, trace)
	if err != nil {
		return entryResult{ErrorCode: "InternalFailure", ErrorMessage: err.Error()}
	}
	return entryResult{EventId: id}
}

// checkEntry returns the result with which EventBridge rejects the entry, or
// nil if EventBridge accepts it.
func (s *Service) checkEntry(e entry) *entryResult {
	argument := func(name, reason string) *entryResult {
		return &entryResult{ErrorCode: "InvalidArgument", ErrorMessage: fmt.Sprintf("Parameter %s is not valid. Reason: %s", name, reason)}
	}
	switch {
	case e.Source == "":
		return argument("Source", "Source is a required argument.")
	case e.DetailType == "":
		return argument("DetailType", "DetailType is a required argument.")
	case len(e.DetailType) > 128:
		return argument("DetailType", "DetailType must be shorter than 128 characters.")
	case e.Detail == "":
		return argument("Detail", "Detail is a required argument.")
	case strings.HasPrefix(e.Source, "aws.") && !isPartner(e.Source):
		return &entryResult{ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source."}
	case !isObject(e.Detail):
		return &entryResult{ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed."}
	case e.EventBusName != "" && !slices.Contains(s.buses, nameOfBus(e.EventBusName)):
		return argument("EventBusName", fmt.Sprintf("Event bus %s does not exist.", e.EventBusName))
	}
	return nil
}

func isObject(detail string) bool {
	return bytes.HasPrefix(bytes.TrimSpace([]byte(detail)), []byte("{")) && json.Valid([]byte(detail))
}

func (s *Service) testEventPattern(_ context.Context, _ string, in struct{ EventPattern, Event string }) (any, error) {
	pattern, err := ParsePattern([]byte(in.EventPattern))
	if err != nil {
		return nil, &apiError{"InvalidEventPatternException", err.Error()}
	}
	event, err := decode([]byte(in.Event))
	if err != nil {
		return nil, &apiError{"ValidationException", "Parameter Event is not valid. Reason: " + err.Error()}
	}
	fields, _ := event.(map[string]any)
	for _, name := range []string{"id", "account", "source", "time", "region", "resources", "detail-type"} {
		if _, there := fields[name]; !there {
			return nil, &apiError{"ValidationException", "Parameter Event is not valid. Reason: the event has no field " + name + "."}
		}
	}
	return map[string]bool{"Result": pattern.Match(event)}, nil
}

func (r Rule) describe() map[string]any {
	state := "ENABLED"
	if r.Disabled {
		state = "DISABLED"
	}
	return map[string]any{
		"Name": r.Name, "Arn": r.ARN(), "EventBusName": r.Bus, "State": state,
		"Description": r.Description, "EventPattern": r.Pattern,
	}
}

func (s *Service) listRules(_ context.Context, _ string, in struct{ EventBusName, NamePrefix string }) (any, error) {
	bus, err := s.bus(in.EventBusName)
	if err != nil {
		return nil, err
	}
	rules := []any{}
	for _, r := range s.Rules(bus) {
		if strings.HasPrefix(r.Name, in.NamePrefix) {
			rules = append(rules, r.describe())
		}
	}
	return map[string]any{"Rules": rules}, nil
}

func (s *Service) bus(name string) (string, error) {
	if name == "" {
		return DefaultBus, nil
	}
	if name = nameOfBus(name); !slices.Contains(s.buses, name) {
		return "", &apiError{"ResourceNotFoundException", fmt.Sprintf("Event bus %s does not exist.", name)}
	}
	return name, nil
}

func (s *Service) rule(bus, name string) (Rule, error) {
	bus, err := s.bus(bus)
	if err != nil {
		return Rule{}, err
	}
	for _, r := range s.Rules(bus) {
		if r.Name == name {
			return r, nil
		}
	}
	return Rule{}, &apiError{"ResourceNotFoundException", fmt.Sprintf("Rule %s does not exist on EventBus %s.", name, bus)}
}

func (s *Service) describeRule(_ context.Context, _ string, in struct{ Name, EventBusName string }) (any, error) {
	r, err := s.rule(in.EventBusName, in.Name)
	if err != nil {
		return nil, err
	}
	return r.describe(), nil
}

func (s *Service) listTargetsByRule(_ context.Context, _ string, in struct{ Rule, EventBusName string }) (any, error) {
	r, err := s.rule(in.EventBusName, in.Rule)
	if err != nil {
		return nil, err
	}
	targets := make([]map[string]any, len(r.Targets))
	for i, t := range r.Targets {
		targets[i] = map[string]any{"Id": t.ID, "Arn": t.ARN}
		if t.Input != "" {
			targets[i]["Input"] = t.Input
		}
		if t.InputPath != "" {
			targets[i]["InputPath"] = t.InputPath
		}
		if t.InputTemplate != "" {
			targets[i]["InputTransformer"] = map[string]any{"InputPathsMap": t.InputPaths, "InputTemplate": t.InputTemplate}
		}
		if t.DeadLetterARN != "" {
			targets[i]["DeadLetterConfig"] = map[string]string{"Arn": t.DeadLetterARN}
		}
	}
	return map[string]any{"Targets": targets}, nil
}

func (s *Service) listEventBuses(_ context.Context, _ string, in struct{ NamePrefix string }) (any, error) {
	buses := []any{}
	for _, name := range s.buses {
		if strings.HasPrefix(name, in.NamePrefix) {
			buses = append(buses, map[string]string{"Name": name, "Arn": busARN(name)})
		}
	}
	return map[string]any{"EventBuses": buses}, nil
}

func (s *Service) describeEventBus(_ context.Context, _ string, in struct{ Name string }) (any, error) {
	name, err := s.bus(in.Name)
	if err != nil {
		return nil, err
	}
	return map[string]string{"Name": name, "Arn": busARN(name)}, nil
}
