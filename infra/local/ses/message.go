package ses

import "time"

// Message is one message of the mailbox, as the pages and GET /mailbox/messages
// give it.
type Message struct {
	ID      string            `json:"id"` // SES's MessageId
	At      time.Time         `json:"at"`
	From    string            `json:"from"`
	To      []string          `json:"to"`
	CC      []string          `json:"cc,omitempty"`
	BCC     []string          `json:"bcc,omitempty"`
	Subject string            `json:"subject"`
	Headers map[string]string `json:"headers"` // decoded; those of one name are joined by ", "
	HTML    string            `json:"html"`
	Text    string            `json:"text"`
	Tags    map[string]string `json:"tags"`
}

// Summary is what a list shows of a message.
type Summary struct {
	Seq      uint64            `json:"seq"` // its place in the mailbox; newer is higher
	ID       string            `json:"id"`
	At       time.Time         `json:"at"`
	From     string            `json:"from"`
	To       []string          `json:"to"` // every recipient
	Subject  string            `json:"subject"`
	Language string            `json:"language,omitempty"` // its tag language, its Content-Language, or its HTML's lang
	Tags     map[string]string `json:"tags,omitempty"`
	Trace    string            `json:"trace,omitempty"` // as the trail names it
	State    State             `json:"state"`
}

// Campaign returns the message's tag campaign, or nothing.
func (s Summary) Campaign() string { return s.Tags["campaign"] }

// State is the latest that SES told of a message.
type State string

const (
	Taken      State = "taken"      // nothing told yet
	Sent       State = "sent"       // Send
	Delivered  State = "delivered"  // Delivery
	Bounced    State = "bounced"    // Bounce
	Complained State = "complained" // Complaint
)

// letter is a message between its checks and its storing.
type letter struct {
	Message
	set        ConfigurationSet
	sender     string   // bare address
	recipients []string // bare addresses
	source     []byte   // MIME, as it leaves
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
