package shop

// Customer is what an order tells of the person who placed it. Every field but
// ID may be empty.
type Customer struct {
	ID      CustomerID `json:"id"`
	Email   string     `json:"email,omitempty"`   // one address, as SES takes it
	Name    string     `json:"name,omitempty"`    // how to greet them
	Locale  string     `json:"locale,omitempty"`  // BCP 47, such as "pl" or "en-GB"
	Zone    string     `json:"zone,omitempty"`    // IANA, such as "Europe/Athens"
	Country string     `json:"country,omitempty"` // ISO 3166-1 alpha-2
}

// Topic is a kind of message that a customer may agree to. There is one today.
type Topic string

// TopicPromotions covers every message of class promotion.
const TopicPromotions Topic = "promotions"

// Channel says where a consent came from; an explicit one (an event or a click)
// outweighs the box on an order form, whatever their order in time.
type Channel string

const (
	ChannelExplicit Channel = "explicit" // a consent event, a preference page, an unsubscribe
	ChannelOrder    Channel = "order"    // a box ticked or left empty while ordering
)
