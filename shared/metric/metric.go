// Package metric publishes CloudWatch metrics by writing lines in the embedded
// metric format: a function needs no permission and makes no call for them.
//
// Format: CloudWatch User Guide, "Specification: Embedded metric format".
package metric

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"time"
)

// Namespace is what every metric of this project is in.
const Namespace = "Regulars"

// Writer writes metrics to a function's standard output, from where Lambda
// takes them to CloudWatch.
type Writer struct {
	Out io.Writer
	Now func() time.Time
}

// Count publishes how many there were of one thing, without dimensions.
func (w Writer) Count(name string, n int) { w.Counts(nil, map[string]int{name: n}) }

// Counts publishes several counts at once, by name, under the same dimensions,
// such as {"Campaign": "weekly-picks"}; each combination of values is a metric
// of its own, and is paid for.
func (w Writer) Counts(dimensions map[string]string, counts map[string]int) {
	type unit struct{ Name, Unit string }
	type directive struct {
		Namespace  string
		Dimensions [][]string
		Metrics    []unit
	}
	names := slices.Sorted(maps.Keys(dimensions))
	if names == nil {
		names = []string{}
	}
	d := directive{Namespace: Namespace, Dimensions: [][]string{names}}
	line := map[string]any{}
	for name, value := range dimensions {
		line[name] = value
	}
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		d.Metrics = append(d.Metrics, unit{name, "Count"})
		line[name] = counts[name]
	}
	line["_aws"] = map[string]any{"Timestamp": w.Now().UnixMilli(), "CloudWatchMetrics": []directive{d}}
	text, err := json.Marshal(line)
	if err != nil {
		panic("metric: " + err.Error()) // strings and numbers
	}
	_, _ = w.Out.Write(append(text, '\n')) // a metric that cannot be written is missing, and nothing else
}
