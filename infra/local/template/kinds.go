package template

import (
	"fmt"
	"strings"

	"regulars/infra/local/aws"
)

// resourceKind describes how one type of resource is read. A kind without read
// has no effect on one machine.
type resourceKind struct {
	read       func(*stack, *resource, *object)
	named      string // the property with its name; empty: the logical ID is the name
	nested     bool
	ref        func(*stack, *resource) string            // value of !Ref; nil: the name
	attributes map[string]func(*stack, *resource) string // values of !GetAtt
}

// kinds is filled by init, because readNested refers to it: an initializer
// would be a cycle.
var kinds map[string]resourceKind

func init() {
	kinds = map[string]resourceKind{
		"AWS::CloudFormation::Stack":                 {read: readNested, nested: true},
		"AWS::Serverless::Application":               {read: readNested, nested: true},
		"AWS::Serverless::Function":                  {read: readFunction, named: "FunctionName", attributes: arns("lambda", "function:")},
		"AWS::Lambda::EventSourceMapping":            {read: readMapping},
		"AWS::Events::EventBus":                      {read: readBus, named: "Name", attributes: arns("events", "event-bus/")},
		"AWS::Events::Rule":                          {read: readRule, named: "Name", ref: ruleRef, attributes: arns("events", "rule/")},
		"AWS::Scheduler::Schedule":                   {read: readSchedule, named: "Name", attributes: arns("scheduler", "schedule/default/")},
		"AWS::SecretsManager::Secret":                {read: readSecret, named: "Name", ref: secretARN, attributes: map[string]func(*stack, *resource) string{"Id": secretARN}},
		"AWS::SES::EmailIdentity":                    {read: readIdentity, named: "EmailIdentity"},
		"AWS::SES::ConfigurationSet":                 {read: readConfigurationSet, named: "Name"},
		"AWS::DynamoDB::Table":                       {read: readTable, named: "TableName", attributes: arns("dynamodb", "table/")},
		"AWS::SQS::Queue":                            {read: readQueue, named: "QueueName", ref: queueURL, attributes: queueAttributes()},
		"AWS::SES::ConfigurationSetEventDestination": {read: readEventDestination},
	}
	for _, ignored := range []string{
		"AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::Dashboard",
		"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role",
		"AWS::Lambda::Permission",
		"AWS::Logs::LogGroup", "AWS::Logs::MetricFilter",
		"AWS::SNS::Subscription", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy",
		"AWS::SQS::QueuePolicy",
		"AWS::Scheduler::ScheduleGroup",
		"AWS::SecretsManager::ResourcePolicy",
	} {
		kinds[ignored] = resourceKind{named: ignoredName(ignored)}
	}
}

// ignoredName returns the property with the name of a type without effect.
func ignoredName(kind string) string {
	return map[string]string{
		"AWS::CloudWatch::Alarm": "AlarmName", "AWS::IAM::Role": "RoleName",
		"AWS::Logs::LogGroup": "LogGroupName", "AWS::SNS::Topic": "TopicName",
	}[kind]
}

// physical returns the name of a resource: its own, or its logical ID.
func (s *stack) physical(res *resource) string {
	if key := kinds[res.kind].named; key != "" {
		if n := s.resolve(res.node.get("Properties").get(key)); n != nil && n.kind == scalar {
			return n.text()
		}
	}
	return res.id
}

func arn(service, rest string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, aws.Region, aws.Account, rest)
}

// service returns the service of a type as ARNs name it: "sns" for
// "AWS::SNS::Topic".
func service(kind string) string {
	parts := strings.Split(kind, "::")
	return strings.ToLower(parts[1])
}

func arns(service, prefix string) map[string]func(*stack, *resource) string {
	return map[string]func(*stack, *resource) string{
		"Arn":  func(s *stack, res *resource) string { return arn(service, prefix+s.physical(res)) },
		"Name": func(s *stack, res *resource) string { return s.physical(res) },
	}
}

func queueAttributes() map[string]func(*stack, *resource) string {
	return map[string]func(*stack, *resource) string{
		"Arn":       func(s *stack, res *resource) string { return arn("sqs", s.physical(res)) },
		"QueueName": func(s *stack, res *resource) string { return s.physical(res) },
		"QueueUrl":  queueURL,
	}
}

func queueURL(s *stack, res *resource) string {
	return s.r.options.Endpoint + "/" + aws.Account + "/" + s.physical(res)
}

func secretARN(s *stack, res *resource) string {
	return arn("secretsmanager", "secret:"+s.physical(res)+"-local0")
}

// ruleRef returns the rule's name, with its bus before it if that is not the
// default bus.
func ruleRef(s *stack, res *resource) string {
	bus := s.resolve(res.node.get("Properties").get("EventBusName"))
	if bus == nil || bus.text() == "default" || bus.kind != scalar {
		return s.physical(res)
	}
	return bus.text() + "|" + s.physical(res)
}
