//go:build !race

package events_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	awsevents "github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"regulars/events"
)

func TestEverySchemaHasASample(t *testing.T) {
	sampled := map[string]bool{}
	for _, sample := range events.Samples() {
		sampled[sample.DetailType] = true
		if !slices.Contains(events.DetailTypes(), sample.DetailType) {
			t.Errorf("samples/%s has no schema", sample.DetailType)
		}
	}
	for _, detailType := range events.DetailTypes() {
		if !sampled[detailType] {
			t.Errorf("schema/%s.json has no sample in samples/%s", detailType, detailType)
		}
	}
}

func TestEverySampleFollowsItsSchema(t *testing.T) {
	for _, sample := range events.Samples() {
		t.Run(sample.DetailType+"/"+sample.Name, func(t *testing.T) {
			schema, err := events.Schema(sample.DetailType)
			if err != nil {
				t.Fatal(err)
			}
			content, err := jsonschema.UnmarshalJSON(bytes.NewReader(sample.Envelope))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(content); err != nil {
				t.Error(err)
			}
		})
	}
}

// EventBridge invokes a Lambda with AWS's own event type. A sample that is
// decoded into that type and encoded again must keep every field.
func TestSamplesRoundTripThroughTheAWSType(t *testing.T) {
	for _, sample := range events.Samples() {
		t.Run(sample.DetailType+"/"+sample.Name, func(t *testing.T) {
			var event awsevents.CloudWatchEvent
			if err := json.Unmarshal(sample.Envelope, &event); err != nil {
				t.Fatal(err)
			}
			if partner := "aws.partner/" + sample.DetailType + ".com/"; event.DetailType != sample.DetailType && !strings.HasPrefix(event.Source, partner) {
				t.Errorf("detail-type = %q, source = %q; want one of them to be that of the folder, %q", event.DetailType, event.Source, sample.DetailType)
			}
			again, err := json.Marshal(event)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tree(t, sample.Envelope), tree(t, again)); diff != "" {
				t.Errorf("the sample changed in the round trip (-before +after):\n%s", diff)
			}
		})
	}
}

func tree(t *testing.T, content []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(content, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSchemaFailsForAnUnknownDetailType(t *testing.T) {
	if _, err := events.Schema("order.unknown"); err == nil {
		t.Error("Schema(order.unknown) = a schema, want an error")
	}
}
