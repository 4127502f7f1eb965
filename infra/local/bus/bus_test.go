package bus

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/smithy-go"

	local "regulars/infra/local/aws"
	"regulars/infra/local/eventdelivery"
	"regulars/infra/local/trail"
)

// fakeTargets records deliveries and trail steps. A delivery to a target named
// broken fails.
type fakeTargets struct {
	delivered []delivered
	steps     []trail.Step
}

type delivered struct{ arn, input, trace string }

func (d *fakeTargets) Deliver(_ context.Context, t eventdelivery.Target, input []byte, trace string) error {
	if strings.HasSuffix(t.ARN, ":broken") {
		return errors.New("the disk is full")
	}
	d.delivered = append(d.delivered, delivered{t.ARN, string(input), trace})
	return nil
}

func (d *fakeTargets) Record(step trail.Step) { d.steps = append(d.steps, step) }

const queueARN = "arn:aws:sqs:us-east-1:000000000000:"

func to(name string) Target {
	return Target{ID: name, Target: eventdelivery.Target{ARN: queueARN + name}}
}

func connect(t *testing.T, rules ...Rule) (*eventbridge.Client, *Service, *fakeTargets) {
	t.Helper()
	d := &fakeTargets{}
	s, err := New([]string{"partner"}, rules, d, d)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return eventbridge.New(eventbridge.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}), s, d
}

func put(t *testing.T, client *eventbridge.Client, entries ...types.PutEventsRequestEntry) *eventbridge.PutEventsOutput {
	t.Helper()
	out, err := client.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func order() types.PutEventsRequestEntry {
	return types.PutEventsRequestEntry{Source: aws.String("shop"), DetailType: aws.String("order.placed"), Detail: aws.String(`{"version":"1","order":"A-1","total":12.50}`)}
}

func TestPutEventsDeliversToTheTargetsOfMatchingRules(t *testing.T) {
	client, _, d := connect(t,
		Rule{Name: "Orders", Pattern: `{"source":["shop"],"detail-type":[{"prefix":"order."}]}`, Targets: []Target{to("Record"), to("Archive")}},
		Rule{Name: "Runs", Pattern: `{"detail-type":["campaign.run"]}`, Targets: []Target{to("Plan")}},
		Rule{Name: "Off", Pattern: `{"source":["shop"]}`, Targets: []Target{to("Off")}, Disabled: true},
		Rule{Name: "Elsewhere", Bus: "partner", Pattern: `{"source":["shop"]}`, Targets: []Target{to("Elsewhere")}},
	)
	e := order()
	e.Time = aws.Time(time.Date(2026, 11, 22, 8, 0, 0, 999e6, time.UTC))
	e.TraceHeader = aws.String("Root=1-67891233-abcdef012345678912345678")
	out := put(t, client, e)
	if len(d.delivered) != 2 || d.delivered[0].arn != queueARN+"Record" || d.delivered[1].arn != queueARN+"Archive" {
		t.Fatalf("delivered = %+v, want Record and Archive", d.delivered)
	}
	want := `{"version":"0","id":"` + *out.Entries[0].EventId + `","detail-type":"order.placed","source":"shop","account":"000000000000",` +
		`"time":"2026-11-22T08:00:00Z","region":"us-east-1","resources":[],"detail":{"version":"1","order":"A-1","total":12.50}}`
	if got := d.delivered[0].input; got != want {
		t.Errorf("event = %s\nwant    %s", got, want)
	}
	if got := d.delivered[0].trace; got != *e.TraceHeader {
		t.Errorf("trace = %s, want that of the entry", got)
	}
	if d.steps[0].Kind != "event" || d.steps[1].Kind != "rule" || d.steps[1].Name != "Orders" || d.steps[0].Trace != "1-67891233-abcdef012345678912345678" {
		t.Errorf("trail = %+v, want the event and then its rule", d.steps)
	}
}

func TestPutEventsMakesATraceForEachEvent(t *testing.T) {
	client, _, d := connect(t, Rule{Name: "All", Pattern: `{"source":["shop"]}`, Targets: []Target{to("Record")}})
	put(t, client, order(), order())
	if a, b := d.delivered[0].trace, d.delivered[1].trace; a == b || local.Root(a) == "" {
		t.Errorf("traces = %q, %q, want two different ones", a, b)
	}
}

func TestPutEventsRejectsBadEntriesOneByOne(t *testing.T) {
	client, _, d := connect(t,
		Rule{Name: "All", Pattern: `{"source":[{"exists":true}]}`, Targets: []Target{to("Record")}},
		Rule{Name: "Broken", Pattern: `{"source":["broken"]}`, Targets: []Target{to("broken")}},
	)
	entry := func(source, detailType, detail string) types.PutEventsRequestEntry {
		e := types.PutEventsRequestEntry{}
		for s, p := range map[string]**string{source: &e.Source, detailType: &e.DetailType, detail: &e.Detail} {
			if s != "" {
				*p = aws.String(s)
			}
		}
		return e
	}
	otherBus := order()
	otherBus.EventBusName = aws.String("nowhere")
	for _, c := range []struct {
		name, code string
		entry      types.PutEventsRequestEntry
	}{
		{"valid", "", order()},
		{"no source", "InvalidArgument", entry("", "t", "{}")},
		{"no type", "InvalidArgument", entry("s", "", "{}")},
		{"no detail", "InvalidArgument", entry("s", "t", "")},
		{"detail is not JSON", "MalformedDetail", entry("s", "t", "{")},
		{"detail is a list", "MalformedDetail", entry("s", "t", "[]")},
		{"detail is two objects", "MalformedDetail", entry("s", "t", "{} {}")},
		{"a source of AWS", "NotAuthorizedForSourceException", entry("aws.ses", "t", "{}")},
		{"another partner", "NotAuthorizedForSourceException", entry("aws.partner/example.com", "t", "{}")},
		{"almost a partner", "NotAuthorizedForSourceException", entry("aws.partner/shopify.community/1", "t", "{}")},
		{"Shopify", "", entry("aws.partner/shopify.com/1/shop", "t", "{}")},
		{"Segment", "", entry("aws.partner/segment.com/1", "t", "{}")},
		{"unknown bus", "InvalidArgument", otherBus},
		{"cannot be stored", "InternalFailure", entry("broken", "t", "{}")},
	} {
		out := put(t, client, c.entry)
		if got := aws.ToString(out.Entries[0].ErrorCode); got != c.code {
			t.Errorf("%s: code = %q (%s), want %q", c.name, got, aws.ToString(out.Entries[0].ErrorMessage), c.code)
		}
		if failed := out.FailedEntryCount == 1; failed != (c.code != "") || failed == (out.Entries[0].EventId != nil) {
			t.Errorf("%s: FailedEntryCount = %d, EventId = %v", c.name, out.FailedEntryCount, out.Entries[0].EventId)
		}
	}
	d.delivered = nil
	out := put(t, client, entry("aws.ses", "t", "{}"), order())
	if out.FailedEntryCount != 1 || out.Entries[1].EventId == nil || len(d.delivered) != 1 {
		t.Errorf("PutEvents of a bad and a good entry = %+v, want the good one accepted", out)
	}
}

func TestPutAcceptsEventsOfAWSSources(t *testing.T) {
	_, s, d := connect(t, Rule{Name: "Ses", Pattern: `{"source":["aws.ses"]}`, Targets: []Target{to("Settle")}})
	event := local.Event{Source: "aws.ses", DetailType: "Email Sent", Detail: map[string]any{"mail": map[string]string{"messageId": "<1>"}}}
	if err := s.Put(t.Context(), "", event, "Root=1-67891233-abcdef012345678912345678"); err != nil {
		t.Fatal(err)
	}
	if len(d.delivered) != 1 || !strings.Contains(d.delivered[0].input, `"detail":{"mail":{"messageId":"<1>"}}`) {
		t.Errorf("delivered = %+v, want the event, its < not escaped", d.delivered)
	}
	if err := s.Put(t.Context(), "nowhere", event, ""); err == nil {
		t.Error("Put(unknown bus) = no error")
	}
}

func TestInvalidCallsAreRejected(t *testing.T) {
	client, _, _ := connect(t)
	big := order()
	big.Detail = aws.String(`{"x":"` + strings.Repeat("x", MaxBytes) + `"}`)
	eleven := make([]types.PutEventsRequestEntry, 11)
	for i := range eleven {
		eleven[i] = order()
	}
	for _, c := range []struct {
		name, code string
		call       func() error
	}{
		{"request too large", "ValidationException", func() error {
			_, err := client.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{big}})
			return err
		}},
		{"too many entries", "ValidationException", func() error {
			_, err := client.PutEvents(t.Context(), &eventbridge.PutEventsInput{Entries: eleven})
			return err
		}},
		{"create a rule", "ValidationException", func() error {
			_, err := client.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: aws.String("New"), EventPattern: aws.String("{}")})
			return err
		}},
		{"unknown rule", "ResourceNotFoundException", func() error {
			_, err := client.DescribeRule(t.Context(), &eventbridge.DescribeRuleInput{Name: aws.String("New")})
			return err
		}},
		{"bad pattern", "InvalidEventPatternException", func() error {
			_, err := client.TestEventPattern(t.Context(), &eventbridge.TestEventPatternInput{EventPattern: aws.String(`{"a":1}`), Event: aws.String("{}")})
			return err
		}},
	} {
		var failure smithy.APIError
		if err := c.call(); !errors.As(err, &failure) || failure.ErrorCode() != c.code {
			t.Errorf("%s = %v, want %s", c.name, err, c.code)
		}
	}
}

func TestSDKReadsRules(t *testing.T) {
	pattern := `{"source":["shop"]}`
	client, _, _ := connect(t, Rule{Name: "Orders", Pattern: pattern, Targets: []Target{to("Record")}}, Rule{Name: "Runs", Pattern: pattern})
	rules, err := client.ListRules(t.Context(), &eventbridge.ListRulesInput{NamePrefix: aws.String("O")})
	if err != nil || len(rules.Rules) != 1 || *rules.Rules[0].Arn != "arn:aws:events:us-east-1:000000000000:rule/Orders" {
		t.Errorf("ListRules = %+v, %v, want Orders", rules, err)
	}
	rule, err := client.DescribeRule(t.Context(), &eventbridge.DescribeRuleInput{Name: aws.String("Orders")})
	if err != nil || *rule.EventPattern != pattern || rule.State != types.RuleStateEnabled {
		t.Errorf("DescribeRule = %+v, %v", rule, err)
	}
	targets, err := client.ListTargetsByRule(t.Context(), &eventbridge.ListTargetsByRuleInput{Rule: aws.String("Orders")})
	if err != nil || len(targets.Targets) != 1 || *targets.Targets[0].Arn != queueARN+"Record" {
		t.Errorf("ListTargetsByRule = %+v, %v, want Record", targets, err)
	}
	buses, err := client.ListEventBuses(t.Context(), &eventbridge.ListEventBusesInput{})
	if err != nil || len(buses.EventBuses) != 2 {
		t.Errorf("ListEventBuses = %+v, %v, want default and partner", buses, err)
	}
	event := `{"id":"1","account":"0","source":"shop","time":"2026-11-22T08:00:00Z","region":"r","resources":[],"detail-type":"t","detail":{}}`
	result, err := client.TestEventPattern(t.Context(), &eventbridge.TestEventPatternInput{EventPattern: &pattern, Event: &event})
	if err != nil || !result.Result {
		t.Errorf("TestEventPattern = %+v, %v, want a match", result, err)
	}
}

func TestInputOfATarget(t *testing.T) {
	document := `{"id":"1","detail":{"order":"A \"1\"","total":12.50,"lines":[{"sku":"x"},{"sku":"y"}],"paid":true}}`
	value, err := decode([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string]string{"order": "$.detail.order", "total": "$.detail.total", "line": "$.detail.lines[1].sku", "none": "$.detail.nothing", "detail": "$.detail.lines[0]"}
	for _, c := range []struct {
		name   string
		target Target
		want   string
	}{
		{"the event itself", Target{}, document},
		{"a constant input", Target{Input: `{"a":1}`}, `{"a":1}`},
		{"a part of the event", Target{InputPath: "$.detail.lines[1]"}, `{"sku":"y"}`},
		{"a part that is missing", Target{InputPath: "$.detail.nothing"}, `null`},
		{"values into an object", Target{InputPaths: paths, InputTemplate: `{"o": <order>, "t": <total>, "l": "<line>"}`}, `{"o": "A \"1\"", "t": 12.50, "l": "y"}`},
		{"values into a sentence", Target{InputPaths: paths, InputTemplate: `"Order <order> of <total>, <none>!"`}, `"Order A \"1\" of 12.50, !"`},
		{"an object into a sentence", Target{InputPaths: paths, InputTemplate: `"Got <detail>"`}, `"Got {\"sku\":\"x\"}"`},
		{"a missing value", Target{InputPaths: paths, InputTemplate: `{"n": <none>}`}, `{"n": null}`},
		{"the rule's name", Target{InputTemplate: `{"r": <aws.events.rule-name>}`}, `{"r": "R"}`},
		{"the whole event", Target{InputTemplate: `{"e": <aws.events.event>}`}, `{"e": ` + document + `}`},
		{"an unknown placeholder stays", Target{InputTemplate: `"a <b> c"`}, `"a <b> c"`},
	} {
		if err := c.target.checkInput(); err != nil {
			t.Errorf("%s: checkInput = %v", c.name, err)
		}
		got, err := c.target.input(Rule{Name: "R"}, []byte(document), value)
		if err != nil || string(got) != c.want || !json.Valid(got) {
			t.Errorf("%s: input = %s, %v, want %s", c.name, got, err, c.want)
		}
	}
}

func TestNewListsAllFaultsOfTheRules(t *testing.T) {
	_, err := New(nil, []Rule{
		{Name: "A", Pattern: `{"a":1}`},
		{Name: "B", Pattern: `{"a":[1]}`, Bus: "nowhere"},
		{Name: "C", Pattern: `{"a":[1]}`, Targets: []Target{{ID: "T", Target: eventdelivery.Target{ARN: "arn:aws:sns:us-east-1:000000000000:x"}, Input: "{", InputPath: "detail"}}},
	}, &fakeTargets{}, &fakeTargets{})
	for _, want := range []string{`"A": event pattern`, `"B": event bus "nowhere"`, "neither a queue nor a function", "Input is not valid JSON", "does not begin with $", "only one of"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New = %v, want %s in it", err, want)
		}
	}
}
