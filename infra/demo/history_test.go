package demo

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo/dynamotest"
)

// The history comes out of real tables as it was folded.
func TestImportIntoTables(t *testing.T) {
	store, story := dynamotest.Store(t), tell(t, noon)
	story.History, story.Products = story.History[len(story.History)-2000:], story.Products[:200] // enough for many batches
	began := time.Now()
	if err := Import(t.Context(), story, store, nil); err != nil {
		t.Fatal(err)
	}
	want, err := fold(story.History)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d orders, %d profiles and %d products in %v", len(want.Orders), len(want.Profiles), len(story.Products), time.Since(began).Round(time.Millisecond))
	for i := 0; i < len(want.Profiles); i += 20 {
		got, _, err := store.Profile(t.Context(), want.Profiles[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(asJSON(t, want.Profiles[i]), asJSON(t, got)); diff != "" {
			t.Errorf("profile %s (-folded +stored):\n%s", want.Profiles[i].ID, diff)
		}
	}
}
