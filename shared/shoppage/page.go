// Package shoppage is the frame of the pages that a shop's customers open without
// signing in: the pages behind the links of mails, and the answer to the sign-up
// form. A page has the brand of the shop's mails, in light and dark design. It
// needs no script and no cookie, loads nothing but the shop's logo, and is kept by
// no cache.
package shoppage

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/text/language"

	"regulars/shared/shoppolicy"
)

//go:embed frame.html
var frameHTML string

var frame = sync.OnceValue(func() *template.Template { return template.Must(template.New("frame").Parse(frameHTML)) })

// Page is one page of the shop.
type Page struct {
	Shop     shoppolicy.Shop // its name, address and brand; the zero Shop if the policy could not be read
	Language string          // of the words: BCP 47
	Title    string
	Main     template.HTML // what the page says, with its <h1>
}

// Answer returns the page as the answer to a call of a function's URL.
//
// The answer is stored nowhere, shows in no frame of another page, and names the
// page's address, which holds a token, to no other site. Its
// Content-Security-Policy allows the page's own style, the shop's logo, and forms
// to the page's own host.
func (p Page) Answer(status int) events.LambdaFunctionURLResponse {
	style := styleOf(p.Shop.Brand.Complete())
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	if hosts := p.logoHosts(); len(hosts) > 0 {
		policy += "; img-src " + strings.Join(hosts, " ")
	}
	return events.LambdaFunctionURLResponse{
		StatusCode: status,
		Headers: map[string]string{
			"Content-Type":            "text/html; charset=utf-8",
			"Content-Language":        p.Language,
			"Cache-Control":           "no-store",
			"Referrer-Policy":         "no-referrer",
			"Content-Security-Policy": policy,
			"X-Content-Type-Options":  "nosniff",
			"X-Robots-Tag":            "noindex",
		},
		Body: p.html(style),
	}
}

func (p Page) html(style string) string {
	var b strings.Builder
	err := frame().Execute(&b, struct {
		Page
		Style     template.CSS
		Direction string
	}{p, template.CSS(style), direction(p.Language)})
	if err != nil {
		return string(p.Main) // without the frame; an opt-out must not fail because of it
	}
	return b.String()
}

// logoHosts returns the origins of the logo's pictures, sorted.
func (p Page) logoHosts() (origins []string) {
	logo := p.Shop.Brand.Complete().Logo
	for _, address := range []string{logo.Light, logo.Dark} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			continue
		}
		if origin := u.Scheme + "://" + u.Host; !slices.Contains(origins, origin) {
			origins = append(origins, origin)
		}
	}
	slices.Sort(origins)
	return origins
}

// direction returns the direction of the language's script: "ltr" or "rtl".
func direction(tag string) string {
	script, _ := language.Make(tag).Script()
	switch script.String() {
	case "Arab", "Hebr":
		return "rtl"
	}
	return "ltr"
}
