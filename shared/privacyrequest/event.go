package privacyrequest

import (
	"encoding/json"
	"time"

	"regulars/shared/shop"
)

// Ask is what a function of this project asks for a customer.
type Ask struct {
	ID       shop.EventID // names the request: the same ID twice is one request
	Kind     Kind
	Customer shop.CustomerID
	Email    string // the address of the mailbox whose owner asks: the request is for every customer with it
	Source   shop.RequestSource
	At       time.Time // when the customer asked
}

// Envelope is an event in the form of EventBridge, which is what a queue of this
// project takes.
type Envelope struct {
	Version    string          `json:"version"`
	ID         shop.EventID    `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Time       time.Time       `json:"time"`
	Detail     json.RawMessage `json:"detail"`
}

// Event returns the event customer.export or customer.erase that asks for it, for
// the queue of the function privacy.
func Event(a Ask) Envelope {
	at := a.At.UTC().Truncate(time.Second) // an envelope's time has no fraction
	detail, err := json.Marshal(map[string]any{
		"version": "1", "occurred_at": at, "source": a.Source,
		"customer": map[string]string{"id": string(a.Customer), "email": a.Email},
	})
	if err != nil {
		panic("privacyrequest: " + err.Error()) // unreachable: texts and a time can be marshalled
	}
	return Envelope{Version: "0", ID: a.ID, DetailType: "customer." + string(a.Kind), Source: "shop", Time: at, Detail: detail}
}
