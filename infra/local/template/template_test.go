package template_test

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/local/template"
)

var options = template.Options{Endpoint: "http://127.0.0.1:4566", StackName: "regulars"}

// The local cloud must be able to run the deployed template.
func TestReadTheProjectsTemplate(t *testing.T) {
	got, err := template.Read(os.DirFS("../../.."), "template.yaml", options)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Functions) == 0 || len(got.Tables) == 0 || len(got.Queues) == 0 || len(got.Rules) == 0 ||
		len(got.Mappings) == 0 || len(got.Schedules) == 0 || len(got.Identities) == 0 || len(got.ConfigurationSets) == 0 {
		t.Errorf("Read(template.yaml) = %+v, want at least one of each kind", got)
	}
	for _, f := range got.Functions {
		for name, value := range f.Env {
			if strings.Contains(value, "${") || value == "" {
				t.Errorf("function %s: %s=%q is not resolved", f.ID, name, value)
			}
		}
	}
}

// withParameters is a folder with the file parameters.yaml in it.
type withParameters struct {
	fs.FS
	parameters string
}

func (w withParameters) ReadFile(name string) ([]byte, error) {
	if name == "parameters.yaml" {
		return []byte(w.parameters), nil
	}
	return fs.ReadFile(w.FS, name)
}

// The local cloud has no bucket and no state machine, so it refuses nights in segments.
func TestNightsInSegmentsAreRefused(t *testing.T) {
	o := options
	o.Parameters = "parameters.yaml"
	_, err := template.Read(withParameters{os.DirFS("../../.."), "NightSegments: 2\n"}, "template.yaml", o)
	for _, want := range []string{"Partials: the local cloud does not know the type AWS::S3::Bucket", "Nights: the local cloud does not know the type AWS::StepFunctions::StateMachine"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read with two segments = %v, want a fault that has %q", err, want)
		}
	}
}

// read reads a template: the first file is template.yaml; pairs of a name and a
// content follow.
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

func TestReadFunctionWithGlobalsAndEvents(t *testing.T) {
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

func TestIntrinsicFunctions(t *testing.T) {
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
		"Ref of a parameter":    {`!Ref Stage`, "test"},
		"long form of Ref":      {`{Ref: Stage}`, "test"},
		"pseudo parameter":      {`!Ref AWS::Region`, "us-east-1"},
		"Sub":                   {`!Sub "${Stage}-${AWS::StackName}-${!Kept}-${Queue.QueueName}"`, "test-regulars-${Kept}-Queue"},
		"Sub with variables":    {`!Sub ["${A}/${Stage}", {A: !Ref Queue}]`, "http://127.0.0.1:4566/000000000000/Queue/test"},
		"Join":                  {`!Join ["-", [a, !Ref Stage]]`, "a-test"},
		"Select":                {`!Select [1, !Ref Names]`, "b"},
		"Split":                 {`!Select [0, !Split ["-", "x-y"]]`, "x"},
		"FindInMap":             {`!FindInMap [Sizes, !Ref Stage, small]`, "1"},
		"If, true condition":    {`!If [Test, yes, no]`, "yes"},
		"If, false condition":   {`!If [Live, !Ref Nowhere, no]`, "no"},
		"And":                   {`!If [Both, yes, no]`, "no"},
		"Or":                    {`!If [Any, yes, no]`, "yes"},
		"long form of GetAtt":   {`{Fn::GetAtt: [Queue, Arn]}`, "arn:aws:sqs:us-east-1:000000000000:Queue"},
		"attribute without use": {`!GetAtt Topic.TopicArn`, "arn:aws:sns:us-east-1:000000000000:Topic/TopicArn"},
		"ARN of a rule":         {`!GetAtt Rule.Arn`, "arn:aws:events:us-east-1:000000000000:rule/Rule"},
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

func TestNestedStacksGetParametersAndGiveOutputs(t *testing.T) {
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
		t.Errorf("identities = %+v, want the value of parameters.yaml", got.Identities)
	}
	set := got.ConfigurationSets
	if len(set) != 1 || set[0].Name != "regulars-Mail" || len(set[0].Events) != 1 || !cmp.Equal(set[0].Suppressed, []string{"BOUNCE"}) {
		t.Errorf("configuration sets = %+v, want one with its destination", set)
	}
}

func TestResourcesAndOutputsWithAFalseConditionAreLeftOut(t *testing.T) {
	got, err := read(`
Conditions: {Never: !Equals [a, b]}
Resources:
  Kept: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !If [Never, 5, !Ref AWS::NoValue]}}
  Dropped: {Type: AWS::SQS::Queue, Condition: Never}
  Unknown: {Type: AWS::S3::Bucket, Condition: Never}
Outputs:
  Dropped: {Condition: Never, Value: !Ref Dropped}
`)
	if err != nil || len(got.Queues) != 1 || got.Queues[0].Name != "Kept" || got.Queues[0].Delay != 0 || len(got.Outputs) != 0 {
		t.Errorf("Read = %+v, %v, want only the queue Kept", got, err)
	}
}

// Read must report every part of the template that it does not know, with its
// place, and all of them at once.
func TestReadReportsEveryFaultWithItsPlace(t *testing.T) {
	function := func(properties string) string {
		return "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Metadata: {BuildMethod: go1.x}\n    Properties: {CodeUri: f, Handler: bootstrap, Runtime: provided.al2023, " + properties + "}\n"
	}
	tests := map[string]struct {
		template string
		want     []string // one line each
	}{
		"not YAML": {"Resources:\n  A: [\n", []string{"template.yaml:2:1: did not find"}},
		"duplicate key": {
			"Resources:\n  A: {Type: AWS::SQS::Queue}\n  A: {Type: AWS::SQS::Queue}\n",
			[]string{"template.yaml:3:3: Resources.A: this key is a duplicate"},
		},
		"alias": {"Resources:\n  A: &a {Type: AWS::SQS::Queue}\n  B: *a\n", []string{"template.yaml:3:6: Resources.B: YAML anchors and aliases are not supported"}},
		"unknown type": {
			"Resources:\n  Bucket: {Type: AWS::S3::Bucket}\n",
			[]string{"template.yaml:2:3: Resources.Bucket: the local cloud does not know the type AWS::S3::Bucket"},
		},
		"several faults": {
			"Resources:\n  A: {Type: AWS::S3::Bucket}\n  B: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true, VisibilityTimeout: soon}}\n",
			[]string{
				"template.yaml:2:3: Resources.A: the local cloud does not know the type AWS::S3::Bucket",
				"template.yaml:3:43: Resources.B.Properties.FifoQueue: the local cloud does not know this property",
				"template.yaml:3:79: Resources.B.Properties.VisibilityTimeout: want a whole number",
			},
		},
		"unknown property of an event": {
			function("Events: {Q: {Type: SQS, Properties: {Queue: x, FilterCriteria: {}}}}"),
			[]string{"Resources.F.Properties.Events.Q.Properties.FilterCriteria: the local cloud does not know this property"},
		},
		"unknown type of event": {
			function("Events: {A: {Type: S3, Properties: {Bucket: x}}}"),
			[]string{"does not know events of type S3"},
		},
		"unsupported runtime": {
			strings.Replace(function("Timeout: 1"), "provided.al2023", "nodejs22.x", 1),
			[]string{`Resources.F.Properties.Runtime: "nodejs22.x" is not one of provided.al2023, provided.al2`},
		},
		"timeout above Lambda's limit": {function("Timeout: 901"), []string{"Timeout: 901 is not between 1 and 900"}},
		"layer":                        {function("Layers: [x]"), []string{"Resources.F.Properties.Layers: the local cloud does not know this property"}},
		"CodeUri missing": {
			"Resources:\n  F: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: go1.x}, Properties: {Handler: b, Runtime: provided.al2023}}\n",
			[]string{"CodeUri is missing"},
		},
		"Ref of an unknown name": {
			"Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Nowhere}}\n",
			[]string{`template.yaml:2:54: Resources.Q.Properties.QueueName: the template has neither a parameter nor a resource "Nowhere"`},
		},
		"unknown name in a resource without effect": {
			"Resources:\n  R: {Type: AWS::IAM::Role, Properties: {Policies: [!GetAtt Nowhere.Arn]}}\n",
			[]string{`the template has no resource "Nowhere" with an attribute "Arn"`},
		},
		"unknown attribute": {
			"Resources:\n  Q: {Type: AWS::SQS::Queue}\nOutputs: {O: {Value: !GetAtt Q.Colour}}\n",
			[]string{`a resource of type AWS::SQS::Queue has no attribute "Colour" here`},
		},
		"unknown intrinsic function": {
			"Outputs: {O: {Value: !ImportValue x}}\n",
			[]string{"does not know the intrinsic function Fn::ImportValue"},
		},
		"parameter without a value": {
			"Parameters: {Name: {Type: String}}\n",
			[]string{"Parameters.Name: has no default: set a value in infra/local/parameters.yaml"},
		},
		"value that the parameter does not allow": {
			"Parameters: {Name: {Type: String, Default: C, AllowedPattern: '[a-z]+'}}\n",
			[]string{`"C" does not match [a-z]+`},
		},
		"unknown dead-letter queue": {
			"Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:D', maxReceiveCount: 3}}}\n",
			[]string{`template.yaml:2:3: Q.RedrivePolicy: "arn:aws:sqs:us-east-1:000000000000:D" is not a queue of this template`},
		},
		"unknown target of a rule": {
			"Resources:\n  R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}, Targets: [{Id: T, Arn: 'arn:aws:sns:x'}]}}\n",
			[]string{`R.T: "arn:aws:sns:x" is neither a queue nor a function`},
		},
		"two queues with the same name": {
			"Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}\n  B: {Type: AWS::SQS::Queue, Properties: {QueueName: q}}\n",
			[]string{`Resources.B: another queue has the name "q" (template.yaml:2)`},
		},
		"key without a definition": {
			"Resources:\n  T: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: [{AttributeName: a, KeyType: HASH}], AttributeDefinitions: []}}\n",
			[]string{`the key "a" is not defined`},
		},
		"unsupported kind of index": {
			"Resources:\n  T: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: [{AttributeName: a, KeyType: HASH}], AttributeDefinitions: [{AttributeName: a, AttributeType: S}], LocalSecondaryIndexes: []}}\n",
			[]string{"LocalSecondaryIndexes: the local cloud does not know this property"},
		},
		"unknown SES event": {
			"Resources:\n  E: {Type: AWS::SES::ConfigurationSetEventDestination, Properties: {ConfigurationSetName: c, EventDestination: {MatchingEventTypes: [SENT], EventBridgeDestination: {EventBusArn: a}}}}\n",
			[]string{"SES has no events of type SENT"},
		},
		"nested template that does not exist": {
			"Resources:\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: missing.yaml}}\n",
			[]string{"template.yaml:2:3: Resources.S: read nested template: open missing.yaml: file does not exist"},
		},
		"unknown section": {"Hooks: {}\n", []string{"template.yaml:1:1: Hooks: the local cloud does not know this section"}},
		"conditions that depend on each other": {
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

// A fault in a nested template or in the parameters' file names that file.
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
