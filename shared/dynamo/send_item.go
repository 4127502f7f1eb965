package dynamo

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/shop"
)

type sendKey struct {
	Customer shop.CustomerID `dynamodbav:"customer"`
	Send     shop.SendID     `dynamodbav:"send"`
}

func keyOfSend(customer shop.CustomerID, id shop.SendID) sendKey { return sendKey{customer, id} }

// sendItem is a send's record: the fields that change are attributes, the
// fields that a claim sets for good are in the body.
type sendItem struct {
	sendKey
	duePlace
	State           claim.State `dynamodbav:"state"`
	Reason          string      `dynamodbav:"reason,omitempty"` // the code
	Why             string      `dynamodbav:"why,omitempty"`    // the sentence
	Attempt         int         `dynamodbav:"attempt"`
	Owner           string      `dynamodbav:"owner"`
	Unconfirmed     int         `dynamodbav:"unheard,omitempty"`
	Claimed         stamp       `dynamodbav:"claimed,omitempty"`
	Changed         stamp       `dynamodbav:"changed"`
	Wake            stamp       `dynamodbav:"wake,omitempty"`
	SESID           string      `dynamodbav:"ses_id,omitempty"`
	ReservationKept bool        `dynamodbav:"slot_kept,omitempty"`
	Clicks          []string    `dynamodbav:"clicks,stringset,omitempty"` // see [clickText]
	Body            body        `dynamodbav:"body"`
}

type sendBody struct {
	Intent    campaign.Intent `json:"intent"`
	Mailbox   shop.Mailbox    `json:"mailbox,omitempty"`
	Message   shop.MessageID  `json:"message,omitempty"`
	Variant   string          `json:"variant,omitempty"`
	Drawn     time.Time       `json:"drawn,omitzero"`
	Class     shop.Class      `json:"class,omitempty"`
	Language  string          `json:"language,omitempty"`
	Coupon    *coupon.Coupon  `json:"coupon,omitempty"`
	Also      []shop.OrderID  `json:"also,omitempty"`
	Explained json.RawMessage `json:"explained,omitempty"`
	Assigned  time.Time       `json:"assigned,omitzero"`
}

func sendItemOf(d claim.Send) sendItem {
	it := sendChangesOf(d)
	it.Body, _ = bodyOf(sendBody{d.Intent, d.Mailbox, d.Message, d.Variant, d.Drawn, d.Class, d.Language, d.Coupon, d.Also, d.Explained, d.Assigned})
	return it
}

// sendChangesOf returns the send's record without its body, which no later write changes.
func sendChangesOf(d claim.Send) sendItem {
	it := sendItem{
		sendKey: keyOfSend(d.Intent.Customer, d.ID),
		State:   d.State, Reason: d.Reason.Code, Why: d.Reason.Text,
		Attempt: d.Attempt, Owner: d.Owner, Unconfirmed: d.Unconfirmed,
		Claimed: stampOf(d.Claimed), Changed: stampOf(d.Changed), Wake: stampOf(d.Wake),
		SESID: d.SESID, ReservationKept: d.ReservationKept,
	}
	for _, c := range d.Clicks {
		it.Clicks = append(it.Clicks, clickText(c))
	}
	if d.State == claim.Queued && !d.Wake.IsZero() {
		it.duePlace = duePlace{dueShardOf(d), it.Wake}
	}
	return it
}

func readSend(m item) (claim.Send, error) {
	var it sendItem
	if err := unmarshal(m, &it); err != nil {
		return claim.Send{}, err
	}
	var b sendBody
	if err := it.Body.read(&b); err != nil {
		return claim.Send{}, fmt.Errorf("send %s: %w", it.Send, err)
	}
	return claim.Send{
		ID: it.Send, Intent: b.Intent, Mailbox: b.Mailbox, State: it.State, Reason: claim.Reason{Code: it.Reason, Text: it.Why},
		Attempt: it.Attempt, Owner: it.Owner, Unconfirmed: it.Unconfirmed,
		Claimed: it.Claimed.time(), Changed: it.Changed.time(), Wake: it.Wake.time(),
		Message: b.Message, Variant: b.Variant, Drawn: b.Drawn, Class: b.Class, Language: b.Language,
		SESID: it.SESID, ReservationKept: it.ReservationKept, Coupon: b.Coupon, Also: b.Also, Explained: b.Explained, Assigned: b.Assigned,
		Clicks: clicksOf(it.Clicks),
	}, nil
}

// fence returns the fence of the send.
func fence(d claim.Send) claim.Fence { return claim.Fence{Attempt: d.Attempt, Owner: d.Owner} }

// Send returns the record of one send. It fails with [ErrNotFound] if there is
// none.
func (s *Store) Send(ctx context.Context, customer shop.CustomerID, id shop.SendID) (claim.Send, error) {
	d, err := s.send(ctx, keyOfSend(customer, id))
	if err != nil {
		return claim.Send{}, fmt.Errorf("read send %s: %w", id, err)
	}
	return d, nil
}

// Recorded returns which of the sends, with their customers, have a record. It reads
// eventually consistently: use it to save work, never for a decision.
func (s *Store) Recorded(ctx context.Context, sends map[shop.SendID]shop.CustomerID) (map[shop.SendID]bool, error) {
	var keys []item
	for id, customer := range sends {
		keys = append(keys, marshal(keyOfSend(customer, id)))
	}
	known := map[shop.SendID]bool{}
	err := s.batchGet(ctx, s.tables.Sends, keys, false, func(m item) error {
		var it sendItem
		err := unmarshal(m, &it)
		known[it.Send] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read which of %d sends have a record: %w", len(sends), err)
	}
	return known, nil
}

func (s *Store) send(ctx context.Context, key sendKey) (claim.Send, error) {
	m, err := s.get(ctx, s.tables.Sends, key)
	if err != nil {
		return claim.Send{}, err
	}
	if m == nil {
		return claim.Send{}, ErrNotFound
	}
	return readSend(m)
}
