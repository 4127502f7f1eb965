package redemption

import (
	"context"
	"time"

	"regulars/shared/cartquote"
)

// Guesses counts the wrong codes of customers and network addresses.
type Guesses interface {
	Guesses(ctx context.Context, now time.Time, who ...string) (int, error)
	AddGuesses(ctx context.Context, now time.Time, n int, who ...string) error
}

// MostGuesses is how many wrong codes a customer, or an address, may try in one
// hour of the clock. After that no code is accepted until the next hour, except
// those whose coupon the order holds.
const MostGuesses = 20

// guessers returns the names under which the wrong codes of a cart are
// counted.
func guessers(c Cart) (who []string) {
	if c.Customer != "" {
		who = append(who, "customer:"+string(c.Customer))
	}
	if c.Client != "" {
		who = append(who, "client:"+c.Client)
	}
	return who
}

// tooManyGuesses reports whether too many wrong codes were tried to accept
// further ones.
func (s *Service) tooManyGuesses(ctx context.Context, cart Cart, now time.Time) (bool, error) {
	who := guessers(cart)
	if len(cart.Codes) == 0 || len(who) == 0 {
		return false, nil
	}
	tried, err := s.Guesses.Guesses(ctx, now, who...)
	return tried >= MostGuesses, err
}

// countGuesses adds the wrong codes of a cart to the counts of its guessers.
// It must be called once for each call.
func (s *Service) countGuesses(ctx context.Context, cart Cart, codes []cartquote.Code, now time.Time) error {
	wrong := 0
	for _, c := range codes {
		if c.Wrong() {
			wrong++
		}
	}
	who := guessers(cart)
	if wrong == 0 || len(who) == 0 {
		return nil
	}
	return s.Guesses.AddGuesses(ctx, now, wrong, who...)
}
