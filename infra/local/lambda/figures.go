package lambda

import (
	"slices"
	"time"
)

// kept is how many of the latest times of each kind are kept.
const kept = 1000

// figures are a function's times since the program started.
type figures struct {
	Start     times // from the process's start to its first question
	Cold      times // a new process's start and its first call
	Warm      times // a call of a process that was there
	Calls     int
	Throttled int
	Failed    int
	LastError string
	LastAt    time.Time
}

// failed notes a call that failed.
func (f *figures) failed(because string, at time.Time) {
	f.Failed++
	f.LastError, f.LastAt = because, at
}

// times are the latest durations, in a ring.
type times struct {
	count int
	ring  []time.Duration
}

func (t *times) add(d time.Duration) {
	if len(t.ring) < kept {
		t.ring = append(t.ring, d)
	} else {
		t.ring[t.count%kept] = d
	}
	t.count++
}

// Times says how long something took, in milliseconds; of the latest 1,000.
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

// Status is one function's state and times.
type Status struct {
	Name      string `json:"name"`
	Log       string `json:"log"`
	Busy      int    `json:"busy"` // calls at work or waiting for a process
	Processes int    `json:"processes"`
	Idle      int    `json:"idle"`
	Start     Times  `json:"start"` // a process's own, until it asks for an event
	Cold      Times  `json:"cold"`  // start and first call
	Warm      Times  `json:"warm"`
	Calls     int    `json:"calls"`
	Failed    int    `json:"failed"`
	Throttled int    `json:"throttled"`

	LastError string    `json:"last_error,omitempty"`
	LastAt    time.Time `json:"last_error_at,omitzero"`
}

// Functions returns every function's state, in the template's order.
func (h *Host) Functions() []Status {
	out := []Status{}
	for _, f := range h.order {
		f.mu.Lock()
		out = append(out, Status{
			Name: f.Name, Log: f.log.path, Busy: f.busy, Processes: len(f.all), Idle: len(f.idle),
			Start: f.figures.Start.summary(), Cold: f.figures.Cold.summary(), Warm: f.figures.Warm.summary(),
			Calls: f.figures.Calls, Failed: f.figures.Failed, Throttled: f.figures.Throttled,
			LastError: f.figures.LastError, LastAt: f.figures.LastAt,
		})
		f.mu.Unlock()
	}
	return out
}
