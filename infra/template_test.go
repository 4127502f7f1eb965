package infra

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"regulars/shared/dynamo/dynamotest"
)

// sources returns the text of the deployed templates, by path.
func sources(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, path := range []string{"../template.yaml", "tables.yaml", "mail.yaml", "alarms.yaml"} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(text)
	}
	return all
}

// resource is one resource with its properties as plain values. An intrinsic
// function is "!Tag value" for a scalar and {"!Tag": list} for a list.
type resource struct {
	file, id, kind string
	properties     map[string]any
	attributes     map[string]any
}

func read(t *testing.T, sources map[string]string) (all []resource) {
	t.Helper()
	for file, text := range sources {
		var root yaml.Node
		if err := yaml.Unmarshal([]byte(text), &root); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		document, _ := plain(root.Content[0]).(map[string]any)
		resources, _ := document["Resources"].(map[string]any)
		for id, r := range resources {
			attributes, _ := r.(map[string]any)
			properties, _ := attributes["Properties"].(map[string]any)
			all = append(all, resource{file, id, fmt.Sprint(attributes["Type"]), properties, attributes})
		}
	}
	slices.SortFunc(all, func(a, b resource) int { return strings.Compare(a.id, b.id) })
	return all
}

func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		var l []any
		for _, c := range n.Content {
			l = append(l, plain(c))
		}
		if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
			return map[string]any{n.Tag: l}
		}
		return l
	default:
		if strings.HasPrefix(n.Tag, "!") && !strings.HasPrefix(n.Tag, "!!") {
			return n.Tag + " " + n.Value
		}
		return n.Value
	}
}

// faults returns every fault of the templates.
func faults(t *testing.T, sources map[string]string) (found []string) {
	t.Helper()
	all := read(t, sources)
	fault := func(r resource, format string, args ...any) {
		found = append(found, r.id+": "+fmt.Sprintf(format, args...))
	}
	byID := map[string]resource{}
	for _, r := range all {
		byID[r.id] = r
	}
	watched := alarmsOf(all, byID)
	for _, r := range all {
		if strings.Contains(fmt.Sprint(r.properties), "arn:aws:") {
			fault(r, "has an ARN of the partition aws; write ${AWS::Partition}")
		}
		switch r.kind {
		case "AWS::Events::Rule":
			rule(r, fault)
		case "AWS::SQS::QueuePolicy":
			queuePolicy(r, fault)
		case "AWS::DynamoDB::Table":
			table(r, fault)
		case "AWS::SQS::Queue":
			queue(r, byID, watched, fault)
		case "AWS::IAM::Role":
			role(r, fault)
		case "AWS::IAM::Policy":
			role(ofPolicy(r), fault)
		case "AWS::S3::Bucket":
			bucket(r, all, fault)
		case "AWS::Serverless::Function":
			function(r, byID, fault)
			url(r, watched, fault)
		case "AWS::Logs::LogGroup":
			if fmt.Sprint(r.properties["RetentionInDays"]) != "!Ref LogDays" {
				fault(r, "its logs are kept for ever, or not as privacy.yaml says: set RetentionInDays to !Ref LogDays")
			}
		case "AWS::CloudWatch::Alarm":
			alarm(r, fault)
		case "AWS::SES::ConfigurationSet":
			destined := slices.ContainsFunc(all, func(other resource) bool {
				return other.kind == "AWS::SES::ConfigurationSetEventDestination" && fmt.Sprint(other.properties["ConfigurationSetName"]) == "!Ref "+r.id
			})
			if !destined {
				fault(r, "has no event destination: settle would not receive bounces")
			}
		}
	}
	return found
}

type report = func(r resource, format string, args ...any)

func table(r resource, fault report) {
	if mode := r.properties["BillingMode"]; mode != "PAY_PER_REQUEST" {
		fault(r, "BillingMode is %v; want PAY_PER_REQUEST", mode)
	}
	if recovery, _ := r.properties["PointInTimeRecoverySpecification"].(map[string]any); recovery["PointInTimeRecoveryEnabled"] != "true" {
		fault(r, "has no point-in-time recovery")
	}
	if r.attributes["DeletionPolicy"] != "Retain" || r.attributes["UpdateReplacePolicy"] != "Retain" {
		fault(r, "would be deleted with the stack: DeletionPolicy and UpdateReplacePolicy must be Retain")
	}
	if ttl, _ := r.properties["TimeToLiveSpecification"].(map[string]any); ttl != nil && (!slices.Contains([]string{"Coupons", "Customers", "Decisions"}, r.id) || ttl["AttributeName"] != "gone") {
		fault(r, "is cleared by %v: only Coupons, Customers and Decisions may have a TTL, on the attribute gone (docs/decisions/0006)", ttl["AttributeName"])
	}
}

// ofPolicy returns a policy of its own as a role with that policy.
func ofPolicy(r resource) resource {
	r.properties = map[string]any{"Policies": []any{r.properties}}
	return r
}

// bucket reports what a bucket lacks.
func bucket(r resource, all []resource, fault report) {
	blocked, _ := r.properties["PublicAccessBlockConfiguration"].(map[string]any)
	for _, access := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		if blocked[access] != "true" {
			fault(r, "could be opened to the public: %s must be true", access)
		}
	}
	if r.properties["BucketEncryption"] == nil {
		fault(r, "has no BucketEncryption")
	}
	lifecycle, _ := r.properties["LifecycleConfiguration"].(map[string]any)
	rules, _ := lifecycle["Rules"].([]any)
	if !slices.ContainsFunc(rules, func(v any) bool {
		rule, _ := v.(map[string]any)
		return rule["Status"] == "Enabled" && rule["Prefix"] == nil && number(rule["ExpirationInDays"]) == 1
	}) {
		fault(r, "keeps what a night that failed has left: want a rule that removes each file after a day")
	}
	if !slices.ContainsFunc(all, func(other resource) bool {
		return other.kind == "AWS::S3::BucketPolicy" && other.properties["Bucket"] == "!Ref "+r.id && strings.Contains(fmt.Sprint(other.properties), "aws:SecureTransport:false")
	}) {
		fault(r, "has no policy that denies calls without TLS")
	}
}

// alarmsOf returns the metrics that have an alarm, each as "Metric of Resource".
func alarmsOf(all []resource, byID map[string]resource) map[string]bool {
	watched := map[string]bool{}
	given, _ := byID["Alarms"].properties["Parameters"].(map[string]any)
	for _, r := range all {
		dimensions, _ := r.properties["Dimensions"].([]any)
		for _, d := range dimensions {
			dimension, _ := d.(map[string]any)
			of := fmt.Sprint(given[strings.TrimPrefix(fmt.Sprint(dimension["Value"]), "!Ref ")])
			of = strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(of, "!GetAtt "), ".QueueName"), "!Ref ")
			watched[fmt.Sprint(r.properties["MetricName"])+" of "+of] = true
		}
	}
	return watched
}

// rule reports a rule that would take an event of another account.
func rule(r resource, fault report) {
	pattern, _ := r.properties["EventPattern"].(map[string]any)
	if slices.Equal(list(pattern["account"]), []string{"!Ref AWS::AccountId"}) {
		return
	}
	sources, _ := pattern["source"].([]any)
	for _, source := range sources {
		from, _ := source.(map[string]any)
		if !strings.HasPrefix(fmt.Sprint(from["prefix"]), "aws.partner/") { // only the partner can emit it, on this account's bus
			fault(r, "takes events of any account: its pattern must have account: [!Ref AWS::AccountId]")
		}
	}
}

// queuePolicy reports a statement that is not bound to this account's rules.
func queuePolicy(r resource, fault report) {
	document, _ := r.properties["PolicyDocument"].(map[string]any)
	statements, _ := document["Statement"].([]any)
	for i, s := range statements {
		statement, _ := s.(map[string]any)
		condition, _ := statement["Condition"].(map[string]any)
		account, _ := condition["StringEquals"].(map[string]any)
		arn, _ := condition["ArnEquals"].(map[string]any)
		if account["aws:SourceAccount"] != "!Ref AWS::AccountId" || len(list(arn["aws:SourceArn"])) == 0 {
			fault(r, "statement %d is not bound to this account and to rules: want aws:SourceAccount and aws:SourceArn", i)
		}
	}
}

// url reports what a function with a URL lacks.
func url(r resource, watched map[string]bool, fault report) {
	if r.properties["FunctionUrlConfig"] == nil {
		return
	}
	if r.properties["ReservedConcurrentExecutions"] == nil {
		fault(r, "has a URL without reserved concurrency: a flood of calls would stop every other function")
	}
	for metric, why := range map[string]string{
		"Url5xxCount": "a call that is answered with 500 would raise no alarm",
		"Throttles":   "calls that are refused would raise no alarm",
	} {
		if !watched[metric+" of "+r.id] {
			fault(r, "has a URL and no alarm on %s: %s", metric, why)
		}
	}
}

func queue(r resource, byID map[string]resource, watched map[string]bool, fault report) {
	if fmt.Sprint(r.properties["MessageRetentionPeriod"]) != "!Ref QueueSeconds" {
		fault(r, "keeps messages not as privacy.yaml says: set MessageRetentionPeriod to !Ref QueueSeconds")
	}
	if strings.HasSuffix(r.id, "DeadLetters") {
		if !watched["ApproximateNumberOfMessagesVisible of "+r.id] {
			fault(r, "has no alarm on ApproximateNumberOfMessagesVisible: dead letters would not be seen")
		}
		return
	}
	redrive, _ := r.properties["RedrivePolicy"].(map[string]any)
	dead, isDead := strings.CutPrefix(fmt.Sprint(redrive["deadLetterTargetArn"]), "!GetAtt ")
	if _, there := byID[strings.TrimSuffix(dead, ".Arn")]; !isDead || !there {
		fault(r, "has no dead-letter queue")
	}
	if number(redrive["maxReceiveCount"]) < 5 {
		fault(r, "maxReceiveCount is below 5: a throttled function would move messages to the dead-letter queue")
	}
}

func role(r resource, fault report) {
	policies, _ := r.properties["Policies"].([]any)
	for _, p := range policies {
		policy, _ := p.(map[string]any)
		document, _ := policy["PolicyDocument"].(map[string]any)
		statements, _ := document["Statement"].([]any)
		for i, s := range statements {
			statement, _ := s.(map[string]any)
			for _, action := range list(statement["Action"]) {
				if strings.Contains(action, "*") {
					fault(r, "statement %d allows %s: name each action", i, action)
				}
				condition, _ := statement["Condition"].(map[string]any)
				equals, _ := condition["StringEquals"].(map[string]any)
				if action == "ses:SendEmail" && equals["ses:FromAddress"] == nil {
					fault(r, "statement %d allows mail from any address of the domain: want the condition ses:FromAddress", i)
				}
			}
			for _, on := range list(statement["Resource"]) {
				files := on == "!Sub ${Partials.Arn}/nights/*"                                                                   // of a bucket
				if strings.Contains(on, "*") && !files && !slices.Equal(list(statement["Action"]), []string{"ses:GetAccount"}) { // which has no resources
					fault(r, "statement %d has the resource %s: name each resource", i, on)
				}
			}
		}
	}
	if r.properties["ManagedPolicyArns"] != nil {
		fault(r, "uses a managed policy, which allows more than it needs")
	}
}

var schedules = regexp.MustCompile(`^(rate\((1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))\)|cron\(\S+ \S+ \S+ \S+ \S+ \S+\)|at\(\S+\))$`)

func function(r resource, byID map[string]resource, fault report) {
	if r.properties["Role"] == nil {
		fault(r, "has no role of its own: SAM would give it one with wildcards")
	}
	events, _ := r.properties["Events"].(map[string]any)
	for id, e := range events {
		if other, taken := byID[r.id+id]; taken {
			fault(r, "%s: SAM would name its resource %s, a name that %s has already", id, r.id+id, other.kind)
		}
		event, _ := e.(map[string]any)
		properties, _ := event["Properties"].(map[string]any)
		if expression, ok := properties["ScheduleExpression"]; ok && !schedules.MatchString(fmt.Sprint(expression)) {
			fault(r, "%s: %v is no schedule: rate(1 minute), rate(5 minutes), cron(0 3 * * ? *)", id, expression)
		}
		if kind := fmt.Sprint(event["Type"]); strings.HasPrefix(kind, "Schedule") {
			dead, _ := properties["DeadLetterConfig"].(map[string]any)
			to, _ := strings.CutPrefix(fmt.Sprint(dead["Arn"]), "!GetAtt ")
			if byID[strings.TrimSuffix(to, ".Arn")].kind != "AWS::SQS::Queue" {
				fault(r, "%s: has no DeadLetterConfig: a call that Lambda does not accept would be lost unseen", id)
			}
		}
		if event["Type"] != "SQS" {
			continue
		}
		if !slices.Contains(list(properties["FunctionResponseTypes"]), "ReportBatchItemFailures") {
			fault(r, "%s: one bad message would fail its whole batch: set FunctionResponseTypes", id)
		}
		source := byID[strings.TrimSuffix(strings.TrimPrefix(fmt.Sprint(properties["Queue"]), "!GetAtt "), ".Arn")]
		if visible, takes := number(source.properties["VisibilityTimeout"]), number(r.properties["Timeout"]); visible < 6*takes {
			fault(r, "%s: its queue hides a message for %d s; want at least six times its timeout, %d s", id, visible, 6*takes)
		}
	}
}

func alarm(r resource, fault report) {
	path, _, _ := strings.Cut(fmt.Sprint(r.properties["AlarmDescription"]), ":")
	if _, err := os.Stat("../" + path); err != nil || !strings.HasPrefix(path, "docs/runbooks/") {
		fault(r, "its description must begin with the path of an existing runbook; it begins with %q", path)
	}
	if len(list(r.properties["AlarmActions"])) == 0 {
		fault(r, "has no AlarmActions: the alarm would reach no one")
	}
}

func list(v any) (all []string) {
	if items, ok := v.([]any); ok {
		for _, item := range items {
			all = append(all, fmt.Sprint(item))
		}
		return all
	}
	if v != nil {
		all = []string{fmt.Sprint(v)}
	}
	return all
}

func number(v any) int {
	n, _ := strconv.Atoi(fmt.Sprint(v))
	return n
}

func TestTemplatesHaveNoFaultsThatLintersMiss(t *testing.T) {
	for _, f := range faults(t, sources(t)) {
		t.Error(f)
	}
}

// Only erasures and the retention delete items of the tables.
func TestOnlyPrivacyMayDeleteItems(t *testing.T) {
	var may []string
	for _, r := range read(t, sources(t)) {
		switch r.kind {
		case "AWS::IAM::Policy":
			r = ofPolicy(r)
		case "AWS::IAM::Role":
		default:
			continue
		}
		policies, _ := r.properties["Policies"].([]any)
		for _, p := range policies {
			policy, _ := p.(map[string]any)
			document, _ := policy["PolicyDocument"].(map[string]any)
			statements, _ := document["Statement"].([]any)
			for _, s := range statements {
				statement, _ := s.(map[string]any)
				if slices.Contains(list(statement["Action"]), "dynamodb:DeleteItem") {
					may = append(may, r.id+" "+strings.Join(list(statement["Resource"]), " "))
				}
			}
		}
	}
	want := []string{
		"PrivacyRole !GetAtt Tables.Outputs.CustomersArn", "PrivacyRole !GetAtt Tables.Outputs.CouponsArn", "PrivacyRole !GetAtt Tables.Outputs.SendsArn",
		"PrivacyRole !GetAtt Tables.Outputs.DecisionsArn", "PrivacyRole !GetAtt Tables.Outputs.JourneysArn", "PrivacyRole !GetAtt Tables.Outputs.SettingsArn",
	}
	if !slices.Equal(may, want) {
		t.Errorf("dynamodb:DeleteItem is allowed to %q, want %q", may, want)
	}
}

func TestEveryFunctionFolderIsInTheTemplate(t *testing.T) {
	folders, err := os.ReadDir("../functions")
	if err != nil {
		t.Fatal(err)
	}
	var deployed []string
	for _, r := range read(t, sources(t)) {
		if r.kind == "AWS::Serverless::Function" {
			deployed = append(deployed, fmt.Sprint(r.properties["CodeUri"]))
		}
	}
	for _, folder := range folders {
		if !slices.Contains(deployed, "functions/"+folder.Name()) {
			t.Errorf("functions/%s is in no template, so it would not be deployed", folder.Name())
		}
	}
}

// The storage tests create their own tables. They prove something only if keys
// and indexes are those of the deployed tables.
func TestStorageTestsUseTheKeysOfTheDeployedTables(t *testing.T) {
	deployed := map[string]string{}
	for _, r := range read(t, sources(t)) {
		if r.kind != "AWS::DynamoDB::Table" {
			continue
		}
		keys := keysOf(r.properties["KeySchema"])
		indexes, _ := r.properties["GlobalSecondaryIndexes"].([]any)
		for _, i := range indexes {
			index, _ := i.(map[string]any)
			keys += fmt.Sprintf(" %v:%s", index["IndexName"], keysOf(index["KeySchema"]))
		}
		deployed[r.id] = keys
	}
	tested := map[string]string{}
	for _, d := range dynamotest.Definitions() {
		var keys strings.Builder
		for _, k := range d.KeySchema {
			fmt.Fprintf(&keys, "%s=%s,", *k.AttributeName, k.KeyType)
		}
		for _, i := range d.GlobalSecondaryIndexes {
			fmt.Fprintf(&keys, " %s:", *i.IndexName)
			for _, k := range i.KeySchema {
				fmt.Fprintf(&keys, "%s=%s,", *k.AttributeName, k.KeyType)
			}
		}
		tested[*d.TableName] = keys.String()
	}
	if !maps.Equal(deployed, tested) {
		t.Errorf("tables.yaml has %v\ndynamotest has %v", deployed, tested)
	}
}

func keysOf(schema any) string {
	var keys strings.Builder
	parts, _ := schema.([]any)
	for _, p := range parts {
		part, _ := p.(map[string]any)
		fmt.Fprintf(&keys, "%v=%v,", part["AttributeName"], part["KeyType"])
	}
	return keys.String()
}

func TestEachPlantedFaultIsFound(t *testing.T) {
	for name, c := range map[string]struct{ file, old, with, want string }{
		"a misspelt billing mode":          {"tables.yaml", "PAY_PER_REQUEST", "PAY_PER_REQUESTS", "BillingMode"},
		"no point-in-time recovery":        {"tables.yaml", "PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "point-in-time"},
		"a TTL on the end of coupons":      {"tables.yaml", "AttributeName: gone,", "AttributeName: until,", "is cleared by until"},
		"a table that goes with the stack": {"tables.yaml", "DeletionPolicy: Retain", "DeletionPolicy: Delete", "deleted with the stack"},
		"rate(1 minutes)":                  {"../template.yaml", "rate(1 minute)", "rate(1 minutes)", "is no schedule"},
		"a cron of five fields":            {"../template.yaml", "cron(0 3 * * ? *)", "cron(0 3 * * ?)", "is no schedule"},
		"a wildcard action":                {"../template.yaml", "Action: dynamodb:Scan", "Action: dynamodb:*", "name each action"},
		"a wildcard resource":              {"../template.yaml", "Resource: !GetAtt RecordLog.Arn", `Resource: "*"`, "name each resource"},
		"a queue without dead letters":     {"../template.yaml", "deadLetterTargetArn: !GetAtt SendDeadLetters.Arn", "deadLetterTargetArn: !GetAtt Nowhere.Arn", "no dead-letter queue"},
		"a visibility below six times":     {"../template.yaml", "VisibilityTimeout: 720", "VisibilityTimeout: 719", "six times"},
		"a batch without partial failures": {"../template.yaml", "[ReportBatchItemFailures]", "[]", "whole batch"},
		"a retention of 4 days":            {"../template.yaml", "MessageRetentionPeriod: !Ref QueueSeconds", "MessageRetentionPeriod: 345600", "not as privacy.yaml says"},
		"ses:SendEmail on all resources":   {"../template.yaml", "Action: ses:GetAccount", "Action: [ses:GetAccount, ses:SendEmail]", "name each resource"},
		"logs without a retention":         {"../template.yaml", "RetentionInDays: !Ref LogDays", "RetentionInDays: 0", "kept for ever"},
		"an alarm without a runbook":       {"alarms.yaml", "docs/runbooks/lost-sends.md", "docs/runbooks/nowhere.md", "runbook"},
		"SES without event destination":    {"mail.yaml", "ConfigurationSetName: !Ref ConfigurationSet", "ConfigurationSetName: another", "no event destination"},
		"a name that SAM generates":        {"../template.yaml", "        Messages: #", "        Queue: #", "a name that AWS::SQS::Queue has already"},
		"a rule for any account":           {"../template.yaml", "        account: [!Ref AWS::AccountId]\n", "", "any account"},
		"a rule for another account":       {"../template.yaml", "account: [!Ref AWS::AccountId]", `account: ["123456789012"]`, "any account"},
		"a queue open to other accounts":   {"../template.yaml", "StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}", "StringEquals: {}", "not bound to this account"},
		"a queue open to every rule":       {"../template.yaml", "                aws:SourceArn:\n                  - !GetAtt CampaignSlots.Arn", "                aws:SourceArn: []", "not bound to this account"},
		"mail from any address":            {"../template.yaml", "ses:FromAddress:", "ses:FromDisplayName:", "from any address"},
		"a schedule without dead letters":  {"../template.yaml", "            DeadLetterConfig: {Arn: !GetAtt ScheduleDeadLetters.Arn}\n", "", "has no DeadLetterConfig"},
		"dead letters without an alarm":    {"../template.yaml", "ScheduleDeadLetters: !GetAtt ScheduleDeadLetters.QueueName", "ScheduleDeadLetters: !GetAtt SettleDeadLetters.QueueName", "has no alarm on ApproximateNumberOfMessagesVisible"},
		"a URL without concurrency":        {"../template.yaml", "ReservedConcurrentExecutions:", "MemorySize:", "without reserved concurrency"},
		"a URL whose 500s are not seen":    {"alarms.yaml", "      MetricName: Url5xxCount\n      Dimensions: [{Name: FunctionName, Value: !Ref Preferences", "      MetricName: Errors\n      Dimensions: [{Name: FunctionName, Value: !Ref Preferences", "no alarm on Url5xxCount"},
		"a URL whose throttles are unseen": {"alarms.yaml", "MetricName: Throttles", "MetricName: Errors", "no alarm on Throttles"},
		"a bucket open to the public":      {"../template.yaml", "BlockPublicPolicy: true", "BlockPublicPolicy: false", "opened to the public"},
		"a bucket that keeps its files":    {"../template.yaml", "ExpirationInDays: 1", "ExpirationInDays: 30", "removes each file after a day"},
		"a bucket without encryption":      {"../template.yaml", "BucketEncryption:", "BucketName:", "no BucketEncryption"},
		"a bucket without TLS":             {"../template.yaml", "aws:SecureTransport:", "aws:Other:", "denies calls without TLS"},
		"a policy of its own for all":      {"../template.yaml", `"${Partials.Arn}/nights/*"`, `"${Partials.Arn}/*"`, "name each resource"},
		"an ARN of one partition":          {"../template.yaml", "arn:${AWS::Partition}:states", "arn:aws:states", "write ${AWS::Partition}"},
		"a function without a role":        {"../template.yaml", "Role: !GetAtt SendRole.Arn", "Tracing: Active", "no role of its own"},
	} {
		planted := sources(t)
		if !strings.Contains(planted[c.file], c.old) {
			t.Errorf("%s: %s has no %q to replace", name, c.file, c.old)
			continue
		}
		planted[c.file] = strings.Replace(planted[c.file], c.old, c.with, 1)
		if got := strings.Join(faults(t, planted), "\n"); !strings.Contains(got, c.want) {
			t.Errorf("%s: faults = %q, want one about %q", name, got, c.want)
		}
	}
}

// Strangers and scanners call click. It may add clicks to a send and read what the
// person of a mailbox chose, and nothing else of customers and sends.
func TestClickMayOnlyAddClicks(t *testing.T) {
	want := map[string]string{
		"!GetAtt Tables.Outputs.SendsArn":     "[dynamodb:UpdateItem] map[ForAllValues:StringEquals:map[dynamodb:Attributes:[customer send clicks]] StringEqualsIfExists:map[dynamodb:ReturnValues:NONE]]",
		"!GetAtt Tables.Outputs.CustomersArn": "[dynamodb:GetItem] map[ForAllValues:StringLike:map[dynamodb:LeadingKeys:[mailbox:*]]]",
		"!GetAtt Tables.Outputs.SettingsArn":  "[dynamodb:GetItem] <nil>",
	}
	got := map[string]string{}
	for _, r := range read(t, sources(t)) {
		if r.id != "ClickRole" {
			continue
		}
		policy, _ := r.properties["Policies"].([]any)[0].(map[string]any)
		document, _ := policy["PolicyDocument"].(map[string]any)
		for _, s := range document["Statement"].([]any) {
			statement, _ := s.(map[string]any)
			for _, on := range list(statement["Resource"]) {
				if strings.Contains(on, "Tables.") {
					got[on] = fmt.Sprint(list(statement["Action"]), statement["Condition"])
				}
			}
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("click may do\n%v\nwant\n%v", got, want)
	}
}

// The preference page says that opened mails are not recorded, and a person can switch
// off that followed links are: SES must record neither.
func TestMailsAreNotTracked(t *testing.T) {
	text, err := os.ReadFile("mail.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"OPEN", "CLICK", "TrackingOptions"} {
		if strings.Contains(string(text), kind) {
			t.Errorf("mail.yaml has %s: the sentences \"counted\" and \"untracked\" of functions/preferences/page.json are no longer true", kind)
		}
	}
}
