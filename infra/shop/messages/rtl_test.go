//go:build !race

package messages_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"

	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/infra/shop/messages"
	"regulars/shared/brand"
	"regulars/shared/content"
	"regulars/shared/message"
)

// hebrew returns the layout and the message win-back with Hebrew as their only
// language. The words are in testdata/rtl; those that are missing there are
// English.
func hebrew(t *testing.T) fs.FS {
	t.Helper()
	read := func(file string) []byte {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	files := fstest.MapFS{}
	for _, folder := range []string{"_layout", "win-back"} {
		partials, err := filepath.Glob(folder + "/*.*")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range partials {
			if filepath.Ext(file) != ".yaml" {
				files[file] = &fstest.MapFile{Data: read(file)}
			}
		}
		words, theirs := map[string]any{}, map[string]any{}
		for file, into := range map[string]*map[string]any{folder + "/en.yaml": &words, "testdata/rtl/" + folder + ".yaml": &theirs} {
			if err := yaml.Unmarshal(read(file), into); err != nil {
				t.Fatal(err)
			}
		}
		for key, text := range words {
			if forms, plural := text.(map[string]any); plural {
				words[key] = map[string]any{"one": forms["other"], "two": forms["other"], "other": forms["other"]}
			}
			if text, ok := theirs[key]; ok {
				words[key] = text
			}
			if forms, plural := words[key].(map[string]any); plural {
				forms["many"] = forms["other"] // 20, 30 and so on: as all others
			}
		}
		content, err := yaml.Marshal(words)
		if err != nil {
			t.Fatal(err)
		}
		files[folder+"/he.yaml"] = &fstest.MapFile{Data: content}
	}
	files["win-back/message.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(read("win-back/message.yaml")), "[en, ru, pl, el]", "[he]", 1))}
	return files
}

// A mail in Hebrew is laid out from right to left: its direction, the side of
// each text, the gaps between columns. A title in Latin letters and a code keep
// their own direction.
func TestMailFromRightToLeft(t *testing.T) {
	set, faults := message.Load(hebrew(t), brand.Brand{}.Compile(mjml.Compile), markdown.Parse)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	for _, s := range messages.Scenes() {
		if s.Name != "win-back" {
			continue
		}
		d := s.Data("en")
		d.Language, d.Customer.Name = "he", "נועה"
		d.Picks[1].Reason.Title, d.Picks[0].Product.Title = "Regency cake stand", "מגש עוגות, שלוש קומות"
		r, err := set.Render(s.Message, d)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := message.Lint(r, d); len(wrong) > 0 {
			t.Errorf("Lint = %q", wrong)
		}
		for mark, want := range map[string]bool{
			`<html lang="he" dir="rtl"`:           true,
			"direction:ltr":                       false,
			"text-align:left":                     false,
			`align="left"`:                        false,
			"text-align:right":                    true,
			"padding:0 0 0 22px":                  true, // the gap is left of the picture
			`class="code accent" dir="ltr"`:       true,
			"\u2068Corner &amp; Leaf\u2069":       true,
			"padding:36px 40px 26px":              true, // three sides have no left
			"@media (prefers-color-scheme: dark)": true,
		} {
			if strings.Contains(r.HTML, mark) != want {
				t.Errorf("the HTML has %q: %t, want %t", mark, !want, want)
			}
		}
		if *pages != "" {
			write(t, filepath.Join(*pages, "rtl.he.html"), r.HTML)
		}
		if left := render(t, "win-back", func(*content.Data) {}); strings.Contains(left, "direction:rtl") || strings.Contains(left, "\u2068") {
			t.Error("a mail in English has marks of the other direction")
		}
	}
}
