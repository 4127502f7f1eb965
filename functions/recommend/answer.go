package main

import (
	"context"
	"log/slog"
	"math"
	"time"

	"regulars/shared/message"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// answer is what a page gets.
type answer struct {
	Model    string           `json:"model"`    // the version that was learned; empty: nothing yet
	Language string           `json:"language"` // of the reasons' words
	Mode     recommend.Mode   `json:"mode"`
	Newcomer bool             `json:"newcomer"` // nothing is known that they bought
	Trouble  *trouble         `json:"trouble,omitempty"`
	Picks    []pick           `json:"picks"`
	Short    *short           `json:"short,omitempty"`
	Unknown  []shop.ProductID `json:"unknown,omitempty"` // of those asked about, what the catalogue does not know
}

// trouble is what is still wrong for the customer. Messages rest over it; a page
// that the customer came to by themselves is not silent, but may be quieter.
type trouble struct {
	What  string    `json:"what"` // "returned", "delayed" or "cancelled"
	Until time.Time `json:"until"`
}

type pick struct {
	Product product    `json:"product"`
	Was     shop.Money `json:"was,omitzero"` // a former price that may be stated
	Bought  bool       `json:"bought"`       // the customer has had it: it is to buy again
	Score   float64    `json:"score"`
	Reason  reason     `json:"reason"`
}

// product is what the catalogue says that a page may show: never the cost.
type product struct {
	ID       shop.ProductID `json:"id"`
	Title    string         `json:"title"`
	Category string         `json:"category,omitempty"`
	URL      string         `json:"url,omitempty"`
	Image    string         `json:"image,omitempty"`
	Price    shop.Money     `json:"price"`
}

type reason struct {
	recommend.Reason
	Text string `json:"text,omitempty"` // plain text, as messages print it
}

// short is why there are fewer picks than were wanted.
type short struct {
	Code string `json:"code"`
	Text string `json:"text"` // for whoever builds the page
}

var shorts = map[string]string{
	"few-due":         "little or nothing that this customer bought before is due again",
	"nothing-learned": "nothing leads to further products: no order was learned from yet, or the model is gone",
	"few-left":        "the others were bought before, came back, are hidden, sold out or to be left out, or there is nothing true to say for them",
}

// told is a pick as a page gets it. Where its reason cannot be put into words,
// which publishing has proved that it can, its numbers stay.
func told(ctx context.Context, p recommend.Pick, words message.Set, language string, zone *time.Location, had bool) pick {
	text := ""
	if language != "" {
		var err error
		if text, err = words.Reason(language, zone, p.Reason); err != nil {
			slog.ErrorContext(ctx, "a reason has no words", "kind", p.Reason.Kind, "language", language, "err", err)
		}
	}
	if math.IsNaN(p.Score) || math.IsInf(p.Score, 0) {
		p.Score = 0 // JSON has no such numbers
	}
	return pick{
		Product: product{p.Product.ID, p.Product.Title, p.Product.Category, p.Product.URL, p.Product.Image, p.Product.Price},
		Was:     p.Was, Bought: had, Score: p.Score, Reason: reason{p.Reason, text},
	}
}
