package template

import (
	"encoding/json"
	"time"
)

// Rule is an EventBridge rule: events on a bus that match the pattern go to the
// targets.
type Rule struct {
	ID, Name string
	ARN      string
	Bus      string // the bus's name
	At       Place
	Pattern  json.RawMessage // EventBridge's pattern language
	Disabled bool
	Targets  []Target
}

// Target is a target of a rule or a schedule.
type Target struct {
	ID  string
	ARN string // of a queue or a function

	// At most one of these transforms the event for the target; if none is set,
	// the target gets the event unchanged.
	Input       string            // this text instead of the event
	InputPath   string            // a part of the event, such as "$.detail"
	InputPaths  map[string]string // variables of InputTemplate
	InputShape  string            // InputTransformer's InputTemplate
	Retries     int               // -1: not set
	MaxAge      time.Duration     // 0: not set
	DeadLetters string            // ARN of a queue for events that could not be delivered
}

// Schedule is a time at which a target is called, once or repeatedly.
type Schedule struct {
	ID, Name   string
	At         Place
	Expression string // rate(…), cron(…) or at(…)
	Zone       string // IANA; empty for UTC
	Start, End time.Time
	Disabled   bool
	RuleARN    string // set if it is a rule of EventBridge, and not a schedule of EventBridge Scheduler
	Target     Target
}

func readBus(s *stack, res *resource, o *object) {
	o.skip("Name", "Tags", "Description", "EventSourceName", "Policy", "KmsKeyIdentifier")
	s.r.register("event bus", s.physical(res), res.at, res.path)
	s.r.out.Buses = append(s.r.out.Buses, s.physical(res))
}

func readRule(s *stack, res *resource, o *object) {
	rule := Rule{ID: res.id, Name: s.physical(res), ARN: arn("events", "rule/"+s.physical(res)), At: res.at}
	o.skip("Name", "Description", "RoleArn", "Tags")
	for _, t := range o.objects("Targets") {
		rule.Targets = append(rule.Targets, readTarget(t))
	}
	s.r.register("rule", rule.Name, res.at, res.path)
	if o.has("ScheduleExpression") {
		for i := range rule.Targets {
			addSchedule(s, res.id+rule.Targets[i].ID, res.at, o, rule.Targets[i], rule.ARN)
		}
		if !o.has("EventPattern") {
			o.skip("EventBusName", "State")
			return
		}
	}
	addRule(s, rule, o)
}

// addRule reads the properties that a rule and a function's event have in
// common, and adds the rule to the result.
func addRule(s *stack, rule Rule, o *object) {
	rule.Bus = o.text("EventBusName")
	if rule.Bus == "" {
		rule.Bus = "default"
	}
	if rule.ARN == "" {
		rule.ARN = arn("events", "rule/"+rule.Name)
	}
	rule.Disabled = o.one("State", "ENABLED", "DISABLED") == "DISABLED"
	key := "EventPattern"
	if o.has("Pattern") {
		key = "Pattern" // SAM's name
	}
	pattern := o.get(key)
	switch {
	case pattern == nil:
		s.r.fault(o.at, o.path, "EventPattern is missing")
		return
	case pattern.kind == broken:
		return
	case pattern.kind != mapping:
		s.r.fault(pattern.at, pattern.path, "want a mapping")
		return
	}
	rule.Pattern, _ = json.Marshal(pattern.plain())
	s.r.out.Rules = append(s.r.out.Rules, rule)
}

func readTarget(o *object) Target {
	o.need("Id", "Arn")
	t := Target{
		ID: o.text("Id"), ARN: o.text("Arn"),
		Input: o.text("Input"), InputPath: o.text("InputPath"),
	}
	o.skip("RoleArn")
	transformer := o.object("InputTransformer")
	if !transformer.missing() {
		transformer.need("InputTemplate")
		t.InputShape = transformer.text("InputTemplate")
		t.InputPaths = map[string]string{}
		paths := transformer.object("InputPathsMap")
		for _, e := range entriesOf(paths.n) {
			t.InputPaths[e.key] = paths.text(e.key)
		}
		transformer.done()
	}
	readRetry(&t, o)
	o.done()
	return t
}

// readRetry reads the retry policy and the dead-letter queue of a target.
func readRetry(t *Target, o *object) {
	policy := o.object("RetryPolicy")
	t.Retries = policy.number("MaximumRetryAttempts", 0, 185, -1)
	t.MaxAge = time.Duration(policy.number("MaximumEventAgeInSeconds", 60, 86400, 0)) * time.Second
	policy.done()
	dead := o.object("DeadLetterConfig")
	t.DeadLetters = dead.text("Arn")
	dead.done()
}

func readSchedule(s *stack, res *resource, o *object) {
	o.need("Target")
	target := o.object("Target")
	target.need("Arn")
	target.skip("RoleArn")
	t := Target{ID: res.id, ARN: target.text("Arn"), Input: target.text("Input")}
	readRetry(&t, target)
	target.done()
	addSchedule(s, s.physical(res), res.at, o, t, "")
}

// addSchedule reads an AWS::Scheduler::Schedule, SAM's ScheduleV2 or Schedule,
// or a rule's expression, and adds the schedule to the result.
func addSchedule(s *stack, id string, at Place, o *object, target Target, rule string) {
	o.need("ScheduleExpression")
	schedule := Schedule{
		ID: id, Name: id, At: at, RuleARN: rule,
		Expression: o.text("ScheduleExpression"),
		Zone:       o.text("ScheduleExpressionTimezone"),
		Start:      o.time("StartDate"), End: o.time("EndDate"),
	}
	o.skip("Name", "Description", "GroupName", "KmsKeyArn", "OmitName", "PermissionsBoundary", "RoleArn")
	if o.has("Name") {
		schedule.Name = o.text("Name")
	}
	if o.has("Enabled") {
		schedule.Disabled = !o.flag("Enabled", true)
	} else {
		schedule.Disabled = o.one("State", "ENABLED", "DISABLED") == "DISABLED"
	}
	if window := o.object("FlexibleTimeWindow"); !window.missing() {
		window.one("Mode", "OFF", "FLEXIBLE")
		window.skip("MaximumWindowInMinutes") // locally, schedules fire at the start of the window
		window.done()
	}
	if schedule.Zone != "" {
		if _, err := time.LoadLocation(schedule.Zone); err != nil {
			s.r.fault(o.at, dotted(o.path, "ScheduleExpressionTimezone"), err.Error())
		}
	}
	schedule.Target = target
	s.r.register("schedule", schedule.Name, at, o.path)
	s.r.out.Schedules = append(s.r.out.Schedules, schedule)
}

// time returns a property that is an RFC 3339 time, or zero if it is absent.
func (o *object) time(key string) time.Time {
	n, text := o.n.get(key), o.text(key)
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		o.r.fault(n.at, n.path, "want a time such as 2026-01-31T09:00:00Z")
	}
	return at.UTC()
}
