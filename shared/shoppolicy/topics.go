package shoppolicy

import (
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
