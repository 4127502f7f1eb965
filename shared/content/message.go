package content

import (
	"maps"
	"regexp"
	"slices"
	"sync"

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

// Phrase is one string of one language: its text by plural category. A string
// without plurals has only the category "other". Placeholders are in braces:
// "{count} customers who bought {title} bought this".
type Phrase map[string]string

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
	"points":        func(d Data) bool { return !d.Points.Nothing() },
	"service_issue": func(d Data) bool { return d.ServiceIssue != "" },
	"confirm":       func(d Data) bool { return d.Links.Confirm != "" },
}

// Needs returns the names that a message can list under needs, sorted.
func Needs() []string { return slices.Sorted(maps.Keys(needs)) }

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

// Sells reports whether a template prints recommendations, a product, a cart, a coupon
// or points, if there are any.
func Sells(template string) bool { return sellingNames().MatchString(template) }

// Sells reports whether the message prints recommendations, a product, a cart, a coupon
// or points, if there are any.
func (m Message) Sells() bool {
	return slices.ContainsFunc([]string{m.Subject, m.HTML, m.Text}, Sells)
}
