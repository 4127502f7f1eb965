package training

import (
	"cmp"
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
// the same every night, in whatever order they are added. The zero Sample is
// empty.
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

// cut keeps the customers with the lowest hashes, sorted by hash.
func (s *Sample) cut() {
	slices.SortFunc(s.kept, func(a, b drawn) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.ID, b.ID)) })
	if len(s.kept) > mostKept {
		clear(s.kept[mostKept:])
		s.kept = s.kept[:mostKept]
		s.highest = s.kept[mostKept-1].hash
	}
}
