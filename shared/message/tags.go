package message

import (
	"regexp"
	"strings"
	"sync"
)

// tagRune reports whether the rune is one of the invisible tag characters that
// Unicode has for the ASCII characters, with which emoji spell flags.
func tagRune(r rune) bool { return r >= '\U000e0020' && r <= '\U000e007f' }

// tags matches a run of tag characters, with the black flag before it if there
// is one. The flag of England is the black flag, "gbeng" in tags, and the tag
// that ends it (Unicode Technical Standard 51, emoji tag sequences).
var (
	tags = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\x{1f3f4}?[\x{e0020}-\x{e007f}]+`) })
	flag = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^\x{1f3f4}[\x{e0030}-\x{e0039}\x{e0061}-\x{e007a}]{3,6}\x{e007f}$`)
	})
)

// keepTags returns s with the tag characters that spell the flag of a region,
// and without all others: they would hide a text in the text.
func keepTags(s string) string {
	if !strings.ContainsFunc(s, tagRune) {
		return s
	}
	return tags().ReplaceAllStringFunc(s, func(run string) string {
		if flag().MatchString(run) {
			return run
		}
		return strings.TrimRightFunc(run, tagRune)
	})
}
