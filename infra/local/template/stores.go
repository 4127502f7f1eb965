package template

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Queue is an SQS queue.
type Queue struct {
	ID, Name, ARN, URL string
	At                 Place
	Visibility         time.Duration
	Delay              time.Duration
	Wait               time.Duration // how long a receive waits if the call does not set it
	Retention          time.Duration
	MaxSize            int    // most bytes of a message
	DeadLetters        string // ARN of the queue for messages that were received too often; empty for none
	MaxReceives        int
}

func readQueue(s *stack, res *resource, o *object) {
	q := Queue{
		ID: res.id, Name: s.physical(res), At: res.at,
		ARN: arn("sqs", s.physical(res)), URL: queueURL(s, res),
		Visibility: time.Duration(o.number("VisibilityTimeout", 0, 43200, 30)) * time.Second,
		Delay:      time.Duration(o.number("DelaySeconds", 0, 900, 0)) * time.Second,
		Wait:       time.Duration(o.number("ReceiveMessageWaitTimeSeconds", 0, 20, 0)) * time.Second,
		Retention:  time.Duration(o.number("MessageRetentionPeriod", 60, 1209600, 345600)) * time.Second,
		MaxSize:    o.number("MaximumMessageSize", 1024, 1048576, 1048576),
	}
	o.skip("QueueName", "SqsManagedSseEnabled", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "Tags", "RedriveAllowPolicy")
	if redrive := o.object("RedrivePolicy"); !redrive.missing() {
		redrive.need("deadLetterTargetArn", "maxReceiveCount")
		q.DeadLetters = redrive.text("deadLetterTargetArn")
		q.MaxReceives = redrive.number("maxReceiveCount", 1, 1000, 0)
		redrive.done()
	}
	s.r.register("queue", q.Name, res.at, res.path)
	s.r.out.Queues = append(s.r.out.Queues, q)
}

// Table is a DynamoDB table. Attributes holds the types of its keys.
type Table struct {
	ID, Name   string
	At         Place
	Hash       string
	Range      string            // empty for none
	Attributes map[string]string // name → S, N or B
	Indexes    []Index
	ExpiresBy  string // the TimeToLive attribute; empty for none
}

// Index is a global secondary index.
type Index struct {
	Name, Hash, Range string
	Projection        string   // ALL, KEYS_ONLY or INCLUDE
	Include           []string // with INCLUDE
}

func readTable(s *stack, res *resource, o *object) {
	o.need("KeySchema", "AttributeDefinitions")
	t := Table{ID: res.id, Name: s.physical(res), At: res.at, Attributes: map[string]string{}}
	o.one("BillingMode", "PROVISIONED", "PAY_PER_REQUEST")
	o.skip("TableName", "PointInTimeRecoverySpecification", "SSESpecification", "DeletionProtectionEnabled",
		"Tags", "TableClass", "ContributorInsightsSpecification", "ProvisionedThroughput", "OnDemandThroughput", "ResourcePolicy")
	for _, a := range o.objects("AttributeDefinitions") {
		t.Attributes[a.text("AttributeName")] = a.one("AttributeType", "S", "N", "B")
		a.need("AttributeType")
		a.done()
	}
	t.Hash, t.Range = readKeys(o)
	for _, g := range o.objects("GlobalSecondaryIndexes") {
		g.need("IndexName", "KeySchema", "Projection")
		index := Index{Name: g.text("IndexName")}
		index.Hash, index.Range = readKeys(g)
		projection := g.object("Projection")
		index.Projection = projection.one("ProjectionType", "ALL", "KEYS_ONLY", "INCLUDE")
		index.Include = projection.texts("NonKeyAttributes")
		projection.done()
		g.skip("ProvisionedThroughput", "OnDemandThroughput", "ContributorInsightsSpecification")
		g.done()
		t.Indexes = append(t.Indexes, index)
	}
	if ttl := o.object("TimeToLiveSpecification"); !ttl.missing() {
		if name := ttl.text("AttributeName"); ttl.flag("Enabled", true) {
			t.ExpiresBy = name
		}
		ttl.done()
	}
	keys := []string{t.Hash, t.Range}
	for _, index := range t.Indexes {
		keys = append(keys, index.Hash, index.Range)
	}
	for _, key := range keys {
		if _, defined := t.Attributes[key]; key != "" && !defined {
			s.r.fault(res.at, o.path+".AttributeDefinitions", fmt.Sprintf("the key %q is not defined", key))
		}
	}
	for name := range t.Attributes {
		if !slices.Contains(keys, name) {
			s.r.fault(res.at, o.path+".AttributeDefinitions", fmt.Sprintf("%q is not a key: DynamoDB allows definitions only of keys", name))
		}
	}
	s.r.register("table", t.Name, res.at, res.path)
	s.r.out.Tables = append(s.r.out.Tables, t)
}

func readKeys(o *object) (hash, sort string) {
	for _, key := range o.objects("KeySchema") {
		key.need("AttributeName", "KeyType")
		name := key.text("AttributeName")
		if key.one("KeyType", "HASH", "RANGE") == "HASH" {
			hash = name
		} else {
			sort = name
		}
		key.done()
	}
	return hash, sort
}

// Secret is a secret of Secrets Manager. Either Value is set, or a value is
// made by Generate when the secret is first needed.
type Secret struct {
	ID, Name, ARN string
	At            Place
	Value         string
	Generate      *Generate
}

// Generate describes how a secret's value is made. Zero values are AWS's
// defaults.
type Generate struct {
	Length             int // in characters; default 32
	Exclude            string
	ExcludePunctuation bool
	ExcludeNumbers     bool
	ExcludeLower       bool
	ExcludeUpper       bool
	Space              bool

	// Template, if set, is a JSON object; the generated value is added to it
	// under Key.
	Template json.RawMessage
	Key      string
}

func readSecret(s *stack, res *resource, o *object) {
	secret := Secret{ID: res.id, Name: s.physical(res), ARN: secretARN(s, res), At: res.at, Value: o.text("SecretString")}
	o.skip("Name", "Description", "KmsKeyId", "Tags", "ReplicaRegions")
	if g := o.object("GenerateSecretString"); !g.missing() {
		secret.Generate = &Generate{
			Length: g.number("PasswordLength", 1, 4096, 32), Exclude: g.text("ExcludeCharacters"),
			ExcludePunctuation: g.flag("ExcludePunctuation", false), ExcludeNumbers: g.flag("ExcludeNumbers", false),
			ExcludeLower: g.flag("ExcludeLowercase", false), ExcludeUpper: g.flag("ExcludeUppercase", false),
			Space: g.flag("IncludeSpace", false), Key: g.text("GenerateStringKey"),
		}
		g.skip("RequireEachIncludedType")
		if text := g.text("SecretStringTemplate"); text != "" {
			secret.Generate.Template = json.RawMessage(text)
			if !json.Valid(secret.Generate.Template) || secret.Generate.Key == "" {
				s.r.fault(g.at, g.path, "SecretStringTemplate must be a JSON object, and GenerateStringKey must be set")
			}
		}
		g.done()
	}
	if secret.Generate == nil && secret.Value == "" {
		s.r.fault(res.at, o.path, "set SecretString or GenerateSecretString")
	}
	s.r.register("secret", secret.Name, res.at, res.path)
	s.r.out.Secrets = append(s.r.out.Secrets, secret)
}
