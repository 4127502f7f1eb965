package main

import (
	"cmp"
	_ "embed"
	"html/template"
	"strings"
	"sync"

	"regulars/shared/shoppage"
)

//go:embed page.html
var pageHTML string

// pageTexts are the sentences of the pages, by language and name.
//
//go:embed page.json
var pageTexts []byte

var (
	layout = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageHTML)) })
	texts  = sync.OnceValue(func() shoppage.Texts { return shoppage.MustRead(pageTexts) })
)

// page is a page with a sentence, and one button or none. The page of the
// preference centre is a [centre].
type page struct {
	words
	Say         string // the sentence's name in page.json
	Unsubscribe bool   // has the button to opt out
	Button      string // the name of the words of the button that confirms; empty: has none

	Title    string   // the name of the title's sentence; empty: "title"
	Wordings []string // what the person agrees to with the button
}

// words are the language of a page, and the sentences in it.
type words struct{ Language string }

// T returns the named sentence in the page's language.
func (w words) T(name string) string { return texts()[w.Language][name] }

// Heading returns the title of the page.
func (p page) Heading() string { return p.T(cmp.Or(p.Title, "title")) }

func (p page) in(language string) content {
	p.Language = language
	return p
}

func (p page) title() string { return p.Heading() }

func (p page) main() template.HTML { return execute(layout(), p, p.T(p.Say)) }

// execute returns the HTML of a page, or the sentence alone if the template fails.
func execute(t *template.Template, data any, otherwise string) template.HTML {
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return template.HTML(template.HTMLEscapeString(otherwise))
	}
	return template.HTML(b.String())
}
