package variant_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/campaign"
	"regulars/shared/lift"
	"regulars/shared/shop"
	"regulars/shared/variant"
)

func id(i int) shop.CustomerID { return shop.CustomerID(fmt.Sprint("c-", i)) }

func ExampleOf() {
	shares := []int{5000, 5000}
	for _, customer := range []shop.CustomerID{"c-1", "c-2", "c-3", "c-4"} {
		fmt.Print(variant.Of("win-back", "subject", customer, shares), " ")
	}
	// Output: 1 1 0 0
}

func TestCustomersAreDividedByTheShares(t *testing.T) {
	const n = 20_000
	shares := []int{1000, 2500, 6500}
	count := make([]int, len(shares))
	for i := range n {
		count[variant.Of("win-back", "subject", id(i), shares)]++
	}
	for i, share := range shares {
		p := float64(share) / variant.Whole
		if off := math.Abs(float64(count[i])-n*p) / math.Sqrt(n*p*(1-p)); off > 4 {
			t.Errorf("variant %d has %d customers of %d, want %.0f %%", i, count[i], n, 100*p)
		}
	}
}

// Of the customers in variant 1 of one experiment, half are in variant 1 of another,
// and a tenth are held out.
func TestVariantsAreIndependentOfHoldoutsAndOtherExperiments(t *testing.T) {
	shares, n, other, held := []int{5000, 5000}, 0, 0, 0
	c := campaign.Campaign{ID: "win-back", Holdout: 1000}
	for i := range 20_000 {
		if variant.Of("win-back", "subject", id(i), shares) == 1 {
			n++
			other += variant.Of("win-back", "hour", id(i), shares)
			if campaign.HeldOut(c, id(i)) {
				held++
			}
		}
	}
	if share := float64(other) / float64(n); math.Abs(share-0.5) > 0.02 {
		t.Errorf("%.3f of variant 1 are in variant 1 of the other experiment, want 0.5", share)
	}
	if share := float64(held) / float64(n); math.Abs(share-0.1) > 0.012 {
		t.Errorf("%.3f of variant 1 are held out, want 0.1", share)
	}
}

func TestAShareThatGrowsTakesCustomersAndLosesNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		customer := shop.CustomerID(rapid.String().Draw(t, "customer"))
		before := rapid.IntRange(0, variant.Whole).Draw(t, "before")
		after := rapid.IntRange(before, variant.Whole).Draw(t, "after")
		if variant.Of("a", "b", customer, []int{before, variant.Whole - before}) == 0 &&
			variant.Of("a", "b", customer, []int{after, variant.Whole - after}) != 0 {
			t.Fatalf("the customer left variant 0, whose share grew from %d to %d", before, after)
		}
	})
}

// binary returns an arm of n customers, each of whom orders once with probability p.
func binary(rng *rand.Rand, n int, p float64) (a lift.Arm) {
	for range n {
		c := lift.Customer{}
		if rng.Float64() < p {
			c = lift.Customer{Orders: 1, Net: 1000}
		}
		a.Add(c)
	}
	return a
}

func TestSharesAddUpAndKeepTheFloor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 5).Draw(t, "variants")
		floor := rapid.IntRange(0, variant.Whole/n).Draw(t, "floor")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		batch := make(variant.Batch, n)
		for i := range batch {
			batch[i] = binary(rng, 600, rapid.Float64Range(0, 0.5).Draw(t, "rate"))
		}
		shares := variant.Shares([]variant.Batch{batch}, lift.Orders, floor)
		sum := 0
		for _, s := range shares {
			sum += s
			if s < floor {
				t.Fatalf("shares %v, want at least %d", shares, floor)
			}
		}
		if sum != variant.Whole {
			t.Fatalf("shares %v add up to %d", shares, sum)
		}
	})
}

func TestShares(t *testing.T) {
	arm := func(n, ordered int) (a lift.Arm) {
		for i := range n {
			a.Add(lift.Customer{Orders: int64(max(0, min(1, ordered-i)))})
		}
		return a
	}
	for phrase, c := range map[string]struct {
		batch variant.Batch
		want  []int
	}{
		"too few orders are equal shares": {variant.Batch{arm(1000, 49), arm(1000, 200)}, []int{5000, 5000}},
		"the same orders":                 {variant.Batch{arm(1000, 100), arm(1000, 100)}, []int{5000, 5000}},
		"one variant is clearly better":   {variant.Batch{arm(1000, 100), arm(1000, 200)}, []int{1000, 9000}},
		"three variants, two are good":    {variant.Batch{arm(9000, 900), arm(9000, 1800), arm(9000, 1800)}, []int{1000, 4500, 4500}},
		"all of all customers order":      {variant.Batch{arm(100, 100), arm(100, 100)}, []int{5000, 5000}},
		"one standard error is 84 %":      {variant.Batch{arm(1000, 100), arm(1000, 114)}, []int{2245, 7755}},
		"a variant without customers":     {variant.Batch{arm(0, 0), arm(1000, 100), arm(0, 0)}, []int{3334, 3333, 3333}},
	} {
		if got := variant.Shares([]variant.Batch{c.batch}, lift.Orders, 1000); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", phrase, got, c.want)
		}
	}
}
