package policyfiles

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/language"

	"regulars/shared/condition"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// readShop reads shop.yaml.
func (l *loader) readShop() shoppolicy.Shop {
	s := l.open("shop.yaml")
	l.shop = shoppolicy.Shop{
		Name:     s.requiredText("name", "Regular Gifts"),
		URL:      strings.TrimRight(s.requiredText("url", "https://shop.example.com"), "/"),
		Address:  s.requiredText("address", "1 High Street, London N1 1AA"),
		ReplyTo:  s.text("reply_to"),
		Currency: shop.Currency(s.requiredText("currency", "GBP")),
		Zone:     s.requiredText("zone", "Europe/London"),

		Holdout:    s.percent("holdout", 0, 2_000),
		NoCounters: s.flag("no_live_counters"),
		NoClicks:   s.flag("no_clicks"),
	}
	if u, err := url.Parse(l.shop.URL); l.shop.URL != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		s.wrong("url", fmt.Sprintf("%q is not a web address", l.shop.URL), "write it like https://shop.example.com")
	}
	if strings.ContainsAny(l.shop.Name, "\r\n<>\"") {
		s.wrong("name", "the name has a quote, an angle bracket or a line break, which mail headers cannot contain", "")
	}
	if l.shop.ReplyTo != "" && !isAddress(l.shop.ReplyTo) {
		s.wrong("reply_to", "reply_to is not one mail address", "write it without a name, like help@shop.example.com")
	}
	if l.shop.Currency != "" {
		_, err := condition.ParseMoney("0", l.shop.Currency)
		if err != nil {
			s.wrong("currency", fmt.Sprintf("%q is not a currency", l.shop.Currency), "write the three capital letters of ISO 4217, such as GBP")
		}
		l.currency = err == nil
	}
	if _, known := shop.Zone(l.shop.Zone); l.shop.Zone != "" && !known {
		s.wrong("zone", fmt.Sprintf("%q is not a time zone", l.shop.Zone), "write an IANA name, such as Europe/London")
	}
	switch tax := s.text("tax"); tax {
	case "added":
		l.shop.TaxAdded = true
	case "", "included":
	default:
		s.wrong("tax", fmt.Sprintf("%q is not known", tax), "write included, or added if tax is added to the prices")
	}
	switch rewards := s.text("rewards"); rewards {
	case "placed":
		l.shop.RewardsOnPlacing = true
	case "", "paid":
	default:
		s.wrong("rewards", fmt.Sprintf("%q is not known", rewards), "write paid, or placed if the shop sends no order.paid")
	}
	for _, e := range s.entries("hosts") {
		if len(e.text) > 253 || !hostNames().MatchString(e.text) {
			s.fault(s.file, e.at, fmt.Sprintf("%q is not the name of a host", e.text), "write it without https:// and without a path, like cdn.example.com; other letters than a to z in Punycode")
			continue
		}
		l.shop.Hosts = append(l.shop.Hosts, strings.ToLower(e.text))
	}
	for _, e := range s.entries("testers") {
		if !isAddress(e.text) {
			s.fault(s.file, e.at, "a tester is not one mail address", "write it without a name, like ann@shop.example.com")
			continue
		}
		l.shop.Testers = append(l.shop.Testers, e.text)
	}
	for _, e := range s.entries("soft_opt_in") {
		if country, err := language.ParseRegion(e.text); err != nil || len(e.text) != 2 || !country.IsCountry() || country.Canonicalize().String() != e.text {
			s.fault(s.file, e.at, fmt.Sprintf("%q is not a country", e.text), "write the two capital letters of ISO 3166-1, such as GB or DE")
			continue
		}
		l.shop.SoftOptIn = append(l.shop.SoftOptIn, e.text)
	}
	for _, e := range s.entries("languages") {
		if _, err := language.Parse(e.text); err != nil {
			s.fault(s.file, e.at, fmt.Sprintf("%q is not a language", e.text), "write a BCP 47 tag, such as en or pt-BR")
			continue
		}
		l.shop.Languages = append(l.shop.Languages, e.text)
	}
	if s != nil && len(l.shop.Languages) == 0 {
		s.missing("languages", "languages: [en]")
	}
	l.shop.Topics = l.readTopics(s)
	l.readLinks(s)
	l.shop.Brand = l.readBrand(s)
	s.done()
	return l.shop
}

// isAddress reports whether s is one mail address in ASCII, without a name. SES
// refuses other characters before the @ and in domains that are not in Punycode.
func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	_, domain, _ := strings.Cut(s, "@")
	return err == nil && a.Address == s && hostNames().MatchString(domain) && !strings.ContainsFunc(s, func(r rune) bool { return r > '~' || r <= ' ' })
}

// hostNames matches names of hosts with a domain. Their last label has a letter,
// so that no IP address matches.
var hostNames = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?i)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]|xn--)[a-z0-9-]{0,61}[a-z0-9]$`)
})

// readPromotionPause reads promotion-pause.yaml.
func (l *loader) readPromotionPause() shoppolicy.PromotionPause {
	s := l.open("promotion-pause.yaml")
	t := shoppolicy.PromotionPause{
		AfterRefund:       s.requiredWhole("days_after_refund", 0, 365, 14),
		AfterLateDelivery: s.requiredWhole("days_after_late_delivery", 0, 365, 3),
		AfterCancellation: s.requiredWhole("days_after_cancellation", 0, 365, 14),
	}
	s.done()
	return t
}

// requiredWhole is [sheet.whole] for a key that must be written.
func (s *sheet) requiredWhole(key string, least, most, example int) int {
	if _, ok := s.take(key); !ok {
		s.missing(key, fmt.Sprintf("%s: %d", key, example))
		return least
	}
	return s.whole(key, least, most, least)
}
