package metric_test

import (
	"os"
	"time"

	"regulars/shared/metric"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ExampleWriter_Count() {
	w := metric.Writer{Out: os.Stdout, Now: func() time.Time { return noon }}
	w.Count("Lost", 3)
	// Output: {"Lost":3,"_aws":{"CloudWatchMetrics":[{"Namespace":"Regulars","Dimensions":[[]],"Metrics":[{"Name":"Lost","Unit":"Count"}]}],"Timestamp":1795348800000}}
}

func ExampleWriter_Counts() {
	w := metric.Writer{Out: os.Stdout, Now: func() time.Time { return noon }}
	w.Counts(map[string]string{"Campaign": "picks"}, map[string]int{"Planned": 3, "Ended": 2})
	// Output: {"Campaign":"picks","Ended":2,"Planned":3,"_aws":{"CloudWatchMetrics":[{"Namespace":"Regulars","Dimensions":[["Campaign"]],"Metrics":[{"Name":"Ended","Unit":"Count"},{"Name":"Planned","Unit":"Count"}]}],"Timestamp":1795348800000}}
}
