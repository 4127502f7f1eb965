package shoppolicy

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"regulars/shared/campaign"
	"regulars/shared/shop"
)

// UTM is the parameters that tell the shop's web analytics which mail a visit
// came from. The zero UTM adds none. A value may have {campaign}, {message} and
// {variant} in it, which stand for the names of the mail's.
type UTM struct {
	Source   string `json:"source,omitempty"`
	Medium   string `json:"medium,omitempty"`
	Campaign string `json:"campaign,omitempty"` // empty: the campaign's ID
	Content  string `json:"content,omitempty"`  // empty: the parameter is not added
}

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
	l.shop.UTM = UTM{Source: utm.requiredText("source", "regulars"), Medium: utm.text("medium"), Campaign: utm.text("campaign"), Content: utm.text("content")}
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
	case l.shop.actionFault(address) != "":
		s.wrong(key, "mails cannot link to "+key+": "+l.shop.actionFault(address), "")
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

// actionFault is [Shop.LinkFault] for the links of shop.yaml. These may lead to
// the machine itself with http, for the local cloud.
func (s Shop) actionFault(address string) string {
	u, err := url.Parse(address)
	if err == nil && u.Scheme == "http" && u.User == nil && slices.Contains([]string{"127.0.0.1", "localhost", "::1"}, u.Hostname()) {
		return ""
	}
	return s.LinkFault(address)
}

// OrderLink returns the page of an order; "" if the shop names none, or if it
// needs the order's number and the order has none.
func (s Shop) OrderLink(id shop.OrderID, number string) string {
	return fill(s.OrderURL, map[string]string{"{id}": string(id), "{number}": number})
}

// CartLink returns the link that applies a coupon and opens the cart; "" if the
// shop names none. It contains the code: never log it.
func (s Shop) CartLink(code string) string {
	return fill(s.CartURL, map[string]string{"{code}": code})
}

// fill returns the link with its placeholders replaced by the values, each
// escaped for its place in the path or the query, so that no value changes the
// host or another part. It returns "" if a value is missing, or is "." or "..",
// with which a path leads elsewhere.
func fill(pattern string, values map[string]string) string {
	page, query, _ := strings.Cut(pattern, "?")
	for mark, value := range values {
		if !strings.Contains(pattern, mark) {
			continue
		}
		if value == "" || value == "." || value == ".." {
			return ""
		}
		page = strings.ReplaceAll(page, mark, url.PathEscape(value))
		query = strings.ReplaceAll(query, mark, url.QueryEscape(value))
	}
	if query == "" {
		return page
	}
	return page + "?" + query
}

// withNames returns the value of a UTM parameter with the names of the campaign. The
// replacer is for the values that mix them with other text: making it takes as long as all
// else in [Shop.WithUTM].
func withNames(value string, of campaign.Campaign) string {
	switch {
	case value == "{campaign}":
		return string(of.ID)
	case !strings.Contains(value, "{"):
		return value
	}
	return strings.NewReplacer("{campaign}", string(of.ID), "{message}", string(of.Message), "{variant}", of.Variant).Replace(value)
}

// WithUTM returns a link of the shop with the UTM parameters of a campaign. It
// keeps the parameters that the link has, and a link to another host as it is.
func (s Shop) WithUTM(address string, of campaign.Campaign) string {
	u, err := url.Parse(address)
	if s.UTM == (UTM{}) || err != nil || s.actionFault(address) != "" {
		return address
	}
	has := map[string]bool{}
	for key := range u.Query() {
		has[strings.ToLower(key)] = true
	}
	for _, p := range [][2]string{
		{"utm_source", s.UTM.Source}, {"utm_medium", s.UTM.Medium}, {"utm_campaign", cmp.Or(s.UTM.Campaign, "{campaign}")}, {"utm_content", s.UTM.Content},
	} {
		value := strings.Trim(withNames(p[1], of), ".-_") // a campaign without variants leaves a dash behind
		if has[p[0]] || value == "" {
			continue
		}
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += p[0] + "=" + url.QueryEscape(value)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}
