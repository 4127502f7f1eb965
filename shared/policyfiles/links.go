package policyfiles

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"regulars/shared/shoppolicy"
)

// placeholders are the marks of the keys of shop.yaml that are links with a
// value in them.
var placeholders = map[string][]string{"order_url": {"{number}", "{id}"}, "cart_url": {"{code}"}, "contact_url": nil}

var (
	braces = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[^{}]*\}|[{}]`) })
	utms   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`) })
	named  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{(campaign|message|variant)\}`) })
)

// readLinks reads the links of shop.yaml, after the shop's hosts.
func (l *loader) readLinks(s *sheet) {
	l.shop.OrderURL, l.shop.CartURL, l.shop.ContactURL = l.readLink(s, "order_url"), l.readLink(s, "cart_url"), l.readLink(s, "contact_url")
	utm := s.sub("utm")
	if utm == nil {
		return
	}
	l.shop.UTM = shoppolicy.UTM{Source: utm.requiredText("source", "regulars"), Medium: utm.text("medium"), Campaign: utm.text("campaign"), Content: utm.text("content")}
	if l.shop.UTM.Medium == "" {
		l.shop.UTM.Medium = "email"
	}
	for key, value := range map[string]string{"source": l.shop.UTM.Source, "medium": l.shop.UTM.Medium, "campaign": l.shop.UTM.Campaign, "content": l.shop.UTM.Content} {
		if value != "" && !utms().MatchString(named().ReplaceAllString(value, "x")) {
			utm.wrong(key, fmt.Sprintf("%q is not a value for web analytics", value), "use letters a to z, digits, dots, dashes and underscores, 64 at most, and {campaign}, {message} and {variant}")
		}
	}
	utm.done()
}

// readLink returns a link of shop.yaml; "" if it is not written. It reports a
// link whose values could change the host, or that lacks its value.
func (l *loader) readLink(s *sheet, key string) string {
	address, known := s.text(key), placeholders[key]
	if address == "" {
		return ""
	}
	page, anchor, _ := strings.Cut(address, "#")
	found := braces().FindAllString(page, -1)
	unknown := func(mark string) bool { return !slices.Contains(known, mark) }
	filled := braces().ReplaceAllString(address, "1")
	switch _, err := url.Parse(filled); {
	case strings.ContainsAny(anchor, "{}"):
		s.wrong(key, key+" has a placeholder after #", "write it into the path or the query")
	case slices.ContainsFunc(found, unknown):
		s.wrong(key, fmt.Sprintf("%s has the placeholder %s", key, found[slices.IndexFunc(found, unknown)]), orNone(known))
	case len(found) == 0 && len(known) > 0:
		s.wrong(key, key+" has no placeholder", orNone(known))
	case err != nil:
		s.wrong(key, fmt.Sprintf("%q is not a web address", address), "")
	case l.shop.ActionFault(address) != "":
		s.wrong(key, "mails cannot link to "+key+": "+l.shop.ActionFault(address), "")
	default:
		return address
	}
	return ""
}

// orNone returns the hint about the placeholders of a key.
func orNone(known []string) string {
	if len(known) == 0 {
		return "this key has no placeholders"
	}
	return "write " + strings.Join(known, " or ")
}
