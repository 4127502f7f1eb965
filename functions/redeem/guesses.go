package main

import (
	"context"
	"time"

	"regulars/shared/cartquote"
)

// guesses counts the wrong codes of customers and network addresses.
type guesses interface {
	Guesses(ctx context.Context, now time.Time, who ...string) (int, error)
	AddGuesses(ctx context.Context, now time.Time, n int, who ...string) error
}

// mostGuesses is how many wrong codes a customer, or an address, may try in one
// hour of the clock. After that no code is accepted until the next hour, except
// those whose coupon the order holds.
const mostGuesses = 20

// guessers returns the names under which the wrong codes of a request are
// counted.
func guessers(r request) (who []string) {
	if r.Customer != "" {
		who = append(who, "customer:"+string(r.Customer))
	}
	if r.Client != "" {
		who = append(who, "client:"+r.Client)
	}
	return who
}

// tooManyGuesses reports whether too many wrong codes were tried to accept
// further ones.
func (h *handler) tooManyGuesses(ctx context.Context, r request, now time.Time) (bool, error) {
	who := guessers(r)
	if len(r.Codes) == 0 || len(who) == 0 {
		return false, nil
	}
	tried, err := h.guesses.Guesses(ctx, now, who...)
	return tried >= mostGuesses, err
}

// countGuesses adds the wrong codes of a request to the counts of its guessers.
// It must be called once for each call.
func (h *handler) countGuesses(ctx context.Context, r request, codes []cartquote.Code, now time.Time) error {
	wrong := 0
	for _, c := range codes {
		if c.Wrong() {
			wrong++
		}
	}
	who := guessers(r)
	if wrong == 0 || len(who) == 0 {
		return nil
	}
	return h.guesses.AddGuesses(ctx, now, wrong, who...)
}
