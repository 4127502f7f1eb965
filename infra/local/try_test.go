package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A message names its order by the number: each order of the files has its own, also in
// the files of a later start.
func TestEachTriedOrderHasANumberOfItsOwn(t *testing.T) {
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	seen := map[string]string{}
	for _, now := range []time.Time{noon, noon.Add(time.Second)} {
		dir := t.TempDir()
		if _, err := writeTries(dir, now); err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"order", "tenth", "bad", "shopify"} {
			number := numberIn(t, filepath.Join(dir, "try", file+".json"))
			in := file + " of " + now.Format(time.TimeOnly)
			if other, ok := seen[number]; ok || number == "" {
				t.Errorf("%s has the number %q, as has %s", in, number, other)
			}
			seen[number] = in
		}
	}
}

// numberIn returns the number of the order in a file's first event.
func numberIn(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var entries []struct{ Detail string }
	var detail struct {
		Order   struct{ Number string }
		Payload struct{ Name string }
	}
	if json.Unmarshal(text, &entries) != nil || json.Unmarshal([]byte(entries[0].Detail), &detail) != nil {
		t.Fatalf("%s cannot be read back: %s", file, text)
	}
	return detail.Order.Number + detail.Payload.Name
}
