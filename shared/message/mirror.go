package message

import (
	"regexp"
	"strings"
	"sync"
)

// mirror returns an HTML part for a script that is read from right to left: in
// its styles and attributes, left becomes right. MJML writes the direction and
// the side of each part into the HTML, so the direction of the whole document
// would not be enough. The inline styles of a template need no care for it.
func mirror(part string) string {
	return styled().ReplaceAllStringFunc(part, func(style string) string {
		style = fourSides().ReplaceAllString(style, "$1$2 $5 $4 $3$6")
		return sides.Replace(style)
	})
}

var (
	// styled matches the places that have sides: styles, and the attribute align.
	// The text of a mail contains neither, because its quotes are escaped.
	styled = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)\s(?:style|align)="[^"]*"|<style\b.*?</style>`) })

	fourSides = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`((?:padding|margin|border-width):\s*)([^\s;"{}]+) ([^\s;"{}]+) ([^\s;"{}]+) ([^\s;"{}!]+)(\s*[;"!}])`)
	})

	sides = strings.NewReplacer(
		"direction:ltr", "direction:rtl", "direction: ltr", "direction: rtl",
		"text-align:left", "text-align:right", "text-align:right", "text-align:left",
		"text-align: left", "text-align: right", "text-align: right", "text-align: left",
		`align="left"`, `align="right"`, `align="right"`, `align="left"`,
		"padding-left", "padding-right", "padding-right", "padding-left",
		"margin-left", "margin-right", "margin-right", "margin-left",
		"border-left", "border-right", "border-right", "border-left",
		"float:left", "float:right", "float:right", "float:left",
	)
)

// The marks around a text of another direction: it is laid out by itself, and
// does not reorder the words around it.
const isolate, isolated = "\u2068", "\u2069"
