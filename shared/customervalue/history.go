package customervalue

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Week is the unit of all times in this package.
const Week = 7 * 24 * time.Hour

// ErrHistory is wrapped if a history is impossible.
var ErrHistory = errors.New("such a history is not possible")

// History is the part of one customer's orders that predictions depend on.
type History struct {
	Repeats int     `json:"repeats"` // orders after the first
	Last    float64 `json:"last"`    // weeks from the first order to the last; 0 without repeats
	Age     float64 `json:"age"`     // weeks from the first order to now
}

// Check returns an error that wraps [ErrHistory] unless 0 ≤ Last ≤ Age, and
// Last is 0 if there are no repeats.
func (h History) Check() error {
	switch {
	case h.Repeats < 0:
		return fmt.Errorf("%d repeat orders: %w", h.Repeats, ErrHistory)
	case !(h.Age >= 0) || math.IsInf(h.Age, 0):
		return fmt.Errorf("an age of %v weeks: %w", h.Age, ErrHistory)
	case !(h.Last >= 0 && h.Last <= h.Age):
		return fmt.Errorf("a last order after %v of %v weeks: %w", h.Last, h.Age, ErrHistory)
	case h.Repeats == 0 && h.Last != 0:
		return fmt.Errorf("a last order after %v weeks, but no repeat order: %w", h.Last, ErrHistory)
	}
	return nil
}

// Clamped returns the possible history nearest to h.
func (h History) Clamped() History {
	h.Repeats = max(h.Repeats, 0)
	if !(h.Age >= 0) || math.IsInf(h.Age, 0) {
		h.Age = 0
	}
	if !(h.Last >= 0) || h.Repeats == 0 {
		h.Last = 0
	}
	h.Last = min(h.Last, h.Age)
	return h
}
