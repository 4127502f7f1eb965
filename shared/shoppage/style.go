package shoppage

import (
	_ "embed"
	"strings"

	"regulars/shared/brand"
)

//go:embed style.css
var styleCSS string

// styleOf returns the style of all pages in the colours of a complete brand. Texts
// and grounds are the pairs that publishing has checked ([brand.Colours.Poor]):
// each has a contrast of 4.5 at least.
func styleOf(b brand.Brand) string {
	return strings.NewReplacer(
		"/*light*/", variables(b.Light),
		"/*dark*/", variables(b.Dark),
		"/*radius*/", "--radius: "+brand.Buttons[b.Button]+";",
		"/*fonts*/", "--text-font: "+brand.Fonts[b.Text]+"; --title-font: "+brand.Fonts[b.Titles]+";",
	).Replace(styleCSS)
}

// variables returns the colours as CSS variables: --card, --on-accent and so on.
func variables(c brand.Colours) string {
	var all strings.Builder
	for _, v := range []struct{ name, colour string }{
		{"page", c.Page},
		{"card", c.Card},
		{"panel", c.Panel},
		{"line", c.Line},
		{"text", c.Text},
		{"muted", c.Muted},
		{"accent", c.Accent},
		{"on-accent", c.OnAccent},
	} {
		all.WriteString("--" + v.name + ": " + v.colour + "; ")
	}
	return all.String()
}
