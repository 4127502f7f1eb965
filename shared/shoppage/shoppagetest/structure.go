// Package shoppagetest checks the structure of the shop's pages, for the tests of
// the functions that have one. What only a browser sees, make page-check checks.
package shoppagetest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/net/html"
)

var folder = flag.String("pages", "", "write each page as an HTML file into this `folder`, for make page-check")

// Check reports what is wrong with the structure of a page: an ID that comes twice,
// a control without a label, a reference to no ID, a group without a legend, a
// heading that skips a level, a script, an address that the browser would load. It
// writes the page into the folder of the flag -pages, under the name.
func Check(t *testing.T, name string, answer events.LambdaFunctionURLResponse) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(answer.Body))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, fault := range faults(root) {
		t.Errorf("%s: %s", name, fault)
	}
	write(t, name, answer)
}

// write stores the page with its Content-Security-Policy, which is a header
// otherwise.
func write(t *testing.T, name string, answer events.LambdaFunctionURLResponse) {
	t.Helper()
	if *folder == "" {
		return
	}
	policy := strings.ReplaceAll(answer.Headers["Content-Security-Policy"], "frame-ancestors 'none'", "")
	page := strings.Replace(answer.Body, `<meta charset="utf-8">`, `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="`+policy+`">`, 1)
	if err := os.MkdirAll(*folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*folder, name+".html"), []byte(page), 0o644); err != nil {
		t.Fatal(err)
	}
}

// element is an element of a page with its attributes.
type element struct {
	name string
	at   map[string]string
	node *html.Node
}

// faults returns what is wrong with the structure of a page.
func faults(root *html.Node) (wrong []string) {
	say := func(text string, args ...any) { wrong = append(wrong, fmt.Sprintf(text, args...)) }
	all := elements(root)
	ids, labels, count := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, e := range all {
		count[e.name]++
		if id := e.at["id"]; id != "" {
			if ids[id] {
				say("the ID %s comes twice", id)
			}
			ids[id] = true
		}
		if e.name == "label" {
			labels[e.at["for"]] = true
		}
	}
	if count["h1"] != 1 || count["main"] != 1 || count["title"] != 1 {
		say("it has %d <h1>, %d <main> and %d <title>, want one of each", count["h1"], count["main"], count["title"])
	}
	level := 0
	for _, e := range all {
		wrong = append(wrong, e.faults(ids, labels)...)
		if len(e.name) == 2 && e.name[0] == 'h' && e.name[1] >= '1' && e.name[1] <= '6' {
			if now := int(e.name[1] - '0'); now > level+1 {
				say("a <%s> follows a heading of level %d", e.name, level)
			} else {
				level = now
			}
		}
	}
	return wrong
}

// faults returns what is wrong with one element.
func (e element) faults(ids, labels map[string]bool) (wrong []string) {
	say := func(text string, args ...any) { wrong = append(wrong, fmt.Sprintf(text, args...)) }
	switch {
	case e.name == "html" && (e.at["lang"] == "" || e.at["dir"] == ""):
		say("<html> lacks lang or dir")
	case slices.Contains([]string{"script", "iframe", "object", "embed", "link", "video", "audio"}, e.name):
		say("it has a <%s>", e.name)
	case (e.name == "input" && e.at["type"] != "hidden" || e.name == "select" || e.name == "textarea") && !labels[e.at["id"]]:
		say("<%s name=%s> has no label", e.name, e.at["name"])
	case e.name == "label" && !ids[e.at["for"]]:
		say("a label is for the ID %q, which is not there", e.at["for"])
	case e.name == "button" && strings.TrimSpace(text(e.node)) == "":
		say("a button has no words")
	case e.name == "img" && e.at["alt"] == "":
		say("a picture has no alt")
	case e.name == "fieldset" && (first(e.node) == nil || first(e.node).Data != "legend"):
		say("a <fieldset> does not begin with its <legend>")
	case e.name == "form" && e.at["method"] != "post":
		say("a form is sent with GET")
	}
	for _, name := range []string{"aria-describedby", "aria-labelledby"} {
		for _, id := range strings.Fields(e.at[name]) {
			if !ids[id] {
				say("%s names the ID %s, which is not there", name, id)
			}
		}
	}
	for name := range e.at {
		if strings.HasPrefix(name, "on") || name == "style" {
			say("<%s> has the attribute %s", e.name, name)
		}
	}
	if to := e.at["href"]; strings.HasPrefix(to, "#") && !ids[to[1:]] {
		say("a link leads to %s, which is not there", to)
	}
	return wrong
}

func elements(n *html.Node) (all []element) {
	if n.Type == html.ElementNode {
		e := element{n.Data, map[string]string{}, n}
		for _, a := range n.Attr {
			e.at[a.Key] = a.Val
		}
		all = append(all, e)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		all = append(all, elements(c)...)
	}
	return all
}

// first returns the first element in n, or nil.
func first(n *html.Node) *html.Node {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return nil
}

func text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(text(c))
	}
	return b.String()
}
