package message

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	"regulars/shared/content"
	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// Compile converts MJML to HTML and leaves the Liquid in it unchanged. If the
// MJML is wrong, the error can be of type [inputfault.InFiles]: its lines are lines
// of the MJML, its files are empty.
type Compile func(mjml string) (html string, err error)

// header is the content of message.yaml.
type header struct {
	Class     shop.Class `yaml:"class"`
	Tags      []string   `yaml:"tags"`
	Languages []string   `yaml:"languages"`
	Needs     []string   `yaml:"needs"`
	Subject   string     `yaml:"subject"`

	Subjects map[string]string `yaml:"subjects"` // other subjects, by name: see [content.WithSubject]
}

// Load reads every message below fsys, one in each folder, and proves that it
// can be sent: its templates use only variables that exist, no language lacks a
// string or a plural form, and the message passes [Lint] when it is rendered
// with each kind of data.
//
// It returns all faults that it finds, by file and line. If there are none, the
// Set is complete and can be published, and has the advice for its authors;
// otherwise it is empty.
//
// parse reads messages that are written in Markdown.
func Load(fsys fs.FS, compile func(mjml string) (html string, err error), parse Parse) (Set, inputfault.InFiles) {
	r := reader{fsys: fsys, faults: &faults{}, bodies: map[shop.MessageID]source{}, phrases: map[string]map[string]entry{}}
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
		maps.Copy(messages, r.message(name, compile, parse))
	}
	set := content.NewSet(messages, r.reasons(messages), Renderer{})
	if len(messages) == 0 && len(r.faults.all) == 0 {
		r.faults.add(".", 0, "add a folder with a message.yaml", "there is no message")
	}
	if found := sorted(r.faults.all); len(found) > 0 {
		return Set{}, found
	}
	set.Advice, set.Source = sorted(r.faults.advice), r.find
	return set, nil
}

// find returns the file and line where the HTML part of a message was written like this:
// see [content.Set.Place].
func (r reader) find(id shop.MessageID, fragment string) (file string, line int, ok bool) {
	body, ok := r.bodies[id]
	at := body.find(fragment)
	return at.file, at.line, ok
}

// message reads and checks the message of one folder. It returns it, and once more
// with each other subject; nothing if message.yaml cannot be read.
func (r reader) message(folder string, compile Compile, parse Parse) map[shop.MessageID]Message {
	file := path.Join(folder, "message.yaml")
	var h header
	data, err := r.file(file)
	if err == nil {
		err = yaml.UnmarshalWithOptions(data, &h, yaml.Strict())
	}
	if err != nil {
		r.yamlFault(file, err)
		return nil
	}
	texts := r.markdownFiles(folder)
	r.checkHeader(file, h, len(texts) > 0)

	var t templates
	if len(texts) > 0 {
		t = r.markdown(folder, h, texts, parse)
	} else {
		t.subject = source{text: h.Subject, origin: []place{{file, lineOf(string(data), "subject:")}}}
		t.others = map[string]source{}
		for name, text := range h.Subjects {
			t.others[name] = source{text: text, origin: []place{{file, lineOf(string(data), name+":")}}}
		}
		t.mjml, t.text = r.read(folder, "body.mjml"), r.read(folder, "body.txt")
	}
	m := Message{Class: h.Class, Tags: h.Tags, Languages: h.Languages, Needs: h.Needs, Subject: t.subject.text, Text: t.text.text}

	uses := slices.Concat(r.checkTemplate(t.subject), r.checkTemplate(t.mjml), r.checkTemplate(t.text))
	for _, name := range slices.Sorted(maps.Keys(t.others)) {
		r.checkSubject(name, t.others[name])
		uses = append(uses, r.checkTemplate(t.others[name])...)
	}
	m.Strings = r.strings(folder, h.Languages, uses)
	m.HTML, r.bodies[shop.MessageID(folder)] = r.compile(t.mjml, compile), t.mjml
	if frame := t.layout(t.mjml); len(texts) > 0 { // all else is words of the language that reads them
		r.checkWords(frame, strings.ReplaceAll(frame.text, "mj-style", "style"))
	} else {
		r.checkWords(t.mjml, m.HTML)
	}
	frame := t.layout(t.text)
	r.checkWords(frame, frame.text)
	all := map[shop.MessageID]Message{shop.MessageID(folder): m}
	if len(r.faults.all) == 0 { // a known fault would be reported again for every sample
		r.prove(folder, m, t)
	}
	for _, name := range slices.Sorted(maps.Keys(t.others)) {
		other, with := m, t
		other.Of, other.Subject, with.subject = shop.MessageID(folder), t.others[name].text, t.others[name]
		if len(r.faults.all) == 0 {
			r.prove(folder, other, with)
		}
		all[content.WithSubject(shop.MessageID(folder), name)] = other
	}
	return all
}

// checkSubject reports the faults of one of the other subjects.
func (r reader) checkSubject(name string, s source) {
	at := s.line(1)
	if !subjectName().MatchString(name) {
		r.faults.add(at.file, at.line, "use small letters, digits and dashes, a letter first, 48 at most", "%q is not a valid name of a subject", name)
	}
	if strings.TrimSpace(s.text) == "" {
		r.faults.add(at.file, at.line, "write it, or leave it out", "the subject %s is empty", name)
	}
}

var subjectName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9-]{0,47}$`) })

// checkTemplate reports the faults of a template that need no rendering, and
// returns the strings that it uses.
func (r reader) checkTemplate(s source) []use {
	r.checkSource(s)
	return r.faults.checkNames(s)
}

// checkHeader reports the faults of message.yaml.
func (r reader) checkHeader(file string, h header, markdown bool) {
	if h.Class.Rank() == len(shop.Classes) {
		r.faults.add(file, 0, "name one of safety, service, recovery, promise, promotion", "the class %q is not known", h.Class)
	}
	if len(h.Languages) == 0 {
		r.faults.add(file, 0, "list them, such as [en]", "there are no languages")
	}
	for _, l := range h.Languages {
		if _, ok := knownLanguages()[l]; !ok {
			r.faults.add(file, 0, "see docs/messages.md for how to add one", "the language %q is not known", l)
		}
	}
	for _, need := range h.Needs {
		if !slices.Contains(content.Needs(), need) {
			r.faults.add(file, 0, "name some of "+strings.Join(content.Needs(), ", "), "the message needs %q, which is not known", need)
		}
	}
	switch {
	case markdown && (h.Subject != "" || len(h.Subjects) > 0):
		r.faults.add(file, 0, "move it to the .md files", "the message is written in Markdown, so its subject is in each text")
	case !markdown && strings.TrimSpace(h.Subject) == "":
		r.faults.add(file, 0, `write subject: "{{ 'subject' | t }}"`, "there is no subject")
	}
}

// checkSource reports the faults of a template that need no rendering: bad
// links.
func (r reader) checkSource(s source) {
	if i := strings.Index(s.text, "http://"); i >= 0 {
		at := s.at(i)
		r.faults.add(at.file, at.line, "use https", "an http:// link")
	}
	for _, m := range emptyHref().FindAllStringIndex(s.text, -1) {
		at := s.at(m[0])
		r.faults.add(at.file, at.line, "give it an address, or remove it", "an empty link")
	}
}

var emptyHref = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`href\s*=\s*(?:""|''|"#")`) })

// compile returns the HTML of an MJML template. It reports the faults of the
// MJML at the lines that they were written on.
func (r reader) compile(s source, compile Compile) string {
	if s.text == "" {
		return ""
	}
	html, err := compile(s.text)
	var found inputfault.InFiles
	if err != nil && !errors.As(err, &found) {
		found = inputfault.InFiles{{Line: 1, Text: err.Error()}}
	}
	for _, f := range found {
		at := s.line(f.Line)
		r.faults.add(at.file, at.line, f.Hint, "%s", f.Text)
	}
	return html
}

var letters = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\p{L}[\p{L} ]*`) })

// checkWords reports words that are written in the template itself: customers
// of all languages would read them in one language.
func (r reader) checkWords(s source, text string) {
	text = liquidMark().ReplaceAllString(text, " ")
	if strings.Contains(text, "<") {
		text = visible(text)
	}
	if word := strings.TrimSpace(letters().FindString(text)); word != "" {
		if !strings.Contains(s.text, word) { // two words of different lines
			word = strings.Fields(word)[0]
		}
		at := s.find(word)
		r.faults.add(at.file, at.line, "move it to the strings, and write {{ \"key\" | t }}", "the template itself says %q", word)
	}
}

// lineOf returns the line of the first occurrence of fragment in text.
func lineOf(text, fragment string) int {
	i := strings.Index(text, fragment)
	return 1 + strings.Count(text[:max(i, 0)], "\n")
}
