package template_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/local/template"
)

var options = template.Options{Endpoint: "http://127.0.0.1:4566", StackName: "regulars"}

// The template that is deployed must be one that runs here.
func TestTheProjectsTemplate(t *testing.T) {
	got, err := template.Read(os.DirFS("../../.."), "template.yaml", options)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Functions) == 0 || len(got.Tables) == 0 || len(got.Queues) == 0 || len(got.Rules) == 0 ||
		len(got.Mappings) == 0 || len(got.Schedules) == 0 || len(got.Identities) == 0 || len(got.ConfigurationSets) == 0 {
		t.Errorf("Read(template.yaml) = %+v, want some of each", got)
	}
	for _, f := range got.Functions {
		for name, value := range f.Env {
			if strings.Contains(value, "${") || value == "" {
				t.Errorf("function %s: %s=%q is not resolved", f.ID, name, value)
			}
		}
	}
}

// read returns the template of the files; the first is template.yaml.
func read(files ...string) (*template.Template, error) {
	fsys := fstest.MapFS{"template.yaml": {Data: []byte(files[0])}}
	for i := 1; i+1 < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	o := options
	if fsys["parameters.yaml"] != nil {
		o.Parameters = "parameters.yaml"
	}
	return template.Read(fsys, "template.yaml", o)
}

func TestFunction(t *testing.T) {
	got, err := read(`
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: provided.al2023
    Handler: bootstrap
    Timeout: 5
    Environment: {Variables: {TENANT: shop, LEVEL: low}}
Resources:
  Work: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${AWS::StackName}-work"}}
  Failed: {Type: AWS::SQS::Queue}
  Send:
    Type: AWS::Serverless::Function
    Metadata: {BuildMethod: go1.x}
    Properties:
      CodeUri: functions/send
      Timeout: 30
      MemorySize: 512
      ReservedConcurrentExecutions: 7
      LoggingConfig: {LogFormat: JSON}
      Environment:
        Variables:
          LEVEL: high
          QUEUE: !Ref Work
          ARN: !GetAtt Work.Arn
          NAME: !GetAtt Work.QueueName
          URL: !GetAtt SendUrl.FunctionUrl
      FunctionUrlConfig: {AuthType: AWS_IAM}
      EventInvokeConfig:
        MaximumRetryAttempts: 1
        DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Failed.Arn}}
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Work.Arn
            BatchSize: 4
            MaximumBatchingWindowInSeconds: 2
            FunctionResponseTypes: [ReportBatchItemFailures]
            ScalingConfig: {MaximumConcurrency: 3}
        Clock:
          Type: ScheduleV2
          Properties: {ScheduleExpression: rate(1 minute), Input: '{"tick":true}', RetryPolicy: {MaximumRetryAttempts: 2}}
`)
	if err != nil {
		t.Fatal(err)
	}
	ignorePlace := cmp.Transformer("place", func(template.Place) string { return "" })
	wantFunction := []template.Function{{
		ID: "Send", Name: "Send", ARN: "arn:aws:lambda:us-east-1:000000000000:function:Send",
		Code: "functions/send", Handler: "bootstrap", Timeout: 30 * time.Second, MemoryMB: 512, Reserved: 7,
		Env: map[string]string{
			"TENANT": "shop", "LEVEL": "high", "QUEUE": "http://127.0.0.1:4566/000000000000/regulars-work",
			"ARN": "arn:aws:sqs:us-east-1:000000000000:regulars-work", "NAME": "regulars-work",
			"URL": "http://127.0.0.1:4566/lambda-url/Send/",
		},
		LogFormat: "JSON", URL: true, SignedURL: true,
		Async: template.Async{Retries: 1, MaxAge: 6 * time.Hour, OnFailure: "arn:aws:sqs:us-east-1:000000000000:Failed"},
	}}
	if diff := cmp.Diff(wantFunction, got.Functions, ignorePlace); diff != "" {
		t.Errorf("functions (-want +got):\n%s", diff)
	}
	wantMapping := []template.Mapping{{
		ID: "SendQueue", Function: "Send", Queue: "arn:aws:sqs:us-east-1:000000000000:regulars-work",
		BatchSize: 4, Window: 2 * time.Second, Partial: true, MaxConcurrency: 3,
	}}
	if diff := cmp.Diff(wantMapping, got.Mappings, ignorePlace); diff != "" {
		t.Errorf("mappings (-want +got):\n%s", diff)
	}
	wantSchedule := []template.Schedule{{
		ID: "SendClock", Name: "SendClock", Expression: "rate(1 minute)",
		Target: template.Target{ID: "Clock", ARN: "arn:aws:lambda:us-east-1:000000000000:function:Send", Input: `{"tick":true}`, Retries: 2},
	}}
	if diff := cmp.Diff(wantSchedule, got.Schedules, ignorePlace); diff != "" {
		t.Errorf("schedules (-want +got):\n%s", diff)
	}
}

// value reads one output of a template.
func TestIntrinsics(t *testing.T) {
	const frame = `
Parameters:
  Stage: {Type: String, Default: test}
  Names: {Type: CommaDelimitedList, Default: "a, b"}
Mappings: {Sizes: {test: {small: "1"}}}
Conditions:
  Test: !Equals [!Ref Stage, test]
  Live: !Not [!Condition Test]
  Both: !And [!Condition Test, !Condition Live]
  Any: !Or [!Condition Test, !Condition Live]
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic}
  Rule: {Type: AWS::Events::Rule, Properties: {EventBusName: !If [Test, default, x], EventPattern: {source: [shop]}, Targets: []}}
Outputs:
  Out: {Value: %s}
`
	tests := map[string]struct{ value, want string }{
		"a parameter":            {`!Ref Stage`, "test"},
		"the long form":          {`{Ref: Stage}`, "test"},
		"a pseudo parameter":     {`!Ref AWS::Region`, "us-east-1"},
		"a substitution":         {`!Sub "${Stage}-${AWS::StackName}-${!Kept}-${Queue.QueueName}"`, "test-regulars-${Kept}-Queue"},
		"one with variables":     {`!Sub ["${A}/${Stage}", {A: !Ref Queue}]`, "http://127.0.0.1:4566/000000000000/Queue/test"},
		"a join":                 {`!Join ["-", [a, !Ref Stage]]`, "a-test"},
		"an item of a list":      {`!Select [1, !Ref Names]`, "b"},
		"a split":                {`!Select [0, !Split ["-", "x-y"]]`, "x"},
		"a map":                  {`!FindInMap [Sizes, !Ref Stage, small]`, "1"},
		"a condition that holds": {`!If [Test, yes, no]`, "yes"},
		"one that does not":      {`!If [Live, !Ref Nowhere, no]`, "no"},
		"and":                    {`!If [Both, yes, no]`, "no"},
		"or":                     {`!If [Any, yes, no]`, "yes"},
		"an attribute, long":     {`{Fn::GetAtt: [Queue, Arn]}`, "arn:aws:sqs:us-east-1:000000000000:Queue"},
		"something inert's own":  {`!GetAtt Topic.TopicArn`, "arn:aws:sns:us-east-1:000000000000:Topic/TopicArn"},
		"a rule's ARN":           {`!GetAtt Rule.Arn`, "arn:aws:events:us-east-1:000000000000:rule/Rule"},
	}
	for name, test := range tests {
		got, err := read(fmt.Sprintf(frame, test.value))
		if err != nil {
			t.Errorf("%s: Read(%s) failed: %v", name, test.value, err)
			continue
		}
		if got.Outputs["Out"] != test.want {
			t.Errorf("%s: %s = %q, want %q", name, test.value, got.Outputs["Out"], test.want)
		}
	}
}

func TestNestedStacks(t *testing.T) {
	got, err := read(`
Parameters: {Domain: {Type: String, Default: example.com}}
Resources:
  Tables: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: infra/tables.yaml}}
  Mail:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: infra/mail.yaml, Parameters: {Domain: !Ref Domain, Table: !GetAtt Tables.Outputs.Orders}}
Outputs:
  Table: {Value: !GetAtt Mail.Outputs.Table}
`, "infra/tables.yaml", `
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: order, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: order, AttributeType: S}]
Outputs:
  Orders: {Value: !Ref Orders}
`, "infra/mail.yaml", `
Parameters: {Domain: {Type: String}, Table: {Type: String}}
Resources:
  Events:
    Type: AWS::SES::ConfigurationSetEventDestination
    Properties:
      ConfigurationSetName: !Ref Set
      EventDestination: {MatchingEventTypes: [SEND], EventBridgeDestination: {EventBusArn: "arn:bus"}}
  Set: {Type: AWS::SES::ConfigurationSet, Properties: {Name: !Sub "${AWS::StackName}", SuppressionOptions: {SuppressedReasons: [BOUNCE]}}}
  Identity: {Type: AWS::SES::EmailIdentity, Properties: {EmailIdentity: !Ref Domain}}
Outputs:
  Table: {Value: !Ref Table}
`, "parameters.yaml", `Domain: shop.example.com`)
	if err != nil {
		t.Fatal(err)
	}
	if got.Outputs["Table"] != "Orders" || len(got.Tables) != 1 || got.Tables[0].Hash != "order" {
		t.Errorf("outputs %v, tables %+v, want Orders with the key order", got.Outputs, got.Tables)
	}
	if len(got.Identities) != 1 || got.Identities[0].Name != "shop.example.com" {
		t.Errorf("identities = %+v, want the parameter's own value", got.Identities)
	}
	set := got.ConfigurationSets
	if len(set) != 1 || set[0].Name != "regulars-Mail" || len(set[0].Events) != 1 || !cmp.Equal(set[0].Suppressed, []string{"BOUNCE"}) {
		t.Errorf("configuration sets = %+v, want one with its destination", set)
	}
}

func TestConditionsLeaveOut(t *testing.T) {
	got, err := read(`
Conditions: {Never: !Equals [a, b]}
Resources:
  There: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !If [Never, 5, !Ref AWS::NoValue]}}
  Gone: {Type: AWS::SQS::Queue, Condition: Never}
Outputs:
  Gone: {Condition: Never, Value: !Ref Gone}
`)
	if err != nil || len(got.Queues) != 1 || got.Queues[0].Name != "There" || got.Queues[0].Delay != 0 || len(got.Outputs) != 0 {
		t.Errorf("Read = %+v, %v, want the queue There alone", got, err)
	}
}

// Whatever the template asks for and nothing here acts on must be told, with
// its place, and all of it at once.
func TestFaults(t *testing.T) {
	function := func(properties string) string {
		return "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Metadata: {BuildMethod: go1.x}\n    Properties: {CodeUri: f, Handler: bootstrap, Runtime: provided.al2023, " + properties + "}\n"
	}
	tests := map[string]struct {
		template string
		want     []string // one line each
	}{
		"not YAML": {"Resources:\n  A: [\n", []string{"template.yaml:2:1: did not find"}},
		"a key twice": {
			"Resources:\n  A: {Type: AWS::SQS::Queue}\n  A: {Type: AWS::SQS::Queue}\n",
			[]string{"template.yaml:3:3: Resources.A: this key is there twice"},
		},
		"an alias": {"Resources:\n  A: &a {Type: AWS::SQS::Queue}\n  B: *a\n", []string{"template.yaml:3:6: Resources.B: YAML anchors and aliases are not taken"}},
		"an unknown type": {
			"Resources:\n  Bucket: {Type: AWS::S3::Bucket}\n",
			[]string{"template.yaml:2:3: Resources.Bucket: the local cloud does not know the type AWS::S3::Bucket"},
		},
		"several at once": {
			"Resources:\n  A: {Type: AWS::S3::Bucket}\n  B: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true, VisibilityTimeout: soon}}\n",
			[]string{
				"template.yaml:2:3: Resources.A: the local cloud does not know the type AWS::S3::Bucket",
				"template.yaml:3:43: Resources.B.Properties.FifoQueue: the local cloud does not know this property",
				"template.yaml:3:79: Resources.B.Properties.VisibilityTimeout: a whole number is wanted",
			},
		},
		"an unknown property, deep": {
			function("Events: {Q: {Type: SQS, Properties: {Queue: x, FilterCriteria: {}}}}"),
			[]string{"Resources.F.Properties.Events.Q.Properties.FilterCriteria: the local cloud does not know this property"},
		},
		"an unknown kind of event": {
			function("Events: {A: {Type: S3, Properties: {Bucket: x}}}"),
			[]string{"does not know events of type S3"},
		},
		"another runtime": {
			strings.Replace(function("Timeout: 1"), "provided.al2023", "nodejs22.x", 1),
			[]string{`Resources.F.Properties.Runtime: "nodejs22.x" is none of provided.al2023, provided.al2`},
		},
		"a time-out that Lambda does not take": {function("Timeout: 901"), []string{"Timeout: 901 is not between 1 and 900"}},
		"a layer":                              {function("Layers: [x]"), []string{"Resources.F.Properties.Layers: the local cloud does not know this property"}},
		"no code": {
			"Resources:\n  F: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: go1.x}, Properties: {Handler: b, Runtime: provided.al2023}}\n",
			[]string{"CodeUri is missing"},
		},
		"a reference into nothing": {
			"Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Nowhere}}\n",
			[]string{`template.yaml:2:54: Resources.Q.Properties.QueueName: the template has neither a parameter nor a resource "Nowhere"`},
		},
		"one inside something inert": {
			"Resources:\n  R: {Type: AWS::IAM::Role, Properties: {Policies: [!GetAtt Nowhere.Arn]}}\n",
			[]string{`the template has no resource "Nowhere" with an attribute "Arn"`},
		},
		"an attribute that is not there": {
			"Resources:\n  Q: {Type: AWS::SQS::Queue}\nOutputs: {O: {Value: !GetAtt Q.Colour}}\n",
			[]string{`a resource of type AWS::SQS::Queue has no attribute "Colour" here`},
		},
		"an unknown intrinsic": {
			"Outputs: {O: {Value: !ImportValue x}}\n",
			[]string{"does not know the intrinsic function Fn::ImportValue"},
		},
		"a parameter without a value": {
			"Parameters: {Name: {Type: String}}\n",
			[]string{"Parameters.Name: has no default: name a value in infra/local/parameters.yaml"},
		},
		"a value that the parameter does not allow": {
			"Parameters: {Name: {Type: String, Default: C, AllowedPattern: '[a-z]+'}}\n",
			[]string{`"C" does not match [a-z]+`},
		},
		"a dead-letter queue that is not there": {
			"Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:D', maxReceiveCount: 3}}}\n",
			[]string{`template.yaml:2:3: Q.RedrivePolicy: "arn:aws:sqs:us-east-1:000000000000:D" is not a queue of this template`},
		},
		"a rule's target that is not there": {
			"Resources:\n  R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}, Targets: [{Id: T, Arn: 'arn:aws:sns:x'}]}}\n",
			[]string{`R.T: "arn:aws:sns:x" is neither a queue nor a function`},
		},
		"two of one name": {
			"Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}\n  B: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}\n",
			[]string{`Resources.B: another queue has the name "q" (template.yaml:2)`},
		},
		"a key that is not defined": {
			"Resources:\n  T: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: [{AttributeName: a, KeyType: HASH}], AttributeDefinitions: []}}\n",
			[]string{`the key "a" is not defined`},
		},
		"an index of another kind": {
			"Resources:\n  T: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: [{AttributeName: a, KeyType: HASH}], AttributeDefinitions: [{AttributeName: a, AttributeType: S}], LocalSecondaryIndexes: []}}\n",
			[]string{"LocalSecondaryIndexes: the local cloud does not know this property"},
		},
		"an SES event that does not exist": {
			"Resources:\n  E: {Type: AWS::SES::ConfigurationSetEventDestination, Properties: {ConfigurationSetName: c, EventDestination: {MatchingEventTypes: [SENT], EventBridgeDestination: {EventBusArn: a}}}}\n",
			[]string{"SES has no events of type SENT"},
		},
		"a nested template that is not there": {
			"Resources:\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: gone.yaml}}\n",
			[]string{"template.yaml:2:3: Resources.S: read nested template: open gone.yaml: file does not exist"},
		},
		"an unknown section": {"Hooks: {}\n", []string{"template.yaml:1:1: Hooks: the local cloud does not know this section"}},
		"conditions in a circle": {
			"Conditions: {A: !Condition B, B: !Condition A}\nResources:\n  Q: {Type: AWS::SQS::Queue, Condition: A}\n",
			[]string{"this condition depends on itself"},
		},
	}
	for name, test := range tests {
		_, err := read(test.template)
		if err == nil {
			t.Errorf("%s: Read succeeded, want %q", name, test.want)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: Read failed with\n%v\nwant %q in it", name, err, want)
			}
		}
	}
}

// A fault of an overridden parameter, or one in a nested file, names that file.
func TestFaultsNameTheirFile(t *testing.T) {
	_, err := read("Resources:\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: infra/a.yaml, Parameters: {B: 1}}}\n",
		"infra/a.yaml", "Resources:\n  X: {Type: AWS::X::Y}\n", "parameters.yaml", "Colour: red\n")
	for _, want := range []string{
		"infra/a.yaml:2:3: Resources.X: the local cloud does not know the type AWS::X::Y",
		"parameters.yaml:1:9: Colour: template.yaml has no parameter of this name",
		"template.yaml:2:97: B: infra/a.yaml has no parameter of this name",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read failed with\n%v\nwant %q in it", err, want)
		}
	}
}
