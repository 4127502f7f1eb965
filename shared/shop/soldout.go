package shop

import "time"

// SoldOut is the last time for which a product was sold out, from its events. Its
// zero value belongs to a product that was never reported to be sold out.
//
// Reports may come twice and in any order. A report that comes late can only make
// the time shorter than it was: messages about a product that is back rest on it.
type SoldOut struct {
	Since time.Time `json:"since,omitzero"` // the first report that it was sold out
	Last  time.Time `json:"last,omitzero"`  // the last one
	Back  time.Time `json:"back,omitzero"`  // the first report after Last that it was in stock; zero while it is sold out
	Seen  time.Time `json:"seen,omitzero"`  // the latest report of all that it was in stock
}

// With returns s with a report that the product was in stock at that time, or was
// not. Of two reports of one time, the one that it was sold out counts.
func (s SoldOut) With(at time.Time, inStock bool) SoldOut {
	if at = at.UTC(); inStock {
		return s.withStock(at)
	}
	switch {
	case s.Last.IsZero(), !s.Back.IsZero() && at.After(s.Back): // another time begins
		s = SoldOut{Since: at, Last: at, Seen: s.Seen}
	case at.After(s.Last):
		s.Last = at
	}
	if !s.Back.After(s.Last) {
		s.Back = time.Time{}
	}
	if s.Back.IsZero() && s.Seen.After(s.Last) {
		s.Back = s.Seen
	}
	return s
}

func (s SoldOut) withStock(at time.Time) SoldOut {
	s.Seen = later(s.Seen, at)
	switch {
	case s.Last.IsZero():
	case at.After(s.Last):
		if s.Back.IsZero() || at.Before(s.Back) {
			s.Back = at
		}
	case at.After(s.Since) && at.Before(s.Last): // it was in stock in between
		s.Since = s.Last
	}
	return s
}
