package pages

import (
	"context"
	"time"

	"regulars/infra/local/ses"
	"regulars/infra/local/trail"
	"regulars/infra/ops/value/picture"
	"regulars/shared/claim"
	"regulars/shared/journey"
	"regulars/shared/shop"
)

// Sources read the data that the pages show. Each may be nil: its page then
// says that it is not connected. Every view calls them, and an open page is
// refreshed every two seconds, so they should answer within milliseconds.
type Sources struct {
	Mail      MailSource
	Trails    TrailSource
	Decisions DecisionSource
	Queues    QueueSource
	Functions FunctionSource
	Customers CustomerSource
	Models    picture.Models
}

// MailSource reads the mailbox; [ses.Server] implements it.
type MailSource interface {
	Messages(ses.Filter) ses.Page
	Message(id string) (ses.Message, bool, error)
	Source(id string) ([]byte, error)
}

// TrailSource reads the trails; [trail.Store] implements it.
type TrailSource interface {
	Newest(limit int, quiet bool) []trail.Summary
	Steps(trace string) []trail.Step
}

// DecisionSource reads the sends and their counts.
type DecisionSource interface {
	// Send returns one send, and whether it exists.
	Send(ctx context.Context, id shop.SendID) (claim.Send, bool, error)

	// Sends returns the sends that match the filter, the latest changed first,
	// and the cursor of the next page; it is empty after the last page.
	Sends(ctx context.Context, filter SendFilter) (sends []claim.Send, next string, err error)

	// Counts returns, for each campaign, the number of sends in each state,
	// ordered by campaign.
	Counts(ctx context.Context) ([]Count, error)

	// Journeys returns where customers are in each journey, ordered by journey.
	Journeys(ctx context.Context) ([]Journey, error)
}

// SendFilter selects sends. Empty fields select all.
type SendFilter struct {
	Customer shop.CustomerID
	Campaign shop.CampaignID
	States   []claim.State
	After    string // the cursor that the previous page returned
	Limit    int
}

// Count holds the numbers of one campaign.
type Count struct {
	Campaign shop.CampaignID
	Planned  int // intents that runs and orders planned; 0: not known
	Missing  int // planned intents without a send that should have one by now; others without a send are not decided yet
	States   map[claim.State]int
}

// Journey holds the numbers of one journey.
type Journey struct {
	Journey shop.CampaignID
	Waiting []Step              // customers who are under way, by the step that they wait for
	Ended   map[journey.End]int // customers whose last way has ended
}

// Step is how many customers wait for a step, and when the first of them does it.
type Step struct {
	Name      string // empty: the end of the journey
	Customers int
	Next      time.Time
}

// QueueSource reads the queues.
type QueueSource interface {
	Queues(ctx context.Context) ([]Queue, error)

	// DeadLetters returns at most limit messages of a queue, oldest first,
	// without receiving them.
	DeadLetters(ctx context.Context, queue string, limit int) ([]DeadLetter, error)
}

// Queue is the current state of a queue.
type Queue struct {
	Name     string
	Waiting  int
	InFlight int
	Delayed  int
	Oldest   time.Time // when the oldest message was sent; zero if there is none
	Sources  []string  // the queues whose dead letters it takes; empty: an ordinary queue
}

// DeadLetter is a message that no function could process.
type DeadLetter struct {
	ID         string
	Queue      string // the dead-letter queue
	Source     string // the queue that it came from; empty if not known
	Body       string
	Attributes map[string]string // Faults: a JSON array of {"path","fault"}; Refused: when
	Sent       time.Time
	Received   int
	Trace      string // an X-Amzn-Trace-Id, or its root
}

// FunctionSource reads the functions.
type FunctionSource interface {
	Functions(ctx context.Context) ([]Function, error)
}

// Function holds a function's figures since the program started.
type Function struct {
	Name      string
	Calls     int
	Errors    int
	Throttled int
	Processes int // running now
	Busy      int // calls in progress
	Cold      Times
	Warm      Times
	LastError string    // text of the latest error; empty if there was none
	LastAt    time.Time // when it happened
}

// Times holds the durations of a number of calls.
type Times struct {
	Count            int
	Median, P95, Max time.Duration
}
