package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/language"

	"regulars/shared/cartquote"
	"regulars/shared/checkout"
	"regulars/shared/cldrmoney"
	"regulars/shared/dynamo"
	"regulars/shared/httpapi"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/redemption"
	"regulars/shared/shop"
)

// The text of each reason, by language and code.
//
//go:embed reasons.json
var reasonsJSON []byte

var (
	languages = []language.Tag{language.English, language.Russian, language.Polish, language.Greek} // the first is for all others
	matcher   = sync.OnceValue(func() language.Matcher { return language.NewMatcher(languages) })
	reasons   = sync.OnceValue(func() map[string]map[string]string {
		var byLanguage map[string]map[string]string
		if err := json.Unmarshal(reasonsJSON, &byLanguage); err != nil {
			panic("redeem: reasons.json: " + err.Error())
		}
		return byLanguage
	})
)

// spoken returns the language of the texts: the first wanted one that there is.
func spoken(wanted ...string) string {
	var tags []language.Tag
	for _, w := range wanted {
		if tag, err := language.Parse(w); err == nil && w != "" {
			tags = append(tags, tag)
		}
	}
	_, at, _ := matcher().Match(tags...)
	return languages[at].String()
}

// textOf returns the text of a reason. {minimum} in it is the offer's least
// basket.
func textOf(spoken, code string, o offer.Offer) string {
	text := reasons()[spoken][code]
	if text == "" {
		text = reasons()[spoken]["other"]
	}
	if strings.Contains(text, "{minimum}") {
		minimum, ok := cldrmoney.In(spoken, o.Minimum)
		if !ok {
			return reasons()[spoken]["other"]
		}
		text = strings.ReplaceAll(text, "{minimum}", minimum)
	}
	return text
}

// quoted is the answer to a cart. Amounts are in the currency's minor unit.
type quoted struct {
	Currency    shop.Currency    `json:"currency"`
	Lines       []quotedLine     `json:"lines"`
	Shipping    int64            `json:"shipping"`
	ShippingOff int64            `json:"shipping_off"`
	Gifts       []shop.ProductID `json:"gifts,omitempty"`
	Off         int64            `json:"off"`
	Total       int64            `json:"total"`
	Tax         int64            `json:"tax"`
	ShippingTax int64            `json:"shipping_tax"`
	TaxAdded    bool             `json:"tax_added"` // the tax comes on top of the prices; else it is in them
	Taxes       []pricing.TaxSum `json:"taxes,omitempty"`
	Codes       []quotedCode     `json:"codes,omitempty"`
	Offers      []quotedOffer    `json:"offers,omitempty"`
	Points      *quotedPoints    `json:"points,omitempty"` // if the shop has points, and the customer is known
	Order       shop.OrderID     `json:"order,omitempty"`
	HeldUntil   time.Time        `json:"held_until,omitzero"`
}

type quotedLine struct {
	ID        string         `json:"id"`
	Product   shop.ProductID `json:"product"`
	Units     int            `json:"units"`
	Gross     int64          `json:"gross"`
	Net       int64          `json:"net"`
	Tax       int64          `json:"tax"` // of Net
	Discounts []discount     `json:"discounts,omitempty"`
}

type discount struct {
	Offer shop.OfferID `json:"offer"`
	Off   int64        `json:"off"`
}

// quotedCode is one code and what it gives.
type quotedCode struct {
	Code   string       `json:"code"` // as it was typed
	Taken  bool         `json:"taken"`
	Offer  shop.OfferID `json:"offer,omitempty"` // if it is this customer's coupon
	Off    int64        `json:"off,omitempty"`
	Until  time.Time    `json:"until,omitzero"`
	Reason string       `json:"reason,omitempty"`
	Text   string       `json:"text,omitempty"`
}

// quotedOffer is one offer that needs no code, and what it gives.
type quotedOffer struct {
	Offer  shop.OfferID `json:"offer"`
	Taken  bool         `json:"taken"`
	Off    int64        `json:"off,omitempty"`
	Reason string       `json:"reason,omitempty"`
	Text   string       `json:"text,omitempty"`
}

// quotedPoints is what a cart has to do with the customer's points.
type quotedPoints struct {
	Free   int    `json:"free"`   // what the customer could spend on this order
	Worth  int64  `json:"worth"`  // what these would take off at most
	Earns  int    `json:"earns"`  // what the order will earn, offers included
	Spends int    `json:"spends"` // what it is paid with, at most what was asked for
	Off    int64  `json:"off"`    // what that takes off
	Reason string `json:"reason,omitempty"`
	Text   string `json:"text,omitempty"`
}

// answerOf returns the answer to a quote, with its texts in one language.
func answerOf(q cartquote.Quote, currency shop.Currency, language string) quoted {
	p := q.Priced
	a := quoted{
		Currency: currency, Shipping: p.Shipping, ShippingOff: p.ShippingOff, Gifts: p.Gifts, Off: p.Off, Total: p.Total,
		Tax: p.Tax, ShippingTax: p.ShippingTax, TaxAdded: p.TaxAdded, Taxes: p.Taxes,
		Lines: make([]quotedLine, 0, len(p.Lines)),
	}
	for _, l := range p.Lines {
		line := quotedLine{ID: l.ID, Product: l.Product, Units: l.Units, Gross: l.Gross, Net: l.Net, Tax: l.Tax}
		for _, share := range l.Offs {
			line.Discounts = append(line.Discounts, discount{q.OfferOf(share.Deal), share.Off})
		}
		a.Lines = append(a.Lines, line)
	}
	for _, c := range q.Codes {
		code := quotedCode{Code: c.Typed, Taken: c.Taken, Offer: q.Uses[c.Deal].Offer, Off: c.Off, Until: c.Until, Reason: c.Reason}
		if !c.Taken {
			code.Text = textOf(language, c.Reason, q.Offers[c.Deal])
		}
		a.Codes = append(a.Codes, code)
	}
	for _, o := range q.Automatic {
		out := quotedOffer{Offer: o.Offer, Taken: o.Taken, Off: o.Off, Reason: o.Reason}
		if !o.Taken {
			out.Text = textOf(language, o.Reason, q.Offers[o.Offer])
		}
		a.Offers = append(a.Offers, out)
	}
	if pay := q.Points; pay != nil {
		a.Points = &quotedPoints{Free: pay.Free, Worth: pay.Worth, Earns: pay.Earns, Spends: pay.Spends, Off: pay.Off, Reason: pay.Reason}
		if pay.Reason != "" {
			a.Points.Text = textOf(language, pay.Reason, offer.Offer{})
		}
	}
	return a
}

// stateOf returns the answer of every call that makes a transition, or err.
func stateOf(r checkout.Redemption, err error) (any, error) {
	if err != nil {
		return nil, err
	}
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
	}{r.Order, state, r.Until, r.Quote.Off, r.Quote.Total, r.Points, returns}, nil
}

// refuse returns the answer to a call that failed with err.
func refuse(err error) (status int, answer any) {
	var faults httpapi.Faults
	switch {
	case errors.As(err, &faults):
		return http.StatusBadRequest, httpapi.Problem{Error: "the request has faults", Faults: faults}
	case errors.Is(err, errNoSuchCall):
		return http.StatusNotFound, httpapi.Problem{Error: err.Error()}
	case errors.Is(err, checkout.ErrUnknownLine):
		return http.StatusUnprocessableEntity, httpapi.Problem{Error: err.Error()}
	case errors.Is(err, checkout.ErrOver), errors.Is(err, checkout.ErrAnothers), errors.Is(err, checkout.ErrNotHeld), errors.Is(err, redemption.ErrTaken), errors.Is(err, redemption.ErrPointsTaken):
		return http.StatusConflict, httpapi.Problem{Error: err.Error()}
	case errors.Is(err, redemption.ErrFell):
		return http.StatusConflict, httpapi.Problem{Error: err.Error(), Reason: cartquote.CodeFell}
	case errors.Is(err, dynamo.ErrConflict):
		return http.StatusServiceUnavailable, httpapi.Problem{Error: "other calls changed the same order, customer, coupon or offer at the same time; call again"}
	case errors.Is(err, dynamo.ErrThrottled):
		return http.StatusServiceUnavailable, httpapi.Problem{Error: "too many calls at once; call again"}
	}
	return http.StatusInternalServerError, httpapi.Problem{Error: "the call failed; call again"}
}
