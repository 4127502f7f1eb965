package message

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/osteele/liquid/parser"
	"github.com/osteele/liquid/render"
)

// longestSubject is the most characters of a subject. Mail programs show about
// 60.
const longestSubject = 200

// edition is one message in one language, with its templates parsed and ready
// to be rendered.
type edition struct {
	localizer           *localizer
	subject, html, text template
	brand               fields // of the shop for which it is folded; nil if it is not folded
}

// template is one part of a message, parsed.
type template struct {
	name, source string
	engine       *render.Config
	escapes      bool // what it prints is escaped for HTML
	parsed       render.Node
	program      program // nil if the engine renders the part
}

// templateError is an error of the engine at a line of a part.
type templateError struct {
	part  string
	line  int
	marks []string // the Liquid marks of that line; one of them failed
	text  string
}

func (e *templateError) Error() string {
	return fmt.Sprintf("%s: %s in %s", e.part, e.text, strings.Join(e.marks, " "))
}

// located returns an error of the engine as a [templateError]. The path with
// which a part is parsed lets the engine keep the line of the innermost mark.
func (t template) located(err render.Error) error {
	text := err.Error()
	if _, after, ok := strings.Cut(text, "): "); ok { // "Liquid error (line 3): undefined variable in text part"
		text = strings.TrimSuffix(after, " in "+t.name)
	}
	e := &templateError{part: t.name, line: err.LineNumber(), text: text}
	if lines := strings.Split(t.source, "\n"); e.line > 0 && e.line <= len(lines) {
		e.marks = liquidMark().FindAllString(lines[e.line-1], -1)
	}
	return e
}

func newEdition(m Message, language string) (*edition, error) {
	w, err := newLocalizer(language, m.Strings[language])
	if err != nil {
		return nil, err
	}
	e := &edition{localizer: w}
	plain, escaping := newEngine(w, false), newEngine(w, true)
	for _, t := range []struct {
		name, source string
		engine       *render.Config
		into         *template
	}{
		{"subject", m.Subject, plain, &e.subject},
		{"HTML part", m.HTML, escaping, &e.html},
		{"text part", m.Text, plain, &e.text},
	} {
		*t.into = template{name: t.name, source: desugar(t.source), engine: t.engine, escapes: t.engine == escaping}
		parsed, err := t.engine.Compile(t.into.source, parser.SourceLoc{Pathname: t.name, LineNo: 1})
		if err != nil {
			return nil, fmt.Errorf("parse the %w", t.into.located(err))
		}
		t.into.parsed = parsed
	}
	return e, nil
}

// Render renders the three parts, the subject first: the HTML part uses it as
// its title.
func (e *edition) Render(d Data) (Rendered, error) {
	names, err := e.bindings(d)
	if err != nil {
		return Rendered{}, err
	}
	subject, err := e.subject.render(names)
	if err != nil {
		return Rendered{}, err
	}
	subject = cut(strings.TrimSpace(subject), longestSubject)
	if strings.ContainsAny(subject, "\r\n\x00") || !utf8.ValidString(subject) {
		return Rendered{}, fmt.Errorf("subject: it is not one line of UTF-8")
	}
	names["subject"] = subject
	html, err := e.html.render(names)
	if err != nil {
		return Rendered{}, err
	}
	if e.localizer.rules.direction() == "rtl" {
		html = mirror(html)
	}
	text, err := e.text.render(names)
	if err != nil {
		return Rendered{}, err
	}
	return Rendered{Subject: subject, HTML: html, Text: tidy(text)}, nil
}

// bindings returns the variables for d: see [bindings].
func (e *edition) bindings(d Data) (fields, error) {
	brand := e.brand
	if brand == nil {
		brand = look(d.Shop.Brand)
	}
	return bindings(d, e.localizer, brand)
}

// render renders the part. It returns an error if the engine panics, which it
// does for some values that it cannot convert: the data of one customer must not
// end a whole batch.
func (t template) render(names map[string]any) (s string, err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("%s: the template engine failed: %v", t.name, failure)
		}
	}()
	out := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(out)
	out.Reset()
	if t.program.run(t, names, out) {
		return out.String(), nil
	}
	out.Reset()
	if failed := render.Render(t.parsed, out, names, *t.engine); failed != nil {
		return "", t.located(failed)
	}
	return out.String(), nil
}

// buffers are used again: each has room for a part.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// tidy removes the blank lines that Liquid's tags leave in a text part: the blanks at
// the end of each line, and all but one of several empty lines.
func tidy(text string) string {
	var out strings.Builder
	text = strings.TrimSpace(text)
	out.Grow(len(text) + 1)
	empty := 0 // lines since the last one with text
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimRight(line, " \t")
		if line == "" {
			empty++
		} else {
			if out.Len() > 0 {
				out.WriteString("\n\n"[:min(empty+1, 2)])
			}
			out.WriteString(line)
			empty = 0
		}
	}
	out.WriteByte('\n')
	return out.String()
}
