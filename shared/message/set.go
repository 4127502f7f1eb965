package message

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// Message is one message in its published form: with compiled templates and
// checked strings.
type Message struct {
	Class     shop.Class                   `json:"class"`
	Tags      []string                     `json:"tags,omitempty"`
	Languages []string                     `json:"languages"`       // BCP 47; the first is the fallback if English is not in the list
	Needs     []string                     `json:"needs,omitempty"` // data without which it cannot be rendered: see [Message.Lacks]
	Subject   string                       `json:"subject"`         // Liquid
	HTML      string                       `json:"html"`            // Liquid
	Text      string                       `json:"text"`            // Liquid
	Strings   map[string]map[string]Phrase `json:"strings"`         // by language and key

	// Of is set if this is another message with another subject: see [WithSubject].
	Of shop.MessageID `json:"of,omitempty"`
}

// WithSubject returns the ID under which a [Set] has the message with another of its
// subjects. It is rendered like any other message.
func WithSubject(id shop.MessageID, subject string) shop.MessageID {
	return id + "+" + shop.MessageID(subject)
}

// needs is the names that a message can list under needs, each with its check.
var needs = map[string]func(Data) bool{
	"order":         func(d Data) bool { return d.Order != nil },
	"cart":          func(d Data) bool { return d.Cart != nil },
	"picks":         func(d Data) bool { return len(d.Picks) > 0 },
	"product":       func(d Data) bool { return d.Product != nil },
	"coupon":        func(d Data) bool { return d.Coupon != nil },
	"points":        func(d Data) bool { return !d.Points.nothing() },
	"service_issue": func(d Data) bool { return d.ServiceIssue != "" },
	"confirm":       func(d Data) bool { return d.Links.Confirm != "" },
}

// Lacks returns the needs of the message that d does not have, such as "picks".
// [Set.Render] fails if there are any, so check before you decide to send.
func (m Message) Lacks(d Data) []string {
	var lacking []string
	for _, need := range m.Needs {
		if has := needs[need]; has == nil || !has(d) {
			lacking = append(lacking, need)
		}
	}
	return lacking
}

var sellingNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\{[{%][^{}]*\b(?:picks|product|cart|coupon|points)\b`)
})

// Sells reports whether the message prints recommendations, a product, a cart, a coupon
// or points, if there are any.
func (m Message) Sells() bool {
	return slices.ContainsFunc([]string{m.Subject, m.HTML, m.Text}, sellingNames().MatchString)
}

// Set is all messages of a shop. [Load] makes it, or it is read from its JSON;
// the zero Set has no messages. Several goroutines may use it at once.
type Set struct {
	Messages map[shop.MessageID]Message `json:"messages"`
	Reasons  Message                    `json:"reasons,omitzero"` // the partial with the reasons of picks, for [Set.Reason]

	// Advice is what would make the messages better, by file and line. Only
	// [Load] sets it.
	Advice inputfault.InFiles `json:"-"`

	bodies   map[shop.MessageID]source // only in a Set from [Load]
	prepared *sync.Map                 // from editionKey to func() (*edition, error); each parses once, when it is first needed
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

// UnmarshalJSON decodes the published form.
func (s *Set) UnmarshalJSON(data []byte) error {
	var stored Stored
	if err := json.Unmarshal(data, &stored); err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	var err error
	*s, err = stored.Set()
	return err
}

// Stored is the published form of a [Set], as its JSON has it.
type Stored struct {
	Messages map[shop.MessageID]Message `json:"messages"`
	Reasons  Message                    `json:"reasons,omitzero"`
}

// Set returns the messages. It fails if one is of another that is missing.
func (s Stored) Set() (Set, error) {
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
	return newSet(s.Messages, s.Reasons), nil
}

// Place returns the file, below the folder of messages, and the line where the
// HTML part of a message was written like this: an address, or a part of a tag.
// It is the first line of the part if the fragment is not in it, as in an address
// that MJML changed; ok is false if the Set is not from [Load].
func (s Set) Place(id shop.MessageID, fragment string) (file string, line int, ok bool) {
	if of := s.Messages[id].Of; of != "" {
		id = of
	}
	body, ok := s.bodies[id]
	at := body.find(fragment)
	return at.file, at.line, ok
}

// With returns the messages and one more.
func (s Set) With(id shop.MessageID, m Message) Set {
	more := newSet(maps.Clone(s.Messages), s.Reasons)
	more.Messages[id], more.Advice, more.bodies = m, s.Advice, s.bodies
	return more
}

func newSet(messages map[shop.MessageID]Message, reasons Message) Set {
	return Set{Messages: messages, Reasons: reasons, prepared: &sync.Map{}}
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
// variable that is not set. The last cannot happen in a set from [Load].
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
	r, err := e.render(d)
	if err != nil {
		return Rendered{}, fmt.Errorf("render message %q in %q: %w", id, d.Language, err)
	}
	r.Class, r.Language = m.Class, d.Language
	return r, nil
}
