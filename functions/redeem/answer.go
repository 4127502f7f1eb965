package main

import (
	_ "embed"
	"encoding/json"
	"strings"
	"time"

	"github.com/bojanz/currency"
	"golang.org/x/text/language"

	"regulars/shared/checkout"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// The reasons in every language that messages have, by their code.
//
//go:embed reasons.json
var reasonsJSON []byte

var (
	languages = []language.Tag{language.English, language.Russian, language.Polish, language.Greek} // the first is for all others
	matcher   = language.NewMatcher(languages)
	reasons   = func() map[string]map[string]string {
		var byLanguage map[string]map[string]string
		if err := json.Unmarshal(reasonsJSON, &byLanguage); err != nil {
			panic("redeem: reasons.json: " + err.Error())
		}
		return byLanguage
	}()
)

// spoken returns the language of the texts: the first of these that there is.
func spoken(wanted ...string) string {
	var tags []language.Tag
	for _, w := range wanted {
		if tag, err := language.Parse(w); err == nil && w != "" {
			tags = append(tags, tag)
		}
	}
	_, at, _ := matcher.Match(tags...)
	return languages[at].String()
}

// why returns a reason in plain words. {minimum} in it is the offer's least
// basket.
func why(spoken, code string, o offer.Offer) string {
	text := reasons[spoken][code]
	if text == "" {
		text = reasons[spoken]["other"]
	}
	if strings.Contains(text, "{minimum}") {
		amount, err := currency.NewAmountFromInt64(o.Minimum.Minor, string(o.Minimum.Currency))
		if err != nil {
			return reasons[spoken]["other"]
		}
		text = strings.ReplaceAll(text, "{minimum}", currency.NewFormatter(currency.NewLocale(spoken)).Format(amount))
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
	TaxAdded    bool             `json:"tax_added"` // it comes on top of the prices; else it is in them
	Taxes       []pricing.TaxSum `json:"taxes,omitempty"`
	Codes       []quotedCode     `json:"codes,omitempty"`
	Offers      []quotedOffer    `json:"offers,omitempty"`
	Points      *quotedPoints    `json:"points,omitempty"` // where the shop has points, and the customer is known
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

// quotedCode is what became of a code.
type quotedCode struct {
	Code   string       `json:"code"` // as it was typed
	Taken  bool         `json:"taken"`
	Offer  shop.OfferID `json:"offer,omitempty"` // where it is this customer's coupon
	Off    int64        `json:"off,omitempty"`
	Until  time.Time    `json:"until,omitzero"`
	Reason string       `json:"reason,omitempty"`
	Text   string       `json:"text,omitempty"`
}

// quotedOffer is what became of an offer that needs no code.
type quotedOffer struct {
	Offer  shop.OfferID `json:"offer"`
	Taken  bool         `json:"taken"`
	Off    int64        `json:"off,omitempty"`
	Reason string       `json:"reason,omitempty"`
	Text   string       `json:"text,omitempty"`
}

func (p priced) answer(cart pricing.Cart) quoted {
	q := p.quote
	a := quoted{
		Currency: cart.Currency, Shipping: q.Shipping, ShippingOff: q.ShippingOff, Gifts: q.Gifts, Off: q.Off, Total: q.Total,
		Tax: q.Tax, ShippingTax: q.ShippingTax, TaxAdded: q.TaxAdded, Taxes: q.Taxes,
		Lines: make([]quotedLine, 0, len(q.Lines)), Points: p.pointsAnswer(),
	}
	for _, l := range q.Lines {
		line := quotedLine{ID: l.ID, Product: l.Product, Units: l.Units, Gross: l.Gross, Net: l.Net, Tax: l.Tax}
		for _, share := range l.Offs {
			line.Discounts = append(line.Discounts, discount{p.named(share.Deal), share.Off})
		}
		a.Lines = append(a.Lines, line)
	}
	taken := map[shop.OfferID]pricing.Taken{}
	for _, t := range q.Taken {
		taken[t.Deal] = t
		if use := p.uses[t.Deal]; use.Coupon == "" && t.Deal != checkout.PointsDeal {
			a.Offers = append(a.Offers, quotedOffer{Offer: use.Offer, Taken: true, Off: t.Off})
		}
	}
	for _, c := range p.codes {
		out := quotedCode{Code: c.typed, Reason: c.reason, Offer: p.uses[c.deal].Offer, Until: c.until}
		if t, ok := taken[c.deal]; ok {
			out.Taken, out.Off = true, t.Off
		} else {
			if out.Reason == "" {
				out.Reason = string(q.Refused[c.deal])
			}
			out.Text = why(p.language, out.Reason, p.offers[c.deal])
		}
		a.Codes = append(a.Codes, out)
	}
	for _, r := range p.refused {
		a.Offers = append(a.Offers, quotedOffer{Offer: r.offer, Reason: r.reason, Text: why(p.language, r.reason, p.offers[r.offer])})
	}
	return a
}

// named returns what callers call a deal.
func (p priced) named(deal shop.OfferID) shop.OfferID {
	if deal == checkout.PointsDeal {
		return deal
	}
	return p.uses[deal].Offer
}

// held is the answer to a hold.
func (p priced) held(cart pricing.Cart, r checkout.Redemption) quoted {
	a := p.answer(cart)
	a.Order, a.HeldUntil = r.Order, r.Until
	return a
}
