package training

import (
	"cmp"
	"encoding/json"
	"hash/fnv"
	"io"
	"slices"
)

// Bounds of the sample. A customer takes some 70 bytes for each product of each
// order: 0.8 KB with twelve. A case takes 23 KB with 60 candidates.
const (
	mostKept  = 20_000 // customers that are kept after a cut, and up to twice as many before it
	mostCases = 6_000  // of them, customers whose order is predicted
)

// Sample is a sample of a shop's customers, drawn by a hash of their IDs: it is
// the same every night, in whatever order they are added, and also if samples of parts
// of the customers are merged. The zero Sample is empty.
type Sample struct {
	// Strength is how strongly weights are drawn to the blend's; 0:
	// rerank.OwnShop.
	Strength float64

	customers int // of the shop
	kept      []drawn
	highest   uint64 // hash of the last customer that a cut kept; 0 before the first cut
}

// drawn is a customer with the hash that draws them.
type drawn struct {
	hash uint64
	Customer
}

// Add adds a customer who bought and kept something; open is called if they are
// in the sample.
func (s *Sample) Add(id string, open func() Customer) {
	h := fnv.New64a()
	_, _ = io.WriteString(h, id) // a hash never fails
	hash := h.Sum64()
	s.customers++
	if s.highest > 0 && hash > s.highest {
		return
	}
	s.kept = append(s.kept, drawn{hash, open()})
	if len(s.kept) >= 2*mostKept {
		s.cut()
	}
}

// Merge adds a sample of other customers, which must not be used afterwards.
func (s *Sample) Merge(other *Sample) {
	s.customers += other.customers
	s.kept = append(s.kept, other.kept...)
	s.cut()
}

// encoded is the form of a [Sample] in JSON.
type encoded struct {
	Customers int            `json:"customers"`
	Kept      []encodedDrawn `json:"kept"` // by hash
}

type encodedDrawn struct {
	Hash uint64   `json:"hash"`
	Of   Customer `json:"of"` // without an ID
}

// MarshalJSON encodes the sample, without the customers' IDs. The bytes depend on the
// customers alone.
func (s *Sample) MarshalJSON() ([]byte, error) {
	s.cut()
	e := encoded{s.customers, make([]encodedDrawn, len(s.kept))}
	for i, c := range s.kept {
		e.Kept[i] = encodedDrawn{c.hash, c.Customer}
		e.Kept[i].Of.ID = ""
	}
	return json.Marshal(e)
}

// UnmarshalJSON decodes a sample into an empty one.
func (s *Sample) UnmarshalJSON(data []byte) error {
	var e encoded
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	s.customers, s.kept = e.Customers, make([]drawn, len(e.Kept))
	for i, c := range e.Kept {
		s.kept[i] = drawn{c.Hash, c.Of}
	}
	return nil
}

// cut keeps the customers with the lowest hashes, sorted by hash.
func (s *Sample) cut() {
	slices.SortFunc(s.kept, func(a, b drawn) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.ID, b.ID)) })
	if len(s.kept) > mostKept {
		clear(s.kept[mostKept:])
		s.kept = s.kept[:mostKept]
		s.highest = s.kept[mostKept-1].hash
	}
}
