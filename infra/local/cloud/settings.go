package cloud

import (
	"net/http"
	"strconv"

	"regulars/infra/local/aws"
	"regulars/infra/local/poll"
)

// Settings is what can be chosen beside the template.
type Settings struct {
	Port     int
	DynamoDB string // an endpoint; empty: dynoxide
	Meter    bool   // functions reach DynamoDB through the endpoint, which counts what they use
	Var      string // the folder for data and logs
	Trial    Trial
}

// Endpoint returns where all services answer.
func (s Settings) Endpoint() string { return "http://127.0.0.1:" + strconv.Itoa(s.Port) }

// Trial is what infra/proof/chaos puts between the services, so that they fail. Its
// zero value changes nothing.
type Trial struct {
	Front  func(http.Handler) http.Handler // before the endpoint; DynamoDB is then reached through it
	Source func(poll.Source) poll.Source   // between the queues and those who poll them
	Events func(aws.Bus) aws.Bus           // between SES and the bus that takes its events
	Keep   int                             // messages in the mailbox; 0: as many as ses keeps
}
