package policyfiles

import (
	"fmt"
	"strings"

	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// longestWording is the most characters of a wording: a contact keeps one for
// each topic, and each claim writes the contact.
const longestWording = 300

// readTopics reads topics in shop.yaml, after the shop's languages.
func (l *loader) readTopics(s *sheet) (topics []shoppolicy.Topic) {
	list := s.sub("topics")
	if list == nil {
		return nil
	}
	for _, key := range list.order {
		t := list.sub(key)
		if !shop.IsTopic(key) {
			l.fault(s.file, list.keys[key], fmt.Sprintf("%q is not a valid name", key), "use small letters, digits and dashes, a letter first, 40 at most; name is what customers read")
		}
		topic := shoppolicy.Topic{ID: shop.Topic(key), Name: t.inEachLanguage("name", "News"), Wording: t.inEachLanguage("wording", "Send me news by e-mail.")}
		for lang, wording := range topic.Wording {
			if n := len([]rune(wording)); n > longestWording {
				t.wrong("wording", fmt.Sprintf("the wording in %s has %d characters", lang, n), fmt.Sprintf("write %d at most", longestWording))
			}
		}
		if _, written := list.take(key); !written {
			list.missing(key, "name: and wording: below "+key)
		}
		t.done()
		topics = append(topics, topic)
	}
	return topics
}

// inEachLanguage returns a key's texts, of which there must be one for each
// language of the shop.
func (s *sheet) inEachLanguage(key, example string) map[string]string {
	if s == nil {
		return nil
	}
	texts := s.sub(key)
	if texts == nil {
		s.missing(key, fmt.Sprintf("%s: {%s: %s}", key, strings.Join(s.shop.Languages, ": "+example+", "), example))
		return nil
	}
	all := map[string]string{}
	for _, language := range s.shop.Languages {
		all[language] = texts.requiredText(language, example)
	}
	if len(s.shop.Languages) > 0 { // otherwise every language would be reported as unknown
		texts.done()
	}
	return all
}
