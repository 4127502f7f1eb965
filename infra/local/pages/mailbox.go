package pages

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"regulars/infra/local/ses"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

const perPage = 50

// mailCount is a filter for callers that need only the total.
var mailCount = ses.Filter{Limit: 1}

type mailboxPage struct {
	Connected bool
	Filter    ses.Filter
	Page      int
	Pages     int
	From, To  int // positions of the messages shown, counted from 1
	List      []ses.Summary
	Total     int
	Campaigns []string
	Open      *openMessage
	Picked    bool // the address names the open message; a phone then shows it instead of the list
	query     url.Values
}

type openMessage struct {
	ses.Message
	State       ses.State
	Trace       string
	Tab         string
	Source      string
	Names       []string // of the headers, in order
	Explanation *explanation
	NotSent     []claim.Send
	Missing     bool // the mailbox does not have the message any more
}

func (p *Pages) mailbox(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	page := mailboxPage{Connected: p.Mail != nil, query: q, Page: number(r, "page", 1, 1<<20)}
	if p.Mail == nil {
		p.show(w, r, http.StatusOK, "mailbox", "Mailbox", "mailbox", page)
		return
	}
	page.Filter = ses.Filter{To: strings.TrimSpace(q.Get("to")), Campaign: q.Get("campaign"), Limit: perPage}
	page.Filter.Offset = (page.Page - 1) * perPage
	found := p.Mail.Messages(page.Filter)
	page.List, page.Total = found.Items, found.Total
	page.Pages = max(1, (found.Total+perPage-1)/perPage)
	page.From, page.To = min(page.Filter.Offset+1, found.Total), page.Filter.Offset+len(found.Items)
	for name := range found.Campaigns {
		page.Campaigns = append(page.Campaigns, name)
	}
	sort.Strings(page.Campaigns)

	id := q.Get("m")
	page.Picked = id != ""
	if id == "" && len(page.List) > 0 {
		id = page.List[0].ID
	}
	if id != "" {
		open, err := p.open(r, id, q.Get("tab"))
		if err != nil {
			p.broken(w, r, "the message", err)
			return
		}
		page.Open = open
	}
	p.show(w, r, http.StatusOK, "mailbox", "Mailbox", "mailbox", page)
}

// open reads one message and the decision to send it.
func (p *Pages) open(r *http.Request, id, tab string) (*openMessage, error) {
	m, ok, err := p.Mail.Message(id)
	if err != nil {
		return nil, err
	}
	if !ok {
		return &openMessage{Missing: true}, nil
	}
	open := &openMessage{Message: m, Tab: tab}
	for _, s := range p.Mail.Messages(ses.Filter{ID: id}).Items {
		open.State, open.Trace = s.State, s.Trace
	}
	for name := range m.Headers {
		open.Names = append(open.Names, name)
	}
	sort.Strings(open.Names)
	switch tab {
	case "text", "headers":
	case "source":
		source, err := p.Mail.Source(id)
		if err != nil {
			return nil, err
		}
		open.Source = string(source)
	default:
		open.Tab = "html"
	}
	return open, p.addDecision(r.Context(), open)
}

// sendTag is the message tag that names the send.
const sendTag = "send_id"

// addDecision adds the decision to send the message, and the same customer's
// latest sends that wait or ended without a message.
func (p *Pages) addDecision(ctx context.Context, open *openMessage) error {
	id := open.Tags[sendTag]
	if p.Decisions == nil || id == "" {
		return nil
	}
	send, ok, err := p.Decisions.Send(ctx, shop.SendID(id))
	if err != nil || !ok {
		return err
	}
	open.Explanation = p.explain(send)
	open.NotSent, _, err = p.Decisions.Sends(ctx, SendFilter{Customer: send.Intent.Customer, States: notSent, Limit: 8})
	return err
}

// Labels returns the message's tags by name, without those that only refer to
// its send.
func (o openMessage) Labels() []fact {
	var list []fact
	for _, name := range slices.Sorted(maps.Keys(o.Tags)) {
		if name != sendTag && name != "attempt" && name != "customer" {
			list = append(list, fact{name, o.Tags[name]})
		}
	}
	return list
}

// Link returns the address of this page with the given parameters changed:
// name, value, name, value. An empty value removes the parameter.
func (m mailboxPage) Link(change ...any) string {
	q := url.Values{}
	for name, values := range m.query {
		q[name] = values
	}
	for i := 0; i+1 < len(change); i += 2 {
		value := ""
		switch v := change[i+1].(type) {
		case string:
			value = v
		case int:
			value = strconv.Itoa(v)
		}
		if value == "" {
			q.Del(change[i].(string))
		} else {
			q.Set(change[i].(string), value)
		}
	}
	if len(q) == 0 {
		return "/"
	}
	return "/?" + q.Encode()
}

func (m mailboxPage) Newer() int { return m.Page - 1 }
func (m mailboxPage) Older() int { return m.Page + 1 }

// previewPolicy is the Content-Security-Policy of a message's HTML: it allows
// any styles and the pictures of the local cloud, which has another name than
// the page if that was opened as localhost, but no scripts and no forms. The
// sandbox applies also if the preview is opened outside the frame.
const previewPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src %s data:; form-action 'none'; base-uri 'none'; " +
	"frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

// preview serves a message's HTML for the frame. Links open in a new tab.
func (p *Pages) preview(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", fmt.Sprintf(previewPolicy, p.opt.Endpoint))
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if p.Mail == nil {
		http.NotFound(w, r)
		return
	}
	m, ok, err := p.Mail.Message(r.PathValue("id"))
	if err != nil || !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write([]byte(withBase(m.HTML)))
}

var basePlaces = []*regexp.Regexp{
	regexp.MustCompile(`(?i)<head(?:\s[^>]*)?>`),
	regexp.MustCompile(`(?i)<html(?:\s[^>]*)?>`),
	regexp.MustCompile(`(?i)<!doctype[^>]*>`),
}

// withBase makes links open in a new tab: it inserts a base element after
// <head>, or after <html> or the doctype if there is no <head>. It must not be
// before the doctype, because browsers then switch to quirks mode.
func withBase(html string) string {
	const base = `<base target="_blank">`
	for _, place := range basePlaces {
		if at := place.FindStringIndex(html); at != nil {
			return html[:at[1]] + base + html[at[1]:]
		}
	}
	return base + html
}
