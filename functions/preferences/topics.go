package main

import (
	"slices"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/message"
	"regulars/shared/shop"
)

// topic is a topic of the shop, as the page shows it.
type topic struct {
	ID            shop.Topic
	Name, Wording string
	Lang          string // of name and wording
	Gets          bool   // the mailbox has agreed
	Ticked        bool   // its box is ticked

	Said    string // when and how the person agreed or refused; "" if they did neither
	Agreed  string // the words that they agreed to, as they were stored
	Outdone bool   // a yes that a later opt-out of everything has ended
}

// Topics returns all topics of the shop, offers and recommendations first. If
// shop.yaml does not declare these, the page has words for them.
func (m centre) Topics() (all []topic) {
	language := m.shop.Shop.Language(m.Language)
	offers := topic{ID: shop.TopicPromotions, Name: m.T("promotions"), Wording: m.T("promotions_wording"), Lang: m.Language}
	for _, declared := range m.shop.Shop.Topics {
		t := topic{ID: declared.ID, Name: declared.Name[language], Wording: declared.Wording[language], Lang: language}
		if t.ID == shop.TopicPromotions {
			offers = t
		} else {
			all = append(all, t)
		}
	}
	all = append([]topic{offers}, all...)
	for i, t := range all {
		all[i] = m.known(t)
	}
	return all
}

// known returns the topic with what the person said to it.
func (m centre) known(t topic) topic {
	t.Gets = m.contact.Allows(t.ID, boxOf(m.profile.Consent.Value))
	t.Ticked = t.Gets
	if m.posted != nil {
		t.Ticked = slices.Contains(m.posted["topics"], string(t.ID))
	}
	said, ok := m.contact.Said(t.ID, m.profile)
	if !ok {
		return t
	}
	t.Said, t.Agreed, t.Outdone = m.sentence(said), said.Wording, said.Given && !t.Gets
	return t
}

// boxOf returns what the box of the order form said; nil if there was none.
func boxOf(value string) *bool {
	if value == "" {
		return nil
	}
	yes := value == "yes"
	return &yes
}

// sentence returns when and how the person agreed or refused.
func (m centre) sentence(said frequency.Consent) string {
	name := "stopped"
	if said.Given {
		name = "agreed"
	}
	if said.At.IsZero() {
		return m.T(name)
	}
	text := m.T(name + "_" + string(said.Source) + "_on")
	if text == "" { // the source is not known
		text = m.T(name + "_on")
	}
	return message.Dated(m.Language, text, said.At.In(m.zone()))
}

// Agreed reports whether the person has agreed to a topic.
func (m centre) Agreed() bool {
	return slices.ContainsFunc(m.Topics(), func(t topic) bool { return t.Said != "" })
}

// on returns a sentence with {on} replaced by a day such as "2026-12-24".
func (m centre) on(sentence, day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return message.Dated(m.Language, m.T(sentence), at)
}
