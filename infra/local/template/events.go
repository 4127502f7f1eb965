package template

import (
	"encoding/json"
	"time"
)

// Rule has a bus's events that match a pattern given to targets.
type Rule struct {
	ID, Name string
	ARN      string
	Bus      string // its name
	At       Place
	Pattern  json.RawMessage // EventBridge's pattern language
	Disabled bool
	Targets  []Target
}

// Target is where a rule or a schedule delivers to.
type Target struct {
	ID  string
	ARN string // of a queue or a function

	// At most one of these shapes the event that is delivered; where none is
	// set, it goes as it is.
	Input       string            // this text instead
	InputPath   string            // a part of the event, such as "$.detail"
	InputPaths  map[string]string // variables of InputTemplate
	InputShape  string            // InputTransformer's InputTemplate
	Retries     int               // -1: not said
	MaxAge      time.Duration     // 0: not said
	DeadLetters string            // ARN of a queue for what could not be delivered
}

// Schedule has a target called by the clock.
type Schedule struct {
	ID, Name   string
	At         Place
	Expression string // rate(…), cron(…) or at(…)
	Zone       string // IANA; empty for UTC
	Start, End time.Time
	Disabled   bool
	RuleARN    string // where it is a rule of EventBridge, and not one of Scheduler's
	Target     Target
}

func readBus(s *stack, res *resource, o *object) {
	o.skip("Name", "Tags", "Description", "EventSourceName", "Policy", "KmsKeyIdentifier")
	s.r.claim("event bus", s.physical(res), res.at, res.path)
	s.r.out.Buses = append(s.r.out.Buses, s.physical(res))
}

func readRule(s *stack, res *resource, o *object) {
	rule := Rule{ID: res.id, Name: s.physical(res), ARN: arn("events", "rule/"+s.physical(res)), At: res.at}
	o.skip("Name", "Description", "RoleArn", "Tags")
	for _, t := range o.objects("Targets") {
		rule.Targets = append(rule.Targets, readTarget(t))
	}
	s.r.claim("rule", rule.Name, res.at, res.path)
	if o.has("ScheduleExpression") {
		for i := range rule.Targets {
			takeSchedule(s, res.id+rule.Targets[i].ID, res.at, o, rule.Targets[i], rule.ARN)
		}
		if !o.has("EventPattern") {
			o.skip("EventBusName", "State")
			return
		}
	}
	takeRule(s, rule, o)
}

// takeRule reads what rules have in common with a function's own event.
func takeRule(s *stack, rule Rule, o *object) {
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
		s.r.fault(pattern.at, pattern.path, "a mapping is wanted")
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
	retry(&t, o)
	o.done()
	return t
}

// retry reads how hard a delivery is tried.
func retry(t *Target, o *object) {
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
	retry(&t, target)
	target.done()
	takeSchedule(s, s.physical(res), res.at, o, t, "")
}

// takeSchedule reads an AWS::Scheduler::Schedule, SAM's ScheduleV2 or Schedule,
// or a rule's expression.
func takeSchedule(s *stack, id string, at Place, o *object, target Target, rule string) {
	o.need("ScheduleExpression")
	schedule := Schedule{
		ID: id, Name: id, At: at, RuleARN: rule,
		Expression: o.text("ScheduleExpression"),
		Zone:       o.text("ScheduleExpressionTimezone"),
		Start:      o.instant("StartDate"), End: o.instant("EndDate"),
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
		window.skip("MaximumWindowInMinutes") // locally, the window's first moment
		window.done()
	}
	if schedule.Zone != "" {
		if _, err := time.LoadLocation(schedule.Zone); err != nil {
			s.r.fault(o.at, dotted(o.path, "ScheduleExpressionTimezone"), err.Error())
		}
	}
	schedule.Target = target
	s.r.claim("schedule", schedule.Name, at, o.path)
	s.r.out.Schedules = append(s.r.out.Schedules, schedule)
}

// instant is an RFC 3339 time, or zero where there is none.
func (o *object) instant(key string) time.Time {
	n, text := o.n.get(key), o.text(key)
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		o.r.fault(n.at, n.path, "a time such as 2026-01-31T09:00:00Z is wanted")
	}
	return at.UTC()
}
