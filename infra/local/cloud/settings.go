package cloud

import (
	"net/http"
	"strconv"

	"regulars/infra/local/aws"
	"regulars/infra/local/poll"
)

// Settings are the values that the template does not contain.
type Settings struct {
	Port     int
	DynamoDB string // endpoint of a DynamoDB to use; empty: start one
	Engine   string // which to start, see package localengine; empty: what this machine can run
	Meter    bool   // functions call DynamoDB through the endpoint, which counts the capacity that they use
	Var      string // the folder for data and logs
	Trial    Trial
}

// Endpoint returns the URL at which all services answer.
func (s Settings) Endpoint() string { return "http://127.0.0.1:" + strconv.Itoa(s.Port) }

// Trial holds the wrappers that infra/proof/chaos puts between the services to
// inject faults. The zero value changes nothing.
type Trial struct {
	Front  func(http.Handler) http.Handler // around the endpoint; functions then call DynamoDB through the endpoint
	Source func(poll.Source) poll.Source   // between the queues and their pollers
	Events func(aws.Bus) aws.Bus           // between SES and the event bus
	Keep   int                             // most messages in the mailbox; 0: the default of package ses
}
