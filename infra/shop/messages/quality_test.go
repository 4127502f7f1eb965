//go:build !race

package messages_test

import (
	"regexp"
	"strings"
	"testing"

	"regulars/infra/shop/messages"
	"regulars/shared/content"
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

var onlyALink = regexp.MustCompile(`^<?https?://\S+$`)

// A link that is alone on its line stands right under words that say what it is.
// This holds too for a shop that has no links but its own.
func TestNoTextPartHasALinkWithoutWords(t *testing.T) {
	set := publishedSet(t)
	for _, s := range messages.Scenes() {
		for _, language := range set.Messages[s.Message].Languages {
			full, bare := s.Data(language), s.Data(language)
			bare.Shop.CartURL, bare.Shop.ContactURL = "", ""
			if bare.Order != nil {
				bare.Order.URL = ""
			}
			for _, d := range []content.Data{full, bare} {
				r, err := set.Render(s.Message, d)
				if err != nil {
					t.Fatal(err)
				}
				above := ""
				for line := range strings.Lines(r.Text) {
					line = strings.TrimSpace(line)
					if onlyALink.MatchString(line) && (above == "" || onlyALink.MatchString(above)) {
						t.Errorf("%s in %s: no words say what %s is", s.Name, language, line)
					}
					above = line
				}
			}
		}
	}
}
