package click_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/claim"
	"regulars/shared/click"
	"regulars/shared/shoppolicy"
)

var (
	delivered = time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	ours      = shoppolicy.Shop{URL: "https://shop.example.com", Hosts: []string{"cdn.example.com"}}
)

func at(link uint8, after time.Duration) claim.Click {
	return claim.Click{Link: link, At: delivered.Add(after)}
}

func TestWhoFollowedALink(t *testing.T) {
	machine := func(link uint8) claim.Click { return claim.Click{Link: link, Machine: true} }
	for name, c := range map[string]struct {
		clicks           []claim.Click
		people, machines int
	}{
		"no visit":                                  {nil, 0, 0},
		"a person":                                  {[]claim.Click{at(0, time.Hour)}, 1, 0},
		"a person, twice the same link":             {[]claim.Click{at(0, time.Hour), at(0, 2*time.Hour)}, 1, 0},
		"a person, two links":                       {[]claim.Click{at(0, time.Hour), at(1, time.Hour+3*time.Second)}, 2, 0},
		"before the delivery":                       {[]claim.Click{at(0, -time.Minute)}, 0, 1},
		"10 seconds after the delivery":             {[]claim.Click{at(0, 10*time.Second)}, 0, 1},
		"11 seconds after the delivery":             {[]claim.Click{at(0, 11*time.Second)}, 1, 0},
		"three links within 2 seconds":              {[]claim.Click{at(0, time.Hour), at(1, time.Hour+2*time.Second), at(2, time.Hour)}, 0, 3},
		"a program says so":                         {[]claim.Click{machine(4)}, 0, 1},
		"a scanner, and later a person":             {[]claim.Click{at(0, time.Second), at(1, time.Second), at(2, 2*time.Second), at(1, time.Hour)}, 1, 2},
		"a scanner that says so, and a person":      {[]claim.Click{machine(0), machine(1), at(1, time.Hour)}, 1, 1},
		"scanners after the person clicked as well": {[]claim.Click{at(1, time.Hour), at(0, 2*time.Hour), at(1, 2*time.Hour)}, 1, 1},
	} {
		s := claim.Send{State: claim.Delivered, Claimed: delivered.Add(-time.Minute), Changed: delivered, Clicks: c.clicks}
		if people, machines := click.Count(s); people != c.people || machines != c.machines {
			t.Errorf("%s: Count = %d, %d, want %d, %d", name, people, machines, c.people, c.machines)
		}
	}
}

// A complaint comes after the click, and is no delivery.
func TestAComplaintDoesNotMakeAPersonAProgram(t *testing.T) {
	s := claim.Send{State: claim.Complained, Claimed: delivered, Changed: delivered.Add(24 * time.Hour), Clicks: []claim.Click{at(0, time.Hour)}}
	if people, machines := click.Count(s); people != 1 || machines != 0 {
		t.Errorf("Count = %d, %d, want 1, 0", people, machines)
	}
}

func TestRequestsOfPrograms(t *testing.T) {
	const safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
	for name, c := range map[string]struct {
		headers map[string]string
		want    bool
	}{
		"Safari on a phone":   {map[string]string{"user-agent": safari}, false},
		"Firefox":             {map[string]string{"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"}, false},
		"Edge":                {map[string]string{"user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0"}, false},
		"Samsung":             {map[string]string{"user-agent": "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36"}, false},
		"no user agent":       {nil, true},
		"Chrome's prefetch":   {map[string]string{"user-agent": safari, "sec-purpose": "prefetch;prerender"}, true},
		"an older prefetch":   {map[string]string{"user-agent": safari, "purpose": "prefetch"}, true},
		"Firefox's prefetch":  {map[string]string{"user-agent": safari, "x-moz": "prefetch"}, true},
		"a preview in Safari": {map[string]string{"user-agent": safari, "x-purpose": "preview"}, true},
		"Barracuda":           {map[string]string{"user-agent": "BarracudaCentral Link Check"}, true},
		"Google's proxy":      {map[string]string{"user-agent": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"}, true},
		"a crawler":           {map[string]string{"user-agent": "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"}, true},
		"Chrome without head": {map[string]string{"user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36"}, true},
		"a script":            {map[string]string{"user-agent": "python-requests/2.32"}, true},
	} {
		if got := click.ByMachine(func(name string) string { return c.headers[name] }); got != c.want {
			t.Errorf("%s: ByMachine = %v, want %v", name, got, c.want)
		}
	}
}

func TestWhereLinksMayLead(t *testing.T) {
	for address, want := range map[string]bool{
		"https://shop.example.com":                         true,
		"https://SHOP.example.com/p/JAR?a=1&b=%20#x":       true,
		"https://cdn.example.com/p":                        true,
		"https://shop.example.com/für":                     true,
		"http://shop.example.com/":                         false,
		"https://evil.example/":                            false,
		"https://shop.example.com.evil.example/":           false,
		"https://shop.example.com@evil.example/":           false,
		"https://evil.example@shop.example.com/":           false,
		"https://shop.example.com:8443/":                   false,
		`https://shop.example.com\@evil.example/`:          false,
		`https://shop.example.com/\evil.example`:           false,
		"https://shop.example.com\t.evil.example/":         false,
		"https://shop.example.com/\r\nLocation: https://e": false,
		"//shop.example.com/":                              false,
		"https:shop.example.com":                           false,
		"https:///shop.example.com":                        false,
		"javascript:alert(1)":                              false,
		"":                                                 false,
		"https://shop.example.com/a b":                     false,
		"https://shop.example.com/\u202eevil":              false,
	} {
		if got := click.Leads(ours, address); got != want {
			t.Errorf("Leads(%q) = %v, want %v", address, got, want)
		}
	}
	if click.Leads(shoppolicy.Shop{}, "https://shop.example.com/") {
		t.Error("a shop without an address leads somewhere")
	}
}

// Whatever an address looks like: if a link leads to it, a browser ends at a host of
// the shop, by https.
func TestNoAddressLeadsToAnotherHost(t *testing.T) {
	piece := rapid.SampledFrom([]string{
		"https://", "http://", "//", "/", "\\", "@", ":", "?", "#", ".", "%2f", "%00", "\t", "\n", " ", "\u00a0", "\u202e", "。", "／", "[::1]", ":443",
		"shop.example.com", "SHOP.EXAMPLE.COM", "cdn.example.com", "evil.example", "example.com", "javascript:", "data:", "x", "ä",
	})
	rapid.Check(t, func(t *rapid.T) {
		address := strings.Join(rapid.SliceOfN(piece, 0, 9).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "begins well") {
			address = "https://shop.example.com" + address
		}
		if click.Leads(ours, address) {
			leadsHome(t, address)
		}
	})
}

// leadsHome fails if a browser would not open the address on a host of the shop.
func leadsHome(t interface{ Fatalf(string, ...any) }, address string) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil {
		t.Fatalf("Leads(%q), which is %+v, %v", address, u, err)
	}
	if host := strings.ToLower(u.Host); host != "shop.example.com" && host != "cdn.example.com" {
		t.Fatalf("Leads(%q), on the host %q", address, host)
	}
}

func FuzzLeads(f *testing.F) {
	f.Add("https://shop.example.com/p?x=1#y")
	f.Add("https://shop.example.com\\@evil.example")
	f.Fuzz(func(t *testing.T, address string) {
		if click.Leads(ours, address) {
			leadsHome(t, address)
		}
	})
}

func ExampleCount() {
	scanned := []claim.Click{at(0, time.Second), at(1, 2*time.Second), at(2, 2*time.Second)}
	opened := at(1, 3*time.Hour)
	people, machines := click.Count(claim.Send{State: claim.Delivered, Changed: delivered, Clicks: append(scanned, opened)})
	fmt.Println(people, "link followed,", machines, "only scanned")
	// Output: 1 link followed, 2 only scanned
}
