package recommend

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestKeepBestKeepsWhatSortingWouldPutFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfDistinct(rapid.IntRange(-50, 50), rapid.ID[int]).Draw(t, "all")
		n := rapid.IntRange(0, 9).Draw(t, "n")
		var kept []int
		for _, x := range all {
			kept = keepBest(kept, x, n, cmp.Compare[int])
		}
		if want := slices.Sorted(slices.Values(all)); !slices.Equal(kept, want[:min(n, len(want))]) {
			t.Errorf("kept %v of %v, want the first %d of %v", kept, all, n, want)
		}
	})
}
