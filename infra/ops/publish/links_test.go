package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// shopWith returns files with one link on line 2 of a message.
func shopWith(address string) fstest.MapFS {
	return fstest.MapFS{"messages/note/body.mjml": {Data: []byte("<p></p>\n<a href=\"" + address + "\"></a>\n")}}
}

func TestLinksThatLeadNowhereAreFaults(t *testing.T) {
	var mutex sync.Mutex
	asked := map[string]string{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mutex.Lock()
		asked[r.URL.Path] += r.Method + " "
		mutex.Unlock()
		if r.Header.Get("Cookie") != "" {
			t.Errorf("%s is asked with a cookie", r.URL.Path)
		}
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		switch r.URL.Path {
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
		case "/broken":
			w.WriteHeader(http.StatusBadGateway)
		case "/get-only":
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusNotFound)
			}
		case "/moved":
			http.Redirect(w, r, "/page", http.StatusMovedPermanently)
		case "/moved-away":
			http.Redirect(w, r, "/missing", http.StatusFound)
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/heavy.png":
			w.Header().Set("Content-Type", "image/png")
			w.Header().Set("Content-Length", fmt.Sprint(300<<10))
		case "/stream.png":
			w.Header().Set("Content-Type", "image/png")
			if r.Method == http.MethodGet {
				for range 2000 {
					fmt.Fprint(w, strings.Repeat("x", 1024))
				}
			}
		}
	}))
	defer server.Close()
	for path, test := range map[string]struct{ fault, advice string }{
		"/page":        {"", ""},
		"/get-only":    {"", ""},
		"/moved":       {"", ""},
		"/gone":        {"does not exist: it answers 410; correct it, or remove it", ""},
		"/missing":     {"does not exist: it answers 404; correct it, or remove it", ""},
		"/moved-away":  {"does not exist: it answers 404; correct it, or remove it", ""},
		"/broken":      {"", "answers 502; open it in a browser"},
		"/round":       {"", "cannot be opened: more than five redirects"},
		"/heavy.png":   {"", "has 300 KB, and should have 200 at most"},
		"/stream.png":  {"", "all pictures together have 1024 KB, and should have 1024 at most"},
		"/{{ order }}": {"", ""},
	} {
		client := newLinkClient()
		client.Transport = server.Client().Transport
		faults, advice := checkLinks(t.Context(), shopWith(server.URL+path), client)
		for kind, got := range map[string]struct{ all, want string }{"faults": {faults.Error(), test.fault}, "advice": {advice.Error(), test.advice}} {
			if (got.all == "") != (got.want == "") || !strings.Contains(got.all, got.want) {
				t.Errorf("%s: %s = %q, want %q", path, kind, got.all, got.want)
			}
		}
		if test.fault != "" && !strings.HasPrefix(faults.Error(), "messages/note/body.mjml:2:10: ") {
			t.Errorf("%s: the fault %q lacks its place", path, faults)
		}
	}
	if asked["/page"] != "HEAD HEAD " || asked["/get-only"] != "HEAD GET " || asked["/"] != "" {
		t.Errorf("asked %v, want HEAD, and GET only if that fails", asked)
	}
}

func TestAHostThatDoesNotExistIsAFault(t *testing.T) {
	for what, test := range map[string]struct {
		err           net.DNSError
		fault, advice string
	}{
		"no such host":         {net.DNSError{Err: "no such host", IsNotFound: true}, "there is no such host", ""},
		"the DNS is not there": {net.DNSError{Err: "server misbehaving", IsTemporary: true}, "", "cannot be opened"},
	} {
		client := newLinkClient()
		client.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, &test.err }}
		faults, advice := checkLinks(t.Context(), shopWith("https://shop.regulars.shop/"), client)
		if (len(faults) > 0) != (test.fault != "") || !strings.Contains(faults.Error(), test.fault) || (len(advice) > 0) != (test.advice != "") || !strings.Contains(advice.Error(), test.advice) {
			t.Errorf("%s: faults %q, advice %q, want %q, %q", what, faults, advice, test.fault, test.advice)
		}
	}
}

// Addresses of examples are named, and not requested: they are not the shop's.
func TestAddressesOfExamplesAreNotRequested(t *testing.T) {
	client := newLinkClient()
	client.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		t.Error("an address was requested")
		return nil, net.ErrClosed
	}}
	faults, advice := checkLinks(t.Context(), shopWith("https://shop.example.com/"), client)
	if len(faults) > 0 || len(advice) != 1 || !strings.Contains(advice.Error(), "is an address of examples; write the shop's own") {
		t.Errorf("faults %q, advice %q, want one advice", faults, advice)
	}
}

func TestLinksOfFilesAreFoundWithTheirPlaces(t *testing.T) {
	links := literalLinks(fstest.MapFS{
		"shop.yaml":                          {Data: []byte("# see https://docs.a.shop/\nurl: https://a.shop # not https://b.shop\nbrand:\n  logo: {light: https://a.shop/l.png, dark: https://a.shop/d.png}\n")},
		"messages/_layout/en.yaml":           {Data: []byte("more: \"See https://a.shop/terms.\"\n")},
		"messages/note/body.mjml":            {Data: []byte("<a href=\"https://a.shop\"></a><img src=\"https://a.shop/p/{{ pick.id }}.png\" />\n")},
		"messages/note/body.txt":             {Data: []byte("https://a.shop/text?a=1&b=2\n")},
		"messages/testdata/en/picks.txt":     {Data: []byte("https://golden.shop/\n")},
		"messages/messages_test.go":          {Data: []byte("// https://go.shop/\n")},
		"offers/welcome.yaml":                {Data: []byte("# https://offers.shop/\n")},
		"messages/note/picture-of-it.liquid": {Data: []byte("{% assign page = 'https://a.shop/liquid' %}\n")},
	})
	var got []string
	for _, l := range links {
		for _, at := range l.at {
			got = append(got, strings.TrimSuffix(at.String(), ": ")+" "+l.address)
		}
	}
	want := []string{
		"messages/note/body.mjml:1:10 https://a.shop", "shop.yaml:2:6 https://a.shop",
		"shop.yaml:4:45 https://a.shop/d.png", "shop.yaml:4:17 https://a.shop/l.png",
		"messages/note/picture-of-it.liquid:1:19 https://a.shop/liquid", "messages/_layout/en.yaml:1:12 https://a.shop/terms", "messages/note/body.txt:1:1 https://a.shop/text?a=1&b=2",
	}
	if len(got) != len(want) {
		t.Errorf("links = %q, want %q", got, want)
	}
	for _, w := range want {
		if !strings.Contains(strings.Join(got, "\n")+"\n", w+"\n") {
			t.Errorf("links = %q, want %q", got, w)
		}
	}
}
