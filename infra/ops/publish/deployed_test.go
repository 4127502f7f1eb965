package main

import (
	"strings"
	"testing"

	"regulars/shared/shoppolicy"
)

func TestAdvisesIfTheStackKeepsLogsOrQueuesForAnotherTime(t *testing.T) {
	for name, test := range map[string]struct {
		env  map[string]string
		want string
	}{
		"the same":             {map[string]string{"LOG_DAYS": "30", "QUEUE_SECONDS": "1209600"}, ""},
		"an unknown stack":     {nil, ""},
		"longer logs":          {map[string]string{"LOG_DAYS": "365", "QUEUE_SECONDS": "1209600"}, "logs says 30 days, and the stack keeps them for 365"},
		"shorter dead letters": {map[string]string{"LOG_DAYS": "30", "QUEUE_SECONDS": "345600"}, "queues says 14 days, and the stack keeps them for 4"},
	} {
		got := deployed(func(name string) string { return test.env[name] }, shoppolicy.KeepDays{})
		if len(got) > 1 || (len(got) == 1) != (test.want != "") || len(got) == 1 && !strings.Contains(got[0].Text, test.want) {
			t.Errorf("%s: deployed = %v, want %q", name, got, test.want)
		}
	}
}
