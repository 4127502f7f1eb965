package message

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/osteele/liquid"
)

// longestWritten is the most characters of a subject with the samples' data, so
// that [longestSubject] cuts only subjects with unusually long data.
const longestWritten = 150

// prove renders the message with every sample in every language and reports the
// faults. It stops at the first fault of each language, because the others
// mostly repeat it.
func (r reader) prove(folder string, m Message, sources map[string]source) {
	for _, language := range m.Languages {
		e, err := newEdition(m, language)
		if err != nil {
			r.renderFault(folder, sources, language, err)
			continue
		}
		for _, d := range samples(language) {
			if len(m.Lacks(d)) > 0 || d.SoftOptIn && !m.Sells() {
				continue
			}
			rendered, err := e.render(d)
			if err != nil {
				r.renderFault(folder, sources, language, err)
				break
			}
			rendered.Class, rendered.Language = m.Class, language
			wrong := Lint(rendered, d)
			if utf8.RuneCountInString(rendered.Subject) > longestWritten {
				wrong = append(wrong, "the subject is too long: \""+rendered.Subject+"\"")
			}
			if len(wrong) == 0 && m.sells(d) {
				wrong = lintChoices(rendered, d)
			}
			if len(wrong) > 0 {
				r.faults.add(folder, 0, "", "in %q: %s", language, strings.Join(wrong, "; "))
				break
			}
		}
	}
	r.faults.all = slices.Compact(r.faults.all)
}

// renderFault reports an error of the engine at the line of the source. The
// engine knows only the line of the compiled template, but its error quotes the
// mark that failed.
func (r reader) renderFault(folder string, sources map[string]source, language string, err error) {
	at, what := place{folder, 0}, err.Error()
	for name, s := range sources {
		if !strings.Contains(what, name) {
			continue
		}
		at = s.line(1)
		var located liquid.SourceError
		if errors.As(err, &located) {
			if _, mark, ok := strings.Cut(located.Error(), " in "); ok {
				at = s.find(mark)
			}
		}
	}
	r.faults.add(at.file, at.line, "", "in %q: %s", language, what)
}
