package message

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// longestWritten is the most characters of a subject with the samples' data, so
// that [longestSubject] cuts only subjects with unusually long data.
const longestWritten = 150

// prove renders the message with every sample in every language, the languages
// side by side, and reports the faults.
func (r reader) prove(folder string, m Message, t templates) {
	found := make([]faults, len(m.Languages))
	var proofs sync.WaitGroup
	for i, language := range m.Languages {
		own := r
		own.faults = &found[i]
		proofs.Go(func() { own.proveIn(language, folder, m, t) })
	}
	proofs.Wait()
	for _, f := range found {
		r.faults.all, r.faults.advice = append(r.faults.all, f.all...), append(r.faults.advice, f.advice...)
	}
	r.faults.all = slices.Compact(r.faults.all)
}

// proveIn is prove for one language. It stops at the first fault, because the
// others mostly repeat it.
func (r reader) proveIn(language, folder string, m Message, t templates) {
	sources := t.of(language)
	e, err := newEdition(m, language)
	if err != nil {
		r.renderFault(folder, sources, language, err)
		return
	}
	var seen extremes
	var first Rendered
	for _, d := range samples(language) {
		if len(m.Lacks(d)) > 0 || d.SoftOptIn && !m.Sells() {
			continue
		}
		rendered, err := e.Render(d)
		if err != nil {
			r.renderFault(folder, sources, language, err)
			break
		}
		rendered.Class, rendered.Language = m.Class, language
		wrong := Lint(rendered, d)
		if utf8.RuneCountInString(rendered.Subject) > longestWritten {
			at := r.wordsOf(folder, language, sources["subject"])
			r.faults.add(at.file, at.line, "shorten it", "in %q: the subject is longer than %d characters: %q", language, longestWritten, rendered.Subject)
			break
		}
		if len(wrong) == 0 && sellsWith(m, d) {
			wrong = lintChoices(rendered, d)
		}
		if len(wrong) > 0 {
			r.lintFaults(sources, language, wrong)
			break
		}
		if first.HTML == "" {
			first = rendered
		}
		seen.see(rendered)
	}
	if first.HTML != "" {
		r.advise(folder, m, language, sources, seen, first)
	}
}

// lintFaults reports the faults of a rendered sample, each at the first words
// of the part that it names, or of the HTML part.
func (r reader) lintFaults(sources map[string]source, language string, wrong []string) {
	for _, what := range wrong {
		at := sources["HTML part"].words("")
		for _, part := range []string{"subject", "text part"} {
			if strings.HasPrefix(what, "the "+part) {
				at = sources[part].words("")
			}
		}
		r.faults.add(at.file, at.line, "", "in %q: %s", language, what)
	}
}

// renderFault reports an error of the engine at the line of the source. In the
// HTML part the line is one of the compiled template, so the source is searched
// for the marks of that line, first for one that it has only once.
func (r reader) renderFault(folder string, sources map[string]source, language string, err error) {
	at := place{folder, 0}
	var located *templateError
	if errors.As(err, &located) {
		s := sources[located.part]
		at = s.line(1)
		if located.part != "HTML part" {
			at = s.line(located.line)
		} else if len(located.marks) > 0 {
			once := slices.IndexFunc(located.marks, func(mark string) bool { return strings.Count(desugar(s.text), mark) == 1 })
			at = s.find(located.marks[max(0, once)])
		}
	} else {
		for name, s := range sources {
			if strings.Contains(err.Error(), name) {
				at = s.line(1)
			}
		}
	}
	r.faults.add(at.file, at.line, "", "in %q: %s", language, err)
}
