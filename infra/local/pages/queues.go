package pages

import (
	"encoding/json"
	"net/http"
	"sort"
	"strings"

	"regulars/infra/local/aws"
	"regulars/shared/inputfault"
)

const lettersShown = 50

type queuesPage struct {
	Connected bool
	Queues    []Queue
	Letters   []letter
	Dead      int
}

// letter is a dead letter with its faults.
type letter struct {
	DeadLetter
	Faults  []inputfault.Fault
	Refused string
	Others  []fact // its other attributes
}

func (p *Pages) queues(w http.ResponseWriter, r *http.Request) {
	page := queuesPage{Connected: p.Queues != nil}
	if p.Queues == nil {
		p.show(w, r, http.StatusOK, "queues", "Queues", "queues", page)
		return
	}
	queues, err := p.Queues.Queues(r.Context())
	if err != nil {
		p.broken(w, r, "the queues", err)
		return
	}
	sort.SliceStable(queues, func(i, j int) bool { return len(queues[i].Sources) < len(queues[j].Sources) })
	page.Queues = queues
	for _, q := range queues {
		if len(q.Sources) == 0 {
			continue
		}
		page.Dead += q.Waiting + q.InFlight
		found, err := p.Queues.DeadLetters(r.Context(), q.Name, lettersShown)
		if err != nil {
			p.broken(w, r, "the dead letters of "+q.Name, err)
			return
		}
		for _, d := range found {
			page.Letters = append(page.Letters, read(d))
		}
	}
	p.show(w, r, http.StatusOK, "queues", "Queues", "queues", page)
}

// read returns a dead letter with the faults from its attributes. A Faults
// attribute of another shape is shown unchanged with the other attributes.
func read(d DeadLetter) letter {
	l := letter{DeadLetter: d}
	l.Trace = aws.Root(d.Trace)
	for name, value := range d.Attributes {
		switch {
		case name == "Faults" && json.Unmarshal([]byte(value), &l.Faults) == nil:
		case name == "Refused":
			l.Refused = value
		default:
			l.Others = append(l.Others, fact{name, value})
		}
	}
	sort.Slice(l.Others, func(i, j int) bool { return l.Others[i].Name < l.Others[j].Name })
	return l
}

// Kind returns the title of a dead letter: an event's detail-type, "intent of"
// a campaign, "not JSON", or nothing if the body has none of these.
func (l letter) Kind() string {
	var e struct {
		DetailType string `json:"detail-type"`
		Campaign   string `json:"campaign"`
	}
	if json.Unmarshal([]byte(l.Body), &e) != nil {
		return "not JSON"
	}
	if e.DetailType == "" && e.Campaign != "" {
		return "intent of " + e.Campaign
	}
	return e.DetailType
}

// Shown returns the body, indented, and cut off after 20,000 bytes.
func (l letter) Shown() string {
	const most = 20_000
	text := pretty(l.Body)
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "\n… " + thousands(len(text)-most) + " more bytes"
	}
	return text
}
