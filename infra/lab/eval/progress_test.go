package main

import (
	"bytes"
	"testing"
	"time"
)

func TestProgress(t *testing.T) {
	type step struct {
		what     string
		done, of int
	}
	for name, c := range map[string]struct {
		steps []step // a second apart
		want  string
	}{
		"before the first step":      {nil, ""},
		"an amount":                  {[]step{{"reading", 0, 90}, {"reading", 30, 90}}, "eval: reading: 30 of 90, 2 s\n"},
		"an unknown amount":          {[]step{{"reading", 30, 0}}, "eval: reading: 30 so far, 1 s\n"},
		"no amount":                  {[]step{{"fitting", 0, 0}}, "eval: fitting: 1 s\n"},
		"the time is that of a step": {[]step{{"reading", 0, 90}, {"reading", 90, 90}, {"fitting", 0, 0}}, "eval: fitting: 1 s\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			at := time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)
			p := &progress{out: &out, clock: func() time.Time { return at }}
			for _, s := range c.steps {
				p.report(s.what, s.done, s.of)
				at = at.Add(time.Second)
			}
			p.print()
			if got := out.String(); got != c.want {
				t.Errorf("printed %q, want %q", got, c.want)
			}
		})
	}
}

// Each tick is a whole line; nothing is written after stop.
func TestProgressAtEachTick(t *testing.T) {
	var out bytes.Buffer
	ticks := make(chan time.Time)
	p := &progress{out: &out, clock: time.Now}
	p.report("fitting", 0, 0)
	stop := p.start(ticks)
	ticks <- time.Time{}
	ticks <- time.Time{}
	stop()
	if got, want := out.String(), "eval: fitting: 0 s\neval: fitting: 0 s\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
	select {
	case ticks <- time.Time{}:
		t.Error("a tick was taken after stop")
	default:
	}
}
