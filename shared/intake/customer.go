package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	_ "time/tzdata" // Lambda's image has no zone files, and a valid zone must not be dropped

	"golang.org/x/text/language"

	"regulars/shared/mailbox"
	"regulars/shared/shop"
	"regulars/shared/zoneinfo"
)

// Guest returns the ID of a customer without an ID of the shop, made from the
// e-mail address: "guest:" and the first 32 hex digits of the SHA-256 of the
// normalized address ([mailbox.Normalize]). The same mailbox gives the same
// guest. A text that cannot name a mailbox ("none") gives "".
func Guest(address string) shop.CustomerID {
	normal, _ := mailbox.Normalize(address)
	if normal == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(normal))
	return shop.GuestID(hex.EncodeToString(sum[:16]))
}

// customer reads a native customer, and whether they ticked the checkbox for
// promotions (nil: unknown). If the ID is missing, the address gives a guest's
// ID.
func (v value) customer() (shop.Customer, *bool) {
	if !v.object() {
		return shop.Customer{}, nil
	}
	c := shop.Customer{
		ID:      v.at("id").ofCustomer(value.id),
		Email:   v.at("email").address(),
		Name:    v.at("name").text(),
		Locale:  v.at("locale").locale(),
		Zone:    v.at("zone").zone(),
		Country: v.at("country").country(),
	}
	c.Province = v.at("province").province(c.Country)
	if c.ID == "" {
		c.ID = Guest(c.Email)
	}
	return c, v.at("accepts_marketing").flag()
}

// who returns the ID of the event's customer (its id, or the guest of its
// email), and its email. If v is required, it is a fault if neither names a
// customer.
func (v value) who() (id shop.CustomerID, email string) {
	if !v.object() {
		return "", ""
	}
	id, email = v.at("id").ofCustomer(value.id), v.at("email").address()
	if id == "" {
		id = Guest(email)
	}
	if id == "" && v.required && v.at("id").absent() {
		v.fault("has neither an id nor an e-mail address; want one of them")
	}
	return id, email
}

// ofCustomer returns the ID of a customer, which read reads. A reserved one is a
// fault.
func (v value) ofCustomer(read func(value) string) shop.CustomerID {
	id := shop.CustomerID(read(v))
	if id.Reserved() {
		prefix, _, _ := strings.Cut(string(id), ":")
		v.fault("begins with %q, which is reserved; want an identifier that does not", prefix+":")
		return ""
	}
	return id
}

// address returns an e-mail address in the form that mails name (see
// [mailbox.Address]), whether SES can write to it or not: the order is worth more
// than its mails. Control characters become spaces, and an address of more than
// 254 bytes is kept by a hash; SES can write to neither.
func (v value) address() string {
	if v.missing("an e-mail address") {
		return ""
	}
	s, ok := v.json.(string)
	if !ok {
		v.fault("is %s; want an e-mail address", v.kind())
		return ""
	}
	address, _ := mailbox.Address(oneLine(s))
	return shop.ByHash(address, maxAddress)
}

// locale returns a BCP 47 tag in its canonical spelling ("en_gb" becomes
// "en-GB"), or "" if the language does not exist.
func (v value) locale() string {
	return languageTag(v.text())
}

// languageTag returns a BCP 47 tag in its canonical spelling, or "".
func languageTag(s string) string {
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

// province returns a province of the country by its code, such as "US-CA", or ""
// if there is none or the country has one zone only.
func (v value) province(country string) string {
	return zoneinfo.Province(country, v.text())
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
