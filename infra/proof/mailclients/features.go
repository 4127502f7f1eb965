package mailclients

import (
	"path"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// Features returns the features that the HTML of a mail uses, by their names in
// the tables, each with one place that uses it. Comments are not looked at: what
// is in them is for Outlook for Windows alone.
func (s Support) Features(mail string) map[string]string {
	f := finder{s, map[string]string{}}
	for tokens := html.NewTokenizer(strings.NewReader(mail)); ; {
		switch tokens.Next() {
		case html.ErrorToken:
			return f.found
		case html.DoctypeToken:
			f.add("html-doctype", "<!doctype html>")
		case html.CommentToken:
			f.add("html-comments", "<!-- -->")
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := tokens.Token()
			f.tag(tag)
			if tag.Data == "style" && tokens.Next() == html.TextToken {
				f.sheet(string(tokens.Text()))
			}
		}
	}
}

// finder collects features.
type finder struct {
	known Support
	found map[string]string
}

// add notes a feature, if the tables have it.
func (f finder) add(feature, use string) {
	if f.known[feature] == nil || f.found[feature] != "" {
		return
	}
	f.found[feature] = strings.Join(strings.Fields(use), " ")
}

// elements are the features of elements that do not have the element's name.
var elements = map[string]string{
	"h1": "html-h1-h6", "h2": "html-h1-h6", "h3": "html-h1-h6", "h4": "html-h1-h6", "h5": "html-h1-h6", "h6": "html-h1-h6",
	"ul": "html-lists", "ol": "html-lists", "dl": "html-lists", "map": "html-image-maps",
	"article": "html-semantics", "aside": "html-semantics", "details": "html-semantics", "figure": "html-semantics",
	"footer": "html-semantics", "header": "html-semantics", "main": "html-semantics", "nav": "html-semantics", "section": "html-semantics",
}

func (f finder) tag(tag html.Token) {
	use := "<" + tag.Data + ">"
	f.add("html-"+tag.Data, use)
	f.add(elements[tag.Data], use)
	for _, a := range tag.Attr {
		use := "<" + tag.Data + " " + a.Key + `="` + a.Val + `">`
		switch {
		case a.Key == "style":
			f.declarations(a.Val)
		case a.Key == "type" && (tag.Data == "input" || tag.Data == "button"):
			f.add("html-"+tag.Data+"-"+a.Val, use)
		case a.Key == "href" && tag.Data == "a" && strings.HasPrefix(a.Val, "mailto:"):
			f.add("html-mailto-links", use)
		case a.Key == "href" && tag.Data == "a" && strings.HasPrefix(a.Val, "#"):
			f.add("html-anchor-links", use)
		case a.Key == "name" && a.Val == "color-scheme":
			f.add("html-meta-color-scheme", use)
		case a.Key == "src" && tag.Data == "img":
			extension := strings.TrimPrefix(path.Ext(a.Val), ".")
			f.add("image-"+strings.Replace(extension, "jpeg", "jpg", 1), use)
		case a.Key == "srcset" || a.Key == "sizes":
			f.add("html-srcset", use)
		case a.Key == "loading":
			f.add("html-loading-attribute", use)
		default:
			f.add("html-"+a.Key, use)
		}
	}
}

var comment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// sheet looks at a style sheet, or at the inside of an at-rule with rules.
func (f finder) sheet(css string) {
	if bare := comment.ReplaceAllString(css, ""); bare != css {
		f.add("css-comments", "/* */")
		css = bare
	}
	for css != "" {
		end := strings.IndexAny(css, "{;")
		if end < 0 {
			return
		}
		prelude := strings.TrimSpace(css[:end])
		if css[end] == ';' {
			f.atRule(prelude)
			css = css[end+1:]
			continue
		}
		var block string
		block, css = cutBlock(css[end+1:])
		switch {
		case strings.HasPrefix(prelude, "@font-face"):
			f.atRule(prelude)
			f.declarations(block)
		case strings.HasPrefix(prelude, "@"):
			f.atRule(prelude)
			f.sheet(block)
		default:
			f.selectors(prelude)
			f.declarations(block)
		}
	}
}

// cutBlock returns what is before the brace that closes a block, and what is
// after it.
func cutBlock(css string) (block, rest string) {
	depth := 1
	for i, r := range css {
		switch r {
		case '{':
			depth++
		case '}':
			depth--
		}
		if depth == 0 {
			return css[:i], css[i+1:]
		}
	}
	return css, ""
}

func (f finder) atRule(prelude string) {
	if !strings.HasPrefix(prelude, "@") {
		return
	}
	name, condition, _ := strings.Cut(prelude[1:], " ")
	f.add("css-at-"+name, prelude)
	for _, feature := range []string{"device-pixel-ratio", "hover", "orientation", "prefers-color-scheme", "prefers-reduced-motion"} {
		if strings.Contains(condition, feature) {
			f.add("css-at-media-"+feature, prelude)
		}
	}
}

var (
	quoted     = regexp.MustCompile(`\[[^\]]*\]`)
	pseudo     = regexp.MustCompile(`(::?)([a-z-]+)`)
	element    = regexp.MustCompile(`(?:^|[\s>+~,])[a-z]`)
	descendant = regexp.MustCompile(`[^\s>+~,]\s+[^\s>+~,]`)
	chain      = regexp.MustCompile(`\.[\w-]+\.`)
)

func (f finder) selectors(list string) {
	bare := quoted.ReplaceAllString(list, "")
	for feature, uses := range map[string]bool{
		"attribute":        bare != list,
		"class":            strings.Contains(bare, "."),
		"chaining":         chain.MatchString(bare),
		"id":               strings.Contains(bare, "#"),
		"universal":        strings.Contains(bare, "*"),
		"grouping":         strings.Contains(bare, ","),
		"child":            strings.Contains(bare, ">"),
		"adjacent-sibling": strings.Contains(bare, "+"),
		"general-sibling":  strings.Contains(bare, "~"),
		"descendant":       descendant.MatchString(quoted.ReplaceAllString(list, "x")),
		"type":             element.MatchString(bare),
	} {
		if uses {
			f.add("css-selector-"+feature, list)
		}
	}
	for _, m := range pseudo.FindAllStringSubmatch(bare, -1) {
		if m[1] == "::" {
			f.add("css-pseudo-element-"+m[2], list)
		} else {
			f.add("css-pseudo-class-"+m[2], list)
		}
	}
}

// groups are the properties that share a feature whose name is another one.
var groups = []struct {
	property *regexp.Regexp
	feature  string
}{
	{regexp.MustCompile(`^border-(top|bottom)-(left|right)-radius$`), "css-border-radius"},
	{regexp.MustCompile(`^border(-(top|right|bottom|left))?(-(color|width|style))?$`), "css-border"},
	{regexp.MustCompile(`^padding-(top|right|bottom|left)$`), "css-padding"},
	{regexp.MustCompile(`^margin-(top|right|bottom|left)$`), "css-margin"},
	{regexp.MustCompile(`^(margin|padding)-(inline|block)$`), "css-margin-inline-block"},
	{regexp.MustCompile(`^(margin|padding)-inline-(start|end)$`), "css-margin-inline-start-end"},
	{regexp.MustCompile(`^(top|right|bottom|left)$`), "css-left-right-top-bottom"},
	{regexp.MustCompile(`^(column|row)-gap$`), "css-gap"},
	{regexp.MustCompile(`^overflow-[xy]$`), "css-overflow"},
}

var (
	unit     = regexp.MustCompile(`(?:^|[\s,(:-])[\d.]+(%|[a-z]+)`)
	function = regexp.MustCompile(`([a-z-]+)\(`)
	address  = regexp.MustCompile(`url\([^)]*\)|"[^"]*"|'[^']*'`)
)

func (f finder) declarations(list string) {
	for _, declaration := range strings.Split(address.ReplaceAllString(list, "x"), ";") {
		property, value, ok := strings.Cut(declaration, ":")
		if !ok {
			continue
		}
		property, value = strings.ToLower(strings.TrimSpace(property)), strings.ToLower(strings.TrimSpace(value))
		if strings.HasPrefix(property, "mso-") {
			continue // for Outlook for Windows alone
		}
		use := property + ": " + value
		f.add("css-"+property, use)
		for _, g := range groups {
			if g.property.MatchString(property) {
				f.add(g.feature, use)
			}
		}
		word, _, _ := strings.Cut(value, " ")
		f.add("css-"+property+"-"+word, use) // display: none
		if strings.Contains(value, "!important") {
			f.add("css-important", use)
		}
		if strings.Contains(value, "system-ui") {
			f.add("css-sytem-ui", use) //nolint:misspell // the tables spell it so
		}
		if value == "fit-content" || value == "min-content" || value == "max-content" {
			f.add("css-intrinsic-size", use)
		}
		for _, m := range unit.FindAllStringSubmatch(value, -1) {
			f.add("css-unit-"+strings.Replace(m[1], "%", "percent", 1), use)
		}
		for _, m := range function.FindAllStringSubmatch(value, -1) {
			for _, feature := range []string{"css-" + m[1], "css-function-" + m[1], "css-unit-" + m[1]} {
				f.add(feature, use)
			}
			if m[1] == "var" {
				f.add("css-variables", use)
			}
		}
	}
}
