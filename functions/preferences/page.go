package main

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"strings"

	"golang.org/x/text/language"
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
}

// pageLanguage returns the best language of the page for an Accept-Language
// header.
func pageLanguage(accept string) string {
	wanted, _, _ := language.ParseAcceptLanguage(accept) // an invalid header must not prevent an opt-out
	_, at, _ := matcher.Match(wanted...)
	return languages[at].String()
}

// T returns the named sentence in the page's language.
func (p page) T(name string) string { return texts[p.Language][name] }

func (p page) html() string {
	var b strings.Builder
	if err := layout.Execute(&b, p); err != nil {
		return p.T(p.Say) // the sentence without the layout
	}
	return b.String()
}
