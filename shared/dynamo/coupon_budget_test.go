package dynamo_test

import (
	"errors"
	"slices"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
)

func TestEnsureBudgetCreatesABudgetOnce(t *testing.T) {
	store := dynamotest.Store(t)
	for range 2 {
		must(t, store.EnsureBudget(t.Context(), "welcome", 1, 7, 3))
		if got, err := store.Budget(t.Context(), "welcome", 1); err != nil || !slices.Equal(got, []int{3, 2, 2}) {
			t.Errorf("Budget of 7 uses in 3 shards = %v, %v", got, err)
		}
	}
	must(t, store.Claim(t.Context(), aClaim("run-1", true)))
	must(t, store.EnsureBudget(t.Context(), "welcome", 1, 7, 3))
	if got, _ := store.Budget(t.Context(), "welcome", 1); !slices.Equal(got, []int{2, 2, 2}) {
		t.Errorf("Budget after a claim and another start = %v, want [2 2 2]", got)
	}
	for _, other := range [][2]int{{8, 3}, {7, 2}} {
		if err := store.EnsureBudget(t.Context(), "welcome", 1, other[0], other[1]); !errors.Is(err, dynamo.ErrConflict) {
			t.Errorf("EnsureBudget(the same version, %d uses in %d shards) = %v, want ErrConflict", other[0], other[1], err)
		}
	}
	must(t, store.EnsureBudget(t.Context(), "welcome", 2, 8, 3))
}

func TestInvalidBudgetIsRefused(t *testing.T) {
	store := dynamotest.Store(t)
	for _, b := range [][2]int{{-1, 1}, {1, 0}, {1, 100}} {
		if err := store.EnsureBudget(t.Context(), "welcome", 1, b[0], b[1]); err == nil {
			t.Errorf("EnsureBudget(%d uses in %d shards): no error", b[0], b[1])
		}
	}
	if _, err := store.Budget(t.Context(), "welcome", 1); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("Budget(absent) = %v, want ErrNotFound", err)
	}
}

func TestFundedShardFindsAShardWithAUse(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.EnsureBudget(t.Context(), "welcome", 1, 2, 3)) // [1 1 0]
	for start, want := range []int{0, 1, 0} {
		if got, err := store.FundedShard(t.Context(), "welcome", 1, start); err != nil || got != want {
			t.Errorf("FundedShard from %d of [1 1 0] = %d, %v, want %d", start, got, err, want)
		}
	}
	c := aClaim("run-1", true)
	c.Coupon.Shard = 1
	must(t, store.Claim(t.Context(), c))
	if got, err := store.FundedShard(t.Context(), "welcome", 1, 1); err != nil || got != 0 {
		t.Errorf("FundedShard from 1 of [1 0 0] = %d, %v, want 0", got, err)
	}
	must(t, store.EnsureBudget(t.Context(), "empty", 1, 0, 3))
	if _, err := store.FundedShard(t.Context(), "empty", 1, 1); !errors.Is(err, dynamo.ErrSpent) {
		t.Errorf("FundedShard of an empty budget = %v, want ErrSpent", err)
	}
}
