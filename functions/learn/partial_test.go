package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/lift"
	"regulars/shared/outcome"
	"regulars/shared/profile"
	"regulars/shared/shop"
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

// The stored form of a partial changes only together with its number: else a night across
// a deploy merges what it misreads.
func TestFormOfPartialsHasItsNumber(t *testing.T) {
	p := newPartial(night, inUTC)
	p.add(profile.Profile{
		ID: "c", Orders: []profile.Visit{visit(70, "TEA", "LAMP"), visit(10, "TEA")},
		Earlier: profile.Totals{Orders: 1, First: night.AddDate(-1, 0, 0), Net: map[shop.Currency]int64{"GBP": 100}}, Bought: map[shop.ProductID]profile.Units{"TEA": {Orders: 1, Units: 2, Returned: 1}},
	})
	p.Campaigns = &outcome.Report{}
	arm, err := json.Marshal(lift.Arm{})
	must(t, err)
	must(t, json.Unmarshal(fmt.Appendf(nil, `[{"Ends":{"suppressed x":1},"Providers":{"p":{}},"DrawnBy":{"1":%s},"HeldBy":{"1":%[1]s}}]`, arm), p.Campaigns))
	body, err := p.encode(segment{form, night, 1, 1})
	must(t, err)
	packed, err := gzip.NewReader(bytes.NewReader(body))
	must(t, err)
	paths, from := map[string]bool{}, json.NewDecoder(packed)
	for n := 0; ; n++ {
		var v any
		if err := from.Decode(&v); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		structure(fmt.Sprint(n), v, paths)
	}
	all := strings.Join(slices.Sorted(maps.Keys(paths)), "\n")
	const want = "2 69ecc094d4713326"
	if got := fmt.Sprintf("%d %.8x", form, sha256.Sum256([]byte(all))); got != want {
		t.Errorf("the form of a partial is %s, want %s: raise form if its partials cannot be merged with those of the release before, then write this here. It has:\n%s", got, want, all)
	}
}

// structure notes the path and the kind of every value, and how many numbers a list has.
func structure(path string, v any, paths map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		paths[path+" {}"] = true
		for key, of := range v {
			structure(path+"/"+key, of, paths)
		}
	case []any:
		paths[path+" []"] = true
		if len(v) > 0 {
			if _, numbers := v[0].(float64); numbers {
				paths[fmt.Sprintf("%s [%d numbers]", path, len(v))] = true
			}
		}
		for _, of := range v {
			structure(path+"/*", of, paths)
		}
	default:
		paths[fmt.Sprintf("%s %T", path, v)] = true
	}
}
