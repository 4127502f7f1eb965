package funnel_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/funnel"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

func TestASampleIsSaidWithItsInterval(t *testing.T) {
	sampled := funnel.Sample{Profiles: make([]profile.Profile, 20_000), Of: 50}
	whole := funnel.Sample{Profiles: make([]profile.Profile, 4_000), Of: 1}
	for name, test := range map[string]struct {
		s       funnel.Sample
		n, size int
		want    funnel.Number
	}{
		"of a sample":            {sampled, 2_000, 20_000, funnel.Number{About: 100_000, Least: 95_695, Most: 104_452}},
		"none of a sample":       {sampled, 0, 20_000, funnel.Number{Most: 192}},
		"each of a sample":       {sampled, 20_000, 20_000, funnel.Number{About: 1_000_000, Least: 986_280, Most: 1_013_719}},
		"of all customers":       {whole, 17, 4_000, funnel.Number{About: 17, Least: 17, Most: 17}},
		"of a part of all":       {whole, 500, 2_000, funnel.Number{About: 1_000, Least: 926, Most: 1_078}},
		"of no customers at all": {funnel.Sample{Of: 1}, 0, 0, funnel.Number{}},
	} {
		if got := test.s.About(test.n, test.size); got != test.want {
			t.Errorf("%s: About(%d, %d) = %+v, want %+v", name, test.n, test.size, got, test.want)
		}
	}
	if got, want := sampled.Name(), "20000 customers, a random sample of about 1000000 (so at most 0.015 % of all differ, with 95 % confidence)"; got != want {
		t.Errorf("Name = %q, want %q", got, want)
	}
}

// segmented is a table of customers whose segments are those of a hash.
type segmented int

func (n segmented) Profiles(_ context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error) {
	for i := range int(n) {
		if i%page.Segments != page.Segment {
			continue
		}
		if err := visit(profile.Profile{ID: shop.CustomerID(fmt.Sprint(i))}); err != nil {
			return "", err
		}
	}
	return dynamo.End, nil
}

func TestALargeTableIsSampledAndASmallOneReadWhole(t *testing.T) {
	for name, test := range map[string]struct {
		table       segmented
		items       int64
		of          int
		least, most int
	}{
		"small":                {3_000, 6_000, 1, 3_000, 3_000},
		"as large as is read":  {20_000, 40_000, 1, 20_000, 20_000},
		"ten times as large":   {200_000, 400_000, 10, 20_000, 20_000},
		"a little more":        {20_001, 40_002, 2, 10_000, 10_001},
		"not counted for long": {3_000, 0, 1, 3_000, 3_000},
	} {
		s, err := funnel.Take(t.Context(), test.table, test.items)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(s.Profiles); s.Of != test.of || n < test.least || n > test.most {
			t.Errorf("%s: %d customers, one in %d, want %d to %d and one in %d", name, n, s.Of, test.least, test.most, test.of)
		}
		seen := map[shop.CustomerID]bool{}
		for _, p := range s.Profiles {
			if seen[p.ID] {
				t.Fatalf("%s: customer %s is twice in the sample", name, p.ID)
			}
			seen[p.ID] = true
		}
	}
}

// Of intervals about a table of unknown size, at least 93 % of 1,000 have the true number.
func TestIntervalsOfASampledTableHoldAsOftenAsTheySay(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const all, of, draws = 5_000, 5, 1_000
	for _, have := range []int{40, 800, 4_000, all} {
		held := 0
		for range draws {
			n, size := 0, 0
			for i := range all {
				if r.IntN(of) == 0 {
					size++
					if i < have {
						n++
					}
				}
			}
			s := funnel.Sample{Profiles: make([]profile.Profile, size), Of: of}
			if got := s.About(n, size); got.Least <= have && have <= got.Most {
				held++
			}
		}
		if share := float64(held) / draws; share < 0.93 {
			t.Errorf("of %d customers, the interval held in %.1f %% of the draws, want 94 %% or more", have, 100*share)
		}
	}
}

// Of intervals that are said with 95 %, at least 94 % have the true number.
func TestIntervalsHoldAsOftenAsTheySay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const all, size, draws = 100_000, 2_000, 2_000
	s := funnel.Sample{Profiles: make([]profile.Profile, all), Of: 1}
	for _, have := range []int{100, 3_000, 50_000, 99_000} {
		held := 0
		for range draws {
			n := 0
			for range size {
				if r.IntN(all) < have {
					n++
				}
			}
			if got := s.About(n, size); got.Least <= have && have <= got.Most {
				held++
			}
		}
		if share := float64(held) / draws; share < 0.94 {
			t.Errorf("of %d customers, the interval held in %.1f %% of the draws, want 94 %% or more", have, 100*share)
		}
	}
}
