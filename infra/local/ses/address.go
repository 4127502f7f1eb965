package ses

import (
	"net/mail"
	"strings"
)

// checkAddress returns SES's error text for a bare address, or nothing if the
// address is valid. The texts are those of JavaMail, the parser that SES uses.
func checkAddress(address string) string {
	if address == "" {
		return "Illegal address"
	}
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return "Missing final '@domain'"
	}
	local, domain := address[:at], address[at+1:]
	switch {
	case local == "":
		return "Missing local name"
	case domain == "":
		return "Missing domain"
	case len(local) > 64 || len(address) > 320:
		return "Address length is more than 320 characters long"
	case hasBlank(local):
		return "Local address contains control or whitespace"
	case !isASCII(local):
		return "Local address contains illegal character" // SES does not support SMTPUTF8
	case strings.ContainsAny(local, `()<>,;:\"[]@`):
		return "Local address contains illegal character"
	case strings.HasPrefix(local, "."):
		return "Local address starts with dot"
	case strings.HasSuffix(local, "."):
		return "Local address ends with dot"
	case strings.Contains(local, ".."):
		return "Local address contains dot-dot"
	case hasBlank(domain):
		return "Domain contains control or whitespace"
	case strings.HasPrefix(domain, "."):
		return "Domain starts with dot"
	case strings.HasSuffix(domain, "."):
		return "Domain ends with dot"
	case strings.Contains(domain, ".."):
		return "Domain contains dot-dot"
	case strings.Trim(strings.ToLower(domain), "abcdefghijklmnopqrstuvwxyz0123456789.-") != "":
		return "Domain contains illegal character" // a non-ASCII domain must be written in punycode
	}
	return ""
}

func hasBlank(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7e })
}

// parseAddress reads "Ann <ann@example.com>" or "ann@example.com".
func parseAddress(s string) (*mail.Address, error) {
	if strings.ContainsAny(s, "\r\n\x00") {
		return nil, bad("Domain contains control or whitespace")
	}
	bare := strings.TrimSpace(s)
	if !strings.ContainsAny(bare, "<>\"") {
		if fault := checkAddress(bare); fault != "" {
			return nil, bad("%s", fault)
		}
		return &mail.Address{Address: bare}, nil
	}
	a, err := mail.ParseAddress(bare)
	if err != nil {
		return nil, bad("Illegal address: %s", strings.TrimPrefix(err.Error(), "mail: "))
	}
	if fault := checkAddress(a.Address); fault != "" {
		return nil, bad("%s", fault)
	}
	return a, nil
}

// wire returns the address in the form of a header: a bare address without
// brackets, and a name encoded if it is not ASCII.
func wire(a *mail.Address) string {
	if a.Name == "" {
		return a.Address
	}
	return a.String()
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
