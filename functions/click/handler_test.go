package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/claim"
	"regulars/shared/click"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/httpapi/httpapitest"
	"regulars/shared/linktoken"
	"regulars/shared/shop"
	"regulars/shared/shoppage/shoppagetest"
	"regulars/shared/shoppolicy"
)

const (
	box    = "mailbox-1"
	safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// memory has one mailbox and the clicks of one send.
type memory struct {
	contact frequency.Contact
	clicks  []claim.Click
	broken  error         // if set, each call fails with it
	slow    chan struct{} // if set, calls wait for it or for the end of their context
}

func (m *memory) wait(ctx context.Context) error {
	if m.slow == nil {
		return m.broken
	}
	select {
	case <-m.slow:
	case <-ctx.Done():
		return ctx.Err()
	}
	return m.broken
}

func (m *memory) MailboxContact(ctx context.Context, mailbox shop.Mailbox) (frequency.Contact, dynamo.Rev, error) {
	if mailbox != box {
		return frequency.Contact{}, "", fmt.Errorf("click read the mailbox %s", mailbox)
	}
	return m.contact, "1", m.wait(ctx)
}

func (m *memory) Clicked(ctx context.Context, customer shop.CustomerID, send shop.SendID, c claim.Click) error {
	if err := m.wait(ctx); err != nil {
		return err
	}
	if customer != "c1" || send != "s1" {
		return dynamo.ErrConflict
	}
	m.clicks = append(m.clicks, c)
	return nil
}

// clicking is a handler with what it works on.
type clicking struct {
	*handler
	t      testing.TB
	memory *memory
	shop   *shoppolicy.Shop
	at     *time.Time
	lost   *int
}

func open(t testing.TB) clicking {
	t.Helper()
	links, err := linktoken.New(map[string][]byte{"k1": bytes.Repeat([]byte("k"), 32)}, "k1")
	if err != nil {
		t.Fatal(err)
	}
	at, lost, m := noon.Add(time.Hour), 0, &memory{}
	s := &shoppolicy.Shop{Name: "Regular Gifts", URL: "https://shop.example.com", Hosts: []string{"cdn.example.com"}, Languages: []string{"el", "en"}}
	return clicking{&handler{
		store: m, links: links, now: func() time.Time { return at }, patience: 10 * time.Millisecond,
		policy: func(context.Context) (shoppolicy.Policy, error) { return shoppolicy.Policy{Shop: *s}, nil },
		metric: func(string, int) { lost++ },
	}, t, m, s, &at, &lost}
}

func (c clicking) seal(change func(*linktoken.Link)) string {
	c.t.Helper()
	l := linktoken.Link{Purpose: linktoken.Click, Customer: "c1", Send: "s1", Mailbox: box, Issued: noon, To: "https://shop.example.com/p/JAR?utm_source=x", Number: 3}
	if change != nil {
		change(&l)
	}
	token, err := c.links.Seal(l)
	if err != nil {
		c.t.Fatal(err)
	}
	return "/" + token
}

func (c clicking) call(method, path string, headers ...string) events.LambdaFunctionURLResponse {
	c.t.Helper()
	r := events.LambdaFunctionURLRequest{RawPath: path, Headers: map[string]string{"user-agent": safari}}
	r.RequestContext.HTTP.Method = method
	for i := 0; i < len(headers); i += 2 {
		r.Headers[headers[i]] = headers[i+1]
	}
	got, err := c.Handle(c.t.Context(), r)
	if err != nil {
		c.t.Fatal(err)
	}
	return got
}

func TestAClickLeadsOnAndIsCounted(t *testing.T) {
	c := open(t)
	got := c.call(http.MethodGet, c.seal(nil))
	want := events.LambdaFunctionURLResponse{StatusCode: 302, Headers: map[string]string{
		"Location": "https://shop.example.com/p/JAR?utm_source=x", "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the answer (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]claim.Click{{Link: 3, At: noon.Add(time.Hour)}}, c.memory.clicks); diff != "" {
		t.Errorf("clicks (-want +got):\n%s", diff)
	}
}

// A person arrives in each of these cases; what is counted differs.
func TestWhatIsCounted(t *testing.T) {
	person, machine, none := []claim.Click{{Link: 3, At: noon.Add(time.Hour)}}, true, []claim.Click(nil)
	for name, test := range map[string]struct {
		method  string
		headers []string
		change  func(clicking)
		link    func(*linktoken.Link)
		want    []claim.Click
		machine bool
		lost    int
	}{
		"a person":                                 {want: person},
		"HEAD":                                     {method: http.MethodHead, want: none},
		"a prefetch":                               {headers: []string{"sec-purpose", "prefetch"}, machine: machine},
		"a scanner":                                {headers: []string{"user-agent", "BarracudaCentral Link Check"}, machine: machine},
		"the person wants no clicks counted":       {change: func(c clicking) { c.memory.contact.Wishes.Plain.Value = frequency.Yes }, want: none},
		"the person wants them again":              {change: func(c clicking) { c.memory.contact.Wishes.Plain = frequency.Wish{At: noon} }, want: person},
		"the shop counts no clicks":                {change: func(c clicking) { c.shop.NoClicks = true }, want: none},
		"28 days later":                            {change: func(c clicking) { *c.at = noon.Add(28 * 24 * time.Hour) }, want: []claim.Click{{Link: 3, At: noon.Add(28 * 24 * time.Hour)}}},
		"30 days later":                            {change: func(c clicking) { *c.at = noon.Add(30 * 24 * time.Hour) }, want: none},
		"a year later":                             {change: func(c clicking) { *c.at = noon.AddDate(1, 0, 0) }, want: none},
		"the customer was erased":                  {link: func(l *linktoken.Link) { l.Send = "another" }, want: none},
		"the store is down":                        {change: func(c clicking) { c.memory.broken = errors.New("down") }, want: none, lost: 1},
		"the store is throttled":                   {change: func(c clicking) { c.memory.broken = dynamo.ErrThrottled }, want: none, lost: 1},
		"the store does not answer":                {change: func(c clicking) { c.memory.slow = make(chan struct{}) }, want: none, lost: 1},
		"the policy cannot be read":                {change: func(c clicking) { c.policy = unreadable }, want: none, lost: 1},
		"a key that was replaced since":            {change: func(c clicking) { c.rotate() }, want: person},
		"an address on another of the shop's host": {link: func(l *linktoken.Link) { l.To = "https://cdn.example.com/p" }, want: person},
	} {
		c := open(t)
		path := c.seal(test.link)
		if test.change != nil {
			test.change(c)
		}
		if test.method == "" {
			test.method = http.MethodGet
		}
		if test.machine {
			test.want = []claim.Click{{Link: 3, At: noon.Add(time.Hour), Machine: true}}
		}
		got := c.call(test.method, path, test.headers...)
		if got.StatusCode != http.StatusFound || !strings.HasPrefix(got.Headers["Location"], "https://") {
			t.Errorf("%s: the answer is %+v", name, got)
		}
		if diff := cmp.Diff(test.want, c.memory.clicks); diff != "" || *c.lost != test.lost {
			t.Errorf("%s: %d clicks are lost; counted (-want +got):\n%s", name, *c.lost, diff)
		}
	}
}

func unreadable(context.Context) (shoppolicy.Policy, error) {
	return shoppolicy.Policy{}, errors.New("down")
}

// rotate replaces the key, and keeps the old one.
func (c clicking) rotate() {
	links, err := linktoken.New(map[string][]byte{"k1": bytes.Repeat([]byte("k"), 32), "k2": bytes.Repeat([]byte("n"), 32)}, "k2")
	if err != nil {
		c.t.Fatal(err)
	}
	c.links = links
}

// What cannot lead on says so, in the language of the browser or of the shop, and
// links to the shop.
func TestALinkThatLeadsNowhereSaysSo(t *testing.T) {
	for name, test := range map[string]struct {
		method string
		path   func(clicking) string
		status int
	}{
		"no token": {"GET", func(clicking) string { return "/" }, 404},
		"nonsense": {"GET", func(clicking) string { return "/k1.AAAA" }, 404},
		"altered":  {"GET", func(c clicking) string { return c.seal(nil) + "A" }, 404},
		"a link to unsubscribe": {"GET", func(c clicking) string {
			return c.seal(func(l *linktoken.Link) { l.Purpose, l.To = linktoken.Unsubscribe, "" })
		}, 404},
		"a key that is gone":     {"GET", func(c clicking) string { return "/k0" + c.seal(nil)[3:] }, 404},
		"a host that left":       {"GET", func(c clicking) string { return c.seal(func(l *linktoken.Link) { l.To = "https://old.example.com/p" }) }, 410},
		"an address without TLS": {"GET", func(c clicking) string { return c.seal(func(l *linktoken.Link) { l.To = "http://shop.example.com/p" }) }, 410},
		"POST":                   {"POST", func(c clicking) string { return c.seal(nil) }, 405},
	} {
		c := open(t)
		for _, language := range []string{"en", "ru", "pl", "el", ""} {
			got := c.call(test.method, test.path(c), "accept-language", language)
			if got.StatusCode != test.status || got.Headers["Location"] != "" || !strings.Contains(got.Body, `href="https://shop.example.com"`) {
				t.Errorf("%s: the answer is %+v", name, got)
			}
			if want := map[string]string{"": "el"}[language] + language; got.Headers["Content-Language"] != want {
				t.Errorf("%s: the page is in %s, want %s", name, got.Headers["Content-Language"], want)
			}
		}
		if len(c.memory.clicks) > 0 {
			t.Errorf("%s: %d clicks were counted", name, len(c.memory.clicks))
		}
	}
}

// Each page in each language has a sound structure.
func TestEachPageHasASoundStructure(t *testing.T) {
	silent(t)
	c := open(t)
	moved := c.seal(func(l *linktoken.Link) { l.To = "https://old.example.com/p" })
	for _, language := range []string{"en", "ru", "pl", "el"} {
		shoppagetest.Check(t, "click-unknown."+language, c.call(http.MethodGet, "/k1.AAAA", "accept-language", language))
		shoppagetest.Check(t, "click-gone."+language, c.call(http.MethodGet, moved, "accept-language", language))
	}
}

// Whatever is sealed, even by us: a link leads to a host of the shop or nowhere.
func TestNoTokenLeadsToAnotherHost(t *testing.T) {
	silent(t)
	c := open(t)
	piece := rapid.SampledFrom([]string{
		"https://", "http://", "//", "/", "\\", "@", ":", "?", "#", ".", "%2f", "\t", "\r\n", " ", "。", ":443",
		"shop.example.com", "SHOP.EXAMPLE.COM", "cdn.example.com", "evil.example", "javascript:", "x", "ä",
	})
	led := 0
	rapid.Check(t, func(t *rapid.T) {
		to := strings.Join(rapid.SliceOfN(piece, 1, 8).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "begins well") {
			to = "https://shop.example.com" + to
		}
		got := c.call(http.MethodGet, c.seal(func(l *linktoken.Link) { l.To = to }))
		location, leads := got.Headers["Location"]
		if !leads {
			return
		}
		led++
		u, err := url.Parse(location)
		if err != nil || u.Scheme != "https" || u.User != nil || !strings.EqualFold(u.Host, "shop.example.com") && u.Host != "cdn.example.com" {
			t.Fatalf("a link to %q led to %q", to, location)
		}
	})
	if led == 0 {
		t.Error("no link led anywhere, so the test shows nothing")
	}
}

// Whichever bit of a token is changed: it leads nowhere, and counts nothing.
func TestAnAlteredTokenLeadsNowhere(t *testing.T) {
	silent(t)
	c := open(t)
	id, token, _ := strings.Cut(c.seal(nil), ".")
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 * len(sealed) {
		altered := bytes.Clone(sealed)
		altered[i/8] ^= 1 << (i % 8)
		if got := c.call(http.MethodGet, id+"."+base64.RawURLEncoding.EncodeToString(altered)); got.StatusCode == http.StatusFound {
			t.Fatalf("with bit %d changed it leads to %q", i, got.Headers["Location"])
		}
	}
	if len(c.memory.clicks) > 0 {
		t.Errorf("%d clicks were counted", len(c.memory.clicks))
	}
}

// silent throws log lines away until the end of the test.
func silent(t testing.TB) {
	before := slog.Default()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { slog.SetDefault(before) })
}

// A path that we did not seal leads nowhere, whatever it says.
func FuzzPaths(f *testing.F) {
	c := open(f)
	genuine := c.seal(nil)
	f.Add(genuine[:len(genuine)-1])
	f.Add("/https://evil.example/")
	f.Add("//evil.example/")
	f.Add("/k1." + strings.Repeat("A", 200))
	silent(f)
	f.Fuzz(func(t *testing.T, path string) {
		c := c
		c.t = t
		if got := c.call(http.MethodGet, path); got.StatusCode == http.StatusFound && got.Headers["Location"] != "https://shop.example.com/p/JAR?utm_source=x" {
			t.Errorf("%q led to %q", path, got.Headers["Location"])
		}
	})
}

// Programs that scan mails ask with HEAD as well. It counts nothing, whatever comes
// with it.
func TestHeadNeverCounts(t *testing.T) {
	silent(t)
	c := open(t)
	for r := range httpapitest.Reads(3_000, 7, []string{c.seal(nil), c.seal(func(l *linktoken.Link) { l.Number = 9 })}, []string{"a=b"}) {
		r.RequestContext.HTTP.Method = http.MethodHead
		got, err := c.Handle(t.Context(), r)
		if err != nil || got.Body != "" {
			t.Fatalf("HEAD %q = %+v, %v", r.RawPath, got, err)
		}
	}
	if len(c.memory.clicks) > 0 {
		t.Errorf("%d clicks were counted", len(c.memory.clicks))
	}
}

// No log line has the customer, the address or the token: addresses of carts hold
// coupons.
func TestLogsNameNoCustomerAndNoAddress(t *testing.T) {
	var logged bytes.Buffer
	quiet := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	defer slog.SetDefault(quiet)
	c := open(t)
	c.memory.broken = errors.New("down")
	path := c.seal(func(l *linktoken.Link) { l.To = "https://shop.example.com/discount/R7KQ-3M8V" })
	c.call(http.MethodGet, path)
	c.call(http.MethodGet, path+"A")
	c.call(http.MethodGet, c.seal(func(l *linktoken.Link) { l.To = "https://old.example.com/discount/R7KQ-3M8V" }))
	if logged.Len() == 0 {
		t.Fatal("nothing was logged, so the test shows nothing")
	}
	for _, private := range []string{"R7KQ", "example.com", "c1\"", box, path[4:]} {
		if strings.Contains(logged.String(), private) {
			t.Errorf("a log line has %q:\n%s", private, logged.String())
		}
	}
}

// A link that is followed twice is one click.
func TestAClickCountsOnce(t *testing.T) {
	c := open(t)
	for range 3 {
		c.call(http.MethodGet, c.seal(nil))
		*c.at = c.at.Add(time.Minute)
	}
	people, machines := click.Count(claim.Send{State: claim.Delivered, Changed: noon, Clicks: c.memory.clicks})
	if people != 1 || machines != 0 {
		t.Errorf("Count = %d, %d, want 1, 0", people, machines)
	}
}
