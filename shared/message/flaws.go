package message

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// flaw is one thing that is wrong with the HTML part of a mail.
type flaw struct {
	text string // a sentence without a full stop
	hint string // what to do
	at   int    // the offset of the tag that it is about; -1: the whole part
}

// Flaws returns what in the HTML part of a rendered mail makes it hard to read
// with a screen reader, with pictures blocked, or at a glance, as sentences: no
// language or direction, not exactly one title, a layout table that is read out
// as a table, a picture without a text or a size, not exactly one main button.
// A main button is an element of the class "button".
func Flaws(part string) []string {
	var sentences []string
	for _, f := range flaws(part) {
		sentences = append(sentences, f.text+"; "+f.hint)
	}
	return sentences
}

func flaws(part string) []flaw {
	var found []flaw
	add := func(at int, hint, format string, args ...any) {
		found = append(found, flaw{fmt.Sprintf(format, args...), hint, at})
	}
	titles, buttons, root, at, next := 0, 0, false, 0, 0
	for tokens := html.NewTokenizer(strings.NewReader(part)); ; {
		kind := tokens.Next()
		at, next = next, next+len(tokens.Raw())
		if kind == html.ErrorToken {
			break
		}
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		tag := tokens.Token()
		if slices.Contains(strings.Fields(attribute(tag, "class")), "button") {
			buttons++
		}
		switch tag.Data {
		case "html":
			root = true
			if attribute(tag, "lang") == "" {
				add(-1, `write <mjml lang="{{ language }}">`, "the mail does not say its language")
			}
			if dir := attribute(tag, "dir"); dir != "ltr" && dir != "rtl" {
				add(-1, `write <mjml dir="ltr">, or "rtl"`, "the mail does not say whether it runs from left to right")
			}
		case "h1":
			titles++
		case "table", "mj-table":
			if role := attribute(tag, "role"); role != "presentation" && role != "none" {
				add(at, `add role="presentation" if it is there for the layout`, "screen readers read a table of the layout out as a table")
			}
		case "img", "mj-image": // MJML itself finds the height
			for _, name := range []string{"alt", "width", "height"} {
				if _, has := find(tag, name); !has && (tag.Data == "img" || name != "height") {
					add(at, "add it; "+pictureHints[name], "a picture has no %s", name)
				}
			}
		}
	}
	if !root {
		add(-1, "MJML makes it", "there is no <html> element")
	}
	if titles != 1 {
		add(-1, "write one <h1>", "the mail has %d titles (<h1>)", titles)
	}
	if buttons != 1 {
		add(-1, `give exactly one link the class "button"`, "the mail has %d main buttons", buttons)
	}
	return found
}

var pictureHints = map[string]string{
	"alt":    `alt="" if it only decorates`,
	"width":  "otherwise the text jumps when the picture comes",
	"height": "otherwise the text jumps when the picture comes",
}

// attribute returns the value of an attribute, or "" if the tag lacks it.
func attribute(tag html.Token, name string) string {
	value, _ := find(tag, name)
	return value
}

func find(tag html.Token, name string) (value string, has bool) {
	for _, a := range tag.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val), true
		}
	}
	return "", false
}
