//go:build !race

package policyfiles_test

import (
	"net/url"
	"strings"
	"testing"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/campaign"
	"regulars/shared/conditioncheck"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/shoppolicy"
)

// A value stays in its place of the link, whatever it is: it changes neither the
// host nor another part, and the page reads it back as it was.
func TestAValueCannotChangeALink(t *testing.T) {
	for _, value := range []string{
		"1027", "#1027", "A/7", "../../evil", "//evil.example", "@evil.example", "\\evil.example", "?a=b", "&redirect=https://evil.example", "%2F", "{id}", "{number}",
		"a b+c", "Ж-1", "a;b", "\r\nLocation: x", "x#y", ":8443", "https://evil.example/", "\x00", "..a",
	} {
		s := shoppolicy.Shop{URL: "https://shop.example.com", OrderURL: "https://shop.example.com/orders/{number}/view?of={number}&x=1", CartURL: "https://shop.example.com/discount/{code}?redirect=/cart"}
		u, err := url.Parse(s.OrderLink("id", value))
		if err != nil || u.Host != "shop.example.com" || u.User != nil || u.Path != "/orders/"+value+"/view" || u.Fragment != "" || len(u.Query()) != 2 || u.Query().Get("of") != value || strings.Count(u.EscapedPath(), "/") != 3 {
			t.Errorf("OrderLink(%q) = %q, %v", value, u, err)
		}
		u, err = url.Parse(s.CartLink(value))
		if err != nil || u.Host != "shop.example.com" || u.Path != "/discount/"+value || u.Query().Get("redirect") != "/cart" || len(u.Query()) != 1 {
			t.Errorf("CartLink(%q) = %q, %v", value, u, err)
		}
	}
	for _, value := range []string{"", ".", ".."} {
		s := shoppolicy.Shop{OrderURL: "https://shop.example.com/orders/{number}", CartURL: "https://shop.example.com/discount/{code}"}
		if order, cart := s.OrderLink("1", value), s.CartLink(value); order != "" || cart != "" {
			t.Errorf("of %q: order %q, cart %q, want none", value, order, cart)
		}
	}
	s := shoppolicy.Shop{OrderURL: "https://shop.example.com/orders/{id}"}
	if got := s.OrderLink("5600000010482", ""); got != "https://shop.example.com/orders/5600000010482" {
		t.Errorf("an order without a number, by its ID: %q", got)
	}
	if got := (shoppolicy.Shop{}).OrderLink("1", "1") + (shoppolicy.Shop{}).CartLink("A"); got != "" {
		t.Errorf("a shop without links: %q, want none", got)
	}
}

func TestUTMIsAddedToTheShopsOwnLinksOnly(t *testing.T) {
	s := shoppolicy.Shop{URL: "https://shop.example.com", Hosts: []string{"cdn.example.com"}, UTM: shoppolicy.UTM{Source: "regulars", Medium: "email"}}
	picks := campaign.Campaign{ID: "weekly-picks", Message: "picks"}
	const all = "utm_source=regulars&utm_medium=email&utm_campaign=weekly-picks"
	for address, want := range map[string]string{
		"https://shop.example.com":                             "https://shop.example.com/?" + all,
		"https://shop.example.com/p/1":                         "https://shop.example.com/p/1?" + all,
		"https://shop.example.com/p?a=1&b=2#reviews":           "https://shop.example.com/p?a=1&b=2&" + all + "#reviews",
		"https://cdn.example.com/p":                            "https://cdn.example.com/p?" + all,
		"https://shop.example.com/p?utm_source=feed":           "https://shop.example.com/p?utm_source=feed&utm_medium=email&utm_campaign=weekly-picks",
		"https://shop.example.com/p?UTM_Campaign=a&utm_medium": "https://shop.example.com/p?UTM_Campaign=a&utm_medium&utm_source=regulars",
		"https://shop.example.com/a%2Fb?q=%20":                 "https://shop.example.com/a%2Fb?q=%20&" + all,
		"https://www.instagram.com/corner":                     "https://www.instagram.com/corner",
		"https://shop.example.com.evil.example/p":              "https://shop.example.com.evil.example/p",
		"": "",
	} {
		if got := s.WithUTM(address, picks); got != want {
			t.Errorf("WithUTM(%q) =\n%q, want\n%q", address, got, want)
		}
	}
	s.UTM.Campaign = "mail"
	if got := s.WithUTM("https://shop.example.com/p", picks); !strings.HasSuffix(got, "utm_campaign=mail") {
		t.Errorf("with the campaign of shop.yaml: %q", got)
	}
	s.UTM = shoppolicy.UTM{Source: "regulars", Campaign: "mail-{campaign}", Content: "{message}-{variant}"}
	if got, want := s.WithUTM("https://shop.example.com/p?a=1", picks), "https://shop.example.com/p?a=1&utm_source=regulars&utm_campaign=mail-weekly-picks&utm_content=picks"; got != want {
		t.Errorf("without variants: %q, want %q", got, want)
	}
	picks.Variant = "warm"
	if got := s.WithUTM("https://shop.example.com/p?utm_content=mine", picks); strings.Contains(got, "picks-warm") {
		t.Errorf("the link's own parameter was replaced: %q", got)
	}
	if got := s.WithUTM("https://shop.example.com/p", picks); !strings.HasSuffix(got, "&utm_content=picks-warm") {
		t.Errorf("of a variant: %q", got)
	}
	s.UTM = shoppolicy.UTM{}
	if got := s.WithUTM("https://shop.example.com/p", picks); got != "https://shop.example.com/p" {
		t.Errorf("without utm in shop.yaml: %q", got)
	}
}

// Each fault of the links names its line, and a link with a fault is not
// published.
func TestFaultsOfLinks(t *testing.T) {
	for line, want := range map[string]string{
		"order_url: https://shop.example.com/orders":          "order_url has no placeholder; write {number} or {id}",
		"order_url: https://shop.example.com/orders/{nummer}": "order_url has the placeholder {nummer}; write {number} or {id}",
		"order_url: https://shop.example.com/orders/{code}":   "order_url has the placeholder {code}; write {number} or {id}",
		"order_url: https://shop.example.com/orders#{id}":     "order_url has a placeholder after #; write it into the path or the query",
		"order_url: https://shop.example.com{number}/orders":  "mails cannot link to order_url: its host is none of the shop's hosts",
		"order_url: https://{id}.shop.example.com/orders":     "mails cannot link to order_url: its host is none of the shop's hosts",
		"order_url: https://{id}@shop.example.com/orders":     "mails cannot link to order_url: its host is none of the shop's hosts",
		"order_url: https://orders.example.net/{id}":          "mails cannot link to order_url: its host is none of the shop's hosts",
		"order_url: http://shop.example.com/orders/{id}":      "mails cannot link to order_url: it does not begin with https://",
		`order_url: "{id}"`:                                           "mails cannot link to order_url: it does not begin with https://",
		"order_url: http://localhost.example.com/{id}":                "mails cannot link to order_url: it does not begin with https://",
		"cart_url: https://shop.example.com/discount/{code":           "cart_url has the placeholder {; write {code}",
		"cart_url: https://shop.example.com/cart":                     "cart_url has no placeholder; write {code}",
		"cart_url: https://shop.example.com/%zz/{code}":               `"https://shop.example.com/%zz/{code}" is not a web address`,
		"contact_url: https://shop.example.com/{id}":                  "contact_url has the placeholder {id}; this key has no placeholders",
		"contact_url: mailto:help@shop.example.com":                   "mails cannot link to contact_url: it does not begin with https://",
		"utm: {medium: email}":                                        "source is missing",
		"utm: {source: regulars, campaign: \"{name}\"}":               `"{name}" is not a value for web analytics`,
		"utm: {source: ann@example.com}":                              `"ann@example.com" is not a value for web analytics`,
		"utm: {source: regulars, content: \"{message}-{variant}\"}":   "",
		"utm: {source: regulars, content: \"{message} {variant}\"}":   "is not a value for web analytics",
		"utm: {source: regulars, term: tea}":                          "there is no key term",
		"utm: regulars":                                               "not a list of keys",
		"order_url: https://shop.example.com/{number}/{id}":           "",
		"order_url: https://cdn.example.com/?order={id}":              "",
		"cart_url: http://127.0.0.1:4566/shop/discount/{code}":        "",
		"contact_url: https://shop.example.com/help#people":           "",
		"utm: {source: regulars, medium: crm, campaign: mail_2026.1}": "",
	} {
		all := files(t, "")
		kept := []string{}
		key, _, _ := strings.Cut(line, ":")
		for _, l := range strings.Split(strings.TrimSpace(string(all["shop.yaml"].Data)), "\n") {
			if !strings.HasPrefix(l, key+":") {
				kept = append(kept, l)
			}
		}
		all["shop.yaml"].Data = []byte(strings.Join(append(kept, line), "\n") + "\n")
		p, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse)
		if want == "" {
			if err != nil || p.Shop.OrderURL+p.Shop.CartURL+p.Shop.ContactURL+p.Shop.UTM.Source == "" {
				t.Errorf("%s: %v", line, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "shop.yaml:") {
			t.Errorf("%s: %v, want a fault with its line: %s", line, err, want)
		}
	}
}

// A policy keeps the links when it is published.
func TestThePublishedPolicyHasTheLinks(t *testing.T) {
	packed, err := shoppolicy.Encode(load(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	p, err := shoppolicy.Decode(packed, message.Renderer{})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Shop.WithUTM(p.Shop.OrderLink("56", "#10"), campaign.Campaign{ID: "thanks"}); got != "https://shop.example.com/orders/%2310?utm_source=regulars&utm_medium=email&utm_campaign=thanks" {
		t.Errorf("the link to the order = %q", got)
	}
}
