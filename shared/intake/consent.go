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
			Topic:    detail.must("topic").topic(),
			Given:    given,
			Channel:  shop.ChannelExplicit,
		}
		if given {
			fact.Source = detail.consentSource()
		}
		return fact
	}
}

// topic returns the name of a topic. Function record checks that the shop has
// the topic.
func (v value) topic() shop.Topic {
	const want = "the name of a topic: 1 to 40 small letters, digits and dashes"
	if v.missing(want) {
		return ""
	}
	s, ok := v.json.(string)
	switch {
	case !ok:
		v.fault("is %s; want %s", v.kind(), want)
	case !shop.IsTopic(s):
		v.fault("is not %s", want)
	default:
		return shop.Topic(s)
	}
	return ""
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
