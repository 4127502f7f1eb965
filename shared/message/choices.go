package message

import (
	"html"
	"regexp"
	"strings"
	"sync"
)

// sellsWith reports whether the message sells with this data: by its class, or
// because it prints picks, a product, a coupon or points.
func sellsWith(m Message, d Data) bool {
	return m.Class.Marketing() || sells(d) && m.Sells()
}

// sells reports whether there is something to sell.
func sells(d Data) bool {
	return len(d.Picks) > 0 || d.Product != nil || d.Cart != nil || d.Coupon != nil || d.Points != nil
}

// lintChoices checks that a message that sells lets its reader see how to
// unsubscribe, and how to choose what they receive, in both parts. The header
// List-Unsubscribe is not enough: many mail programs do not show it.
//
// Publishing checks this for each kind of data, so it is not checked at each send.
func lintChoices(r Rendered, d Data) (wrong []string) {
	shown := withoutComments(r.HTML)
	for _, l := range []struct{ name, address string }{
		{"unsubscribe", link(d.Links.Unsubscribe)},
		{"the preference page", link(d.Links.Preferences)},
	} {
		if !linksVisibly(shown, l.address) {
			wrong = append(wrong, "the message sells, and its HTML part has no visible link to "+l.name)
		}
		if !strings.Contains(r.Text, l.address) {
			wrong = append(wrong, "the message sells, and its text part does not give the link to "+l.name)
		}
	}
	return wrong
}

var (
	anchor = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)^<a\b([^>]*)>(.*?)</a>`) })
	unseen = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px)?\s*[;"]`)
	})
)

// linksVisibly reports whether an HTML part without comments has a link to the
// address with words that a reader sees.
func linksVisibly(part, address string) bool {
	href := `href="` + html.EscapeString(address) + `"`
	for {
		before, after, found := strings.Cut(part, href)
		if !found {
			return false
		}
		tag := part[max(0, strings.LastIndex(before, "<")):]
		if m := anchor().FindStringSubmatch(tag); m != nil && !unseen().MatchString(m[1]) && visible(m[2]) != "" {
			return true
		}
		part = after
	}
}

// withoutComments returns an HTML part without its comments. A comment without
// an end stays.
func withoutComments(part string) string {
	var kept strings.Builder
	for {
		before, rest, begins := strings.Cut(part, "<!--")
		_, after, ends := strings.Cut(rest, "-->")
		if !begins || !ends {
			kept.WriteString(part)
			return kept.String()
		}
		kept.WriteString(before)
		part = after
	}
}
