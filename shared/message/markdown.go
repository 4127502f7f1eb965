package message

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"regulars/shared/shop"
)

// The partials around the text of a message in Markdown. They print {{ body }},
// {{ preheader }} and {{ footer }}.
const (
	frameHTML = "markdown.mjml"
	frameText = "markdown.txt"
)

// footers are the partials at the end of messages in Markdown, by class,
// without their extension.
var footers = map[shop.Class]string{
	shop.ClassSafety:    "footer-order",
	shop.ClassService:   "footer-order",
	shop.ClassRecovery:  "footer-order",
	shop.ClassPromise:   "footer-promise",
	shop.ClassPromotion: "footer-promotion",
}

// templates are the sources of a message, before the HTML part is compiled.
type templates struct {
	subject, mjml, text source
	others              map[string]source // other subjects, by name
	markdown            bool
}

// of returns the sources that customers with this language get, so that a
// fault is found in the file of that language.
func (t templates) of(language string) map[string]source {
	own := func(file string) bool { return !isMarkdown(file) || path.Base(file) == language+".md" }
	return map[string]source{"subject": t.subject.only(own), "HTML part": t.mjml.only(own), "text part": t.text.only(own)}
}

// layout returns the part of a source that no Markdown file has.
func (t templates) layout(s source) source {
	return s.only(func(file string) bool { return !isMarkdown(file) })
}

func isMarkdown(file string) bool { return path.Ext(file) == ".md" }

// markdownFiles returns the names of the Markdown files of a folder.
func (r reader) markdownFiles(folder string) (names []string) {
	entries, err := fs.ReadDir(r.fsys, folder)
	if err != nil {
		return nil // the fault of message.yaml says it
	}
	for _, e := range entries {
		if isMarkdown(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names
}

// markdown returns the templates of a message that is written in Markdown: one
// text for each language, in the frame of the layout. Which text is printed is
// a condition on the language, so that the published form is the same as that
// of a message in MJML.
func (r reader) markdown(folder string, h header, files []string, parse Parse) templates {
	yamlFile := path.Join(folder, "message.yaml")
	for _, other := range []string{"body.mjml", "body.txt"} {
		if _, err := fs.Stat(r.fsys, path.Join(folder, other)); err == nil {
			r.faults.add(path.Join(folder, other), 0, "remove it, or remove the .md files", "the message is written in Markdown as well")
		}
	}
	for _, file := range files {
		if !slices.Contains(h.Languages, strings.TrimSuffix(file, ".md")) {
			r.faults.add(path.Join(folder, file), 0, "add its language to languages in message.yaml, or remove the file", "no language of the message has this name")
		}
	}
	texts := map[string]*document{}
	for _, language := range h.Languages {
		file := language + ".md"
		if !slices.Contains(files, file) {
			r.faults.add(path.Join(folder, file), 0, "write it", "the text in %q is missing", language)
			continue
		}
		if d := r.document(folder, file, language, parse); d != nil {
			texts[language] = d
			d.checkSame(texts[h.Languages[0]])
		}
	}
	languages := slices.DeleteFunc(slices.Clone(h.Languages), func(l string) bool { return texts[l] == nil })
	choose := func(open, end string, part func(*document) source) (s source) {
		s.append(open+"{% case language %}", yamlFile, 0)
		for i, l := range languages {
			if i > 0 {
				s.append(open, yamlFile, 0)
			}
			s.append("{% when \""+l+"\" %}"+end+"\n", yamlFile, 0)
			s.appendPart(part(texts[l]))
			s.append("\n", path.Join(folder, l+".md"), 0)
		}
		s.append(open+"{% endcase %}"+end+"\n", yamlFile, 0)
		return s
	}
	t := templates{markdown: true}
	if len(languages) == 0 {
		return t
	}
	t.subject = choose("", "", func(d *document) source { return d.subject })
	t.others = map[string]source{}
	for _, l := range languages {
		for name := range texts[l].others {
			t.others[name] = choose("", "", func(d *document) source { return d.others[name] })
		}
	}
	for _, l := range languages {
		for _, name := range slices.Sorted(maps.Keys(t.others)) {
			if _, ok := texts[l].others[name]; !ok {
				r.faults.add(texts[l].file, 1, "write it under subjects, or remove it from the other languages", "the subject %s is missing", name)
			}
		}
	}
	r.slots = map[string]source{
		"preheader": choose("", "", func(d *document) source { return d.preheader }),
		"body":      choose("<mj-raw>", "</mj-raw>", func(d *document) source { return d.html }),
		"footer":    r.read(folder, footers[h.Class]+".mjml"),
	}
	t.mjml = r.fill(folder, frameHTML)
	r.slots = map[string]source{
		"body":   choose("", "", func(d *document) source { return d.text }),
		"footer": r.read(folder, footers[h.Class]+".txt"),
	}
	t.text = r.fill(folder, frameText)
	return t
}

// fill returns the partial with its slots filled. It reports a slot that the
// partial does not print: its text would be lost.
func (r reader) fill(folder, name string) source {
	var s source
	r.into(&s, folder, name, nil, place{path.Join(folder, "message.yaml"), 0})
	for _, slot := range slices.Sorted(maps.Keys(r.slots)) {
		if text := r.slots[slot].text; s.text != "" && !strings.Contains(s.text, text) {
			r.faults.add(path.Join(shared, name), 0, "print it there", "the partial does not print {{ %s }}", slot)
		}
	}
	return s
}

// front is the head of a Markdown file.
type front struct {
	Subject   string `yaml:"subject"`
	Preheader string `yaml:"preheader"` // if it is empty, preheader.liquid of the layout is printed

	Subjects map[string]string `yaml:"subjects"` // other subjects, by name: see [WithSubject]
}

// document reads one Markdown file. It returns nil if the file cannot be read.
func (r reader) document(folder, name, language string, parse Parse) *document {
	file := path.Join(folder, name)
	data, err := r.file(file)
	if err != nil {
		r.faults.add(file, 0, "", "cannot be read: %v", err)
		return nil
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
	head, body, ok := strings.Cut(strings.TrimPrefix(text, "---\n"), "\n---\n")
	if !ok || !strings.HasPrefix(text, "---\n") {
		r.faults.add(file, 1, "begin the file with a line of three hyphens, then subject: and the words in quotation marks, then three hyphens again", "the file has no subject")
		return nil
	}
	var f front
	if err := yaml.UnmarshalWithOptions([]byte("\n"+head), &f, yaml.Strict()); err != nil { // the line feed stands for the first line
		r.yamlFault(file, err)
		return nil
	}
	d := &document{reader: r, folder: folder, file: file, language: language, rtl: knownLanguages()[language].direction() == "rtl", prints: map[string]int{}}
	d.subject, d.others = d.line("subject", f.Subject, 1+lineOf(head, "subject:"), false), map[string]source{}
	for name, text := range f.Subjects {
		d.others[name] = d.line("subject "+name, text, 1+lineOf(head, name+":"), false)
	}
	if f.Preheader == "" {
		r.into(&d.preheader, folder, "preheader.liquid", nil, place{file, 1})
	} else {
		d.preheader = d.line("preheader", f.Preheader, 1+lineOf(head, "preheader:"), true)
	}
	d.body(body, 4+strings.Count(head, "\n"), parse)
	return d
}
