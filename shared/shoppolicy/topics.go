package shoppolicy

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"

	"regulars/shared/shop"
)

// Topic is a kind of promotions that customers can choose, with its name and its
// wording in every language of the shop. The wording is the text next to the box
// of the sign-up form: what a person agrees to.
type Topic struct {
	ID      shop.Topic        `json:"id"`
	Name    map[string]string `json:"name"`
	Wording map[string]string `json:"wording"`
}

// longestWording is the most characters of a wording: a contact keeps one for
// each topic, and each claim writes the contact.
const longestWording = 300

// readTopics reads topics in shop.yaml, after the shop's languages.
func (l *loader) readTopics(s *sheet) (topics []Topic) {
	list := s.sub("topics")
	if list == nil {
		return nil
	}
	for _, key := range list.order {
		t := list.sub(key)
		if !shop.IsTopic(key) {
			l.fault(s.file, list.keys[key], fmt.Sprintf("%q is not a valid name", key), "use small letters, digits and dashes, a letter first, 40 at most; name is what customers read")
		}
		topic := Topic{ID: shop.Topic(key), Name: t.inEachLanguage("name", "News"), Wording: t.inEachLanguage("wording", "Send me news by e-mail.")}
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

// TopicNames returns the topics that events may name: promotions, which every
// shop has, and those that shop.yaml declares.
func (s Shop) TopicNames() []shop.Topic {
	all := []shop.Topic{shop.TopicPromotions}
	for _, topic := range s.Topics {
		if topic.ID != shop.TopicPromotions {
			all = append(all, topic.ID)
		}
	}
	return all
}

// Language returns the shop's language that suits these BCP 47 tags best, the
// most wanted first; the shop's first if none does.
func (s Shop) Language(wanted ...string) string {
	if len(s.Languages) == 0 {
		return "en"
	}
	var own, tags []language.Tag
	for _, l := range s.Languages {
		own = append(own, language.Make(l))
	}
	for _, l := range wanted {
		if tag, err := language.Parse(l); err == nil {
			tags = append(tags, tag)
		}
	}
	_, at, _ := language.NewMatcher(own).Match(tags...)
	return s.Languages[at]
}
