package intake

import (
	"time"

	"regulars/shared/shop"
)

// consent returns the reader of a customer's explicit opt-in (given) or opt-out
// of a topic.
func consent(given bool) func(value, time.Time) shop.Fact {
	return func(detail value, _ time.Time) shop.Fact {
		id, email := detail.must("customer").who()
		fact := shop.ConsentFact{
			Customer: id,
			Email:    email,
			Topic:    shop.Topic(detail.must("topic").choice(string(shop.TopicPromotions))),
			Given:    given,
			Channel:  shop.ChannelExplicit,
		}
		if given {
			fact.Source = detail.consentSource()
		}
		return fact
	}
}

// consentSource returns how the customer gave the consent; "" if the event does
// not say.
func (v value) consentSource() shop.ConsentSource {
	words := make([]string, len(shop.ConsentSources))
	for i, source := range shop.ConsentSources {
		words[i] = string(source)
	}
	return shop.ConsentSource(v.at("source").choice(words...))
}
