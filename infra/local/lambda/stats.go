package lambda

import (
	"slices"
	"time"
)

// ringSize is the number of durations of each kind that are ringSize.
const ringSize = 1000

// stats are a function's durations and counts since the program started.
type stats struct {
	Start     times // from the start of a process to its first request for an event
	Cold      times // from the start of a new process to the end of its first call
	Warm      times // calls of a warm process
	Calls     int
	Throttled int
	Failed    int
	LastError string
	LastAt    time.Time
}

// failed counts a call that failed.
func (s *stats) failed(reason string, at time.Time) {
	s.Failed++
	s.LastError, s.LastAt = reason, at
}

// times holds the latest durations, in a ring buffer.
type times struct {
	count int
	ring  []time.Duration
}

func (t *times) add(d time.Duration) {
	if len(t.ring) < ringSize {
		t.ring = append(t.ring, d)
	} else {
		t.ring[t.count%ringSize] = d
	}
	t.count++
}

// Times summarises the latest 1,000 durations, in milliseconds. Count is the
// number of all.
type Times struct {
	Count  int     `json:"count"`
	Median float64 `json:"median_ms"`
	P95    float64 `json:"p95_ms"`
	Max    float64 `json:"max_ms"`
}

func (t *times) summary() Times {
	if len(t.ring) == 0 {
		return Times{}
	}
	sorted := slices.Sorted(slices.Values(t.ring))
	at := func(percent int) float64 {
		return float64(sorted[(len(sorted)-1)*percent/100].Microseconds()) / 1000
	}
	return Times{Count: t.count, Median: at(50), P95: at(95), Max: at(100)}
}

// Status is the current state and the statistics of one function.
type Status struct {
	Name      string `json:"name"`
	Log       string `json:"log"`
	Busy      int    `json:"busy"` // calls that run or wait for a process
	Processes int    `json:"processes"`
	Idle      int    `json:"idle"`
	Start     Times  `json:"start"` // start of a process, until it requests an event
	Cold      Times  `json:"cold"`  // start of a process and its first call
	Warm      Times  `json:"warm"`
	Calls     int    `json:"calls"`
	Failed    int    `json:"failed"`
	Throttled int    `json:"throttled"`

	LastError string    `json:"last_error,omitempty"`
	LastAt    time.Time `json:"last_error_at,omitzero"`
}

// Functions returns the status of all functions, in the order of the template.
func (h *Host) Functions() []Status {
	out := []Status{}
	for _, f := range h.order {
		f.mu.Lock()
		out = append(out, Status{
			Name: f.Name, Log: f.log.path, Busy: f.busy, Processes: len(f.all), Idle: len(f.idle),
			Start: f.stats.Start.summary(), Cold: f.stats.Cold.summary(), Warm: f.stats.Warm.summary(),
			Calls: f.stats.Calls, Failed: f.stats.Failed, Throttled: f.stats.Throttled,
			LastError: f.stats.LastError, LastAt: f.stats.LastAt,
		})
		f.mu.Unlock()
	}
	return out
}
