package policy

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/text/language"

	"regulars/shared/condition"
	"regulars/shared/shop"
)

// readShop reads shop.yaml, and makes the checker of conditions and amounts
// from its currency.
func (d *desk) readShop() Shop {
	s := d.open("shop.yaml")
	d.shop = Shop{
		Name:     s.need("name", "Regular Gifts"),
		URL:      strings.TrimRight(s.need("url", "https://shop.example.com"), "/"),
		Address:  s.need("address", "1 High Street, London N1 1AA"),
		Currency: shop.Currency(s.need("currency", "GBP")),
		Zone:     s.need("zone", "Europe/London"),

		NoCounters: s.flag("no_live_counters"),
	}
	if u, err := url.Parse(d.shop.URL); d.shop.URL != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		s.wrong("url", fmt.Sprintf("%q is not a web address", d.shop.URL), "write it like https://shop.example.com")
	}
	if strings.ContainsAny(d.shop.Name, "\r\n<>\"") {
		s.wrong("name", "the name has a quote, an angle bracket or a line break, which mail headers do not bear", "")
	}
	if d.shop.Currency != "" {
		checker, err := condition.NewChecker(d.shop.Currency)
		if err != nil {
			s.wrong("currency", fmt.Sprintf("%q is not a currency", d.shop.Currency), "write the three capital letters of ISO 4217, such as GBP")
		}
		d.checker = checker
	}
	if _, known := shop.Zone(d.shop.Zone); d.shop.Zone != "" && !known {
		s.wrong("zone", fmt.Sprintf("%q is not a time zone", d.shop.Zone), "write an IANA name, such as Europe/London")
	}
	switch tax := s.text("tax"); tax {
	case "added":
		d.shop.TaxAdded = true
	case "", "included":
	default:
		s.wrong("tax", fmt.Sprintf("%q says nothing of prices", tax), "write included, or added where tax comes on top of them")
	}
	for _, e := range s.entries("languages") {
		if _, err := language.Parse(e.text); err != nil {
			s.fault(s.file, e.at, fmt.Sprintf("%q is not a language", e.text), "write a BCP 47 tag, such as en or pt-BR")
			continue
		}
		d.shop.Languages = append(d.shop.Languages, e.text)
	}
	if s != nil && len(d.shop.Languages) == 0 {
		s.missing("languages", "languages: [en]")
	}
	s.done()
	return d.shop
}

// readTrust reads promotion-pause.yaml.
func (d *desk) readPromotionPause() PromotionPause {
	s := d.open("promotion-pause.yaml")
	t := PromotionPause{
		AfterRefund:       s.must("days_after_refund", 0, 365, 14),
		AfterLateDelivery: s.must("days_after_late_delivery", 0, 365, 3),
		AfterCancellation: s.must("days_after_cancellation", 0, 365, 14),
	}
	s.done()
	return t
}

// must is whole where there has to be a number.
func (s *sheet) must(key string, least, most, example int) int {
	if _, ok := s.take(key); !ok {
		s.missing(key, fmt.Sprintf("%s: %d", key, example))
		return least
	}
	return s.whole(key, least, most, least)
}
