package template

import (
	"fmt"
	"path"
	"strings"
	"time"
)

// Function is one Lambda function. Its code is a Go main package: SAM's
// BuildMethod go1.x on a CodeUri inside the one module.
type Function struct {
	ID       string // logical ID in the template
	Name     string // FunctionName or ID
	ARN      string
	At       Place
	Code     string // the main package's folder, relative to the template, such as "functions/record"
	Handler  string
	Timeout  time.Duration
	MemoryMB int
	Env      map[string]string

	// Reserved is ReservedConcurrentExecutions, or -1: only the account's
	// limit.
	Reserved int

	Async Async

	LogFormat, LogLevel string // LoggingConfig: "Text" or "JSON"; the level is empty if not set

	// URL says that the function has a function URL. SignedURL says that
	// requests to it must be signed (AuthType AWS_IAM). Streams says that it
	// answers with InvokeMode RESPONSE_STREAM.
	URL, SignedURL, Streams bool
}

// Async is the configuration of asynchronous invocations.
type Async struct {
	Retries   int           // after the first attempt
	MaxAge    time.Duration // older events are not retried
	OnFailure string        // ARN of a queue or function; empty for none
	// DeadLetters says that OnFailure gets only the event, as a DeadLetterQueue
	// does, and not the envelope of a destination.
	DeadLetters bool
}

// Mapping is an event source mapping: the function is called with batches of
// the queue's messages.
type Mapping struct {
	ID             string
	At             Place
	Function       string // the function's name
	Queue          string // the queue's ARN
	BatchSize      int
	Window         time.Duration // how long to collect a batch
	Partial        bool          // ReportBatchItemFailures
	MaxConcurrency int           // 0: no limit of its own
}

// withGlobals returns the Globals overridden by the function's properties, as
// in SAM: mappings are merged, lists are joined, other values are replaced.
func withGlobals(own, global *node) *node {
	if own == nil || global == nil {
		if own == nil {
			return global
		}
		return own
	}
	switch {
	case own.kind == mapping && global.kind == mapping && !intrinsic(own) && !intrinsic(global):
		out := &node{kind: mapping, at: own.at, path: own.path}
		for _, e := range global.entries {
			if value := own.get(e.key); value != nil {
				e.value = withGlobals(value, e.value)
			}
			out.entries = append(out.entries, e)
		}
		for _, e := range own.entries {
			if global.get(e.key) == nil {
				out.entries = append(out.entries, e)
			}
		}
		return out
	case own.kind == list && global.kind == list:
		return &node{kind: list, at: own.at, path: own.path, items: append(append([]*node{}, global.items...), own.items...)}
	}
	return own
}

func intrinsic(n *node) bool {
	return len(n.entries) == 1 && (n.entries[0].key == "Ref" || strings.HasPrefix(n.entries[0].key, "Fn::"))
}

func readFunction(s *stack, res *resource, o *object) {
	if method := res.node.get("Metadata").get("BuildMethod"); method == nil || method.text() != "go1.x" {
		s.r.fault(res.at, res.path+".Metadata.BuildMethod", "the local cloud builds only functions of BuildMethod go1.x")
	}
	o.need("CodeUri", "Handler", "Runtime")
	f := Function{
		ID: res.id, Name: s.physical(res), At: res.at,
		ARN:      arn("lambda", "function:"+s.physical(res)),
		Code:     path.Join(s.dir, o.text("CodeUri")),
		Handler:  o.text("Handler"),
		Timeout:  time.Duration(o.number("Timeout", 1, 900, 3)) * time.Second,
		MemoryMB: o.number("MemorySize", 128, 10240, 128),
		Reserved: o.number("ReservedConcurrentExecutions", 0, 1000, -1),
		Env:      map[string]string{},
	}
	o.one("Runtime", "provided.al2023", "provided.al2")
	o.one("PackageType", "Zip")
	o.skip("FunctionName", "Description", "Role", "Policies", "Architectures", "Tags", "Tracing",
		"PermissionsBoundary", "KmsKeyArn", "PropagateTags")
	logging := o.object("LoggingConfig")
	f.LogFormat, f.LogLevel = logging.one("LogFormat", "Text", "JSON"), logging.text("ApplicationLogLevel")
	logging.skip("LogGroup", "SystemLogLevel")
	logging.done()
	environment := o.object("Environment")
	variables := environment.object("Variables")
	for _, e := range entriesOf(variables.n) {
		f.Env[e.key] = variables.text(e.key)
	}
	variables.done()
	environment.done()
	f.Async = readAsync(o)
	readFunctionURL(&f, o)
	s.r.register("function", f.Name, res.at, res.path)
	s.r.out.Functions = append(s.r.out.Functions, f)
	readFunctionEvents(s, f, o)
}

func readFunctionURL(f *Function, o *object) {
	url := o.object("FunctionUrlConfig")
	if url.missing() {
		return
	}
	f.URL, f.SignedURL = true, url.one("AuthType", "NONE", "AWS_IAM") == "AWS_IAM"
	url.need("AuthType")
	f.Streams = url.one("InvokeMode", "BUFFERED", "RESPONSE_STREAM") == "RESPONSE_STREAM"
	url.done()
}

func readAsync(o *object) Async {
	config := o.object("EventInvokeConfig")
	a := Async{
		Retries: config.number("MaximumRetryAttempts", 0, 2, 2),
		MaxAge:  time.Duration(config.number("MaximumEventAgeInSeconds", 60, 21600, 21600)) * time.Second,
	}
	destinations := config.object("DestinationConfig")
	failure := destinations.object("OnFailure")
	failure.one("Type", "SQS", "Lambda")
	a.OnFailure = failure.text("Destination")
	failure.done()
	destinations.done()
	config.done()
	dead := o.object("DeadLetterQueue")
	if !dead.missing() {
		dead.one("Type", "SQS")
		dead.need("TargetArn")
		a.OnFailure, a.DeadLetters = dead.text("TargetArn"), true
		dead.done()
	}
	return a
}

// readFunctionEvents reads the events of a function: its queues, schedules and
// rules.
func readFunctionEvents(s *stack, f Function, o *object) {
	events := o.object("Events")
	for _, e := range entriesOf(events.n) {
		event := events.object(e.key)
		event.need("Type", "Properties")
		kind, properties := event.text("Type"), event.object("Properties")
		id := f.ID + e.key
		switch kind {
		case "SQS":
			properties.need("Queue")
			addMapping(s, id, e.at, f.Name, properties.text("Queue"), properties)
		case "ScheduleV2", "Schedule":
			rule := ""
			if kind == "Schedule" {
				rule = arn("events", "rule/"+id)
				properties.rename("Schedule", "ScheduleExpression")
			}
			target := Target{ARN: f.ARN, ID: e.key, Input: properties.text("Input")}
			readRetry(&target, properties)
			addSchedule(s, id, e.at, properties, target, rule)
		case "EventBridgeRule", "CloudWatchEvent":
			rule := Rule{ID: id, Name: id, At: e.at, Targets: []Target{{ID: e.key, ARN: f.ARN, Input: properties.text("Input"), InputPath: properties.text("InputPath")}}}
			readRetry(&rule.Targets[0], properties)
			addRule(s, rule, properties)
		case "":
		default:
			s.r.fault(e.at, event.path, fmt.Sprintf("the local cloud does not know events of type %s", kind))
			properties.n = nil
		}
		properties.done()
		event.done()
	}
	events.done()
}

func readMapping(s *stack, res *resource, o *object) {
	o.need("FunctionName", "EventSourceArn")
	name := o.text("FunctionName")
	if i := strings.LastIndex(name, ":"); i >= 0 {
		name = name[i+1:]
	}
	addMapping(s, res.id, res.at, name, o.text("EventSourceArn"), o)
}

// addMapping reads the properties of a mapping and adds it to the result unless
// it is disabled.
func addMapping(s *stack, id string, at Place, function, queue string, o *object) {
	m := Mapping{
		ID: id, At: at, Function: function, Queue: queue,
		BatchSize: o.number("BatchSize", 1, 10000, 10),
		Window:    time.Duration(o.number("MaximumBatchingWindowInSeconds", 0, 300, 0)) * time.Second,
	}
	for _, kind := range o.texts("FunctionResponseTypes") {
		if kind != "ReportBatchItemFailures" {
			s.r.fault(o.at, o.path+".FunctionResponseTypes", fmt.Sprintf("%q is not ReportBatchItemFailures", kind))
		}
		m.Partial = true
	}
	scaling := o.object("ScalingConfig")
	m.MaxConcurrency = scaling.number("MaximumConcurrency", 2, 1000, 0)
	scaling.done()
	if o.flag("Enabled", true) {
		s.r.out.Mappings = append(s.r.out.Mappings, m)
	}
}
