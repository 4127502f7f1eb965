package main

import (
	"cmp"
	"net/url"
	"slices"
	"time"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"regulars/shared/contactchange"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// option is one of several values of a setting, as the page shows it.
type option struct {
	Value, Name string
	Lang        string // of the name, if it is not the page's
	Chosen      bool
}

// Paces returns how often marketing messages may come.
func (m centre) Paces() (all []option) {
	chosen := m.value("pace", m.contact.Wishes.Pace.Value)
	for _, o := range []option{{Value: "", Name: m.T("pace_any")}, {Value: frequency.Weekly, Name: m.T("pace_weekly")}, {Value: frequency.Monthly, Name: m.T("pace_monthly")}} {
		o.Chosen = o.Value == chosen
		all = append(all, o)
	}
	return all
}

// OnlyPace returns the sentence about the pace that holds, or "".
func (m centre) OnlyPace() string {
	if pace := m.contact.Wishes.Pace.Value; pace != "" {
		return m.T("only_" + pace)
	}
	return ""
}

// Pause returns the day that the pause lasts until, or "" if there is none or it is
// over. PausedOn says the same as a sentence.
func (m centre) Pause() string { return m.value("pause", m.pause()) }

func (m centre) PausedOn() string { return m.on("paused_until", m.pause()) }

func (m centre) pause() string {
	if m.shop.Frequency.PausedUntil(m.zones(), m.contact).After(m.now) {
		return m.contact.Wishes.Pause.Value
	}
	return ""
}

// Earliest and Latest are the first and the last day that a pause can last until.
func (m centre) Earliest() string { return m.now.In(m.zone()).AddDate(0, 0, 1).Format(time.DateOnly) }

func (m centre) Latest() string { return m.now.In(m.zone()).AddDate(1, 0, 0).Format(time.DateOnly) }

// Languages returns the languages of the shop's messages, each by its own name.
func (m centre) Languages() (all []option) {
	chosen := m.value("language", m.mails())
	for _, l := range m.shop.Shop.Languages {
		name := []rune(cmp.Or(display.Self.Name(language.Make(l)), l))
		name[0] = unicode.ToUpper(name[0])
		all = append(all, option{Value: l, Name: string(name), Lang: l, Chosen: l == chosen})
	}
	return all
}

// mails returns the language of the messages that the mailbox gets.
func (m centre) mails() string { return m.shop.Shop.Language(decide.Locale(m.profile, m.contact)) }

// Plain reports whether links are to be direct: without marks, and not counted.
func (m centre) Plain() bool {
	if m.posted != nil {
		return slices.Contains(m.posted["plain"], frequency.Yes)
	}
	return m.contact.Wishes.Plain.Value == frequency.Yes
}

// value returns a field of the posted form, or else what holds.
func (m centre) value(field, holds string) string {
	if m.posted.Has(field) {
		return m.posted.Get(field)
	}
	return holds
}

// choice returns what the form of the settings changes, or the name of the sentence
// that says what is wrong with it. A field that the form lacks changes nothing. A
// topic is changed only if its box was changed: the form says which boxes were
// ticked when the page was shown. So an old page that is stored undoes no opt-out
// that was made since.
func (m centre) choice(form url.Values) (c contactchange.Choice, wrong string) {
	if !m.topics(form, &c) {
		return c, "form_wrong"
	}
	wish := func(to *frequency.Wish, field, holds string, allowed func(string) bool) bool {
		values := form[field]
		if len(values) == 0 || values[len(values)-1] == holds {
			return true
		}
		*to = frequency.Wish{Value: values[len(values)-1], At: m.now}
		return allowed(to.Value)
	}
	plain := ""
	if m.contact.Wishes.Plain.Value == frequency.Yes {
		plain = frequency.Yes
	}
	if !wish(&c.Wishes.Pace, "pace", m.contact.Wishes.Pace.Value, frequency.IsPace) ||
		!wish(&c.Wishes.Language, "language", m.mails(), func(l string) bool { return slices.Contains(m.shop.Shop.Languages, l) }) ||
		!wish(&c.Wishes.Plain, "plain", plain, func(v string) bool { return v == "" || v == frequency.Yes }) {
		return c, "form_wrong"
	}
	if !wish(&c.Wishes.Pause, "pause", m.pause(), m.canPause) {
		return c, "pause_wrong"
	}
	return c, ""
}

// canPause reports whether a pause can last until the day; "" ends one.
func (m centre) canPause(day string) bool {
	_, err := time.Parse(time.DateOnly, day)
	return day == "" || err == nil && m.Earliest() <= day && day <= m.Latest()
}

// topics adds the topics whose boxes were changed. It returns false if the form
// names a topic that the page does not have.
func (m centre) topics(form url.Values, c *contactchange.Choice) bool {
	was, ticked := form["was"], form["topics"]
	var known []string
	for _, t := range m.Topics() {
		id := string(t.ID)
		known = append(known, id)
		switch before, now := slices.Contains(was, id), slices.Contains(ticked, id); {
		case before && !now:
			c.Refused = append(c.Refused, t.ID)
		case now && (!before && !t.Gets || slices.Contains(c.Refused, shop.TopicPromotions)): // an opt-out of promotions is one of all topics
			c.Given = append(c.Given, shop.ConsentStatement{Topic: t.ID, Wording: t.Wording})
		}
	}
	return !slices.ContainsFunc(append(slices.Clone(was), ticked...), func(id string) bool { return !slices.Contains(known, id) })
}
