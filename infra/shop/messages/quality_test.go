//go:build !race

package messages_test

import (
	"testing"

	"regulars/infra/shop/messages"
	"regulars/shared/message"
)

// What needs no browser of make mail-pictures: size, one title, one main button,
// language and direction, tables and pictures that screen readers understand.
// Publishing checks the same with all samples.
func TestEveryMailIsSmallAndWellBuilt(t *testing.T) {
	set := publishedSet(t)
	for _, s := range messages.Scenes() {
		for _, language := range set.Messages[s.Message].Languages {
			r, err := set.Render(s.Message, s.Data(language))
			if err != nil {
				t.Fatal(err)
			}
			for _, flaw := range message.Flaws(r.HTML) {
				t.Errorf("%s in %s: %s", s.Name, language, flaw)
			}
			if len(r.HTML) > message.GoodHTML {
				t.Errorf("%s in %s: the HTML has %d bytes, %d at most", s.Name, language, len(r.HTML), message.GoodHTML)
			}
		}
	}
}
