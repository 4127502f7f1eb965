package trail

import (
	"sort"
	"time"
)

// far bounds how many batches deep one event is followed, and most how many
// steps are shown of it: a batch of batches must not bring in everything.
const (
	far  = 6
	most = 500
)

// Summary is one trace at a glance.
type Summary struct {
	Trace    string        `json:"trace"`
	At       time.Time     `json:"at"`   // of its first step
	Kind     string        `json:"kind"` // of its first step
	Name     string        `json:"name"`
	Detail   string        `json:"detail,omitempty"`
	Took     time.Duration `json:"took"` // from the first step to the last
	Steps    int           `json:"steps"`
	Retries  int           `json:"retries"`  // see [Retries]
	Colds    int           `json:"colds"`    // processes that were started for it
	Failures int           `json:"failures"` // steps that went wrong
	Mails    int           `json:"mails"`    // messages that SES took
	Ended    string        `json:"ended"`    // "mail", "dead", "failed" or "done"
	Outcome  string        `json:"outcome,omitempty"`
}

// Steps returns the way of one trace, oldest step first: its own steps, and
// those of the batches that took it along. It is empty for an unknown trace.
func (s *Store) Steps(trace string) []Step {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.way(trace)
}

func (s *Store) way(trace string) []Step {
	var at []uint64
	seen := map[string]bool{}
	next := []string{trace}
	for depth := 0; depth < far && len(next) > 0; depth++ {
		var found []string
		for _, t := range next {
			if seen[t] {
				continue
			}
			seen[t] = true
			at = append(at, s.own[t]...)
			found = append(found, s.batch[t]...)
		}
		next = found
	}
	if len(at) > most {
		at = at[:most]
	}
	steps := make([]Step, len(at))
	for i, n := range at {
		steps[i] = s.steps[n-s.first]
	}
	sort.SliceStable(steps, func(i, j int) bool { return steps[i].At.Before(steps[j].At) })
	return steps
}

// Newest returns the latest traces that entered from outside, newest first, at
// most limit of them. A batch is not one: it is part of the ways that it
// gathered. Where quiet is true, ticks of the clock that led to no message and
// to no failure are left out.
func (s *Store) Newest(limit int, quiet bool) []Summary {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Summary
	for i := len(s.steps) - 1; i >= 0 && len(list) < limit; i-- {
		step := s.steps[i]
		if step.Trace == "" || s.own[step.Trace][0] != s.first+uint64(i) || len(step.Children) > 0 {
			continue
		}
		sum := summarise(s.way(step.Trace))
		sum.Trace = step.Trace
		if quiet && sum.Kind == "schedule" && sum.Mails == 0 && sum.Failures == 0 {
			continue
		}
		list = append(list, sum)
	}
	return list
}

// summarise reads one way, oldest step first and not empty.
func summarise(way []Step) Summary {
	head := way[0]
	sum := Summary{At: head.At, Kind: head.Kind, Name: head.Name, Detail: head.Detail, Steps: len(way), Retries: Retries(way), Ended: "done"}
	end := head.At
	for _, step := range way {
		if step.At.After(end) {
			end = step.At
		}
		if step.Cold {
			sum.Colds++
		}
		if step.Kind == "mail" && step.Outcome == "" {
			sum.Mails++
		}
		if step.Outcome != "" {
			sum.Failures++
			sum.Outcome = step.Outcome
		}
	}
	sum.Took = end.Sub(head.At)
	last := way[len(way)-1]
	switch {
	case hasKind(way, "dead"):
		sum.Ended = "dead"
	case sum.Mails > 0:
		sum.Ended = "mail"
	case last.Outcome != "":
		sum.Ended = "failed"
	}
	return sum
}

// Retries counts how often something was tried again: messages that were
// received for a second time or later, and calls likewise that no queue gave.
func Retries(way []Step) int {
	received, invoked := 0, 0
	for _, step := range way {
		switch {
		case step.Attempt < 2:
		case step.Kind == "received":
			received++
		case step.Kind == "invoked":
			invoked++
		}
	}
	return max(received, invoked)
}

func hasKind(way []Step, kind string) bool {
	for _, step := range way {
		if step.Kind == kind {
			return true
		}
	}
	return false
}
