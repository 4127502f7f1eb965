package main

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/text/language"

	"regulars/shared/shoppage"
	"regulars/shared/shoppolicy"
)

//go:embed page.html
var pageHTML string

// pageTexts are the page's sentences, by language and name.
//
//go:embed page.json
var pageTexts []byte

var (
	layout = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(pageHTML)) })
	texts  = sync.OnceValue(func() shoppage.Texts { return shoppage.MustRead(pageTexts) })
)

// pageOf returns the page that a person sees after they sent the form, in the
// language that the form names or else in that of the browser.
func pageOf(status int, of shoppolicy.Shop, wanted, accept string) events.LambdaFunctionURLResponse {
	say := "failed"
	switch status {
	case http.StatusAccepted:
		say = "asked"
	case http.StatusBadRequest:
		say = "unclear"
	case http.StatusTooManyRequests:
		say = "too_many"
	}
	l := shoppage.Language(wanted, accept)
	said := struct{ Title, Text string }{texts()[l][say+"_title"], texts()[l][say]}
	var main strings.Builder
	if err := layout().Execute(&main, said); err != nil {
		main.WriteString(template.HTMLEscapeString(said.Text)) // the sentence without the layout
	}
	return shoppage.Page{Shop: of, Language: l, Title: said.Title, Main: template.HTML(main.String())}.Answer(status)
}

// preferred returns the language that an Accept-Language header prefers; "" if it
// names none.
func preferred(accept string) string {
	wanted, _, _ := language.ParseAcceptLanguage(accept) // an invalid header prefers nothing
	if len(wanted) == 0 {
		return ""
	}
	return wanted[0].String()
}
