package message

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"sync"

	"regulars/shared/shop"
)

// shared is the folder of the partials and strings that all messages can use.
const shared = "_layout"

// source is a template with its partials inserted, and the origin of each line.
type source struct {
	text   string
	origin []place // by line of text
}

// place is a line of a file; line is 0 if it is not known.
type place struct {
	file string
	line int
}

// at returns the place of the byte at this offset of the text.
func (s source) at(offset int) place {
	return s.line(1 + strings.Count(s.text[:min(offset, len(s.text))], "\n"))
}

// line returns the place of line n of the text, counted from 1.
func (s source) line(n int) place {
	if n < 1 || n > len(s.origin) {
		return place{}
	}
	return s.origin[n-1]
}

// find returns the place of the first occurrence of the fragment, as it is
// written or after [desugar]; if there is none, the place of the first line.
func (s source) find(fragment string) place {
	for _, text := range []string{s.text, desugar(s.text)} {
		if i := strings.Index(text, fragment); i >= 0 && fragment != "" {
			return s.line(1 + strings.Count(text[:i], "\n"))
		}
	}
	return s.line(1)
}

// words returns the place of the first words of a Markdown file at or after the
// fragment; in a source without Markdown, the place of the fragment.
func (s source) words(fragment string) place {
	first := 1 + strings.Count(s.text[:max(0, strings.Index(s.text, fragment))], "\n")
	for i, content := range strings.Split(s.text, "\n") {
		if at := s.line(i + 1); i+1 >= first && isMarkdown(at.file) && strings.TrimSpace(content) != "" {
			return at
		}
	}
	return s.line(first)
}

// only returns the source with the lines of other files than those that keep
// accepts left empty.
func (s source) only(keep func(file string) bool) source {
	lines := strings.Split(s.text, "\n")
	for i := range lines {
		if !keep(s.line(i + 1).file) {
			lines[i] = ""
		}
	}
	return source{strings.Join(lines, "\n"), s.origin}
}

// insertion matches what is replaced by another text: {% include "name" %}, and
// {{ name }}, which can be a slot.
var insertion = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{%-?\s*include\s+(?:'([^']+)'|"([^"]+)")\s*-?%\}|\{\{-?\s*(\w+)\s*-?\}\}`)
})

// reader reads the files of messages and collects their faults.
type reader struct {
	fsys    fs.FS
	faults  *faults
	bodies  map[shop.MessageID]source   // the templates of the HTML parts
	phrases map[string]map[string]entry // the strings by file, once read; nil of a file that cannot be read
	slots   map[string]source           // the texts that replace {{ name }} in the partials of messages in Markdown
}

// read returns the file with each {% include "name" %} replaced by the named
// partial, from the message's own folder or otherwise from the shared one. A
// partial can use every variable of the template around it.
func (r reader) read(folder, name string) source {
	var s source
	r.into(&s, folder, name, nil, place{path.Join(folder, name), 0})
	return s
}

// into appends the file to s, with its partials and slots. within are the files
// that include it; include is the place of the mark that includes it.
func (r reader) into(s *source, folder, name string, within []string, include place) {
	file, data, err := r.open(folder, name)
	if err != nil {
		r.faults.add(include.file, include.line, "add the file, or correct the name", "there is no %q in %s or %s", name, folder, shared)
		return
	}
	for _, outer := range within {
		if outer == file {
			r.faults.add(include.file, include.line, "remove one of the includes", "%s includes itself", file)
			return
		}
	}
	text, done, line := strings.TrimSuffix(string(data), "\n"), 0, 1
	if len(within) == 0 {
		text = string(data)
	}
	for _, m := range insertion().FindAllStringSubmatchIndex(text, -1) {
		slot, filled := r.slots[text[max(m[6], 0):max(m[7], 0)]]
		if m[6] >= 0 && !filled {
			continue // a variable
		}
		s.append(text[done:m[0]], file, line)
		line += strings.Count(text[done:m[0]], "\n")
		if filled {
			s.append("\n", file, line) // lines of its own, so that each has the origin of its words
			s.appendPart(slot)
			s.append("\n", file, line)
		} else {
			wanted := text[max(m[2], m[4]):max(m[3], m[5])] // one of the two groups matched; the other is -1
			r.into(s, folder, wanted, append(within, file), place{file, line})
		}
		done = m[1]
	}
	s.append(text[done:], file, line)
}

// open reads the file from the folder, or from the shared folder if it is not
// there.
func (r reader) open(folder, name string) (string, []byte, error) {
	for _, in := range []string{folder, shared} {
		file := path.Join(in, name)
		data, err := r.file(file)
		if !errors.Is(err, fs.ErrNotExist) {
			return file, data, err
		}
	}
	return "", nil, fs.ErrNotExist
}

// file returns the content of a file, without the byte order mark with which editors on
// Windows begin it.
func (r reader) file(name string) ([]byte, error) {
	data, err := fs.ReadFile(r.fsys, name)
	return bytes.TrimPrefix(data, []byte("\ufeff")), err
}

// append adds text that begins at this line of the file.
func (s *source) append(text, file string, line int) {
	part := source{text: text}
	for i := range 1 + strings.Count(text, "\n") {
		part.origin = append(part.origin, place{file, line + i})
	}
	s.appendPart(part)
}

// appendPart adds another source. If s does not end with a line feed, the first
// line of the part continues its last line and has its origin.
func (s *source) appendPart(part source) {
	if part.text == "" {
		return
	}
	origin := part.origin[:1+strings.Count(strings.TrimSuffix(part.text, "\n"), "\n")]
	if s.text != "" && !strings.HasSuffix(s.text, "\n") {
		origin = origin[1:]
	}
	s.text += part.text
	s.origin = append(s.origin, origin...)
}
