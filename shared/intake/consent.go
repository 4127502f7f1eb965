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
		return shop.ConsentFact{
			Customer: id,
			Email:    email,
			Topic:    shop.Topic(detail.must("topic").choice(string(shop.TopicPromotions))),
			Given:    given,
			Channel:  shop.ChannelExplicit,
		}
	}
}
