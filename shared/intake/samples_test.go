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
	update = flag.Bool("update", false, "write the golden files anew")
	now    = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

func TestEverySampleGivesItsFacts(t *testing.T) {
	for _, sample := range events.Samples() {
		t.Run(sample.DetailType+"/"+sample.Name, func(t *testing.T) {
			parsed, err := Parse(sample.Envelope, now)
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

func TestEveryDetailTypeThatIsReadHasASchema(t *testing.T) {
	read := slices.Sorted(maps.Keys(natives))
	read = append(read, shopifyWebhook)
	if diff := cmp.Diff(events.DetailTypes(), read); diff != "" {
		t.Errorf("schemas and readers differ (-schemas +readers):\n%s", diff)
	}
}

// Every value of a sample is spoilt in many ways. What is taken all the same,
// with an effect, must follow the schema: a producer may rely on it.
func TestWhatIsTakenFollowsTheSchema(t *testing.T) {
	spoilt := []string{`null`, `true`, `"x"`, `""`, `" 7 "`, `"12.505"`, `-1`, `0`, `1.5`, `1e9`, `{}`, `[]`, `[{}]`, `{"id":"x"}`, `"2026-11-20"`}
	taken, refused := 0, 0
	seen := map[string]bool{}
	for _, sample := range events.Samples() {
		whole := sample.Name == "orders-updated" || sample.Name == "refunds-create"
		if seen[sample.DetailType] || sample.DetailType == shopifyWebhook && !whole {
			continue // one of each is enough; of Shopify, the fullest two
		}
		seen[sample.DetailType] = !whole
		schema, err := events.Schema(sample.DetailType)
		if err != nil {
			t.Fatal(err)
		}
		good, err := Parse(sample.Envelope, now)
		if err != nil {
			t.Fatal(err)
		}
		content, err := decode(sample.Envelope)
		if err != nil {
			t.Fatal(err)
		}
		eachPlace(content, func(place string, set func(any)) {
			values := spoilt
			if sample.DetailType == shopifyWebhook {
				values = []string{`true`, `"x"`, `-1`, `[{}]`} // it has hundreds of places
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
				parsed, err := Parse(envelope, now)
				if err != nil || len(parsed.Events) == 0 {
					refused++
					continue
				}
				if reflect.DeepEqual(parsed, good) {
					continue // it is not looked at here, though the schema may describe it
				}
				taken++
				again, err := jsonschema.UnmarshalJSON(bytes.NewReader(envelope))
				if err != nil {
					t.Fatal(err)
				}
				// A spoilt detail-type or topic can make it another event.
				if kind, _ := again.(map[string]any)["detail-type"].(string); kind != sample.DetailType {
					continue
				}
				if err := schema.Validate(again); err != nil {
					t.Errorf("%s/%s with %s at %s is taken, but the schema says: %v", sample.DetailType, sample.Name, bad, place, err)
				}
			}
		})
	}
	t.Logf("%d spoilt envelopes taken, %d refused or ignored", taken, refused)
}

// eachPlace calls f with every place below v and a way to replace what is
// there; afterwards it is put back.
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
