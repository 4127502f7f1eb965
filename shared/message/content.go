package message

import (
	"encoding/json"
	"fmt"
	"sync"

	"regulars/shared/content"
	"regulars/shared/shop"
)

// What messages are made of, under short names for the files of this package. Elsewhere
// use those of package content.
type (
	Data     = content.Data
	Shop     = content.Shop
	Why      = content.Why
	Greeting = content.Greeting
	Order    = content.Order
	Cart     = content.Cart
	CartLine = content.CartLine
	Coupon   = content.Coupon
	Points   = content.Points
	Tier     = content.Tier
	Links    = content.Links
	Rendered = content.Rendered
	Message  = content.Message
	Phrase   = content.Phrase
	Set      = content.Set
)

// Renderer renders messages: it is a [content.Renderer].
type Renderer struct{}

// Prepare returns the message in one of its languages, with its templates parsed.
func (Renderer) Prepare(m Message, language string) (content.Edition, error) {
	e, err := newEdition(m, language)
	if err != nil {
		return nil, err
	}
	return &prepared{first: e, plain: sync.OnceValues(func() (*edition, error) { return newEdition(m, language) })}, nil
}

// Lint is [Lint].
func (Renderer) Lint(r Rendered, d Data) []string { return Lint(r, d) }

// Decode returns the messages of a published set, ready to be rendered.
func Decode(published []byte) (Set, error) {
	var stored content.Stored
	if err := json.Unmarshal(published, &stored); err != nil {
		return Set{}, fmt.Errorf("read messages: %w", err)
	}
	return stored.Set(Renderer{})
}

// NewSet returns the messages, without reasons, ready to be rendered.
func NewSet(messages map[shop.MessageID]Message) Set {
	return content.NewSet(messages, Message{}, Renderer{})
}
