//go:build !race

package messages_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/shop/messages"
	"regulars/shared/content"
)

// A Set renders messages of the first shop by the programs of folded templates, and those
// of another shop by the engine. Both give the same bytes, and the programs take less.
func TestFoldedMessagesAreTheSame(t *testing.T) {
	set := publishedSet(t)
	unprepared := func() content.Set { return set.With("", content.Message{}) }
	plain, folded := unprepared(), unprepared()
	for _, s := range messages.Scenes() {
		for _, language := range set.Messages[s.Message].Languages {
			d := s.Data(language)
			other := d
			other.Shop.Name = "Another shop"
			if _, err := plain.Render(s.Message, other); err != nil {
				t.Fatal(err)
			}
			want, err := plain.Render(s.Message, d)
			if err != nil {
				t.Fatal(err)
			}
			of := folded
			if d.Shop.Brand.Button != "" { // another brand than that of the other scenes
				of = unprepared()
			}
			got, err := of.Render(s.Message, d)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s in %s (-not folded +folded):\n%s", s.Name, language, diff)
			}
			byEngine := testing.AllocsPerRun(1, func() { _, _ = plain.Render(s.Message, d) })
			if n := testing.AllocsPerRun(1, func() { _, _ = of.Render(s.Message, d) }); n > byEngine*2/3 {
				t.Errorf("%s in %s: %.0f allocations, %.0f with the engine: a program was given up", s.Name, language, n, byEngine)
			}
		}
	}
}
