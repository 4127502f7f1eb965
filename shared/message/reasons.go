package message

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// reasonPartial is the shared partial with the reason of a pick. Messages
// include it, and [content.Set.Reason] renders it alone, so that the texts exist once.
const reasonPartial = "reason.liquid"

// Reason renders the text part for one pick that has only a reason.
func (e *edition) Reason(now time.Time, zone *time.Location, r recommend.Reason) (string, error) {
	names, err := e.bindings(Data{Now: now, Zone: zone, Picks: []recommend.Pick{{Reason: r}}})
	if err != nil {
		return "", err
	}
	text, err := e.text.render(names)
	return strings.Join(strings.Fields(text), " "), err
}

// reasons reads the shared partial as a message: its text part is the partial
// for each pick. It has every language that a message has. It is zero if there
// is no partial.
func (r reader) reasons(messages map[shop.MessageID]Message) (m Message) {
	if _, err := fs.Stat(r.fsys, path.Join(shared, reasonPartial)); errors.Is(err, fs.ErrNotExist) {
		return m
	}
	languages := map[string]bool{}
	for _, other := range messages {
		for _, l := range other.Languages {
			languages[l] = true
		}
	}
	var s source
	s.append("{% for pick in picks %}", path.Join(shared, reasonPartial), 1)
	r.into(&s, shared, reasonPartial, nil, place{})
	s.append("{% endfor %}", path.Join(shared, reasonPartial), 1)
	m = Message{Languages: slices.Sorted(maps.Keys(languages)), Text: s.text, Strings: map[string]map[string]Phrase{}}
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

// proveReasons renders every kind of reason in every language, with a number of
// each plural category and each unit of time. It reports a reason that renders to nothing: this
// project never sends a product without its reason.
func (r reader) proveReasons(m Message, s source) {
	at := s.line(1)
	for _, l := range m.Languages {
		e, err := newEdition(m, l)
		if err != nil {
			r.renderFault(shared, map[string]source{"text part": s}, l, err)
			continue
		}
		var sampled []recommend.Pick
		for _, n := range knownLanguages()[l].categories() {
			sampled = append(sampled, samplePicks(n, n, n)...)
		}
		for _, days := range sampleSpans {
			sampled = append(sampled, samplePicks(2, days, 2)...)
		}
		for _, p := range sampled {
			text, err := e.Reason(sampleDay, time.UTC, p.Reason)
			if err != nil {
				r.renderFault(shared, map[string]source{"text part": s}, l, err)
			} else if text == "" && p.Reason.Customers > 0 {
				r.faults.add(at.file, 0, "add a {% when %} for it", "in %q: the reason %q has no text", l, p.Reason.Kind)
			}
		}
	}
	r.faults.all = slices.Compact(r.faults.all)
}
