package message

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"regulars/shared/shop"
)

// Compile turns MJML into HTML and leaves the Liquid in it as it is. Where the
// MJML is wrong it may return several errors, joined; one that has a method
// LineNumber() int is told with its line.
type Compile func(mjml string) (html string, err error)

// header is message.yaml.
type header struct {
	Class     shop.Class `yaml:"class"`
	Tags      []string   `yaml:"tags"`
	Languages []string   `yaml:"languages"`
	Needs     []string   `yaml:"needs"`
	Subject   string     `yaml:"subject"`
}

// Load reads every message below fsys, a folder each, and proves that it can be
// sent: its templates name only what exists, no language lacks a string or a
// plural form, and each rendering of each kind of data passes [Lint] and the
// checks of a promotion.
//
// It returns all faults that it finds, not the first; with none, the Set is
// complete and can be published.
func Load(fsys fs.FS, compile func(mjml string) (html string, err error)) (Set, []Fault) {
	r := reader{fsys, &faults{}}
	messages := map[shop.MessageID]Message{}
	folders, err := fs.ReadDir(fsys, ".")
	if err != nil {
		r.faults.add(".", 0, "", "cannot be read: %v", err)
	}
	for _, folder := range folders {
		name := folder.Name()
		if !folder.IsDir() || strings.ContainsAny(name[:1], "._") || name == "testdata" {
			continue
		}
		if m, ok := r.message(name, compile); ok {
			messages[shop.MessageID(name)] = m
		}
	}
	set := newSet(messages, r.reasons(messages))
	if len(messages) == 0 && len(r.faults.all) == 0 {
		r.faults.add(".", 0, "add a folder with a message.yaml", "there is no message")
	}
	if found := r.faults.sorted(); len(found) > 0 {
		return Set{}, found
	}
	return set, nil
}

// message reads one folder and checks it.
func (r reader) message(folder string, compile Compile) (Message, bool) {
	file := path.Join(folder, "message.yaml")
	var h header
	data, err := fs.ReadFile(r.fsys, file)
	if err == nil {
		err = yaml.UnmarshalWithOptions(data, &h, yaml.Strict())
	}
	if err != nil {
		r.yamlFault(file, err)
		return Message{}, false
	}
	r.checkHeader(file, h)

	subject := source{text: h.Subject, origin: []place{{file, lineOf(string(data), "subject:")}}}
	mjml, text := r.read(folder, "body.mjml"), r.read(folder, "body.txt")
	m := Message{Class: h.Class, Tags: h.Tags, Languages: h.Languages, Needs: h.Needs, Subject: h.Subject, Text: text.text}

	var uses []use
	for _, s := range []source{subject, mjml, text} {
		uses = append(uses, r.faults.checkNames(s)...)
		r.checkSource(s)
	}
	m.Strings = r.strings(folder, h.Languages, uses)
	m.HTML = r.compile(mjml, compile)
	r.checkWords(mjml, m.HTML)
	r.checkWords(text, text.text)
	if len(r.faults.all) == 0 { // what is already known to be wrong would fail again with every sample
		r.prove(folder, m, map[string]source{"subject": subject, "HTML part": mjml, "text part": text})
	}
	return m, true
}

func (r reader) checkHeader(file string, h header) {
	if h.Class.Rank() == len(shop.Classes) {
		r.faults.add(file, 0, "name one of safety, service, recovery, promise, promotion", "the class %q is not known", h.Class)
	}
	if len(h.Languages) == 0 {
		r.faults.add(file, 0, "list them, such as [en]", "there are no languages")
	}
	for _, l := range h.Languages {
		if _, ok := tongues[l]; !ok {
			r.faults.add(file, 0, "see docs/messages.md for how to add one", "the language %q is not known", l)
		}
	}
	for _, need := range h.Needs {
		if needs[need] == nil {
			r.faults.add(file, 0, "name some of "+strings.Join(slices.Sorted(maps.Keys(needs)), ", "), "the message needs %q, which is not known", need)
		}
	}
	if strings.TrimSpace(h.Subject) == "" {
		r.faults.add(file, 0, `write subject: "{{ 'subject' | t }}"`, "there is no subject")
	}
}

// checkSource looks at what a template says in its own right.
func (r reader) checkSource(s source) {
	if i := strings.Index(s.text, "http://"); i >= 0 {
		at := s.at(i)
		r.faults.add(at.file, at.line, "use https", "an http:// link")
	}
	for _, m := range emptyHref.FindAllStringIndex(s.text, -1) {
		at := s.at(m[0])
		r.faults.add(at.file, at.line, "give it an address, or remove it", "an empty link")
	}
}

var emptyHref = regexp.MustCompile(`href\s*=\s*(?:""|''|"#")`)

// compile returns the HTML of the template, or "" with the faults told.
func (r reader) compile(s source, compile Compile) string {
	if s.text == "" {
		return ""
	}
	html, err := compile(s.text)
	for _, err := range split(err) {
		var located interface{ LineNumber() int }
		at := s.line(1)
		if errors.As(err, &located) {
			at = s.line(located.LineNumber())
		}
		r.faults.add(at.file, at.line, "", "%v", err)
	}
	return html
}

// split returns the errors that were joined to err.
func split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

var letters = regexp.MustCompile(`\p{L}[\p{L} ]*`)

// checkWords refuses words that stand in the template itself: they would be in
// one language for all.
func (r reader) checkWords(s source, text string) {
	text = liquidMark.ReplaceAllString(text, " ")
	if strings.Contains(text, "<") {
		text = visible(text)
	}
	if word := letters.FindString(text); word != "" {
		at := s.find(strings.TrimSpace(word))
		r.faults.add(at.file, at.line, "move it to the strings, and write {{ \"key\" | t }}", "the template itself says %q", strings.TrimSpace(word))
	}
}

func lineOf(text, fragment string) int {
	i := strings.Index(text, fragment)
	return 1 + strings.Count(text[:max(i, 0)], "\n")
}
