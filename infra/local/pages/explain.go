package pages

import (
	"encoding/json"
	"fmt"
	"sort"
	"time"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/recommend"
)

// notSent are the states of sends that wait, or ended without a message. QUEUED
// is the first.
var notSent = []claim.State{
	claim.Queued, claim.Capped, claim.Suppressed, claim.HeldOut, claim.Expired, claim.Outranked, claim.Cancelled, claim.Refused, claim.Lost,
}

// explanation is the explanation of a decision, prepared for a page. It is read
// leniently: fields that do not have the shape that decide writes are shown as
// JSON, below the others.
type explanation struct {
	Send     claim.Send
	Items    []item
	Offer    []fact
	Refusals []offerRefusal
	Checks   []check
	Inputs   []fact // the version of the policy, of the model, and other single values
	Rest     string // the other fields as indented JSON; empty if there are none

	fullTime func(time.Time) string
}

// item is one recommended product.
type item struct {
	Title, Product, Reason, Score string
}

// offerRefusal says why the customer did not get an offer.
type offerRefusal struct{ Offer, Code, Text string }

// check is one check of the evaluation; OK counts only if Known.
type check struct {
	Name, Text string
	Known, OK  bool
}

// fact is one name with its value, both as text.
type fact struct{ Name, Value string }

// explain returns the send's explanation for a page.
func (p *Pages) explain(send claim.Send) *explanation {
	w := &explanation{Send: send, fullTime: p.fullTime}
	if len(send.Explained) == 0 || string(send.Explained) == "null" {
		return w
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(send.Explained, &fields) != nil {
		w.Rest = pretty(string(send.Explained))
		return w
	}
	rest := map[string]json.RawMessage{}
	for name, raw := range fields {
		if !w.take(name, raw) {
			rest[name] = raw
		}
	}
	sort.Slice(w.Inputs, func(i, j int) bool { return w.Inputs[i].Name < w.Inputs[j].Name })
	if len(rest) > 0 {
		raw, _ := json.Marshal(rest) // just parsed: cannot fail
		w.Rest = pretty(string(raw))
	}
	return w
}

// take reads one field, and reports whether it has a known shape.
func (w *explanation) take(name string, raw json.RawMessage) bool {
	switch name {
	case "items":
		return w.takeItems(raw)
	case "offer":
		w.Offer = w.facts(raw)
		return w.Offer != nil || string(raw) == "null"
	case "refusals":
		return json.Unmarshal(raw, &w.Refusals) == nil
	case "checks":
		return w.takeChecks(raw)
	}
	if amount, ok := money(raw); ok {
		w.Inputs = append(w.Inputs, fact{words(name) + " of one message", amount})
		return true
	}
	value, ok := scalar(raw)
	if ok && value != "" {
		w.Inputs = append(w.Inputs, fact{words(name), w.value(name, value)})
	}
	return ok
}

func (w *explanation) takeItems(raw json.RawMessage) bool {
	var items []struct {
		Product json.RawMessage
		Title   string
		Score   json.Number
		Reason  json.RawMessage
	}
	if json.Unmarshal(raw, &items) != nil {
		return false
	}
	for _, in := range items {
		out := item{Title: in.Title, Reason: reasonText(in.Reason), Score: in.Score.String()}
		if f, err := in.Score.Float64(); err == nil {
			out.Score = fmt.Sprintf("%.3g", f)
		}
		var whole struct{ ID, Title string }
		if id, ok := scalar(in.Product); ok {
			out.Product = id
		} else if json.Unmarshal(in.Product, &whole) == nil {
			out.Product = whole.ID
			if out.Title == "" {
				out.Title = whole.Title
			}
		}
		if out.Title == "" {
			out.Title, out.Product = out.Product, ""
		}
		w.Items = append(w.Items, out)
	}
	return true
}

func (w *explanation) takeChecks(raw json.RawMessage) bool {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return false
	}
	for _, raw := range list {
		if text, ok := scalar(raw); ok {
			w.Checks = append(w.Checks, check{Name: text})
			continue
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) != nil {
			return false
		}
		c := check{}
		c.Name = first(fields, "check", "name", "code", "id")
		c.Text = first(fields, "text", "reason", "detail", "said")
		switch first(fields, "ok", "passed", "pass", "allowed", "result") {
		case "true", "pass", "passed", "ok", "allowed":
			c.Known, c.OK = true, true
		case "false", "fail", "failed", "refused", "no":
			c.Known = true
		}
		if rejection, rejected := fields["no"]; rejected { // the form that decide writes
			c.Known, c.OK = true, false
			c.Text, _ = scalar(rejection)
		} else if note := fields["note"]; len(fields) == 1 && fields["name"] != nil || len(fields) == 2 && note != nil {
			c.Known, c.OK = true, true
			c.Text, _ = scalar(note)
		}
		if c.OK && c.Text == "" {
			c.Text = decide.CheckPassed(c.Name)
		}
		if c.Name == "" && c.Text == "" {
			c.Text = string(raw)
		}
		w.Checks = append(w.Checks, c)
	}
	return true
}

// first returns the first value among the named fields that is a non-empty
// scalar.
func first(fields map[string]json.RawMessage, names ...string) string {
	for _, name := range names {
		if value, ok := scalar(fields[name]); ok && value != "" {
			return value
		}
	}
	return ""
}

// reasonText returns the reason of a pick as text: a sentence for a
// recommend.Reason, a string as it is, and JSON for anything else.
func reasonText(raw json.RawMessage) string {
	if text, ok := scalar(raw); ok {
		return text
	}
	var r recommend.Reason
	if json.Unmarshal(raw, &r) != nil {
		return string(raw)
	}
	if text := r.Words(); text != "" {
		return text
	}
	return string(raw)
}
