package pages

import (
	"net/http"
	"net/url"
	"sort"

	"regulars/shared/claim"
	"regulars/shared/shop"
)

// rows are the states in groups, in the order of the table.
var rows = []struct {
	Title  string
	States []claim.State
}{
	{"Sent", []claim.State{claim.Delivered, claim.Accepted, claim.Bounced, claim.Complained}},
	{"Open", []claim.State{claim.Sending, claim.Queued}},
	{"Not sent", []claim.State{claim.Capped, claim.Suppressed, claim.HeldOut, claim.Outranked, claim.Cancelled, claim.Expired, claim.Refused, claim.Lost}},
}

type decisionsPage struct {
	Connected bool
	Campaigns []Count
	Groups    []tableGroup
	Sums      []int // sends by campaign, and their sum at the end
	Planned   []int // planned intents, likewise; 0: not known
	Missing   []int // missing intents, likewise: see Count
	Journeys  []Journey
	NotSent   []claim.Send
	Waiting   []claim.Send
	Filtered  []claim.Send
	Next      string
	Filter    SendFilter
	State     claim.State
	Total     int
}

type tableGroup struct {
	Title string
	Rows  []tableRow
}

type tableRow struct {
	State claim.State
	Cells []int // by campaign, and their sum at the end
}

func (p *Pages) decisions(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	page := decisionsPage{Connected: p.Decisions != nil, State: claim.State(q.Get("state")), Filter: SendFilter{
		Campaign: shop.CampaignID(q.Get("campaign")), Customer: shop.CustomerID(q.Get("customer")), After: q.Get("after"), Limit: 50,
	}}
	if p.Decisions == nil {
		p.show(w, r, http.StatusOK, "decisions", "Decisions", "decisions", page)
		return
	}
	counts, err := p.Decisions.Counts(r.Context())
	if err != nil {
		p.broken(w, r, "the counts of decisions", err)
		return
	}
	page.table(counts)
	if page.Filtering() {
		if page.State != "" {
			page.Filter.States = []claim.State{page.State}
		}
		page.Filtered, page.Next, err = p.Decisions.Sends(r.Context(), page.Filter)
	} else {
		page.Journeys, err = p.Decisions.Journeys(r.Context())
		if err != nil {
			p.broken(w, r, "the journeys", err)
			return
		}
		page.NotSent, _, err = p.Decisions.Sends(r.Context(), SendFilter{States: notSent[1:], Limit: 30})
		if err == nil {
			page.Waiting, _, err = p.Decisions.Sends(r.Context(), SendFilter{States: []claim.State{claim.Queued}, Limit: 30})
		}
	}
	if err != nil {
		p.broken(w, r, "the decisions", err)
		return
	}
	p.show(w, r, http.StatusOK, "decisions", "Decisions", "decisions", page)
}

// table turns counts into rows. States that are not in [rows] get a row in the
// group Other, so that the sums are complete.
func (d *decisionsPage) table(counts []Count) {
	d.Campaigns = counts
	n := len(counts)
	d.Sums, d.Planned, d.Missing = make([]int, n+1), make([]int, n+1), make([]int, n+1)
	known := map[claim.State]bool{}
	for _, group := range rows {
		g := tableGroup{Title: group.Title}
		for _, state := range group.States {
			known[state] = true
			g.Rows = append(g.Rows, d.row(state, counts))
		}
		d.Groups = append(d.Groups, g)
	}
	other := map[claim.State]bool{}
	for _, c := range counts {
		for state := range c.States {
			if !known[state] {
				other[state] = true
			}
		}
	}
	if len(other) > 0 {
		g := tableGroup{Title: "Other"}
		for state := range other {
			g.Rows = append(g.Rows, d.row(state, counts))
		}
		sort.Slice(g.Rows, func(i, j int) bool { return g.Rows[i].State < g.Rows[j].State })
		d.Groups = append(d.Groups, g)
	}
	allPlanned := n > 0
	for i, c := range counts {
		d.Planned[i] = c.Planned
		d.Planned[n] += c.Planned
		d.Missing[i] = c.Missing
		d.Missing[n] += c.Missing
		allPlanned = allPlanned && c.Planned > 0
	}
	if !allPlanned {
		d.Planned[n] = 0
	}
	d.Total = d.Sums[n]
}

func (d *decisionsPage) row(state claim.State, counts []Count) tableRow {
	n := len(counts)
	row := tableRow{State: state, Cells: make([]int, n+1)}
	for i, c := range counts {
		row.Cells[i] = c.States[state]
		row.Cells[n] += c.States[state]
		d.Sums[i] += c.States[state]
		d.Sums[n] += c.States[state]
	}
	return row
}

// Filtering reports whether the address asks for a part of the sends.
func (d decisionsPage) Filtering() bool {
	return d.State != "" || d.Filter.Campaign != "" || d.Filter.Customer != ""
}

// KnowsPlanned reports whether the number of planned intents is known for a
// column, so that the sums can be compared with it.
func (d decisionsPage) KnowsPlanned() bool {
	for _, n := range d.Planned {
		if n > 0 {
			return true
		}
	}
	return false
}

// OnTheWay returns the number of a column's intents that are planned but not
// yet decided.
func (d decisionsPage) OnTheWay(column int) int {
	return max(0, d.Planned[column]-d.Sums[column]-d.Missing[column])
}

// NextLink returns the address of the next page of the filtered list.
func (d decisionsPage) NextLink() string {
	q := url.Values{"after": {d.Next}}
	for name, value := range map[string]string{
		"state": string(d.State), "campaign": string(d.Filter.Campaign), "customer": string(d.Filter.Customer),
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return "/decisions?" + q.Encode()
}

type decisionPage struct {
	Explanation *explanation
	Others      []claim.Send // of the same customer
	Message     string       // the ID of its message if the mailbox has it
}

func (p *Pages) decision(w http.ResponseWriter, r *http.Request) {
	if p.Decisions == nil {
		p.fail(w, r, http.StatusNotFound, "Decisions are not connected", "")
		return
	}
	send, ok, err := p.Decisions.Send(r.Context(), shop.SendID(r.PathValue("id")))
	switch {
	case err != nil:
		p.broken(w, r, "the decision", err)
		return
	case !ok:
		p.fail(w, r, http.StatusNotFound, "No such decision", "No send is stored under this ID.")
		return
	}
	page := decisionPage{Explanation: p.explain(send)}
	others, _, err := p.Decisions.Sends(r.Context(), SendFilter{Customer: send.Intent.Customer, Limit: 20})
	if err != nil {
		p.broken(w, r, "the customer's other decisions", err)
		return
	}
	for _, o := range others {
		if o.ID != send.ID {
			page.Others = append(page.Others, o)
		}
	}
	if p.Mail != nil && send.SESID != "" {
		if _, ok, _ := p.Mail.Message(send.SESID); ok {
			page.Message = send.SESID
		}
	}
	p.show(w, r, http.StatusOK, "decision", "Decision", "decisions", page)
}
