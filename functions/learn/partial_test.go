package main

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/profile"
)

func inUTC(profile.Profile) *time.Location { return time.UTC }

// Partials of any parts of the customers, merged in any order after they were stored, are
// the partial of all, byte for byte.
func TestPartialsMergeToThatOfAllCustomers(t *testing.T) {
	s := &generatedShop{products: 60}
	encoded := func(t *rapid.T, p *partial) string {
		body, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	rapid.Check(t, func(t *rapid.T) {
		all, parts := newPartial(night, inUTC), make([]*partial, rapid.IntRange(1, 6).Draw(t, "parts"))
		for i := range parts {
			parts[i] = newPartial(night, inUTC)
		}
		for c := range rapid.IntRange(0, 40).Draw(t, "customers") {
			p := s.customer(c)
			all.add(p)
			parts[rapid.IntRange(0, len(parts)-1).Draw(t, "part")].add(p)
		}
		merged := newPartial(night, inUTC)
		for _, part := range rapid.Permutation(parts).Draw(t, "order") {
			again := newPartial(night, inUTC)
			if err := json.Unmarshal([]byte(encoded(t, part)), again); err != nil {
				t.Fatal(err)
			}
			merged.merge(again)
		}
		if got, want := encoded(t, merged), encoded(t, all); got != want {
			t.Fatalf("merged: %s, want %s", got, want)
		}
	})
}
