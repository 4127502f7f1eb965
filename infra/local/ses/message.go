package ses

import "time"

// Message is one message of the mailbox, in the form that the pages and GET
// /mailbox/messages use.
type Message struct {
	ID      string            `json:"id"` // SES's MessageId
	At      time.Time         `json:"at"`
	From    string            `json:"from"`
	To      []string          `json:"to"`
	CC      []string          `json:"cc,omitempty"`
	BCC     []string          `json:"bcc,omitempty"`
	Subject string            `json:"subject"`
	Headers map[string]string `json:"headers"` // decoded; values of the same name are joined by ", "
	HTML    string            `json:"html"`
	Text    string            `json:"text"`
	Tags    map[string]string `json:"tags"`
}

// Summary is the part of a message that lists show.
type Summary struct {
	Seq      uint64            `json:"seq"` // sequence number in the mailbox; a newer message has a higher one
	ID       string            `json:"id"`
	At       time.Time         `json:"at"`
	From     string            `json:"from"`
	To       []string          `json:"to"` // every recipient
	Subject  string            `json:"subject"`
	Language string            `json:"language,omitempty"` // from its tag language, its Content-Language, or the lang of its HTML
	Tags     map[string]string `json:"tags,omitempty"`
	Trace    string            `json:"trace,omitempty"` // root of the trace ID, which is the ID of its trail
	State    State             `json:"state"`
}

// Campaign returns the message's tag campaign, or an empty string.
func (s Summary) Campaign() string { return s.Tags["campaign"] }

// State is the highest state of a message for which an SES event was published.
type State string

const (
	Taken      State = "taken"      // stored; no event yet
	Sent       State = "sent"       // Send
	Delivered  State = "delivered"  // Delivery
	Bounced    State = "bounced"    // Bounce
	Complained State = "complained" // Complaint
)

// draft is a message that is being checked and is not yet stored.
type draft struct {
	Message
	set        ConfigurationSet
	sender     string   // bare address
	recipients []string // bare addresses
	source     []byte   // MIME, as it would be delivered
	lines      []header // of source
	trace      string   // an X-Amzn-Trace-Id
	sourceIP   string
	operation  string
}

// header is one line of a message's head, as it is on the wire.
type header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
