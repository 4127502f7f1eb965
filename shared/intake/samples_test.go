package intake

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"regulars/events"
)

var (
	update = flag.Bool("update", false, "rewrite the golden files")
	now    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

// own is what the tests' shop says of itself.
func own() (Shop, error) { return Shop{Currency: "GBP", URL: "https://shop.example.com"}, nil }

func TestEachSampleGivesItsGoldenFacts(t *testing.T) {
	for _, sample := range events.Samples() {
		t.Run(sample.DetailType+"/"+sample.Name, func(t *testing.T) {
			parsed, err := ParseFor(sample.Envelope, now, own)
			if err != nil {
				t.Fatalf("Parse(%s) = %+v", sample.Name, err)
			}
			got, err := json.MarshalIndent(parsed, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			golden := filepath.Join("testdata", sample.DetailType, sample.Name+".golden")
			if *update {
				if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatalf("%v; write it with: go test ./shared/intake -update", err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("Parse(%s) (-want +got):\n%s", sample.Name, diff)
			}
		})
	}
}

func TestEachDetailTypeHasASchema(t *testing.T) {
	read := slices.Sorted(slices.Values(slices.AppendSeq(slices.Collect(maps.Keys(natives)), slices.Values(slices.AppendSeq(slices.Collect(maps.Keys(platforms)), maps.Keys(partners))))))
	if diff := cmp.Diff(events.DetailTypes(), read); diff != "" {
		t.Errorf("schemas and readers differ (-schemas +readers):\n%s", diff)
	}
}

// Each value of a sample is replaced by many others. If the envelope is still
// accepted and gives other facts than the sample, it must follow the schema,
// because producers rely on the schema.
func TestAnAcceptedEnvelopeFollowsTheSchema(t *testing.T) {
	others := []string{`null`, `true`, `"x"`, `""`, `" 7 "`, `"12.505"`, `-1`, `0`, `1.5`, `1e9`, `{}`, `[]`, `[{}]`, `{"id":"x"}`, `"2026-11-20"`}
	accepted, refused := 0, 0
	seen := map[string]bool{}
	for _, sample := range events.Samples() {
		whole := slices.Contains([]string{"orders-updated", "refunds-create", "products-update", "fulfillments-update", "fulfillment-events-delayed", "order-updated-part-refunded", "product-created", "customer-updated", "order-completed", "order-refunded", "identify", "unsubscribed", "order-created", "delivery-added", "return-info-added", "customer-created", "product-published", "order-refund-created-returned", "sku-updated"}, sample.Name)
		platform := platforms[sample.DetailType] != nil || partners[sample.DetailType] != nil
		if seen[sample.DetailType] || platform && !whole {
			continue // one sample of each detail-type is enough; of a shop platform, those with the most fields
		}
		seen[sample.DetailType] = !whole
		schema, err := events.Schema(sample.DetailType)
		if err != nil {
			t.Fatal(err)
		}
		good, err := ParseFor(sample.Envelope, now, own)
		if err != nil {
			t.Fatal(err)
		}
		content, err := decode(sample.Envelope)
		if err != nil {
			t.Fatal(err)
		}
		eachPlace(content, func(place string, set func(any)) {
			values := others
			if platform {
				values = []string{`true`, `"x"`, `-1`, `[{}]`} // fewer, because they have hundreds of places
			}
			for _, bad := range values {
				var other any
				if err := json.Unmarshal([]byte(bad), &other); err != nil {
					t.Fatal(err)
				}
				set(other)
				envelope, err := json.Marshal(content)
				if err != nil {
					t.Fatal(err)
				}
				parsed, err := ParseFor(envelope, now, own)
				if err != nil || len(parsed.Events) == 0 {
					refused++
					continue
				}
				if reflect.DeepEqual(parsed, good) {
					continue // Parse does not read this place, although the schema may describe it
				}
				accepted++
				again, err := jsonschema.UnmarshalJSON(bytes.NewReader(envelope))
				if err != nil {
					t.Fatal(err)
				}
				// With another detail-type or topic it can be another event.
				if kind, _ := again.(map[string]any)["detail-type"].(string); kind != sample.DetailType && partners[sample.DetailType] == nil {
					continue
				}
				if err := schema.Validate(again); err != nil {
					t.Errorf("%s/%s with %s at %s is accepted, but the schema refuses it: %v", sample.DetailType, sample.Name, bad, place, err)
				}
			}
		})
	}
	t.Logf("%d changed envelopes accepted, %d refused or ignored", accepted, refused)
}

// eachPlace calls f with each place below v and a function that replaces the
// value there. After f it restores the value.
func eachPlace(v any, f func(place string, set func(any))) {
	var walk func(v any, path string)
	walk = func(v any, place string) {
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				before := v[key]
				f(place+"/"+key, func(other any) { v[key] = other })
				v[key] = before
				walk(before, place+"/"+key)
			}
		case []any:
			for i, before := range v {
				f(place+"/[]", func(other any) { v[i] = other })
				v[i] = before
				walk(before, place+"/[]")
			}
		}
	}
	walk(v, "")
}
