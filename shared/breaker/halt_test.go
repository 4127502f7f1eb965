package breaker

import (
	"reflect"
	"testing"
	"time"
)

var (
	noon  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	later = noon.Add(time.Hour)
)

// said is a word at noon, or some hours later.
func said(hours int) Said {
	return Said{At: noon.Add(time.Duration(hours) * time.Hour), By: "ann"}
}

func after(changes ...func(Now) (Now, bool)) (n Now) {
	for _, change := range changes {
		n, _ = change(n)
	}
	return n
}

func paused(hours int) func(Now) (Now, bool) {
	return func(n Now) (Now, bool) { return n.withPause("winter", said(hours)) }
}

func cancelled(version, hours int) func(Now) (Now, bool) {
	return func(n Now) (Now, bool) { return n.withCancellation("winter", version, said(hours)) }
}

func resumed(hours int) func(Now) (Now, bool) {
	return func(n Now) (Now, bool) { return n.withResume("winter", said(hours)) }
}

func TestHaltsStopMessagesOfTheirCampaign(t *testing.T) {
	const held, ends = "campaign-paused", "campaign-cancelled"
	for phrase, c := range map[string]struct {
		now     Now
		version int
		planned time.Time
		want    string
	}{
		"no word was said":                                  {Now{}, 1, noon, ""},
		"paused":                                            {after(paused(0)), 1, noon, held},
		"paused, of a version published since":              {after(paused(0)), 2, later, held},
		"paused and resumed":                                {after(paused(0), resumed(1)), 1, noon, ""},
		"cancelled":                                         {after(cancelled(1, 0)), 1, noon, ends},
		"cancelled, planned after it":                       {after(cancelled(1, 0)), 1, later, ends},
		"cancelled, of a version published since":           {after(cancelled(1, 0)), 2, later, ""},
		"cancelled, of an older version":                    {after(cancelled(2, 0)), 1, noon, ends},
		"resumed, planned before the resume":                {after(cancelled(1, 0), resumed(1)), 1, later, ends},
		"resumed, planned after the resume":                 {after(cancelled(1, 0), resumed(1)), 1, later.Add(1), ""},
		"resumed and paused, planned before the resume":     {after(cancelled(1, 0), resumed(1), paused(2)), 1, noon, ends},
		"resumed and paused, planned after the resume":      {after(cancelled(1, 0), resumed(1), paused(2)), 1, later.Add(1), held},
		"resumed and cancelled again":                       {after(cancelled(1, 0), resumed(1), cancelled(1, 2)), 1, later.Add(1), ends},
		"a pause becomes a cancellation":                    {after(paused(0), cancelled(1, 1)), 1, noon, ends},
		"a pause became a cancellation, of a later version": {after(paused(0), cancelled(1, 1)), 2, noon, ""},
	} {
		got := ""
		if stop := c.now.Halted(noon, "winter", c.version, c.planned); stop != nil {
			got = stop.Code
			if stop.Ends != (got == ends) {
				t.Errorf("%s: Ends = %t for %s", phrase, stop.Ends, got)
			}
		}
		if got != c.want {
			t.Errorf("%s: Halted = %q, want %q", phrase, got, c.want)
		}
		if c.now.Halted(noon, "news", c.version, c.planned) != nil {
			t.Errorf("%s: another campaign is stopped as well", phrase)
		}
		if c.now.Tripped() != 0 {
			t.Errorf("%s: the alarm of a tripped breaker would go off", phrase)
		}
	}
}

// A repeated call changes nothing, so the first word stays.
func TestEachHaltMayBeRepeated(t *testing.T) {
	for phrase, c := range map[string]struct {
		before Now
		again  func(hours int) func(Now) (Now, bool)
	}{
		"pause":  {Now{}, paused},
		"cancel": {after(paused(0)), func(hours int) func(Now) (Now, bool) { return cancelled(1, hours) }},
		"resume": {after(cancelled(1, 0)), resumed},
	} {
		once, changed := c.again(1)(c.before)
		if !changed {
			t.Errorf("%s changed nothing", phrase)
		}
		twice, changed := c.again(2)(once)
		if changed || !reflect.DeepEqual(once, twice) {
			t.Errorf("a second %s changed %+v to %+v", phrase, once, twice)
		}
	}
	if _, changed := resumed(1)(Now{}); changed {
		t.Error("resuming a running campaign changed something")
	}
}

// A change must leave the value that it was given alone: a function has it in its
// cache.
func TestAHaltLeavesTheCachedValueAlone(t *testing.T) {
	before := after(paused(0))
	for _, change := range []func(Now) (Now, bool){resumed(1), cancelled(1, 1)} {
		change(before)
		if stop := before.Halted(noon, "winter", 1, noon); stop == nil || stop.Ends {
			t.Errorf("the cached value became %+v", stop)
		}
	}
	ended := after(cancelled(1, 0))
	resumed(1)(ended)
	if !ended.Halts["winter"].Cancels(1) {
		t.Error("a resume changed the cached cancellation")
	}
}
