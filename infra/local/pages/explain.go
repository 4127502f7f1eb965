package pages

import (
	"encoding/json"
	"fmt"
	"sort"
	"time"

	"regulars/shared/claim"
	"regulars/shared/recommend"
)

// withheld are the states of sends that ended, or wait, without a message.
var withheld = []claim.State{
	claim.Queued, claim.Capped, claim.Suppressed, claim.HeldOut, claim.Expired, claim.Outranked, claim.Refused, claim.Lost,
}

// why is a decision in words. Explanations are read leniently: what is not of
// the shape that decide writes is shown as it is, below the rest.
type why struct {
	Send     claim.Send
	Items    []whyItem
	Offer    []fact
	Refusals []whyRefusal
	Checks   []whyCheck
	Inputs   []fact // the policy's version, the model's, and other single values
	Rest     string // JSON, indented; empty where everything was understood

	moment func(time.Time) string
}

type whyItem struct {
	Title, Product, Reason, Score string
}

type whyRefusal struct{ Offer, Code, Text string }

type whyCheck struct {
	Name, Text string
	Known, OK  bool
}

type fact struct{ Name, Value string }

// explain reads the send's explanation.
func (p *Pages) explain(send claim.Send) *why {
	w := &why{Send: send, moment: p.moment}
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
		raw, _ := json.Marshal(rest) // of what was just parsed
		w.Rest = pretty(string(raw))
	}
	return w
}

// take reads one field, and reports whether it understood it.
func (w *why) take(name string, raw json.RawMessage) bool {
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
	value, ok := scalar(raw)
	if ok && value != "" {
		w.Inputs = append(w.Inputs, fact{humane(name), w.value(name, value)})
	}
	return ok
}

func (w *why) takeItems(raw json.RawMessage) bool {
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
		item := whyItem{Title: in.Title, Reason: reasonText(in.Reason), Score: in.Score.String()}
		if f, err := in.Score.Float64(); err == nil {
			item.Score = fmt.Sprintf("%.3g", f)
		}
		var whole struct{ ID, Title string }
		if id, ok := scalar(in.Product); ok {
			item.Product = id
		} else if json.Unmarshal(in.Product, &whole) == nil {
			item.Product = whole.ID
			if item.Title == "" {
				item.Title = whole.Title
			}
		}
		if item.Title == "" {
			item.Title, item.Product = item.Product, ""
		}
		w.Items = append(w.Items, item)
	}
	return true
}

func (w *why) takeChecks(raw json.RawMessage) bool {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return false
	}
	for _, raw := range list {
		if text, ok := scalar(raw); ok {
			w.Checks = append(w.Checks, whyCheck{Name: text})
			continue
		}
		var fields map[string]json.RawMessage
		if json.Unmarshal(raw, &fields) != nil {
			return false
		}
		c := whyCheck{}
		c.Name = first(fields, "check", "name", "code", "id")
		c.Text = first(fields, "text", "reason", "detail", "said")
		switch first(fields, "ok", "passed", "pass", "allowed", "result") {
		case "true", "pass", "passed", "ok", "allowed":
			c.Known, c.OK = true, true
		case "false", "fail", "failed", "refused", "no":
			c.Known = true
		}
		if no, told := fields["no"]; told { // as decide writes it
			c.Known, c.OK = true, false
			c.Text, _ = scalar(no)
		} else if len(fields) == 1 && fields["name"] != nil {
			c.Known, c.OK = true, true
		}
		if c.Name == "" && c.Text == "" {
			c.Text = string(raw)
		}
		w.Checks = append(w.Checks, c)
	}
	return true
}

func first(fields map[string]json.RawMessage, names ...string) string {
	for _, name := range names {
		if value, ok := scalar(fields[name]); ok && value != "" {
			return value
		}
	}
	return ""
}

// reasonText says why an item was picked: of a recommend.Reason in words, of a
// string as it is, of anything else its JSON.
func reasonText(raw json.RawMessage) string {
	if text, ok := scalar(raw); ok {
		return text
	}
	var r recommend.Reason
	if json.Unmarshal(raw, &r) != nil {
		return string(raw)
	}
	other := r.Title
	if other == "" {
		other = string(r.Product)
	}
	switch r.Kind {
	case recommend.ReasonAgain:
		text := "they buy it again"
		if r.Days > 0 {
			text += fmt.Sprintf(", about every %d days", r.Days)
		}
		if r.Times > 0 {
			text += ", " + plural(r.Times, "time", "times") + " so far"
		}
		return text
	case recommend.ReasonUsedUp:
		return fmt.Sprintf("they bought it once, and it lasts about %d days", r.Days)
	case recommend.ReasonOthers:
		return fmt.Sprintf("they bought it once, and others buy it again about every %d days", r.Days)
	case recommend.ReasonGoesWith:
		return "goes with " + other + ", which they bought" + onDay(r.On)
	case recommend.ReasonTogether:
		return plural(r.Customers, "customer", "customers") + " who bought " + other + " bought this too"
	case recommend.ReasonPopular:
		return "popular: " + plural(r.Customers, "customer", "customers") + " bought it"
	case recommend.ReasonConsumable:
		return other + ", which they bought" + onDay(r.On) + ", uses it up"
	}
	return string(raw)
}

func onDay(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(" on 2 January 2006")
}
