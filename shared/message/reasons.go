package message

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// reasonPartial is the shared partial that says why a product is picked.
// Messages include it, and [Set.Reason] says it alone: there is one place for
// these words.
const reasonPartial = "reason.liquid"

// ofReasons is the name under which the reasons' editions are kept: no folder
// can have it.
const ofReasons shop.MessageID = ""

// Reason returns in one line of plain text why a product is picked, in the words
// that messages print beside it. It is "" for a kind of reason that the shop's
// partial does not know, and in a Set whose shop has no such partial. Its dates
// are those of the zone; nil is UTC.
//
// It fails where the Set does not speak the language: ask [Set.ReasonLanguage].
func (s Set) Reason(language string, zone *time.Location, r recommend.Reason) (string, error) {
	if s.Reasons.Text == "" {
		return "", nil
	}
	e, err := s.edition(ofReasons, s.Reasons, language)
	if err != nil {
		return "", fmt.Errorf("say a reason: %w", err)
	}
	text, err := e.reason(zone, r)
	if err != nil {
		return "", fmt.Errorf("say a reason of kind %q in %q: %w", r.Kind, language, err)
	}
	return text, nil
}

// ReasonLanguage returns which of the reasons' languages a customer with that
// locale reads, by the rules of [Set.Language]. It is "" where there are no
// reasons.
func (s Set) ReasonLanguage(locale string) string { return nearest(s.Reasons.Languages, locale) }

// reason writes the text part for one pick that is nothing but its reason.
func (e *edition) reason(zone *time.Location, r recommend.Reason) (string, error) {
	names, err := bindings(Data{Zone: zone, Picks: []recommend.Pick{{Reason: r}}}, e.words)
	if err != nil {
		return "", err
	}
	text, err := renderPart(e.text, "reason", names)
	return strings.Join(strings.Fields(text), " "), err
}

// reasons reads the shared partial as a message of its own: its text part is the
// partial for each pick. It speaks every language that some message speaks.
// Where there is no partial, it is zero.
func (r reader) reasons(messages map[shop.MessageID]Message) (m Message) {
	if _, err := fs.Stat(r.fsys, path.Join(shared, reasonPartial)); errors.Is(err, fs.ErrNotExist) {
		return m
	}
	spoken := map[string]bool{}
	for _, other := range messages {
		for _, l := range other.Languages {
			spoken[l] = true
		}
	}
	var s source
	s.append("{% for pick in picks %}", path.Join(shared, reasonPartial), 1)
	r.into(&s, shared, reasonPartial, nil, place{})
	s.append("{% endfor %}", path.Join(shared, reasonPartial), 1)
	m = Message{Languages: slices.Sorted(maps.Keys(spoken)), Text: s.text, Strings: map[string]map[string]Phrase{}}
	uses := r.faults.checkNames(s)
	for _, l := range m.Languages {
		if entries, ok := r.stringsFile(shared, l); ok {
			m.Strings[l] = r.used(shared, l, entries, uses)
		}
	}
	if len(r.faults.all) == 0 {
		r.proveReasons(m, s)
	}
	return m
}

// proveReasons says every kind of reason in every language, with a number of
// each of its plural categories. Each must say something: a product without a
// word why is what this project never sends.
func (r reader) proveReasons(m Message, s source) {
	at := s.line(1)
	for _, l := range m.Languages {
		e, err := newEdition(m, l)
		if err != nil {
			r.renderFault(shared, map[string]source{"text part": s}, l, err)
			continue
		}
		for _, n := range tongues[l].categories() {
			for _, p := range samplePicks(n, n, n) {
				text, err := e.reason(time.UTC, p.Reason)
				if err != nil {
					r.renderFault(shared, map[string]source{"reason": s}, l, err)
				} else if text == "" && n > 0 {
					r.faults.add(at.file, 0, "add a {% when %} for it", "in %q: the reason %q says nothing", l, p.Reason.Kind)
				}
			}
		}
	}
	r.faults.all = slices.Compact(r.faults.all)
}
