package schedule

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"regulars/infra/local/aws"
	"regulars/infra/local/eventdelivery"
)

// ServeHTTP answers one call of Scheduler's REST API:
//
//	GET    /schedules            ListSchedules
//	POST   /schedules/{name}     CreateSchedule
//	PUT    /schedules/{name}     UpdateSchedule
//	GET    /schedules/{name}     GetSchedule
//	DELETE /schedules/{name}     DeleteSchedule
//	GET    /schedule-groups      ListScheduleGroups
//
// The schedules of the template are read-only.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", aws.NewID())
	name, err := url.PathUnescape(strings.Trim(strings.TrimPrefix(r.URL.EscapedPath(), "/schedules"), "/"))
	var output any
	switch query := r.URL.Query(); {
	case r.URL.Path == "/schedule-groups" && r.Method == http.MethodGet:
		output = s.groups()
	case err != nil:
		err = newError(http.StatusBadRequest, "ValidationException", "the path %s cannot be read", r.URL.Path)
	case name == "" && r.Method == http.MethodGet:
		output = s.list(query)
	case name != "" && r.Method == http.MethodGet:
		output, err = s.get(group(query), name)
	case name != "" && r.Method == http.MethodPost, name != "" && r.Method == http.MethodPut:
		output, err = s.write(w, r, name)
	case name != "" && r.Method == http.MethodDelete:
		output, err = struct{}{}, s.remove(group(query), name)
	default:
		err = newError(http.StatusNotFound, "UnknownOperationException", "%s %s is not an operation of Scheduler", r.Method, r.URL.Path)
	}
	if err != nil {
		failure := &apiError{http.StatusInternalServerError, "InternalServerException", err.Error()}
		errors.As(err, &failure)
		aws.JSONError(w, failure.status, failure.code, failure.message)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(output)
}

// apiError is an error response of the API.
type apiError struct {
	status        int
	code, message string
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func newError(status int, code, format string, args ...any) error {
	return &apiError{status, code, fmt.Sprintf(format, args...)}
}

func group(query url.Values) string { return cmp.Or(query.Get("groupName"), DefaultGroup) }

// target is a schedule's target, in the JSON form of the API.
type target struct {
	Arn              string
	RoleArn          string            `json:",omitempty"`
	Input            string            `json:",omitempty"`
	DeadLetterConfig *deadLetterConfig `json:",omitempty"`
	RetryPolicy      *retryPolicy      `json:",omitempty"`
}

type deadLetterConfig struct{ Arn string }

type retryPolicy struct {
	MaximumEventAgeInSeconds *int `json:",omitempty"`
	MaximumRetryAttempts     *int `json:",omitempty"`
}

type window struct {
	Mode                   string
	MaximumWindowInMinutes *int `json:",omitempty"`
}

// body is the input of CreateSchedule and UpdateSchedule and the output of
// GetSchedule and ListSchedules. Times are Unix seconds.
type body struct {
	Arn                        string   `json:",omitempty"`
	Name                       string   `json:",omitempty"`
	GroupName                  string   `json:",omitempty"`
	Description                string   `json:",omitempty"`
	State                      string   `json:",omitempty"`
	ScheduleExpression         string   `json:",omitempty"`
	ScheduleExpressionTimezone string   `json:",omitempty"`
	ActionAfterCompletion      string   `json:",omitempty"`
	StartDate                  *float64 `json:",omitempty"`
	EndDate                    *float64 `json:",omitempty"`
	CreationDate               *float64 `json:",omitempty"`
	LastModificationDate       *float64 `json:",omitempty"`
	FlexibleTimeWindow         *window  `json:",omitempty"` // accepted; the schedule always fires at the window's start
	Target                     *target  `json:",omitempty"`
}

func (s *Service) write(w http.ResponseWriter, r *http.Request, name string) (any, error) {
	var in body
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&in); err != nil {
		return nil, newError(http.StatusBadRequest, "ValidationException", "the body cannot be read: %v", err)
	}
	if in.Target == nil || in.FlexibleTimeWindow == nil || in.Target.RoleArn == "" {
		return nil, newError(http.StatusBadRequest, "ValidationException", "Target, Target.RoleArn and FlexibleTimeWindow are required")
	}
	in.Name = name
	c := in.config()
	expression, err := c.check()
	if err != nil {
		return nil, newError(http.StatusBadRequest, "ValidationException", "%v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.all[c.id()]
	switch {
	case r.Method == http.MethodPost && old != nil:
		return nil, newError(http.StatusConflict, "ConflictException", "Schedule %s already exists.", name)
	case r.Method == http.MethodPut && old == nil:
		return nil, newError(http.StatusNotFound, "ResourceNotFoundException", "Schedule %s does not exist.", name)
	case old != nil && old.template:
		return nil, readOnly(name)
	}
	now := time.Now().UTC()
	item := &schedule{Config: c, expression: expression}
	if old != nil {
		item.state = old.state
	}
	item.begin(now)
	item.Changed = now
	if err := s.save(item); err != nil {
		return nil, fmt.Errorf("store schedule %s: %w", name, err)
	}
	s.all[c.id()] = item
	s.notify()
	return map[string]string{"ScheduleArn": c.ARN()}, nil
}

// readOnly returns the error of a call that would change a schedule of the
// template.
func readOnly(name string) error {
	return newError(http.StatusBadRequest, "ValidationException", "schedule %s comes from template.yaml. Change the template and restart.", name)
}

func (b body) config() Config {
	c := Config{
		Name: b.Name, Group: cmp.Or(b.GroupName, DefaultGroup), Description: b.Description,
		Expression: b.ScheduleExpression, Zone: b.ScheduleExpressionTimezone,
		Disabled: b.State == "DISABLED", DeleteAfter: b.ActionAfterCompletion == "DELETE",
		Target: eventdelivery.Target{ARN: b.Target.Arn, Attempts: eventdelivery.NoPolicy}, Input: b.Target.Input, RoleARN: b.Target.RoleArn,
	}
	if b.StartDate != nil {
		c.Start = fromSeconds(*b.StartDate)
	}
	if b.EndDate != nil {
		c.End = fromSeconds(*b.EndDate)
	}
	if b.Target.DeadLetterConfig != nil {
		c.Target.DeadLetterARN = b.Target.DeadLetterConfig.Arn
	}
	if p := b.Target.RetryPolicy; p != nil {
		if p.MaximumRetryAttempts != nil {
			c.Target.Attempts = *p.MaximumRetryAttempts
		}
		if p.MaximumEventAgeInSeconds != nil {
			c.Target.MaxAge = time.Duration(*p.MaximumEventAgeInSeconds) * time.Second
		}
	}
	return c
}

func (s *schedule) body() body {
	b := body{
		Arn: s.ARN(), Name: s.Name, GroupName: s.Group, Description: s.Description, State: s.status(),
		ScheduleExpression: s.Expression, ScheduleExpressionTimezone: cmp.Or(s.Zone, "UTC"), ActionAfterCompletion: "NONE",
		StartDate: seconds(s.Start), EndDate: seconds(s.End), CreationDate: seconds(s.Since), LastModificationDate: seconds(s.Changed),
		FlexibleTimeWindow: &window{Mode: "OFF"}, Target: &target{Arn: s.Target.ARN, RoleArn: s.RoleARN, Input: s.Input},
	}
	if s.DeleteAfter {
		b.ActionAfterCompletion = "DELETE"
	}
	if s.Target.DeadLetterARN != "" {
		b.Target.DeadLetterConfig = &deadLetterConfig{s.Target.DeadLetterARN}
	}
	if s.Target.Attempts != eventdelivery.NoPolicy {
		b.Target.RetryPolicy = &retryPolicy{MaximumRetryAttempts: &s.Target.Attempts}
	}
	return b
}

func (s *schedule) status() string {
	if s.Disabled {
		return "DISABLED"
	}
	return "ENABLED"
}

func (s *Service) get(group, name string) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item := s.all[group+"/"+name]
	if item == nil {
		return nil, newError(http.StatusNotFound, "ResourceNotFoundException", "Schedule %s does not exist.", name)
	}
	return item.body(), nil
}

func (s *Service) remove(group, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	item := s.all[group+"/"+name]
	switch {
	case item == nil:
		return newError(http.StatusNotFound, "ResourceNotFoundException", "Schedule %s does not exist.", name)
	case item.template:
		return readOnly(name)
	}
	return s.deleteSchedule(item)
}

func (s *Service) list(query url.Values) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	schedules := []body{}
	for _, id := range slices.Sorted(maps.Keys(s.all)) {
		item := s.all[id]
		if item.RuleARN != "" || !strings.HasPrefix(item.Name, query.Get("NamePrefix")) ||
			query.Has("ScheduleGroup") && item.Group != query.Get("ScheduleGroup") ||
			query.Has("State") && item.status() != query.Get("State") {
			continue
		}
		schedules = append(schedules, body{
			Arn: item.ARN(), Name: item.Name, GroupName: item.Group, State: item.status(),
			CreationDate: seconds(item.Since), LastModificationDate: seconds(item.Changed), Target: &target{Arn: item.Target.ARN},
		})
	}
	return map[string]any{"Schedules": schedules}
}

// groups returns the groups that the schedules name, and the default group.
func (s *Service) groups() any {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[string]bool{DefaultGroup: true}
	for _, item := range s.all {
		names[item.Group] = true
	}
	groups := []map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		arn := fmt.Sprintf("arn:aws:scheduler:%s:%s:schedule-group/%s", aws.Region, aws.Account, name)
		groups = append(groups, map[string]string{"Name": name, "Arn": arn, "State": "ACTIVE"})
	}
	return map[string]any{"ScheduleGroups": groups}
}

func seconds(t time.Time) *float64 {
	if t.IsZero() {
		return nil
	}
	unix := float64(t.UnixMilli()) / 1000
	return &unix
}

func fromSeconds(unix float64) time.Time { return time.UnixMilli(int64(unix * 1000)).UTC() }
