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
