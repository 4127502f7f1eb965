package shoppolicy

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

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

// ActionFault is [Shop.LinkFault] for the links of shop.yaml. These may lead to
// the machine itself with http, for the local cloud.
func (s Shop) ActionFault(address string) string {
	if strings.HasPrefix(address, "https://") {
		return s.LinkFault(address)
	}
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
	if s.UTM == (UTM{}) {
		return address
	}
	u, err := url.Parse(address)
	if err != nil || s.ActionFault(address) != "" {
		return address
	}
	has := map[string]bool{}
	if u.RawQuery != "" {
		for key := range u.Query() {
			has[strings.ToLower(key)] = true
		}
	}
	query := []byte(u.RawQuery)
	for _, p := range [][2]string{
		{"utm_source", s.UTM.Source}, {"utm_medium", s.UTM.Medium}, {"utm_campaign", cmp.Or(s.UTM.Campaign, "{campaign}")}, {"utm_content", s.UTM.Content},
	} {
		value := strings.Trim(withNames(p[1], of), ".-_") // a campaign without variants leaves a dash behind
		if has[p[0]] || value == "" {
			continue
		}
		if len(query) > 0 {
			query = append(query, '&')
		}
		query = append(append(append(query, p[0]...), '='), url.QueryEscape(value)...)
	}
	u.RawQuery = string(query)
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}
