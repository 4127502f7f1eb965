package pages

import (
	"net/http"
	"time"

	"regulars/infra/local/trail"
)

type trailsPage struct {
	Connected bool
	All       bool // also those of schedules that caused nothing
	List      []trail.Summary
}

func (p *Pages) trails(w http.ResponseWriter, r *http.Request) {
	page := trailsPage{Connected: p.Trails != nil, All: r.URL.Query().Get("ticks") == "on"}
	if p.Trails != nil {
		page.List = p.Trails.Newest(100, !page.All)
	}
	p.show(w, r, http.StatusOK, "trails", "Trails", "trails", page)
}

type trailPage struct {
	Trace   string
	Stops   []stop
	Total   time.Duration
	Retries int
	Colds   int
	Faults  int
	Mail    string // the ID of the message that it caused
}

// stop is one step as the page shows it. A function's start and end are joined
// in one stop.
type stop struct {
	trail.Step
	After  time.Duration // since the first step
	Mark   string        // "good", "bad", "wait" or "calm"
	Shared int           // number of traces in the batch; 0 if it is no batch
	Left   float64       // start of its bar, in percent of the whole time
	Width  float64       // width of its bar, likewise
}

func (p *Pages) trail(w http.ResponseWriter, r *http.Request) {
	trace := r.PathValue("trace")
	var steps []trail.Step
	if p.Trails != nil {
		steps = p.Trails.Steps(trace)
	}
	if len(steps) == 0 {
		p.fail(w, r, http.StatusNotFound, "No trail of this event", "No event with this trace arrived, or newer trails have replaced it.")
		return
	}
	p.show(w, r, http.StatusOK, "trail", "Trail", "trails", newTrailPage(trace, steps))
}

// newTrailPage returns the page of a trail whose steps are given oldest first.
func newTrailPage(trace string, steps []trail.Step) trailPage {
	page := trailPage{Trace: trace, Retries: trail.Retries(steps)}
	start, end := steps[0].At, steps[len(steps)-1].At
	page.Total = end.Sub(start)
	answered := map[string]bool{}
	for _, s := range steps {
		if s.Kind == "answered" {
			answered[s.Name+s.ID] = true
		}
	}
	for _, s := range steps {
		if s.Kind == "invoked" && answered[s.Name+s.ID] {
			continue // its end contains everything
		}
		if s.Cold {
			page.Colds++
		}
		if s.Outcome != "" {
			page.Faults++
		}
		if s.Kind == "mail" && s.Outcome == "" {
			page.Mail = s.ID
		}
		st := stop{Step: s, After: s.At.Sub(start), Mark: mark(s), Shared: len(s.Children)}
		if s.Kind == "answered" || s.Kind == "received" { // recorded at their end
			if st.After -= s.Took; st.After < 0 {
				st.After = 0
			}
		}
		if page.Total > 0 {
			st.Left = min(100*float64(st.After)/float64(page.Total), 99)
			st.Width = min(max(100*float64(s.Took)/float64(page.Total), 0.6), 100-st.Left)
		}
		page.Stops = append(page.Stops, st)
	}
	return page
}

// mark returns the class with which the page marks a step.
func mark(s trail.Step) string {
	switch {
	case s.Outcome != "" || s.Kind == "dead":
		return "bad"
	case s.Attempt > 1:
		return "wait"
	case s.Kind == "mail" || s.Kind == "notified":
		return "good"
	}
	return "calm"
}
