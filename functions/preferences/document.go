package main

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"sync"
	"time"

	"regulars/shared/message"
	"regulars/shared/privacy"
	"regulars/shared/profile"
	"regulars/shared/shoppolicy"
)

//go:embed document.html
var documentHTML string

var documentLayout = sync.OnceValue(func() *template.Template { return template.Must(template.New("document").Parse(documentHTML)) })

// document is the page with what is stored of a person: the parts that they know,
// in their language, and all of it as a file. The page holds the file, so that the
// link is needed once and no copy is stored.
type document struct {
	words
	Documents []privacy.Document
	File      template.URL // all of it as JSON, indented

	zone *time.Location
	shop shoppolicy.Policy
	now  time.Time
}

// documentOf returns the page of the documents that privacy replied with.
func documentOf(data []byte, in shoppolicy.Policy, now time.Time) (document, error) {
	d := document{shop: in, now: now, zone: in.Shop.Location()}
	if err := json.Unmarshal(data, &d.Documents); err != nil {
		return document{}, fmt.Errorf("read a customer's data: %w", err)
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, data, "", "  "); err != nil {
		return document{}, fmt.Errorf("read a customer's data: %w", err)
	}
	d.File = template.URL("data:application/json;base64," + base64.StdEncoding.EncodeToString(indented.Bytes()))
	for _, each := range d.Documents {
		if each.Profile != nil {
			d.zone = in.Shop.ZoneOf(each.Profile.Zones())
		}
	}
	return d, nil
}

func (d document) in(language string) content {
	d.Language = language
	return d
}

func (d document) title() string { return d.T("export_title") }

func (d document) main() template.HTML { return execute(documentLayout(), d, d.T("failed")) }

// fact is a line of the page.
type fact struct{ Name, Value, More string }

// day returns a time as a day in the page's language.
func (d document) day(at time.Time) string { return message.Dated(d.Language, "{on}", at.In(d.zone)) }

// Person returns who the customer is.
func (d document) Person(p *profile.Profile) (facts []fact) {
	for _, f := range []fact{
		{Name: "doc_name", Value: p.Name.Value},
		{Name: "doc_email", Value: p.Email.Value},
		{Name: "doc_language", Value: p.Locale.Value},
		{Name: "doc_country", Value: p.Country.Value},
		{Name: "doc_zone", Value: p.Zone.Value},
		{Name: "doc_birthday", Value: p.Birthday.Value},
	} {
		if f.Value != "" {
			facts = append(facts, fact{Name: d.T(f.Name), Value: f.Value})
		}
	}
	return facts
}

// Consents returns what the person said to each topic, and to which words.
func (d document) Consents(of privacy.Document) (facts []fact) {
	m := centre{words: d.words, shop: d.shop, now: d.now}
	if of.Profile != nil {
		m.profile = *of.Profile
	}
	if of.Contact != nil {
		m.contact = *of.Contact
	}
	for _, t := range m.Topics() {
		if t.Said != "" {
			facts = append(facts, fact{t.Name, t.Said, t.Agreed})
		}
	}
	return facts
}

// Orders returns the orders, oldest first.
func (d document) Orders(of privacy.Document) (facts []fact) {
	for _, o := range of.Orders {
		if o.Placed == nil {
			continue
		}
		var lines []string
		for _, line := range o.Placed.Lines {
			lines = append(lines, fmt.Sprintf("%d × %s", line.Units, cmp.Or(line.Title, string(line.Product))))
		}
		facts = append(facts, fact{
			Name:  cmp.Or(o.Placed.Number, string(o.ID)),
			Value: d.day(o.Placed.At) + ", " + d.T("doc_total") + " " + message.Priced(d.Language, o.Placed.Total),
			More:  strings.Join(lines, "; "),
		})
	}
	return facts
}

// Sends returns each message that was planned, by its campaign, with its state.
func (d document) Sends(of privacy.Document) (facts []fact) {
	for _, s := range of.Sends {
		facts = append(facts, fact{Name: d.day(s.Changed), Value: string(s.Intent.Campaign) + ", " + string(s.State)})
	}
	return facts
}

// Coupons returns the coupons; their codes are in the customer's mails only.
func (d document) Coupons(of privacy.Document) (facts []fact) {
	for _, c := range of.Coupons {
		until := message.Dated(d.Language, d.T("doc_until"), c.Until.In(d.zone))
		facts = append(facts, fact{Name: string(c.Offer), Value: string(c.State) + ", " + until})
	}
	return facts
}

// Points returns how many points can be spent, or "" if there are none.
func (d document) Points(of privacy.Document) string {
	if of.Profile == nil || !d.shop.Points.On() {
		return ""
	}
	return fmt.Sprint(max(0, of.Profile.Points.Ledger.At(d.now).Active))
}
