package message

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// loads matches everything in HTML and CSS that a mail program fetches without
// a click, also in the conditional comments for Outlook. Links in <a> are not
// among it.
var loads = sync.OnceValue(func() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`(?i)[\s"'](?:src|srcset|background|poster)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)`),
		regexp.MustCompile(`(?i)<link\b[^>]*?\shref\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)`),
		regexp.MustCompile(`(?i)\burl\(\s*("[^"]*"|'[^']*'|[^)]*)`),
		regexp.MustCompile(`(?i)@import\s+("[^"]*"|'[^']*')`),
	}
})

// Requests returns the addresses that a mail program loads by itself when it
// shows the HTML: pictures, fonts and style sheets, sorted. In a template, an
// address can be a Liquid mark, such as "{{ pick.image }}".
func Requests(part string) []string {
	var all []string
	for _, attribute := range loads() {
		for _, m := range attribute.FindAllStringSubmatch(part, -1) {
			address := strings.TrimSpace(html.UnescapeString(strings.Trim(strings.TrimSpace(m[1]), `"'`)))
			if address != "" {
				all = append(all, address)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
