//go:build !race

// Package messages_test checks the messages of the example shop: they load
// without faults, and golden files contain every text that a customer reads, in
// every language.
package messages_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/infra/shop/messages"
	"regulars/shared/brand"
	"regulars/shared/content"
	"regulars/shared/inputfault"
	"regulars/shared/message"
	"regulars/shared/offer"
)

var (
	update = flag.Bool("update", false, "rewrite the golden files")
	pages  = flag.String("pages", "", "write every message as an HTML page into this folder")
)

// published loads the messages, encodes them to JSON and decodes them, once.
var published = sync.OnceValues(func() (content.Set, inputfault.InFiles) {
	source, faults := message.Load(os.DirFS("."), brand.Brand{}.Compile(mjml.Compile), markdown.Parse)
	if len(faults) > 0 {
		return content.Set{}, faults
	}
	stored, err := json.Marshal(source)
	if err != nil {
		panic(err)
	}
	set, err := message.Decode(stored)
	if err != nil {
		panic(err)
	}
	return set, nil
})

func publishedSet(t testing.TB) content.Set {
	t.Helper()
	set, faults := published()
	for _, f := range faults {
		t.Error(f)
	}
	if t.Failed() {
		t.FailNow()
	}
	return set
}

// Each kind of offer has a scene, so that a golden file has the text of each
// kind.
func TestEveryKindOfOfferHasAScene(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range messages.Scenes() {
		if c := s.Data("en").Coupon; c != nil && s.Message == "reward" {
			seen[c.Kind] = true
		}
	}
	for _, kind := range offer.Kinds {
		if !seen[string(kind)] {
			t.Errorf("no scene has a coupon of the kind %s", kind)
		}
	}
	if len(seen) != len(offer.Kinds) {
		t.Errorf("the scenes have %d kinds, package offer has %d", len(seen), len(offer.Kinds))
	}
}

// Each golden file has the subject, the text part, and the text and links of
// the HTML part.
func TestMessagesEqualTheGoldenFiles(t *testing.T) {
	set := publishedSet(t)
	for _, s := range messages.Scenes() {
		for _, language := range set.Messages[s.Message].Languages {
			t.Run(s.Name+"/"+language, func(t *testing.T) {
				d := s.Data(language)
				r, err := set.Render(s.Message, d)
				if err != nil {
					t.Fatal(err)
				}
				if wrong := message.Lint(r, d); len(wrong) > 0 {
					t.Errorf("Lint = %q, want nothing", wrong)
				}
				got := fmt.Sprintf("Subject: %s\n\n%s\n======== HTML ========\n%s\n", r.Subject, r.Text, readable(r.HTML))
				compare(t, filepath.Join("testdata", language, s.Name+".txt"), got)
				if *pages != "" {
					write(t, filepath.Join(*pages, s.Name+"."+language+".html"), r.HTML)
				}
			})
		}
	}
}

// No mail asks another host for a picture, a font or a style sheet: it would
// tell that host who reads which mail, and when.
func TestNoMailLoadsAnythingFromAnotherHost(t *testing.T) {
	set := publishedSet(t)
	for _, s := range messages.Scenes() {
		for _, language := range set.Messages[s.Message].Languages {
			d := s.Data(language)
			for i := range d.Picks {
				d.Picks[i].Product.Image = "https://shop.example.com/p.jpg"
			}
			r, err := set.Render(s.Message, d)
			if err != nil {
				t.Fatal(err)
			}
			if foreign := foreignRequests(r.HTML); len(foreign) > 0 {
				t.Errorf("%s in %s loads %q", s.Name, language, foreign)
			}
		}
	}
}

// A remote font planted in the layout is found: the compiler itself adds none,
// so it needs an address.
func TestARemoteFontInTheLayoutIsFound(t *testing.T) {
	head, err := os.ReadFile("_layout/head.mjml")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		head string
		want int
	}{
		"as it is":              {"", 0},
		"a font MJML knows":     {`<mj-attributes><mj-text font-family="Lato, sans-serif" /></mj-attributes>`, 0},
		"a font by address":     {`<mj-attributes><mj-text font-family="Lato" /></mj-attributes><mj-font name="Lato" href="https://fonts.example.net/lato.css" />`, 1},
		"an import":             {`<mj-style>@import url(https://fonts.example.net/lato.css);</mj-style>`, 1},
		"a style sheet by link": {`<mj-raw><link href="https://fonts.example.net/lato.css" rel="stylesheet" /></mj-raw>`, 1},
	} {
		got, err := mjml.Compile("<mjml><mj-head>" + string(head) + c.head + "</mj-head><mj-body><mj-section><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if foreign := foreignRequests(got); len(foreign) != c.want {
			t.Errorf("%s: loads %q, want %d", name, foreign, c.want)
		}
	}
}

// Colours are those of the brand, so that publishing can check their contrast.
func TestTheLayoutHasNoColourOfItsOwn(t *testing.T) {
	colour := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\brgba?\(`)
	for _, pattern := range []string{"*/*.mjml", "*/*.liquid"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(files), err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if found := colour.FindString(string(content)); found != "" {
				t.Errorf("%s has the colour %s; write one of {{ brand.light }}, with a class for the dark design", file, found)
			}
		}
	}
}

// Both designs are in each mail, whole: every class of the layout that has a
// colour in the light design has one in the dark design, for programs that
// follow prefers-color-scheme and for Outlook.com.
func TestEveryMailHasADarkDesign(t *testing.T) {
	set := publishedSet(t)
	dark := brand.Brand{}.Complete().Dark.Named()
	for _, s := range messages.Scenes() {
		if s.Name == "thanks-with-brand" {
			continue // it has other colours
		}
		r, err := set.Render(s.Message, s.Data("en"))
		if err != nil {
			t.Fatal(err)
		}
		_, follows, _ := strings.Cut(r.HTML, "@media (prefers-color-scheme: dark)")
		follows, outlook, _ := strings.Cut(follows, "<style>")
		outlook, _, _ = strings.Cut(outlook, "</style>")
		for name, colour := range dark {
			for where, rules := range map[string]string{"prefers-color-scheme": follows, "Outlook.com": outlook} {
				if !strings.Contains(rules, ": "+colour+" !important") {
					t.Errorf("%s: the rules for %s lack the colour %s", s.Name, where, name)
				}
			}
		}
		if strings.Count(outlook, "[data-ogsc] ") < 8 || strings.Count(outlook, "[data-ogsb] ") < 6 || strings.Contains(follows, "data-og") {
			t.Errorf("%s: the rules for Outlook.com are not its own: %s", s.Name, outlook)
		}
	}
}

// foreignRequests returns what the HTML loads that is not on the shop's host.
func foreignRequests(part string) (foreign []string) {
	for _, address := range message.Requests(part) {
		if !strings.HasPrefix(address, "https://shop.example.com/") {
			foreign = append(foreign, address)
		}
	}
	return foreign
}

// The whole HTML of one message is a golden file, which shows the changes of a
// new MJML compiler.
func TestHTMLEqualsTheGoldenFile(t *testing.T) {
	r, err := publishedSet(t).Render("picks", messages.Scenes()[10].Data("en"))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, filepath.Join("testdata", "picks.html"), r.HTML)
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		write(t, file, got)
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v; write it with: go test ./infra/shop/messages -update", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); if this is intended, run go test with -update:\n%s", file, diff)
	}
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

var (
	unseen   = regexp.MustCompile(`(?is)<!--.*?-->|<style.*?</style>|<title>.*?</title>`)
	anchor   = regexp.MustCompile(`(?is)<a [^>]*?href="([^"]*)"[^>]*>`)
	blockEnd = regexp.MustCompile(`(?i)</(?:div|td|tr|p)>`)
	tag      = regexp.MustCompile(`(?s)<[^>]*>`)
)

// readable returns the text and links of an HTML part, one block on each line.
func readable(part string) string {
	part = unseen.ReplaceAllString(part, "")
	part = blockEnd.ReplaceAllString(strings.Join(strings.Fields(part), " "), "\n")
	part = html.UnescapeString(tag.ReplaceAllString(anchor.ReplaceAllString(part, "<$1> "), ""))
	part = regexp.MustCompile(`<(https://[^ ]*)> `).ReplaceAllString(part, "[$1] ")
	var lines []string
	for line := range strings.Lines(part) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// The stored form must fit in one DynamoDB item (400 KB) together with the rest
// of the policy.
func TestPublishedFormIsSmall(t *testing.T) {
	stored, err := json.Marshal(publishedSet(t))
	if err != nil {
		t.Fatal(err)
	}
	size := len(gzipped(t, stored))
	t.Logf("published: %d bytes, %d gzipped", len(stored), size)
	if size > 350_000 {
		t.Errorf("the messages take %d bytes gzipped, want 350000 at most", size)
	}
}
