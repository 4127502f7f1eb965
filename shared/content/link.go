package content

import (
	"net/url"
	"strings"
)

// LargestHTML is the size in bytes above which Gmail cuts off the end of a
// message ("[Message clipped]"), and with it the unsubscribe link.
const LargestHTML = 102_400

// Link returns a URL that a message may link to, or "". It must be absolute and
// https; http is allowed only for the local machine, for the local cloud.
func Link(address string) string {
	if plainLink(address) {
		return address
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.User != nil {
		return ""
	}
	local := u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1"
	if u.Scheme == "https" || u.Scheme == "http" && local {
		return u.String()
	}
	return ""
}

// plainLink reports whether an address is absolute and https, and has only characters
// that a URL keeps as they are, as most links do. To parse one takes a microsecond, and a
// message has some fifty.
func plainLink(address string) bool {
	rest, secure := strings.CutPrefix(address, "https://")
	host := 0
	for host < len(rest) && (isLetterOrDigit(rest[host]) || rest[host] == '.' || rest[host] == '-') {
		host++
	}
	if !secure || host == 0 {
		return false
	}
	path, query, _ := strings.Cut(rest[host:], "?")
	if path != "" && path[0] != '/' {
		return false
	}
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case isLetterOrDigit(c), strings.IndexByte("/-._~", c) >= 0:
		case c == '%' && i+2 < len(path) && isHex(path[i+1]) && isHex(path[i+2]):
			i += 2
		default:
			return false
		}
	}
	for i := range len(query) {
		if query[i] <= ' ' || query[i] > '~' || query[i] == '#' {
			return false
		}
	}
	return true
}

func isLetterOrDigit(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func isHex(c byte) bool { return c >= '0' && c <= '9' || c >= 'A' && c <= 'F' || c >= 'a' && c <= 'f' }
