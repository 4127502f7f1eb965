package content

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"regulars/shared/inputfault"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// DefaultLanguage is the language for customers whose own language a message
// does not have.
const DefaultLanguage = "en"

// Renderer is what renders messages, such as message.Renderer. Functions that render
// none do without it.
type Renderer interface {
	// Prepare returns the message in one of its languages, with its templates parsed.
	Prepare(m Message, language string) (Edition, error)
	// Lint returns why a rendered message must not be sent: see [Set.Lint].
	Lint(r Rendered, d Data) []string
}

// Edition is one message in one language, ready to be rendered. Several goroutines may
// use it at once.
type Edition interface {
	Render(d Data) (Rendered, error)
	// Reason renders the text part for one pick that has only a reason.
	Reason(now time.Time, zone *time.Location, r recommend.Reason) (string, error)
}

// Set is all messages of a shop, as they were published. [NewSet] makes it, or
// [Stored.Set]; the zero Set has no messages. Several goroutines may use it at once.
type Set struct {
	Messages map[shop.MessageID]Message `json:"messages"`
	Reasons  Message                    `json:"reasons,omitzero"` // the partial with the reasons of picks, for [Set.Reason]

	// Advice is what would make the messages better, by file and line. Only
	// message.Load sets it.
	Advice inputfault.InFiles `json:"-"`

	// Source finds where the HTML part of a message was written like this. Only
	// message.Load sets it: see [Set.Place].
	Source func(id shop.MessageID, fragment string) (file string, line int, ok bool) `json:"-"`

	renderer Renderer
	prepared *sync.Map // from editionKey to func() (Edition, error); each parses once, when it is first needed
}

// NewSet returns the messages, which the renderer renders. Without one they can be read,
// and not rendered.
func NewSet(messages map[shop.MessageID]Message, reasons Message, renderer Renderer) Set {
	return Set{Messages: messages, Reasons: reasons, renderer: renderer, prepared: &sync.Map{}}
}

// MarshalJSON returns the published form. A message with another subject has its
// subject only: the rest is that of the message it is of.
func (s Set) MarshalJSON() ([]byte, error) {
	stored := Stored{maps.Clone(s.Messages), s.Reasons}
	for id, m := range stored.Messages {
		if m.Of != "" {
			stored.Messages[id] = Message{Of: m.Of, Subject: m.Subject}
		}
	}
	return json.Marshal(stored)
}

// Stored is the published form of a [Set], as its JSON has it.
type Stored struct {
	Messages map[shop.MessageID]Message `json:"messages"`
	Reasons  Message                    `json:"reasons,omitzero"`
}

// Set returns the messages, which the renderer renders: see [NewSet]. It fails if one is
// of another that is missing.
func (s Stored) Set(renderer Renderer) (Set, error) {
	for id, m := range s.Messages {
		if m.Of == "" {
			continue
		}
		whole, ok := s.Messages[m.Of]
		if !ok || whole.Of != "" {
			return Set{}, fmt.Errorf("read messages: %s is of a message %s, which is missing", id, m.Of)
		}
		whole.Of, whole.Subject = m.Of, m.Subject
		s.Messages[id] = whole
	}
	return NewSet(s.Messages, s.Reasons, renderer), nil
}

// Place returns the file, below the folder of messages, and the line where the
// HTML part of a message was written like this: an address, or a part of a tag.
// It is the first line of the part if the fragment is not in it, as in an address
// that MJML changed; ok is false if the Set is not from message.Load.
func (s Set) Place(id shop.MessageID, fragment string) (file string, line int, ok bool) {
	if s.Source == nil {
		return "", 0, false
	}
	if of := s.Messages[id].Of; of != "" {
		id = of
	}
	return s.Source(id, fragment)
}

// With returns the messages and one more.
func (s Set) With(id shop.MessageID, m Message) Set {
	more := NewSet(maps.Clone(s.Messages), s.Reasons, s.renderer)
	more.Messages[id], more.Advice, more.Source = m, s.Advice, s.Source
	return more
}

// Language returns the language of the message for a customer with this locale
// (BCP 47, or Shopify's form "pt_BR"): en for en-AU, el for el-CY. For a locale
// that is empty, malformed or of another language, it returns
// [DefaultLanguage], or the message's first language if the message does not
// have the default. A related language is another language, even if many
// customers can read it: a Ukrainian locale does not get Russian.
//
// It returns "" if the message does not exist.
func (s Set) Language(id shop.MessageID, locale string) string {
	return nearest(s.Messages[id].Languages, locale)
}

// ReasonLanguage returns the language of reasons for a customer with this
// locale, by the rules of [Set.Language]. It returns "" if the Set has no
// reasons.
func (s Set) ReasonLanguage(locale string) string { return nearest(s.Reasons.Languages, locale) }

// nearest returns the one of the languages for a customer with this locale; see
// [Set.Language].
func nearest(languages []string, locale string) string {
	if len(languages) == 0 {
		return ""
	}
	fallback := languages[0]
	if slices.Contains(languages, DefaultLanguage) {
		fallback = DefaultLanguage
	}
	wanted, err := language.Parse(locale)
	if err != nil || locale == "" {
		return fallback
	}
	among := matcherOf(languages)
	_, at, confidence := among.Match(wanted)
	wantedBase, _ := wanted.Base()
	if base, _ := language.Make(languages[at]).Base(); confidence < language.High || wantedBase != base {
		return fallback
	}
	return languages[at]
}

// matchers holds the matcher of each list of languages. There are as few lists as the
// messages have: making a matcher takes longer than all else in [nearest].
var matchers sync.Map

func matcherOf(languages []string) language.Matcher {
	list := strings.Join(languages, " ")
	if made, ok := matchers.Load(list); ok {
		return made.(language.Matcher)
	}
	tags := make([]language.Tag, len(languages))
	for i, l := range languages {
		tags[i] = language.Make(l)
	}
	made, _ := matchers.LoadOrStore(list, language.NewMatcher(tags))
	return made.(language.Matcher)
}

// Render renders the message for one customer. It is pure: the same data gives
// the same bytes. All data is escaped in the HTML part, and not in the text
// part.
//
// It fails if the message or d.Language is not known, if d lacks a need of the
// message, if an amount has an unknown currency, or if a template prints a
// variable that is not set. The last cannot happen in a set from message.Load.
func (s Set) Render(id shop.MessageID, d Data) (Rendered, error) {
	m, ok := s.Messages[id]
	if !ok {
		return Rendered{}, fmt.Errorf("render message %q: it does not exist; known are %v", id, slices.Sorted(maps.Keys(s.Messages)))
	}
	if lacking := m.Lacks(d); len(lacking) > 0 {
		return Rendered{}, fmt.Errorf("render message %q: it needs %s", id, strings.Join(lacking, " and "))
	}
	e, err := s.edition(id, m, d.Language)
	if err != nil {
		return Rendered{}, fmt.Errorf("render message %q: %w", id, err)
	}
	r, err := e.Render(d)
	if err != nil {
		return Rendered{}, fmt.Errorf("render message %q in %q: %w", id, d.Language, err)
	}
	r.Class, r.Language = m.Class, d.Language
	return r, nil
}

// Lint returns the reasons, as plain sentences, why a message that [Set.Render] rendered
// from d must not be sent; none means that it may be sent.
func (s Set) Lint(r Rendered, d Data) []string { return s.renderer.Lint(r, d) }

// Reason returns the reason of a pick as one line of plain text, in the same
// words as in messages. It returns "" for a kind of reason that the shop's
// partial does not have, and if the shop has no such partial. Months are those of
// the zone, in which nil is UTC; one of more than eleven months before now has its
// year.
//
// It fails if the Set does not have the language: see [Set.ReasonLanguage].
func (s Set) Reason(language string, now time.Time, zone *time.Location, r recommend.Reason) (string, error) {
	if s.Reasons.Text == "" {
		return "", nil
	}
	e, err := s.edition(reasonsID, s.Reasons, language)
	if err != nil {
		return "", fmt.Errorf("render a reason: %w", err)
	}
	text, err := e.Reason(now, zone, r)
	if err != nil {
		return "", fmt.Errorf("render a reason of kind %q in %q: %w", r.Kind, language, err)
	}
	return text, nil
}

// reasonsID is the message ID of the reasons in the cache of editions. No
// folder can have this name.
const reasonsID shop.MessageID = ""

type editionKey struct {
	id       shop.MessageID
	language string
}

// edition returns the message in the language. It parses the templates on the
// first call only.
func (s Set) edition(id shop.MessageID, m Message, language string) (Edition, error) {
	if s.renderer == nil {
		return nil, fmt.Errorf("this program renders no messages")
	}
	if !slices.Contains(m.Languages, language) {
		return nil, fmt.Errorf("it has no language %q, only %s", language, strings.Join(m.Languages, ", "))
	}
	prepare := func() (Edition, error) { return s.renderer.Prepare(m, language) }
	once, _ := s.prepared.LoadOrStore(editionKey{id, language}, sync.OnceValues(prepare))
	return once.(func() (Edition, error))()
}
