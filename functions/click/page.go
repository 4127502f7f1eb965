package main

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"

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

// pageOf returns the page of a link that leads nowhere, in the language of the browser,
// or else in the shop's first one. It links to the shop.
func pageOf(status int, say string, of shoppolicy.Shop, r events.LambdaFunctionURLRequest) events.LambdaFunctionURLResponse {
	l := shoppage.Language(append([]string{r.Headers["accept-language"]}, of.Languages...)...)
	said := struct{ Title, Text, URL, Shop string }{texts()[l]["title"], texts()[l][say], of.URL, texts()[l]["shop"]}
	var main strings.Builder
	if err := layout().Execute(&main, said); err != nil {
		main.WriteString(template.HTMLEscapeString(said.Text)) // the sentence without the layout
	}
	answer := shoppage.Page{Shop: of, Language: l, Title: said.Title, Main: template.HTML(main.String())}.Answer(status)
	if r.RequestContext.HTTP.Method == http.MethodHead {
		answer.Body = ""
	}
	return answer
}
