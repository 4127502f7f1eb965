package message

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"regulars/shared/shop"
)

// Message is one message in its published form: its templates are compiled,
// its strings checked.
type Message struct {
	Class     shop.Class                   `json:"class"`
	Tags      []string                     `json:"tags,omitempty"`
	Languages []string                     `json:"languages"`       // BCP 47, the first is the fallback where English is not among them
	Needs     []string                     `json:"needs,omitempty"` // data without which it cannot be written: see [Message.Lacks]
	Subject   string                       `json:"subject"`         // Liquid
	HTML      string                       `json:"html"`            // Liquid
	Text      string                       `json:"text"`            // Liquid
	Strings   map[string]map[string]Phrase `json:"strings"`         // by language and key
}

// needs knows what a message may say that it needs.
var needs = map[string]func(Data) bool{
	"order":         func(d Data) bool { return d.Order != nil },
	"picks":         func(d Data) bool { return len(d.Picks) > 0 },
	"coupon":        func(d Data) bool { return d.Coupon != nil },
	"points":        func(d Data) bool { return d.Points != nil },
	"service_issue": func(d Data) bool { return d.ServiceIssue != "" },
}

// Lacks returns what the message needs and d does not have, such as "picks".
// A message that lacks something cannot be rendered: ask before deciding.
func (m Message) Lacks(d Data) []string {
	var lacking []string
	for _, need := range m.Needs {
		if has := needs[need]; has == nil || !has(d) {
			lacking = append(lacking, need)
		}
	}
	return lacking
}

// Set is every message of the shop. It is made by [Load] or read from its JSON;
// the zero Set has none. It is safe for use by several goroutines at once.
type Set struct {
	Messages map[shop.MessageID]Message `json:"messages"`
	Reasons  Message                    `json:"reasons,omitzero"` // why a product is picked, for [Set.Reason]

	prepared *sync.Map // of edition to func() (*edition, error), each parsed once, when it is first needed
}

// UnmarshalJSON reads the published form.
func (s *Set) UnmarshalJSON(data []byte) error {
	var plain struct {
		Messages map[shop.MessageID]Message `json:"messages"`
		Reasons  Message                    `json:"reasons"`
	}
	if err := json.Unmarshal(data, &plain); err != nil {
		return fmt.Errorf("read messages: %w", err)
	}
	*s = newSet(plain.Messages, plain.Reasons)
	return nil
}

func newSet(messages map[shop.MessageID]Message, reasons Message) Set {
	return Set{Messages: messages, Reasons: reasons, prepared: &sync.Map{}}
}

// Language returns which of the message's languages a customer with that
// locale (BCP 47, or as Shopify writes it, "pt_BR") reads: en-AU reads en,
// el-CY reads el. A locale that is empty, malformed or too far from all of them
// gets [DefaultLanguage], or the message's first language where that is not
// one. Too far is also a neighbour that many of its speakers happen to read,
// such as Russian for Ukrainian: that guess is not ours to make.
//
// It returns "" where the message is not known.
func (s Set) Language(id shop.MessageID, locale string) string {
	return nearest(s.Messages[id].Languages, locale)
}

// nearest returns which of the languages somebody with that locale reads; see
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
	spoken := make([]language.Tag, len(languages))
	for i, l := range languages {
		spoken[i] = language.Make(l)
	}
	_, at, confidence := language.NewMatcher(spoken).Match(wanted)
	asked, _ := wanted.Base()
	if given, _ := spoken[at].Base(); confidence < language.High || asked != given {
		return fallback
	}
	return languages[at]
}

// Render writes the message for one customer. It is pure: the same data gives
// the same bytes. The HTML part has every piece of data escaped; the text part
// has none.
//
// It fails where the message or d.Language is not known, where d lacks what the
// message needs, where an amount has no real currency, or where a template
// prints what is not there; [Load] refuses to publish a set in which the last
// can happen.
func (s Set) Render(id shop.MessageID, d Data) (Rendered, error) {
	m, ok := s.Messages[id]
	if !ok {
		return Rendered{}, fmt.Errorf("render message %q: there is none; known are %v", id, slices.Sorted(maps.Keys(s.Messages)))
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
