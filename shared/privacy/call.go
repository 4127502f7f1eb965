package privacy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/intake"
	"regulars/shared/shop"
)

// Call asks the function privacy for everything about a customer, at once. The
// function preferences calls it after the owner of the mailbox has confirmed that
// they asked.
type Call struct {
	Request  shop.EventID    `json:"request"` // names the request, as that of an event
	Customer shop.CustomerID `json:"customer"`
	At       time.Time       `json:"at"` // when the customer asked
}

// Reply is the reply to a [Call].
type Reply struct {
	Documents json.RawMessage `json:"documents,omitempty"` // a list of Document
	TooLarge  bool            `json:"too_large,omitempty"` // an operator has to answer, with make export
}

// mostBytes is the most of the documents in a reply. The page that shows them holds
// them twice, and a function's answer 6 MB at most.
const mostBytes = 1_500_000

// Reply returns the documents of the customer, and of the guest with their address.
func (c Call) Reply(ctx context.Context, tables Tables, now time.Time) (Reply, error) {
	ids, err := c.customers(ctx, tables)
	if err != nil {
		return Reply{}, err
	}
	all := []Document{}
	for _, id := range ids {
		d, err := Export(ctx, tables, id, now)
		if errors.Is(err, dynamo.ErrNotFound) {
			continue
		}
		if err != nil {
			return Reply{}, err
		}
		all = append(all, d)
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

// customers returns the IDs under which the person is stored.
func (c Call) customers(ctx context.Context, tables Tables) ([]shop.CustomerID, error) {
	p, _, err := tables.Profile(ctx, c.Customer)
	if err != nil {
		return nil, err
	}
	ids, address := []shop.CustomerID{c.Customer}, normal(p.Email.Value)
	if guest := intake.Guest(address); address != "" && guest != c.Customer {
		_, rev, err := tables.Profile(ctx, guest)
		if err != nil {
			return nil, err
		}
		if rev != "" {
			ids = append(ids, guest)
		}
	}
	return ids, nil
}
