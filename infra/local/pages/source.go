package pages

import (
	"context"
	"time"

	"regulars/infra/local/ses"
	"regulars/infra/local/trail"
	"regulars/infra/ops/value/picture"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

// Sources are what the pages show. Each may be nil: its page then says that it
// is not connected. All of them are asked again for every view, and an open
// page asks every two seconds, so they should answer in milliseconds.
type Sources struct {
	Mail      MailSource
	Trails    TrailSource
	Decisions DecisionSource
	Queues    QueueSource
	Functions FunctionSource
	Customers CustomerSource
	Models    picture.Models
}

// MailSource is the mailbox; [ses.Server] is one.
type MailSource interface {
	Messages(ses.Filter) ses.Page
	Message(id string) (ses.Message, bool, error)
	Source(id string) ([]byte, error)
}

// TrailSource is the trail; [trail.Store] is one.
type TrailSource interface {
	Newest(limit int, quiet bool) []trail.Summary
	Steps(trace string) []trail.Step
}

// DecisionSource tells what became of intents.
type DecisionSource interface {
	// Send returns one send, and whether there is one.
	Send(ctx context.Context, id shop.SendID) (claim.Send, bool, error)

	// Sends returns the sends that the filter takes, the latest changed first,
	// and the cursor of the next page; empty where this was the last.
	Sends(ctx context.Context, filter SendFilter) (sends []claim.Send, next string, err error)

	// Counts returns how many sends of each campaign are in each state, by
	// campaign.
	Counts(ctx context.Context) ([]Count, error)
}

// SendFilter picks sends. Empty fields take all.
type SendFilter struct {
	Customer shop.CustomerID
	Campaign shop.CampaignID
	States   []claim.State
	After    string // the cursor that the page before gave
	Limit    int
}

// Count is one campaign in numbers.
type Count struct {
	Campaign shop.CampaignID
	Planned  int // intents that slots and orders planned; 0: not known
	Missing  int // of those, that should have been decided long ago; the others that have no send are on their way
	States   map[claim.State]int
}

// QueueSource is the queues.
type QueueSource interface {
	Queues(ctx context.Context) ([]Queue, error)

	// DeadLetters returns at most limit messages of a queue, oldest first,
	// without receiving them.
	DeadLetters(ctx context.Context, queue string, limit int) ([]DeadLetter, error)
}

// Queue is a queue as it stands.
type Queue struct {
	Name     string
	Waiting  int
	InFlight int
	Delayed  int
	Oldest   time.Time // when the oldest message came; zero where there is none
	Sources  []string  // the queues whose dead letters it takes; empty: an ordinary queue
}

// DeadLetter is a message that nobody could handle.
type DeadLetter struct {
	ID         string
	Queue      string // the dead-letter queue
	Source     string // the queue that it came from, where it is known
	Body       string
	Attributes map[string]string // Faults: a JSON array of {"path","fault"}; Refused: when
	Sent       time.Time
	Received   int
	Trace      string // an X-Amzn-Trace-Id, or its root
}

// FunctionSource is the functions.
type FunctionSource interface {
	Functions(ctx context.Context) ([]Function, error)
}

// Function is a function's figures since the program started.
type Function struct {
	Name      string
	Calls     int
	Errors    int
	Throttled int
	Processes int // alive now
	Busy      int // calls now
	Cold      Times
	Warm      Times
	LastError string    // the latest error's text; empty where there was none
	LastAt    time.Time // when
}

// Times are durations of calls.
type Times struct {
	Count            int
	Median, P95, Max time.Duration
}
