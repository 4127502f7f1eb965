package main

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"
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
		panic("signup: page.json: " + err.Error()) // the file is compiled in, and the tests read it
	}
	return t
}

// page is what a person sees after they sent the form.
type page struct{ Shop, Language, Title, Text string }

// pageOf returns the page that answers a browser, in the language that the form
// names or else in that of the browser.
func pageOf(status int, name, wanted, accept string) events.LambdaFunctionURLResponse {
	_, at := language.MatchStrings(matcher, wanted, accept)
	p := page{Shop: name, Language: languages[at].String()}
	say := "failed"
	switch status {
	case http.StatusAccepted:
		say = "asked"
	case http.StatusBadRequest:
		say = "unclear"
	case http.StatusTooManyRequests:
		say = "too_many"
	}
	p.Title, p.Text = texts[p.Language][say+"_title"], texts[p.Language][say]
	var b strings.Builder
	if err := layout.Execute(&b, p); err != nil {
		b.WriteString(template.HTMLEscapeString(p.Text)) // the sentence without the layout
	}
	return events.LambdaFunctionURLResponse{
		StatusCode: status,
		Headers: map[string]string{
			"Content-Type":            "text/html; charset=utf-8",
			"Cache-Control":           "no-store",
			"Referrer-Policy":         "no-referrer",
			"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":  "nosniff",
		},
		Body: b.String(),
	}
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
