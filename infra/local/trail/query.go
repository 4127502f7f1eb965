package trail

import (
	"sort"
	"time"
)

// Limits of one trail: the depth of nested batches that it follows, and its
// number of steps. Without them, batches of batches could bring in all traces.
const (
	maxDepth = 6
	maxSteps = 500
)

// Summary summarises the trail of one trace.
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
	Failures int           `json:"failures"` // steps that failed
	Mails    int           `json:"mails"`    // messages that SES accepted
	Ended    string        `json:"ended"`    // "mail", "dead", "failed" or "done"
	Outcome  string        `json:"outcome,omitempty"`
}

// Steps returns the steps of one trace, oldest first: its own steps and those
// of the batches that contain it. It returns none for an unknown trace.
func (s *Store) Steps(trace string) []Step {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.collect(trace)
}

// collect does [Store.Steps]. The caller holds the lock.
func (s *Store) collect(trace string) []Step {
	var at []uint64
	seen := map[string]bool{}
	next := []string{trace}
	for depth := 0; depth < maxDepth && len(next) > 0; depth++ {
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
	if len(at) > maxSteps {
		at = at[:maxSteps]
	}
	steps := make([]Step, len(at))
	for i, n := range at {
		steps[i] = s.steps[n-s.first]
	}
	sort.SliceStable(steps, func(i, j int) bool { return steps[i].At.Before(steps[j].At) })
	return steps
}

// Newest returns summaries of the newest traces that came from outside, newest
// first, at most limit. It omits batches, because their steps are part of the
// trails of their messages. If quiet is true, it also omits events of schedules
// that led to no mail and to no failure.
func (s *Store) Newest(limit int, quiet bool) []Summary {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var list []Summary
	for i := len(s.steps) - 1; i >= 0 && len(list) < limit; i-- {
		step := s.steps[i]
		if step.Trace == "" || s.own[step.Trace][0] != s.first+uint64(i) || len(step.Children) > 0 {
			continue
		}
		sum := summarise(s.collect(step.Trace))
		sum.Trace = step.Trace
		if quiet && sum.Kind == "schedule" && sum.Mails == 0 && sum.Failures == 0 {
			continue
		}
		list = append(list, sum)
	}
	return list
}

// summarise returns the summary of one trail. The steps are sorted by time and
// not empty.
func summarise(steps []Step) Summary {
	head := steps[0]
	sum := Summary{At: head.At, Kind: head.Kind, Name: head.Name, Detail: head.Detail, Steps: len(steps), Retries: Retries(steps), Ended: "done"}
	end := head.At
	for _, step := range steps {
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
	last := steps[len(steps)-1]
	switch {
	case hasKind(steps, "dead"):
		sum.Ended = "dead"
	case sum.Mails > 0:
		sum.Ended = "mail"
	case last.Outcome != "":
		sum.Ended = "failed"
	}
	return sum
}

// Retries returns the number of retries in a trail: receives of a message after
// its first, or asynchronous calls of a function after its first, whichever are
// more.
func Retries(steps []Step) int {
	received, invoked := 0, 0
	for _, step := range steps {
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

func hasKind(steps []Step, kind string) bool {
	for _, step := range steps {
		if step.Kind == kind {
			return true
		}
	}
	return false
}
