// Package hashsample draws a sample of a shop's customers by a hash of their IDs, with
// at most a fixed number of customers.
//
// Which customers it holds depends on their IDs alone: the same ones every night, in
// whatever order they are added, and also if they are added to several samples, each of
// a part of the customers, that are merged in any order. Up to the fixed number, it holds
// all customers.
//
// A sample keeps the customers whose hash is at most a bound. The bound is halved
// whenever there are too many. A part of the customers never needs more halvings than
// all of them, so no part drops a customer that the whole keeps. With more customers
// than the fixed number, a sample has between a half of it and all of it.
package hashsample

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"slices"
)

// Of returns the hash of a customer's ID for samples of a subject. Samples of different
// subjects hold different customers.
func Of(subject, id string) uint64 {
	sum := sha256.Sum256([]byte(subject + " " + id))
	return binary.BigEndian.Uint64(sum[:])
}

// Sample is a sample of customers. Make one with [New].
type Sample[T any] struct {
	most  int
	below uint64
	drawn []Drawn[T]
}

// Drawn is a customer of a sample.
type Drawn[T any] struct {
	Hash uint64
	Of   T
}

// New returns an empty sample of at most most customers.
func New[T any](most int) Sample[T] { return Sample[T]{most: most, below: math.MaxUint64} }

// Add adds a customer with the given hash. open is called if the customer is in the
// sample so far; it returns false for a customer who does not count.
func (s *Sample[T]) Add(hash uint64, open func() (T, bool)) {
	if hash > s.below {
		return
	}
	if of, counts := open(); counts {
		s.drawn = append(s.drawn, Drawn[T]{hash, of})
		s.halve()
	}
}

// Merge adds the customers of a sample of other customers, which must have the same
// most. The other sample is empty afterwards.
func (s *Sample[T]) Merge(other *Sample[T]) {
	s.below = min(s.below, other.below)
	s.drop()
	for _, c := range other.drawn {
		if c.Hash <= s.below {
			s.drawn = append(s.drawn, c)
			s.halve()
		}
	}
	other.drawn = nil
}

// Below returns the bound: customers with a higher hash are not in the sample.
func (s *Sample[T]) Below() uint64 { return s.below }

// Len returns the number of customers in the sample.
func (s *Sample[T]) Len() int { return len(s.drawn) }

// All returns the customers, by hash. The slice belongs to the sample.
func (s *Sample[T]) All() []Drawn[T] {
	slices.SortFunc(s.drawn, func(a, b Drawn[T]) int { return cmp.Compare(a.Hash, b.Hash) })
	return s.drawn
}

// halve drops customers until there are no more than the most.
func (s *Sample[T]) halve() {
	for len(s.drawn) > s.most && s.below > 0 {
		s.below /= 2
		s.drop()
	}
}

func (s *Sample[T]) drop() {
	s.drawn = slices.DeleteFunc(s.drawn, func(c Drawn[T]) bool { return c.Hash > s.below })
}

// encoded is the form of a sample in JSON.
type encoded[T any] struct {
	Below  uint64   `json:"below"`
	Hashes []uint64 `json:"hashes"`
	Of     []T      `json:"of"`
}

// MarshalJSON encodes the customers by hash.
func (s *Sample[T]) MarshalJSON() ([]byte, error) {
	e := encoded[T]{Below: s.below, Hashes: make([]uint64, 0, len(s.drawn)), Of: make([]T, 0, len(s.drawn))}
	for _, c := range s.All() {
		e.Hashes, e.Of = append(e.Hashes, c.Hash), append(e.Of, c.Of)
	}
	return json.Marshal(e)
}

// UnmarshalJSON decodes a sample into one that [New] returned with the same most.
func (s *Sample[T]) UnmarshalJSON(data []byte) error {
	var e encoded[T]
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	if len(e.Hashes) != len(e.Of) || len(e.Of) > s.most {
		return errors.New("a sample of customers is damaged: it has not one hash for each of them, or has too many customers")
	}
	s.below, s.drawn = e.Below, make([]Drawn[T], len(e.Of))
	for i, hash := range e.Hashes {
		if hash > e.Below {
			return errors.New("a sample of customers is damaged: a hash is above its bound")
		}
		s.drawn[i] = Drawn[T]{hash, e.Of[i]}
	}
	return nil
}
