package main

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"html/template"
	"strings"
	"time"

	"golang.org/x/text/language"

	"regulars/shared/frequency"
	"regulars/shared/message"
)

//go:embed page.html
var pageHTML string

// pageTexts are the page's sentences, by language and name.
//
//go:embed page.json
var pageTexts []byte

var (
	layout = template.Must(template.New("page").Parse(pageHTML))
	texts  = mustRead(pageTexts)

	languages = []language.Tag{language.English, language.Russian, language.Polish, language.Greek}
	matcher   = language.NewMatcher(languages)
)

func mustRead(b []byte) (t map[string]map[string]string) {
	if err := json.Unmarshal(b, &t); err != nil {
		panic("preferences: page.json: " + err.Error()) // the file is compiled in, and the tests read it
	}
	return t
}

// page is the page that a customer sees: a sentence, and one or two buttons.
type page struct {
	Shop        string
	Language    string
	Say         string // the sentence's name in page.json
	Unsubscribe bool   // has the button to opt out
	Subscribe   bool   // has the button to opt in
	Confirm     bool   // has the button that confirms a sign-up

	Title    string   // the name of the title's sentence; empty: "title"
	Wordings []string // what the person agrees to with Confirm

	said  *frequency.Consent // what the customer said on promotions; nil: nothing, or it could not be read
	zones []string           // in which the customer may be
	zone  *time.Location     // of the day that they said it; nil: UTC
}

// pageLanguage returns the language of the page: that of the mail, or else the
// best for an Accept-Language header.
func pageLanguage(mail, accept string) string {
	if _, known := texts[mail]; known {
		return mail
	}
	wanted, _, _ := language.ParseAcceptLanguage(accept) // an invalid header must not prevent an opt-out
	_, at, _ := matcher.Match(wanted...)
	return languages[at].String()
}

// Consent returns the sentence that says what the customer said, when and how; ""
// if they have said nothing.
func (p page) Consent() string {
	if p.said == nil {
		return ""
	}
	name := "stopped"
	if p.said.Given {
		name = "agreed"
	}
	if p.said.At.IsZero() {
		return p.T(name)
	}
	text := p.T(name + "_" + string(p.said.Source) + "_on")
	if text == "" { // the source is not known
		text = p.T(name + "_on")
	}
	at := p.said.At
	if p.zone != nil {
		at = at.In(p.zone)
	}
	return message.Dated(p.Language, text, at)
}

// Heading returns the title of the page.
func (p page) Heading() string { return p.T(cmp.Or(p.Title, "title")) }

// T returns the named sentence in the page's language.
func (p page) T(name string) string { return texts[p.Language][name] }

func (p page) html() string {
	var b strings.Builder
	if err := layout.Execute(&b, p); err != nil {
		return p.T(p.Say) // the sentence without the layout
	}
	return b.String()
}
