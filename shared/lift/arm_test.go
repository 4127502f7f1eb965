package lift_test

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/lift"
)

func customers(least int) *rapid.Generator[[]lift.Customer] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) lift.Customer {
		money := rapid.Int64Range(-1e13, 1e13)
		return lift.Customer{
			Orders: rapid.Int64Range(0, 50).Draw(t, "orders"), Net: money.Draw(t, "net"),
			OrdersBefore: rapid.Int64Range(0, 50).Draw(t, "orders before"), NetBefore: money.Draw(t, "net before"),
		}
	}), least, 60)
}

func armOf(customers []lift.Customer) (a lift.Arm) {
	for _, c := range customers {
		a.Add(c)
	}
	return a
}

func TestMergingInAnyOrderGivesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := customers(0).Draw(t, "customers")
		want := armOf(all)
		var parts [3]lift.Arm
		for _, c := range rapid.Permutation(all).Draw(t, "order") {
			parts[rapid.IntRange(0, 2).Draw(t, "part")].Add(c)
		}
		var got lift.Arm
		for _, i := range rapid.Permutation([]int{0, 1, 2}).Draw(t, "order of the parts") {
			got.Merge(parts[i])
		}
		if got != want {
			t.Fatalf("parts merge to %+v, want %+v", got, want)
		}
	})
}

func TestReplaceIsTheSameAsAddingTheOutcomeOfNow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		earlier := customers(1).Draw(t, "earlier")
		now := customers(len(earlier)).Draw(t, "now")[:len(earlier)]
		got := armOf(earlier)
		for i, c := range now {
			got.Replace(earlier[i], c)
		}
		if want := armOf(now); got != want {
			t.Fatalf("replaced: %+v, want %+v", got, want)
		}
	})
}

// Floating point would lose this variance: the squares of the values agree in
// their first 19 digits.
func TestTheVarianceOfLargeAmountsIsExact(t *testing.T) {
	const large = 90_000_000_000_000
	var mailed, held lift.Arm
	for i := range int64(100) {
		mailed.Add(lift.Customer{Orders: 1, Net: large + i%2})
		held.Add(lift.Customer{Orders: 1, Net: large})
	}
	e := lift.Compare(mailed, held, lift.Net, 0.05)
	if want := math.Sqrt(25.0 / 99 / 100); math.Abs(e.StandardError-want) > 1e-9 {
		t.Errorf("standard error %v, want %v", e.StandardError, want)
	}
	total := new(big.Int).Mul(big.NewInt(large), big.NewInt(100))
	if total.IsInt64() && held.Total(lift.Net) != total.Int64() {
		t.Errorf("total %d, want %s", held.Total(lift.Net), total)
	}
}

func TestAStoredArmIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := armOf(customers(0).Draw(t, "customers"))
		content, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got lift.Arm
		if err := json.Unmarshal(content, &got); err != nil || got != want {
			t.Fatalf("%s reads as %+v (%v), want %+v", content, got, err, want)
		}
	})
	for _, bad := range []string{`{}`, `[]`, `{"customers":1,"orders":[1,1,1,1,1],"net":[1,1,1,1,340282366920938463463374607431768211456],"converted":[1,1,1,1,1]}`} {
		var a lift.Arm
		if err := json.Unmarshal([]byte(bad), &a); err == nil {
			t.Errorf("%s was read as an arm", bad)
		}
	}
}
