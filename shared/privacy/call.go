package privacy

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"regulars/shared/shop"
)

// Call asks the function privacy for everything about a customer, at once. The
// function preferences calls it after the owner of the mailbox has confirmed that
// they asked.
type Call struct {
	Request  shop.EventID    `json:"request"` // names the request, as that of an event
	Customer shop.CustomerID `json:"customer"`
	Email    string          `json:"email"` // the address of the mailbox whose owner asked
	At       time.Time       `json:"at"`    // when the customer asked
}

// Reply is the reply to a [Call].
type Reply struct {
	Documents json.RawMessage `json:"documents,omitempty"` // a list of Document
	TooLarge  bool            `json:"too_large,omitempty"` // an operator has to answer, with make export
}

// mostBytes is the most of the documents in a reply. The page that shows them holds
// them twice, and a function's answer 6 MB at most.
const mostBytes = 1_500_000

// Reply returns the documents of the customer, and of every other with the address.
func (c Call) Reply(ctx context.Context, tables Tables, now time.Time) (Reply, error) {
	all, err := ExportPerson(ctx, tables, c.Email, now, c.Customer)
	if err != nil {
		return Reply{}, err
	}
	documents, err := json.Marshal(all)
	if err != nil {
		return Reply{}, fmt.Errorf("write the documents of a customer: %w", err)
	}
	if len(documents) > mostBytes {
		return Reply{TooLarge: true}, nil
	}
	return Reply{Documents: documents}, nil
}
