//go:build !race

package messages_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/infra/shop/messages"
	"regulars/shared/brand"
	"regulars/shared/content"
	"regulars/shared/message"
)

// withLayout returns the files and the layout of the example shop.
func withLayout(t *testing.T, files fstest.MapFS) fs.FS {
	t.Helper()
	partials, err := filepath.Glob("_layout/*")
	if err != nil || len(partials) == 0 {
		t.Fatalf("%d partials, %v", len(partials), err)
	}
	for _, file := range partials {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		files[file] = &fstest.MapFile{Data: content}
	}
	return files
}

// documented returns the example of docs/messages.md: the fenced text of this
// language after this title.
func documented(t *testing.T, title, language string) []byte {
	t.Helper()
	page, err := os.ReadFile("../../../docs/messages.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(page), title)
	_, rest, fence := strings.Cut(rest, "```"+language+"\n")
	content, _, end := strings.Cut(rest, "\n```\n")
	if !ok || !fence || !end {
		t.Fatalf("docs/messages.md has no %s after %q", language, title)
	}
	return []byte(content + "\n")
}

// The example of docs/messages.md can be published with the example shop's
// layout, and a golden file shows its text part.
func TestDocumentedMarkdownIsAMessage(t *testing.T) {
	set, faults := message.Load(withLayout(t, fstest.MapFS{
		"new-cups/message.yaml": {Data: documented(t, "`message.yaml`:", "yaml")},
		"new-cups/en.md":        {Data: documented(t, "`en.md`:", "markdown")},
	}), brand.Brand{}.Compile(mjml.Compile), markdown.Parse)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, s := range messages.Scenes() {
		if s.Name != "picks" {
			continue
		}
		d := s.Data("en")
		d.Picks = d.Picks[:4]
		d.Points = &content.Points{Active: 320}
		r, err := set.Render("new-cups", d)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := message.Lint(r, d); len(wrong) > 0 {
			t.Errorf("Lint = %q", wrong)
		}
		words, _, _ := strings.Cut(r.Text, "\n--\n") // the footer has its own golden files
		compare(t, filepath.Join("testdata", "markdown.txt"), "Subject: "+r.Subject+"\n\n"+words)
		if *pages != "" {
			write(t, filepath.Join(*pages, "markdown.en.html"), r.HTML)
		}
	}
}

// All that Markdown can have looks as MJML that was written with care: Lint has
// nothing against it, and publishing no advice.
func TestEverythingInMarkdownNeedsNoAdvice(t *testing.T) {
	everything, err := os.ReadFile("testdata/everything.md")
	if err != nil {
		t.Fatal(err)
	}
	set, faults := message.Load(withLayout(t, fstest.MapFS{
		"everything/message.yaml": {Data: []byte("class: service\nlanguages: [en]\nneeds: [order, picks]\n")},
		"everything/en.md":        {Data: everything},
	}), brand.Brand{}.Compile(mjml.Compile), markdown.Parse)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if len(set.Advice) > 0 {
		t.Errorf("the advice is %v, want none", set.Advice)
	}
	for _, s := range messages.Scenes() {
		if s.Name != "thanks-with-picks-and-coupon" {
			continue
		}
		d := s.Data("en")
		d.Points = &content.Points{Active: 320}
		r, err := set.Render("everything", d)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := message.Lint(r, d); len(wrong) > 0 {
			t.Errorf("Lint = %q", wrong)
		}
		if foreign := foreignRequests(r.HTML); len(foreign) > 0 {
			t.Errorf("the mail loads %q", foreign)
		}
		words, _, _ := strings.Cut(r.Text, "\n--\n")
		compare(t, filepath.Join("testdata", "markdown-everything.txt"), words)
		if *pages != "" {
			write(t, filepath.Join(*pages, "markdown-everything.en.html"), r.HTML)
		}
	}
}
