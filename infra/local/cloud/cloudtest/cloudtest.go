// Package cloudtest is for tests that start the local cloud.
package cloudtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Sources looks at each source file of the functions and the shared packages of
// the project at root. A test that builds the functions must call it: go test
// does not know that their code decides the result, and would repeat the result
// that it stored before a change ("cached").
func Sources(t testing.TB, root string) {
	t.Helper()
	for _, folder := range []string{"functions", "shared"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			_, err = os.Stat(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
