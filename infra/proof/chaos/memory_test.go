package main

import (
	"strings"
	"testing"
	"time"
)

func TestMemoryIsThatOfFourTimes(t *testing.T) {
	m := &memory{of: map[string][]resident{"send": {}, "plan": {{3 * time.Second, 40 * 1024}}}}
	for second := range 41 {
		m.of["send"] = append(m.of["send"], resident{time.Duration(second) * time.Second, (100 + second) * 1024})
	}
	var out strings.Builder
	m.print(&out)
	var rows []string
	for line := range strings.Lines(out.String()) {
		if fields := strings.Fields(line); len(fields) > 0 {
			rows = append(rows, strings.Join(fields, " "))
		}
	}
	want := []string{
		"largest process, MB resident after 10s 20s 30s 40s most",
		"plan 40 - - - 40",
		"send 110 120 130 140 140",
	}
	if strings.Join(rows, "\n") != strings.Join(want, "\n") {
		t.Errorf("print wrote\n%s\nwant\n%s", strings.Join(rows, "\n"), strings.Join(want, "\n"))
	}
}
