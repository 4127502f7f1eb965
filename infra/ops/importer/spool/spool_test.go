package spool

import (
	"fmt"
	"os"
	"testing"

	"regulars/infra/ops/importer/shape"
)

// An import of five files' size, with two items for each key.
func TestEachGroupComesOnceWithAllItsItems(t *testing.T) {
	dir := t.TempDir()
	s, err := New(dir, 4*perFile+1)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("the folder has %d files with personal data by name (%v)", len(left), err)
	}
	const keys = 1000
	for line := range 2 * keys {
		if err := s.Add(fmt.Sprint(line%keys), shape.Item{Line: line}); err != nil {
			t.Fatal(err)
		}
	}
	seen, files := map[string]int{}, 0
	err = s.Each(func(groups []Group) error {
		files++
		for _, g := range groups {
			if seen[g.Key]++; len(g.Items) != 2 || g.Items[1].Line-g.Items[0].Line != keys {
				t.Errorf("the group %s has the items %+v", g.Key, g.Items)
			}
		}
		return nil
	})
	if err != nil || len(seen) != keys || files != 5 {
		t.Errorf("%d groups in %d files (%v), want %d in 5", len(seen), files, err, keys)
	}
	for key, n := range seen {
		if n != 1 {
			t.Errorf("the group %s comes %d times", key, n)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
