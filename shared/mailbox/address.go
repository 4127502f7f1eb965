// Package mailbox says which mailbox an e-mail address names, and whether SES
// can write to it.
package mailbox

import (
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// The longest address that can be written to, in bytes (RFC 5321, 4.5.3.1).
const (
	maxLocal   = 64
	maxAddress = 254
)

// Address returns the address as a mail names it, and whether SES can write to
// it: without spaces around it, with its domain in Punycode. The part before the
// @ stays as the customer typed it.
//
// SES writes to one address without a name, in ASCII (it has no SMTPUTF8), with
// a dot in its domain, of 64 bytes before the @ and 254 in all. An address that
// SES cannot write to is returned as it is, but for the spaces around it.
func Address(typed string) (address string, writable bool) {
	address = strings.TrimSpace(typed)
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address, false
	}
	local, domain := address[:at], address[at+1:]
	if !ascii(domain) {
		punycode, err := idna.Lookup.ToASCII(domain)
		if err != nil {
			return address, false
		}
		domain = punycode
		address = local + "@" + domain
	}
	parsed, err := mail.ParseAddress(address)
	writable = err == nil && parsed.Name == "" && parsed.Address == address &&
		ascii(address) && strings.Contains(domain, ".") &&
		len(local) <= maxLocal && len(address) <= maxAddress
	return address, writable
}

// Normalize returns the form of an address that is the same for all spellings of
// one mailbox, and whether SES can write to the address: [Address] in lower case
// and in Unicode's form NFC. It returns "" for a text that cannot name a
// mailbox, because it has nothing before or after an @ ("none", "n/a").
//
// Normalize of a normalized address is the same address.
func Normalize(typed string) (normal string, writable bool) {
	address, writable := Address(typed)
	if at := strings.LastIndexByte(address, '@'); at <= 0 || at == len(address)-1 {
		return "", false
	}
	return norm.NFC.String(strings.ToLower(address)), writable
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}
