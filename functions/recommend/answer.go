package main

import (
	"context"
	"log/slog"
	"math"
	"time"

	"regulars/shared/content"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// answer is the JSON body of an answer to the shop's page.
type answer struct {
	Model    string           `json:"model"`    // the model's version; empty: there is no model yet
	Language string           `json:"language"` // of the reasons' texts
	Mode     recommend.Mode   `json:"mode"`
	Newcomer bool             `json:"newcomer"` // no purchase of the customer is known
	Issue    *issue           `json:"trouble,omitempty"`
	Picks    []pick           `json:"picks"`
	Short    *short           `json:"short,omitempty"`
	Unknown  []shop.ProductID `json:"unknown,omitempty"` // products of the request that the catalogue does not have
}

// issue is the customer's service issue and the end of the promotion pause.
// Promotions wait for that long; a page still gets recommendations, because the
// customer opened it, and may show fewer of them.
type issue struct {
	Kind  string    `json:"what"` // "returned", "delayed" or "cancelled"
	Until time.Time `json:"until"`
}

// pick is one recommended product.
type pick struct {
	Product product    `json:"product"`
	Was     shop.Money `json:"was,omitzero"` // the former price, if it may be stated
	Bought  bool       `json:"bought"`       // the customer bought it before, so they would buy it again
	Score   float64    `json:"score"`
	Reason  reason     `json:"reason"`
}

// product is the part of a catalogue row that a page may show, which excludes
// the cost.
type product struct {
	ID       shop.ProductID `json:"id"`
	Title    string         `json:"title"`
	Category string         `json:"category,omitempty"`
	URL      string         `json:"url,omitempty"`
	Image    string         `json:"image,omitempty"`
	Width    int            `json:"image_width,omitempty"` // of the picture, in pixels; 0: not known
	Height   int            `json:"image_height,omitempty"`
	Price    shop.Money     `json:"price"`
}

type reason struct {
	recommend.Reason
	Text string `json:"text,omitempty"` // plain text, the same as in messages
}

// short says why there are fewer picks than wanted.
type short struct {
	Code string `json:"code"`
	Text string `json:"text"` // for the developer of the page
}

var shorts = map[string]string{
	"few-due":         "few or no products that this customer bought before are due again",
	"nothing-learned": "no further products are known: the model has not learned from orders yet, or it cannot be read",
	"few-left":        "the other products were bought before or returned, are hidden, sold out or excluded by the request, or there is no true reason for them",
}

// pickOf returns a pick in the form of the answer. If the text of its reason
// cannot be rendered, it logs that and returns the reason without a text;
// publishing tests that each text can be rendered.
func pickOf(ctx context.Context, now time.Time, p recommend.Pick, texts content.Set, language string, zone *time.Location, bought bool) pick {
	text := ""
	if language != "" {
		var err error
		if text, err = texts.Reason(language, now, zone, p.Reason); err != nil {
			slog.ErrorContext(ctx, "cannot render the text of a reason", "kind", p.Reason.Kind, "language", language, "err", err)
		}
	}
	if math.IsNaN(p.Score) || math.IsInf(p.Score, 0) {
		p.Score = 0 // JSON has no such numbers
	}
	return pick{
		Product: product{p.Product.ID, p.Product.Title, p.Product.Category, p.Product.URL, p.Product.Image, p.Product.Width, p.Product.Height, p.Product.Price},
		Was:     p.Was, Bought: bought, Score: p.Score, Reason: reason{p.Reason, text},
	}
}
