//go:build !race

package policyfiles_test

import (
	"errors"
	"maps"
	"os"
	"testing"
	"testing/fstest"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/conditioncheck"
	"regulars/shared/inputfault"
	"regulars/shared/policyfiles"
)

// With any content of a file, Load returns a policy or faults and does not
// panic.
func FuzzLoad(f *testing.F) {
	kinds := []string{"shop.yaml", "caps.yaml", "promotion-pause.yaml", "offers/welcome.yaml", "offers/tenth.yaml", "campaigns/thanks.yaml", "campaigns/weekly.yaml"}
	for i, file := range kinds {
		data, err := os.ReadFile("testdata/sound/" + file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), data)
	}
	for _, odd := range []string{"", "a", "- - -", "? {a: b}\n: c", "{}", "a: !!binary x", "<<: {a: 1}", "when: {a: b}", "when: |2\n  x", "on: {a: [b]}", "caps: [[]]", "classes: {a: }", "\x00", "a: &a [*a]"} {
		f.Add(uint8(3), []byte(odd))
		f.Add(uint8(1), []byte(odd))
	}
	sound := fstest.MapFS{}
	for _, file := range []string{"shop.yaml", "caps.yaml", "promotion-pause.yaml", "offers/welcome.yaml", "offers/tenth.yaml", "campaigns/thanks.yaml"} {
		data, err := os.ReadFile("testdata/sound/" + file)
		if err != nil {
			f.Fatal(err)
		}
		sound[file] = &fstest.MapFile{Data: data}
	}
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		changed := maps.Clone(sound)
		changed[kinds[int(kind)%len(kinds)]] = &fstest.MapFile{Data: data}
		_, err := policyfiles.Load(changed, conditioncheck.Compile, asIs, markdown.Parse)
		var faults inputfault.InFiles
		if err != nil && !errors.As(err, &faults) {
			t.Fatalf("Load = %v, want a policy or faults", err)
		}
		for _, f := range faults {
			if f.File == "" || f.Text == "" {
				t.Fatalf("the fault %+v has no file or no text", f)
			}
		}
	})
}
