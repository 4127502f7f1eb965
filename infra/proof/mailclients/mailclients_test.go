//go:build !race

package mailclients_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/infra/proof/mailclients"
	"regulars/infra/shop/messages"
	"regulars/shared/brand"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
)

func support(t *testing.T) mailclients.Support {
	t.Helper()
	s, err := mailclients.ReadSupport(filepath.Join("../../..", mailclients.File))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func exceptions(t *testing.T) map[string]mailclients.Exception {
	t.Helper()
	all, err := mailclients.Exceptions()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// everything returns a mail that was written with all that Markdown can have.
func everything(t *testing.T) string {
	t.Helper()
	files := os.DirFS("../../shop/messages")
	with := fstest.MapFS{"everything/message.yaml": {Data: []byte("class: service\nlanguages: [en]\nneeds: [order, picks]\n")}}
	for _, name := range append([]string{"testdata/everything.md"}, glob(t, files, "_layout/*")...) {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		with[strings.Replace(name, "testdata/everything.md", "everything/en.md", 1)] = &fstest.MapFile{Data: content}
	}
	set, faults := message.Load(with, brand.Brand{}.Compile(mjml.Compile), markdown.Parse)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	r, err := set.Render("everything", messages.Scenes()[0].Data("en"))
	if err != nil {
		t.Fatal(err)
	}
	return r.HTML
}

func glob(t *testing.T, fsys fs.FS, pattern string) []string {
	t.Helper()
	names, err := fs.Glob(fsys, pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(names), err)
	}
	return names
}

// Every message in every language uses only what Outlook, Gmail and Apple Mail
// support, or what has a fallback; and each fallback is of use.
func TestEveryMailWorksInOutlookGmailAndAppleMail(t *testing.T) {
	s, known := support(t), exceptions(t)
	policy, err := policyfiles.Load(os.DirFS("../../shop"), celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	all, set := map[string]string{}, policy.Messages
	for _, scene := range messages.Scenes() {
		for _, language := range set.Messages[scene.Message].Languages {
			r, err := set.Render(scene.Message, scene.Data(language))
			if err != nil {
				t.Fatal(err)
			}
			used := s.Features(r.HTML)
			for _, what := range mailclients.Unexpected(s.Lacks(used), known) {
				t.Errorf("%s in %s: %s", scene.Name, language, what)
			}
			maps.Copy(all, used)
		}
	}
	used := s.Features(everything(t))
	for _, what := range mailclients.Unexpected(s.Lacks(used), known) {
		t.Errorf("a message in Markdown: %s", what)
	}
	maps.Copy(all, used)
	for _, what := range mailclients.Stale(s.Lacks(all), known) {
		t.Error(what)
	}
	for feature, e := range known {
		if strings.TrimSpace(e.Fallback) == "" || s[feature] == nil {
			t.Errorf("the exception %s has no fallback, or the tables do not know it", feature)
		}
	}
}

func TestAnUnsupportedFeatureWithoutAFallbackIsFound(t *testing.T) {
	s, known := support(t), exceptions(t)
	for what, test := range map[string]struct{ html, feature string }{
		"a property":               {`<div style="display:flex">`, "css-display-flex"},
		"a property in a sheet":    {`<style>.a { position: absolute }</style>`, "css-position"},
		"a property in a query":    {`<style>@media (max-width:480px) { .a { float: left } .b { z-index: 3 } }</style>`, "css-z-index"},
		"after a comment":          {`<style>/* } */ .a { filter: blur(2px) }</style>`, "css-filter"},
		"a function":               {`<td style="width:calc(100% - 20px)">`, "css-unit-calc"},
		"a gradient":               {`<td style="background:linear-gradient(#fff, #000)">`, "css-linear-gradient"},
		"a unit":                   {`<td style="padding:0 3vw">`, "css-unit-vw"},
		"a variable":               {`<td style="color:var(--ink)">`, "css-variables"},
		"an import":                {`<style>@import url(https://shop.example.com/a.css);</style>`, "css-at-import"},
		"a font":                   {`<style>@font-face { font-family: X }</style>`, "css-at-font-face"},
		"a pseudo-class":           {`<style>a:hover { color: red }</style>`, "css-pseudo-class-hover"},
		"a pseudo-element":         {`<style>a::before { content: "x" }</style>`, "css-pseudo-element-before"},
		"a sibling":                {`<style>a + b { color: red }</style>`, "css-selector-adjacent-sibling"},
		"an element":               {`<video src="https://shop.example.com/v.mp4"></video>`, "html-video"},
		"a form":                   {`<form action="https://shop.example.com/"><input type="text"></form>`, "html-form"},
		"a picture's format":       {`<img src="https://shop.example.com/p.webp">`, "image-webp"},
		"a picture in the mail":    {`<svg></svg>`, "html-svg"},
		"an attribute":             {`<img srcset="https://shop.example.com/p.png 2x">`, "html-srcset"},
		"a comment for Outlook":    {`<!--[if mso]><div style="display:flex"></div><![endif]-->`, ""},
		"a property of Outlook":    {`<td style="mso-line-height-rule:exactly">`, ""},
		"an unclosed style sheet":  {`<style>.a { color: #123`, ""},
		"what every program knows": {`<td style="color:#123456;padding-left:4px">`, ""},
	} {
		found := mailclients.Unexpected(s.Lacks(s.Features(test.html)), known)
		has := slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, test.feature+" ") })
		if test.feature == "" && len(found) > 0 || test.feature != "" && !has {
			t.Errorf("%s: Unexpected = %q, want %q", what, found, test.feature)
		}
	}
}

func TestAnExceptionThatNoMailNeedsIsFound(t *testing.T) {
	lacks := []mailclients.Lack{{Feature: "css-opacity", Programs: []string{"outlook.windows"}}}
	known := map[string]mailclients.Exception{"css-opacity": {In: []string{"outlook.windows", "gmail.ios"}}, "css-outline": {In: []string{"outlook.windows"}}}
	if got := mailclients.Stale(lacks, known); len(got) != 2 || !strings.Contains(got[0], "css-opacity for gmail.ios") || !strings.Contains(got[1], "css-outline") {
		t.Errorf("Stale = %q, want gmail.ios of css-opacity, and css-outline", got)
	}
}

func TestTheNewestTestedVersionCounts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tables.json")
	if err := os.WriteFile(file, []byte(`{"data":[{"slug":"css-x","stats":{"outlook":{"macos":{"2021-10":"n","16.80":"a #1"}}}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := mailclients.ReadSupport(file)
	if err != nil || s["css-x"]["outlook.macos"] != "a" || s["css-x"]["gmail.ios"] != "" {
		t.Errorf("ReadSupport = %v, %v, want a for Outlook on the Mac and nothing for Gmail", s, err)
	}
}
