package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"strings"
	_ "time/tzdata" // Lambda's image has no zone files, and a valid zone must not be dropped
	"unicode"

	"golang.org/x/text/language"

	"regulars/shared/shop"
)

// Guest returns the ID of a customer without an ID of the shop, made from the
// e-mail address: "guest:" and the first 32 hex digits of the SHA-256 of the
// address in lower case. The same address gives the same guest.
func Guest(address string) shop.CustomerID {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(address))))
	return shop.CustomerID("guest:" + hex.EncodeToString(sum[:16]))
}

// customer reads a native customer, and whether they ticked the checkbox for
// promotions (nil: unknown). If the ID is missing, the address gives a guest's
// ID.
func (v value) customer() (shop.Customer, *bool) {
	if !v.object() {
		return shop.Customer{}, nil
	}
	c := shop.Customer{
		ID:      shop.CustomerID(v.at("id").id()),
		Email:   v.at("email").address(),
		Name:    v.at("name").text(),
		Locale:  v.at("locale").locale(),
		Zone:    v.at("zone").zone(),
		Country: v.at("country").country(),
	}
	if c.ID == "" && c.Email != "" {
		c.ID = Guest(c.Email)
	}
	return c, v.at("accepts_marketing").flag()
}

// who returns the ID of the event's customer (its id, or the guest of its
// email), and its email. If v is required, it is a fault if both are absent.
func (v value) who() (id shop.CustomerID, email string) {
	if !v.object() {
		return "", ""
	}
	id, email = shop.CustomerID(v.at("id").id()), v.at("email").address()
	switch {
	case id == "" && email != "":
		id = Guest(email)
	case id == "" && v.required && v.at("id").absent() && v.at("email").absent():
		v.fault("has neither id nor email; want one of them")
	}
	return id, email
}

// address returns an e-mail address that SES accepts: one address, without a
// name, in ASCII (RFC 5321: 64 characters before the @, 254 in all). A fault
// does not repeat the value.
func (v value) address() string {
	const want = "one e-mail address, such as jane@example.com"
	if v.missing(want) {
		return ""
	}
	s, ok := v.json.(string)
	if !ok {
		v.fault("is %s; want %s", v.kind(), want)
		return ""
	}
	size := len(s)
	if s = strings.Trim(s, " "); s == "" && size <= 254 {
		return ""
	}
	local, domain, _ := strings.Cut(s, "@")
	parsed, err := mail.ParseAddress(s)
	switch {
	case strings.IndexFunc(s, unicode.IsControl) >= 0:
		v.fault("has a line break or another control character in it; want %s", want)
	case strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) >= 0:
		v.fault("has letters outside ASCII, which SES does not accept; want %s (a domain in Punycode)", want)
	case len(local) > 64 || size > 254:
		v.fault("is too long for an address; want 64 characters before the @ and 254 in all")
	case err != nil || parsed.Name != "" || parsed.Address != s || !strings.Contains(domain, "."):
		v.fault("is not an address that SES can send to; want %s", want)
	default:
		return s
	}
	return ""
}

// locale returns a BCP 47 tag in its canonical spelling ("en_gb" becomes
// "en-GB"), or "" if the language does not exist.
func (v value) locale() string {
	s := v.text()
	if s == "" || len(s) > 35 { // RFC 5646, 4.4.1
		return ""
	}
	tag, err := language.Parse(s)
	if err != nil || tag.IsRoot() {
		return ""
	}
	return tag.String()
}

// zone returns an IANA zone name, or "" if the zone does not exist.
func (v value) zone() string {
	s := v.text()
	if _, ok := shop.Zone(s); !ok {
		return ""
	}
	return s
}

// country returns a country code of two capital letters, or "" if the country
// does not exist.
func (v value) country() string {
	s := v.text()
	region, err := language.ParseRegion(s)
	if len(s) != 2 || err != nil || !region.IsCountry() {
		return ""
	}
	return region.Canonicalize().String() // "UK" is GB
}
