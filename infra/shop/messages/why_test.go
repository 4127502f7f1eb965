//go:build !race

package messages_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/infra/shop/messages"
	"regulars/shared/content"
	"regulars/shared/message"
	"regulars/shared/shop"
)

// Every reason for a mail, in every language: the golden files are read by
// people. Without a day the sentence names none, and without a known source it
// names none.
func TestWhyAMailCame(t *testing.T) {
	whys := []content.Why{}
	for _, on := range []time.Time{time.Date(2026, 10, 5, 12, 0, 0, 0, time.UTC), time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC), {}} {
		for _, kind := range content.WhyKinds {
			whys = append(whys, content.Why{Kind: kind, On: on})
		}
		for _, source := range append(shop.ConsentSources, "a later source") {
			whys = append(whys, content.Why{Kind: content.WhyConsent, On: on, Source: source})
		}
	}
	set := publishedSet(t)
	for _, language := range set.Messages["picks"].Languages {
		var all strings.Builder
		for _, why := range whys {
			d := scene(t, "picks").Data(language)
			d.Why = why
			r, err := set.Render("picks", d)
			if err != nil {
				t.Fatal(err)
			}
			if wrong := message.Lint(r, d); len(wrong) > 0 {
				t.Errorf("%s, %+v: %q", language, why, wrong)
			}
			_, footer, _ := strings.Cut(r.Text, "\n--\n")
			said, _, _ := strings.Cut(footer, "\n")
			day := "no day"
			if !why.On.IsZero() {
				day = why.On.Format(time.DateOnly)
			}
			if !strings.Contains(readable(r.HTML), said) {
				t.Errorf("%s, %+v: the HTML part does not say %q", language, why, said)
			}
			all.WriteString(strings.Join(strings.Fields(strings.Join([]string{why.Kind, string(why.Source), day}, " ")), " ") + ": " + said + "\n")
		}
		compare(t, filepath.Join("testdata", language, "why.txt"), all.String())
	}
}

// Every mail links to the preference page, and every mail that sells to
// unsubscribe, where a reader sees it, in both parts. A mail about an order that
// sells nothing has nothing to unsubscribe from.
func TestEveryMailHasItsChoices(t *testing.T) {
	set := publishedSet(t)
	for _, s := range messages.Scenes() {
		for _, language := range set.Messages[s.Message].Languages {
			d := s.Data(language)
			r, err := set.Render(s.Message, d)
			if err != nil {
				t.Fatal(err)
			}
			sells := len(d.Picks) > 0 || d.Product != nil || d.Cart != nil || d.Coupon != nil || d.Points != nil
			for part, text := range map[string]string{"HTML": r.HTML, "text": r.Text} {
				if !strings.Contains(text, d.Links.Preferences) {
					t.Errorf("%s, %s: the %s part does not link to the preference page", s.Name, language, part)
				}
				if got := strings.Contains(text, d.Links.Unsubscribe); got != sells {
					t.Errorf("%s, %s: the %s part links to unsubscribe: %t, want %t", s.Name, language, part, got, sells)
				}
			}
		}
	}
}

// scene returns the scene with this name.
func scene(t *testing.T, name string) messages.Scene {
	t.Helper()
	for _, s := range messages.Scenes() {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("there is no scene %q", name)
	return messages.Scene{}
}
