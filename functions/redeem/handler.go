package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/checkout"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/httpapi"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

type tills interface {
	Redemption(context.Context, shop.OrderID) (checkout.Redemption, dynamo.Rev, error)
	SaveRedemption(context.Context, dynamo.Checkout) error
}

type handler struct {
	desk   *desk
	tills  tills
	sweeps sweeps
	now    func() time.Time
}

// Handle takes a tick of the clock, or one call of the shop's back end;
// docs/checkout.yaml is the calls' OpenAPI description:
//
//	POST   /quotes                          what a cart costs
//	PUT    /orders/{order}/hold             the same, and its discounts are held for 15 minutes
//	DELETE /orders/{order}/hold             the order is not placed
//	PUT    /orders/{order}/redemption       the order is placed
//	PUT    /orders/{order}/returns/{return} units came back, or all of it
//	GET    /orders/{order}                  what the order has
//	GET    /customers/{customer}/points     their loyalty points, for the shop's account page
//
// Each may be called again: by the order, and for returns by their ID.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var call struct {
		events.LambdaFunctionURLRequest
		DetailType string `json:"detail-type"`
	}
	if err := json.Unmarshal(payload, &call); err != nil {
		return nil, fmt.Errorf("read what redeem was called with: %w", err)
	}
	if call.DetailType != "" {
		return nil, h.sweep(ctx)
	}
	return h.answer(ctx, call.LambdaFunctionURLRequest)
}

func (h *handler) answer(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	answer, err := h.route(ctx, r)
	status := http.StatusOK
	if err != nil {
		status, answer = refuse(err)
		if status >= http.StatusInternalServerError {
			slog.ErrorContext(ctx, "a checkout call failed", "path", r.RawPath, "err", err)
		}
	}
	return httpapi.JSON(status, "no-store", answer)
}

// errNoSuchCall is a path or method that there is not.
var errNoSuchCall = errors.New("there is no such call; docs/checkout.yaml lists them")

func (h *handler) route(ctx context.Context, r events.LambdaFunctionURLRequest) (any, error) {
	body, err := httpapi.Body(r)
	if err != nil {
		return nil, err
	}
	path, ok := httpapi.Path(r)
	if !ok {
		return nil, errNoSuchCall
	}
	call := r.RequestContext.HTTP.Method + " " + path[0]
	if len(path) == 1 && call == "POST quotes" {
		return h.quote(ctx, body)
	}
	if call == "GET customers" && len(path) == 3 && path[2] == "points" {
		return h.statement(ctx, shop.CustomerID(path[1]))
	}
	if path[0] != "orders" || len(path) < 2 {
		return nil, errNoSuchCall
	}
	order := shop.OrderID(path[1])
	switch call = r.RequestContext.HTTP.Method + " " + strings.Join(path[2:min(3, len(path))], ""); {
	case call == "GET " && len(path) == 2:
		found, _, err := h.tills.Redemption(ctx, order)
		return stateOf(found), err
	case call == "PUT hold" && len(path) == 3:
		return h.hold(ctx, order, body)
	case call == "DELETE hold" && len(path) == 3:
		return h.step(ctx, order, func(r checkout.Redemption, now time.Time) (checkout.Redemption, []checkout.Change, error) {
			return r.Release(now)
		})
	case call == "PUT redemption" && len(path) == 3:
		return h.step(ctx, order, func(r checkout.Redemption, now time.Time) (checkout.Redemption, []checkout.Change, error) {
			return r.Redeem(now)
		})
	case call == "PUT returns" && len(path) == 4:
		return h.bringBack(ctx, order, path[3], body)
	}
	return nil, errNoSuchCall
}

func (h *handler) quote(ctx context.Context, body string) (any, error) {
	rules, err := h.desk.rules.Policy(ctx)
	if err != nil {
		return nil, err
	}
	r, cart, err := readCart(body, rules.Shop.Currency)
	if err != nil {
		return nil, err
	}
	now := h.now().UTC()
	if r.locked, err = h.desk.lock(ctx, r, now); err != nil {
		return nil, err
	}
	p, err := h.desk.price(ctx, r, cart, "", nil, now)
	if err != nil {
		return nil, err
	}
	return p.answer(cart), h.desk.count(ctx, r, p.codes, now)
}

// contention bounds how often one call is tried anew because something that it
// was made from changed before it was stored.
const contention = 8

func (h *handler) hold(ctx context.Context, order shop.OrderID, body string) (any, error) {
	rules, err := h.desk.rules.Policy(ctx)
	if err != nil {
		return nil, err
	}
	r, cart, err := readCart(body, rules.Shop.Currency)
	if err != nil {
		return nil, err
	}
	if r.locked, err = h.desk.lock(ctx, r, h.now()); err != nil {
		return nil, err
	}
	spent, shards, lost := map[shop.OfferID]bool{}, map[shop.OfferID]int{}, map[checkout.Use]bool{}
	var seen dynamo.Rev
	for round := range contention {
		now := shop.Millis(h.now())
		old, rev, err := h.tills.Redemption(ctx, order)
		if err != nil {
			return nil, err
		}
		if rev != seen { // what was found out about the order as it was: another call may have the last use for it by now
			clear(spent)
			clear(lost)
			seen = rev
		}
		p, err := h.desk.price(ctx, r, cart, order, spent, now)
		if err != nil {
			return nil, err
		}
		if round == 0 {
			if err := h.desk.count(ctx, r, p.codes, now); err != nil {
				return nil, err
			}
		}
		next, changes, err := old.Hold(p.wanted(order, r.Customer, shards), now)
		if err != nil {
			return nil, err
		}
		account, err := h.spent(ctx, old, next, p.profile, now)
		if err != nil {
			return nil, err
		}
		err = h.tills.SaveRedemption(ctx, dynamo.Checkout{
			Redemption: next, Rev: rev, Changes: without(changes, lost), Now: now,
			Contact: granted(p.contact, order, changes, p.offers, now), ContactRev: p.contactRev,
			Profile: account, ProfileRev: p.profileRev,
		})
		var refused *dynamo.CheckoutRefused
		if !errors.As(err, &refused) {
			return p.held(cart, next), err
		}
		if refused.Order {
			continue
		}
		for _, use := range refused.Uses {
			if slices.Contains(changes, checkout.Change{Use: use, To: checkout.Free}) {
				lost[use] = true // as in step
				continue
			}
			if use.Coupon != "" { // another order came first: its state says so when it is read again
				continue
			}
			shard, err := h.desk.coupons.FundedShard(ctx, use.Offer, use.Version, use.Shard)
			if err != nil && !errors.Is(err, dynamo.ErrSpent) && !errors.Is(err, dynamo.ErrNotFound) {
				return nil, err
			}
			if spent[use.Offer] = err != nil; err == nil {
				shards[use.Offer] = shard
			}
		}
	}
	return nil, fmt.Errorf("hold for order %s: what it was made from changed %d times: %w", order, contention, dynamo.ErrConflict)
}

// step makes one transition of an order. Where a coupon is not the order's any
// more, because its hold had lapsed and another took it, there is nothing to give
// back; but nothing is redeemed without it either.
func (h *handler) step(ctx context.Context, order shop.OrderID, do func(checkout.Redemption, time.Time) (checkout.Redemption, []checkout.Change, error)) (any, error) {
	lost := map[checkout.Use]bool{}
	var seen dynamo.Rev
	for range contention {
		now := shop.Millis(h.now())
		old, rev, err := h.tills.Redemption(ctx, order)
		if err != nil {
			return nil, err
		}
		if rev != seen {
			clear(lost)
			seen = rev
		}
		next, changes, err := do(old, now)
		if err != nil || len(changes) == 0 && next.State == old.State && len(next.Returns) == len(old.Returns) {
			return stateOf(next), err
		}
		var known dynamo.Snapshot
		if next.Customer != "" {
			if known, err = h.desk.customers.Snapshot(ctx, next.Customer); err != nil {
				return nil, err
			}
		}
		account, err := h.spent(ctx, old, next, known.Profile, now)
		if err != nil {
			return nil, err
		}
		err = h.tills.SaveRedemption(ctx, dynamo.Checkout{
			Redemption: next, Rev: rev, Changes: without(changes, lost), Now: now,
			Contact: granted(known.Contact, order, changes, nil, now), ContactRev: known.ContactRev,
			Profile: account, ProfileRev: known.ProfileRev,
		})
		var refused *dynamo.CheckoutRefused
		if !errors.As(err, &refused) {
			return stateOf(next), err
		}
		if !refused.Order {
			for _, use := range refused.Uses {
				if next.State == checkout.Redeemed && old.State == checkout.Held {
					return nil, errTaken
				}
				lost[use] = true
			}
		}
	}
	return nil, fmt.Errorf("order %s changed %d times meanwhile: %w", order, contention, dynamo.ErrConflict)
}

// errTaken means that a hold had lapsed and another order has the coupon.
var errTaken = errors.New("the hold had lapsed, and another order has the coupon now; hold again")

func (h *handler) bringBack(ctx context.Context, order shop.OrderID, id, body string) (any, error) {
	var in struct {
		Lines map[string]int `json:"lines"` // units by line; absent: all that is left of the order
	}
	if err := httpapi.Decode(body, &in); err != nil {
		return nil, err
	}
	var there map[string]json.RawMessage
	if err := httpapi.Decode(body, &there); err != nil {
		return nil, err
	}
	if len(there) > 0 && len(in.Lines) == 0 { // a slip must not bring back a whole order
		return nil, httpapi.Faults{{Path: "/lines", Fault: "is empty; leave it out for all that is left of the order"}}
	}
	return h.step(ctx, order, func(r checkout.Redemption, now time.Time) (checkout.Redemption, []checkout.Change, error) {
		return r.Return(id, in.Lines, now)
	})
}

// without returns the changes but those that give lost uses back. One that is to
// be had again is taken.
func without(changes []checkout.Change, lost map[checkout.Use]bool) []checkout.Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c checkout.Change) bool { return c.To == checkout.Free && lost[c.Use] })
}

// granted returns the contact with the grants of offers without a coupon as the
// changes leave them; nil where they leave all as it was. Only an offer that
// counts how often a customer has it is written down.
func granted(c frequency.Contact, order shop.OrderID, changes []checkout.Change, offers map[shop.OfferID]offer.Offer, now time.Time) *frequency.Contact {
	name, changed := frequency.AtCheckout(order), false
	for _, change := range changes {
		use := change.Use
		switch {
		case use.Coupon != "" || change.To == checkout.Keep:
		case change.To == checkout.Take:
			if counted(offers[use.Deal()]) {
				c, changed = c.WithGrant(use.Offer, frequency.Grant{Send: name, At: now}), true
			}
		case slices.ContainsFunc(c.Granted[use.Offer], func(g frequency.Grant) bool { return g.Send == name }):
			c, changed = c.WithoutGrant(use.Offer, name), true
		}
	}
	if !changed {
		return nil
	}
	return &c
}

// wanted is the redemption that a hold asks for.
func (p priced) wanted(order shop.OrderID, customer shop.CustomerID, shards map[shop.OfferID]int) checkout.Redemption {
	r := checkout.Redemption{Order: order, Customer: customer, Quote: p.quote}
	for _, taken := range p.quote.Taken {
		if taken.Deal == checkout.PointsDeal {
			r.Points = p.points.used
			continue
		}
		use := p.uses[taken.Deal]
		if shard, ok := shards[use.Offer]; ok && use.Coupon == "" {
			use.Shard = shard
		}
		r.Uses = append(r.Uses, use)
	}
	if p.points != nil && len(p.points.granted) > 0 {
		r.For = p.points.granted
	}
	return r
}

// refuse returns how an error is answered.
func refuse(err error) (status int, answer any) {
	var faults httpapi.Faults
	switch {
	case errors.As(err, &faults):
		return http.StatusBadRequest, httpapi.Problem{Error: "the request has faults", Faults: faults}
	case errors.Is(err, errNoSuchCall):
		return http.StatusNotFound, httpapi.Problem{Error: err.Error()}
	case errors.Is(err, checkout.ErrUnknownLine):
		return http.StatusUnprocessableEntity, httpapi.Problem{Error: err.Error()}
	case errors.Is(err, checkout.ErrOver), errors.Is(err, checkout.ErrAnothers), errors.Is(err, checkout.ErrNotHeld), errors.Is(err, errTaken), errors.Is(err, errShort):
		return http.StatusConflict, httpapi.Problem{Error: err.Error()}
	case errors.Is(err, dynamo.ErrConflict), errors.Is(err, dynamo.ErrThrottled):
		return http.StatusServiceUnavailable, httpapi.Problem{Error: "too many calls for the same thing at once; call again"}
	}
	return http.StatusInternalServerError, httpapi.Problem{Error: "the call failed; call again"}
}

// stateOf is the answer of every call that makes a transition.
func stateOf(r checkout.Redemption) any {
	type back struct {
		Units  map[string]int `json:"units"`
		Paid   int64          `json:"paid"`
		Tax    int64          `json:"tax"` // in Paid
		Points int            `json:"points,omitempty"`
	}
	returns := map[string]back{}
	for id, b := range r.Returns {
		returns[id] = back{b.Units, b.Paid, b.Tax, b.Points}
	}
	state := string(r.State)
	if state == "" {
		state = "NONE"
	}
	return struct {
		Order   shop.OrderID    `json:"order"`
		State   string          `json:"state"`
		Until   time.Time       `json:"held_until,omitzero"`
		Off     int64           `json:"off"`
		Total   int64           `json:"total"`
		Points  int             `json:"points,omitempty"` // that it is paid with
		Returns map[string]back `json:"returns,omitempty"`
	}{r.Order, state, r.Until, r.Quote.Off, r.Quote.Total, r.Points, returns}
}
