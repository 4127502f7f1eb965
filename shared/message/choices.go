package message

import (
	"html"
	"regexp"
	"strings"
)

// sells reports whether the message sells with this data: by its class, or
// because it prints picks, a product, a coupon or points.
func (m Message) sells(d Data) bool {
	return m.Class.Marketing() || d.sells() && m.Sells()
}

// sells reports whether there is something to sell.
func (d Data) sells() bool {
	return len(d.Picks) > 0 || d.Product != nil || d.Cart != nil || d.Coupon != nil || d.Points != nil
}

// lintChoices checks that a message that sells lets its reader see how to
// unsubscribe, and how to choose what they receive, in both parts. The header
// List-Unsubscribe is not enough: many mail programs do not show it.
//
// Publishing checks this for each kind of data, so it is not checked at each send.
func lintChoices(r Rendered, d Data) (wrong []string) {
	for _, l := range []struct{ name, address string }{
		{"unsubscribe", link(d.Links.Unsubscribe)},
		{"the preference page", link(d.Links.Preferences)},
	} {
		if !linksVisibly(r.HTML, l.address) {
			wrong = append(wrong, "the message sells, and its HTML part has no visible link to "+l.name)
		}
		if !strings.Contains(r.Text, l.address) {
			wrong = append(wrong, "the message sells, and its text part does not give the link to "+l.name)
		}
	}
	return wrong
}

var (
	comments = regexp.MustCompile(`(?s)<!--.*?-->`)
	anchors  = regexp.MustCompile(`(?is)<a\b([^>]*)>(.*?)</a>`)
	unseen   = regexp.MustCompile(`(?i)display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?:px)?\s*[;"]`)
)

// linksVisibly reports whether an HTML part has a link to the address with words
// that a reader sees.
func linksVisibly(part, address string) bool {
	href := `href="` + html.EscapeString(address) + `"`
	for _, m := range anchors.FindAllStringSubmatch(comments.ReplaceAllString(part, ""), -1) {
		if strings.Contains(m[1], href) && !unseen.MatchString(m[1]) && visible(m[2]) != "" {
			return true
		}
	}
	return false
}
