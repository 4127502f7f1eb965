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
		panic("preferences: page.json: " + err.Error()) // it is compiled in
	}
	return t
}

// page is what a customer sees: a sentence, and the buttons that make sense.
type page struct {
	Shop        string
	Language    string
	Say         string // a name in page.json
	Unsubscribe bool   // offer a no
	Subscribe   bool   // offer a yes
}

// spoken returns the page's language for an Accept-Language header.
func spoken(accept string) string {
	wanted, _, _ := language.ParseAcceptLanguage(accept) // an unreadable header is no reason to refuse a "no"
	_, at, _ := matcher.Match(wanted...)
	return languages[at].String()
}

// T returns a sentence in the page's language.
func (p page) T(name string) string { return texts[p.Language][name] }

func (p page) html() string {
	var b strings.Builder
	if err := layout.Execute(&b, p); err != nil {
		return p.T(p.Say) // the sentence alone says what matters
	}
	return b.String()
}
