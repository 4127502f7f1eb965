package hashsample_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/hashsample"
)

func encoded(t rapid.TB, s *hashsample.Sample[string]) string {
	t.Helper()
	body, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func add(s *hashsample.Sample[string], ids ...string) {
	for _, id := range ids {
		s.Add(hashsample.Of("test", id), func() (string, bool) { return id, id != "c0" })
	}
}

// Samples of any parts of the customers, merged in any order, some of them stored and read
// again, are the sample of all, byte for byte.
func TestPartsMergeToTheSampleOfAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 30).Draw(t, "most")
		ids := make([]string, rapid.IntRange(0, 100).Draw(t, "customers"))
		for i := range ids {
			ids[i] = fmt.Sprint("c", i)
		}
		all := hashsample.New[string](most)
		add(&all, ids...)
		parts := make([]hashsample.Sample[string], rapid.IntRange(1, 8).Draw(t, "parts"))
		for i := range parts {
			parts[i] = hashsample.New[string](most)
		}
		for _, id := range rapid.Permutation(ids).Draw(t, "order") {
			add(&parts[rapid.IntRange(0, len(parts)-1).Draw(t, "part")], id)
		}
		for len(parts) > 1 {
			from := rapid.IntRange(1, len(parts)-1).Draw(t, "from")
			to := rapid.IntRange(0, from-1).Draw(t, "to")
			if rapid.Bool().Draw(t, "stored") {
				again := hashsample.New[string](most)
				if err := json.Unmarshal([]byte(encoded(t, &parts[from])), &again); err != nil {
					t.Fatal(err)
				}
				parts[from] = again
			}
			parts[to].Merge(&parts[from])
			parts = slices.Delete(parts, from, from+1)
		}
		if got, want := encoded(t, &parts[0]), encoded(t, &all); got != want {
			t.Fatalf("merged: %s, want %s", got, want)
		}
		if all.Len() > most || len(ids) <= most && all.Below() != math.MaxUint64 {
			t.Fatalf("%d of %d customers with a bound of %x, want all or at most %d", all.Len(), len(ids), all.Below(), most)
		}
	})
}

// With more customers than fit, a sample has between a half of the most and all of it, and
// each customer is as likely as any other: the IDs of a shop count up.
func TestSampleIsLarge(t *testing.T) {
	s := hashsample.New[string](1000)
	for i := range 100_000 {
		add(&s, fmt.Sprint("c", i))
		if s.Len() > 1000 {
			t.Fatalf("%d customers after %d", s.Len(), i)
		}
	}
	if s.Len() < 450 {
		t.Errorf("%d of 100,000 customers are in the sample, want about 500 to 1,000", s.Len())
	}
	late := 0
	for _, c := range s.All() {
		if len(c.Of) == len("c50000") && c.Of >= "c50000" {
			late++
		}
	}
	if part := float64(late) / float64(s.Len()); part < .42 || part > .58 {
		t.Errorf("%.2f of the sample are of the second half, want about half", part)
	}
}

func TestDamagedSampleIsRefused(t *testing.T) {
	for phrase, body := range map[string]string{
		"a customer without a hash": `{"below":9,"hashes":[1],"of":["a","b"]}`,
		"too many customers":        `{"below":9,"hashes":[1,2,3],"of":["a","b","c"]}`,
		"a hash above the bound":    `{"below":9,"hashes":[10],"of":["a"]}`,
		"no sample":                 `7`,
	} {
		s := hashsample.New[string](2)
		if err := json.Unmarshal([]byte(body), &s); err == nil {
			t.Errorf("%s: no error", phrase)
		}
	}
}
