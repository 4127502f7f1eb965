package message

import (
	"html"
	"maps"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"regulars/shared/content"
	"regulars/shared/shop"
)

// Beyond these, publishing gives an advice. The samples' data counts.
const (
	// GoodHTML is the most bytes of the HTML part: what is left of the 102 KB at
	// which Gmail cuts a mail is for long titles and many products.
	GoodHTML = 60 << 10

	goodSubject   = 50  // characters: what a phone shows
	goodPreheader = 100 // characters: what a list of mails shows at most
	goodLinks     = 25  // different addresses
)

// extremes is what the samples of one message in one language have at most.
type extremes struct {
	subject, preheader string // the longest
	bare, twice        bool   // some sample has no preheader, or that of its subject
	size, links        int    // of the largest
}

// see notes what one rendered sample has.
func (e *extremes) see(r Rendered) {
	if utf8.RuneCountInString(r.Subject) > utf8.RuneCountInString(e.subject) {
		e.subject = r.Subject
	}
	p := preheader(r.HTML)
	if utf8.RuneCountInString(p) > utf8.RuneCountInString(e.preheader) {
		e.preheader = p
	}
	e.bare = e.bare || p == ""
	e.twice = e.twice || p != "" && fold(p) == fold(r.Subject)
	if len(r.HTML) > e.size { // counting the links of every sample would take seconds
		e.size, e.links = len(r.HTML), countLinks(r.HTML)
	}
}

// countLinks returns the number of different addresses that a part links to.
func countLinks(part string) int {
	addresses := map[string]bool{}
	for href := range hrefs(part) {
		addresses[href] = true
	}
	return len(addresses)
}

// advise reports what would make the message better in one language. first is
// the first sample that the message could be rendered with: it has all data.
func (r reader) advise(folder string, m Message, language string, sources map[string]source, e extremes, first Rendered) {
	onSubject := func(hint, format string, args ...any) {
		at := r.wordsOf(folder, language, sources["subject"])
		r.faults.advise(at.file, at.line, hint, format, args...)
	}
	if n := utf8.RuneCountInString(e.subject); n > goodSubject {
		onSubject("put what counts first, and leave out the rest", "in %q: the subject has up to %d characters, and phones show %d: %q", language, n, goodSubject, e.subject)
	}
	if strings.Count(e.subject, "!") > 1 {
		onSubject("write one, or none", "in %q: the subject has several exclamation marks", language)
	}
	if m.Class == shop.ClassPromotion && !content.Sells(sources["subject"].text) && !content.Sells(preview().FindString(sources["HTML part"].text)) {
		onSubject("print a product or the coupon in one of them", "neither the subject nor the preheader names what is inside")
	}
	body := sources["HTML part"].words("<mj-preview")
	switch n := utf8.RuneCountInString(e.preheader); {
	case e.bare:
		r.faults.advise(body.file, body.line, "write <mj-preview> in <mj-head>: lists of mails show it after the subject", "in %q: the mail has no preheader, with some data", language)
	case n > goodPreheader:
		r.faults.advise(body.file, body.line, "shorten it", "in %q: the preheader has up to %d characters, and lists of mails show %d: %q", language, n, goodPreheader, e.preheader)
	}
	if e.twice {
		r.faults.advise(body.file, body.line, "say something else", "in %q: the preheader says the same as the subject", language)
	}
	top := sources["HTML part"].words("")
	if e.size > GoodHTML {
		r.faults.advise(top.file, top.line, "shorten the layout; Gmail cuts at 102,400", "in %q: the HTML part has up to %d bytes, and should have %d at most", language, e.size, GoodHTML)
	}
	if e.links > goodLinks {
		r.faults.advise(top.file, top.line, "remove some", "in %q: the mail has up to %d different links, and should have %d at most", language, e.links, goodLinks)
	}
	for _, f := range flaws(first.HTML) {
		if f.at < 0 { // those of one tag are found in the template below, with their line
			r.faults.advise(top.file, top.line, f.hint, "in %q: %s", language, f.text)
		}
	}
	for _, f := range flaws(withoutLiquid(sources["HTML part"].text)) {
		if f.at >= 0 {
			at := sources["HTML part"].at(f.at)
			r.faults.advise(at.file, at.line, f.hint, "%s", f.text)
		}
	}
}

// withoutLiquid returns a template of the same length without its marks, so that
// a tag with a mark in it is a tag.
func withoutLiquid(template string) string {
	return liquidMark().ReplaceAllStringFunc(template, func(mark string) string {
		fill := " "
		if strings.HasPrefix(mark, "{{") {
			fill = "x"
		}
		return strings.Repeat(fill, len(mark))
	})
}

var preview = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?s)<mj-preview>.*?</mj-preview>`) })

// wordsOf returns where a template's words are: its first string in that
// language, or the template itself if it has none.
func (r reader) wordsOf(folder, language string, s source) place {
	for _, k := range marks(s.text) {
		u, _ := stringUse(k.list(s.text))
		if u.key == "" {
			continue
		}
		own, _ := r.stringsFile(folder, language)
		entries, _ := r.stringsFile(shared, language)
		maps.Copy(entries, own)
		if e, ok := entries[u.key]; ok {
			return e.place
		}
	}
	return s.words("")
}

var hiddenBlock = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)<(?:div|span)\b[^>]*\bstyle\s*=\s*"[^"]*display:\s*none[^"]*"[^>]*>(.*?)</(?:div|span)>`)
})

// preheader returns the text that lists of mails show after the subject: the
// first block of the body, if it is hidden.
func preheader(part string) string {
	if i := strings.Index(part, "<body"); i >= 0 {
		part = part[i:]
	}
	part = part[:min(len(part), 8<<10)]
	m := hiddenBlock().FindStringSubmatchIndex(part)
	if m == nil || strings.TrimSpace(visible(part[:m[0]])) != "" {
		return ""
	}
	text := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Mn) || r == '\u00a0' || r == '\u2007' { // these fill the rest of the line
			return ' '
		}
		return r
	}, visible(html.UnescapeString(part[m[2]:m[3]])))
	return strings.Join(strings.Fields(text), " ")
}
