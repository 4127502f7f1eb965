// Package metric publishes CloudWatch metrics as log lines in the embedded
// metric format, which needs no permission and no API call.
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

// Namespace is the namespace of all metrics of this project.
const Namespace = "Regulars"

// Writer writes metrics to a function's standard output; Lambda sends it to
// CloudWatch.
type Writer struct {
	Out io.Writer
	Now func() time.Time
}

// Count publishes one count without dimensions.
func (w Writer) Count(name string, n int) { w.Counts(nil, map[string]int{name: n}) }

// Counts publishes several counts by name with the same dimensions, such as
// {"Campaign": "weekly-picks"}. Each combination of values is a separate
// metric, which costs money.
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
		panic("metric: " + err.Error()) // unreachable: strings and numbers can be marshalled
	}
	_, _ = w.Out.Write(append(text, '\n')) // a lost metric must not fail the function
}
