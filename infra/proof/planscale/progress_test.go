package main

import (
	"testing"
	"time"
)

func TestProgressLineNamesSpeedAndTimeLeft(t *testing.T) {
	for name, test := range map[string]struct {
		done, of int
		after    time.Duration
		want     string
	}{
		"nothing is done yet": {0, 100, 5 * time.Second, "fill: 0 of 100"},
		"a quarter is done":   {25_000, 100_000, 50 * time.Second, "fill: 25000 of 100000, 500 a second, 2m30s left"},
		"all is done":         {100, 100, 10 * time.Second, "fill: 100 of 100, 10 a second, 0s left"},
		"more than expected":  {110, 100, 10 * time.Second, "fill: 110 of 100, 11 a second, 0s left"},
	} {
		if got := progressLine("fill", test.done, test.of, test.after); got != test.want {
			t.Errorf("%s: progressLine = %q, want %q", name, got, test.want)
		}
	}
}
