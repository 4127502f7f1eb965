package content

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
)

// Link is the same for plain addresses, which it does not parse.
func TestPlainLinksAreLinks(t *testing.T) {
	pieces := []string{"https://", "https:", "http://", "HTTPS://", "//", "/", "?", "#", "&", "=", "%2F", "%20", "%41", "%c3%A9", "%00", "%", "%zz", "%2", ":", ":443", "@", "a", "Z", "9", ".", "-", "_", "~", "shop.example.com", "[::1]", "localhost", "127.0.0.1", "é", " ", "\n", "\x00", "\x7f", "*", "+", ";", "<", "\"", "|", "..", "a=1&b=2"}
	draw := rand.New(rand.NewPCG(1, 2))
	plain := 0
	for range 300_000 {
		address := []string{"https://", "https://shop.example.com", "https://shop.example.com/", ""}[draw.IntN(4)]
		for range draw.IntN(7) {
			address += pieces[draw.IntN(len(pieces))]
		}
		if plainLink(address) {
			plain++
			if u, err := url.Parse(strings.TrimSpace(address)); err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.String() != address {
				t.Fatalf("plainLink(%q) = true, but it is parsed as %v, %v", address, u, err)
			}
		}
	}
	if plain < 1000 {
		t.Errorf("%d addresses were plain, want more to compare", plain)
	}
}
