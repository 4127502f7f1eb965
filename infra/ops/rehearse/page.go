package main

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"regexp"
	"strings"
	"time"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/rehearsal"
	"regulars/shared/shop"
)

//go:embed page.html
var pageHTML string

var pageView = template.Must(template.New("page").Funcs(template.FuncMap{
	"sentence": rehearsal.Sentence,
	"passed":   passed,
	"reason":   reason,
	"minute":   func(t time.Time) string { return t.UTC().Format(minute) },
}).Parse(pageHTML))

// pageData is the data of the page.
type pageData struct {
	rehearsal.Preview
	Customer    shop.CustomerID
	Occasion    string
	Verdict     string
	Goes        bool
	Explanation decide.Explanation
	Light, Dark string // the HTML as a mail program with a light and with a dark design shows it
}

// dark matches the media query by which a mail chooses its dark design.
var dark = regexp.MustCompile(`\(\s*prefers-color-scheme\s*:\s*dark\s*\)`)

// page writes the preview as a page without external resources of its own. The message
// is shown in frames that run no scripts. shown replaces the addresses of a shop that
// exists nowhere; nil: they stay.
func page(to io.Writer, id shop.CustomerID, p rehearsal.Preview, shown *strings.Replacer) error {
	data := pageData{Preview: p, Customer: id, Occasion: occasion(p.Answer), Verdict: verdict(p.Answer), Goes: p.State == claim.Sending}
	html := p.Mail.HTML
	if shown != nil {
		html = shown.Replace(html)
	}
	data.Light, data.Dark = dark.ReplaceAllString(html, "not all"), dark.ReplaceAllString(html, "all")
	if len(p.Decision.Explained) > 0 {
		if err := json.Unmarshal(p.Decision.Explained, &data.Explanation); err != nil {
			return err
		}
	}
	return pageView.Execute(to, data)
}
