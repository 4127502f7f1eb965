package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/shared/inputfault"
)

// The limits of the check of links.
const (
	linkTimeout  = 8 * time.Second
	linkWorkers  = 8
	goodPicture  = 200 << 10 // bytes of one picture
	goodPictures = 1 << 20   // bytes of all pictures that the files name
)

// link is an address that a file of the shop has, with each place.
type link struct {
	address string
	at      inputfault.InFiles // without text
}

// checkLinks requests every address that is written in shop.yaml and in the
// messages, as a browser without cookies would. An address that does not exist
// (404, 410, no such host) is a fault: every mail would lead there. All other
// trouble, which may pass, and pictures that are too heavy are advice.
// Addresses of examples (RFC 2606) are not requested.
func checkLinks(ctx context.Context, fsys fs.FS, client *http.Client) (faults, advice inputfault.InFiles) {
	links := literalLinks(fsys)
	answers := make([]answer, len(links))
	var group sync.WaitGroup
	turns := make(chan struct{}, linkWorkers)
	for i, l := range links {
		group.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			answers[i] = ask(ctx, client, l.address)
		})
	}
	group.Wait()
	var weight int64
	for i, l := range links {
		a := answers[i]
		for _, at := range l.at {
			at.Text, at.Hint = fmt.Sprintf("%s %s", l.address, a.trouble), a.hint
			switch {
			case a.gone:
				faults = append(faults, at)
			case a.trouble != "":
				advice = append(advice, at)
			}
		}
		weight += a.picture
		if a.picture > goodPicture {
			at := l.at[0]
			at.Text, at.Hint = fmt.Sprintf("the picture %s has %d KB, and should have %d at most", l.address, a.picture>>10, goodPicture>>10), "make it smaller: 1,200 pixels wide, JPEG or PNG"
			advice = append(advice, at)
		}
	}
	if weight > goodPictures {
		advice = append(advice, inputfault.InFile{File: "messages", Text: fmt.Sprintf("all pictures together have %d KB, and should have %d at most", weight>>10, goodPictures>>10), Hint: "make them smaller"})
	}
	return faults, advice
}

var (
	httpsAddress = regexp.MustCompile(`https://[^\s"'<>(){}\[\]\\|,]+(?:\{\{)?`)
	yamlComment  = regexp.MustCompile(`(?m)(?:^|[ \t])#.*$`)
	example      = regexp.MustCompile(`(?i)(?:^|\.)(?:example|test|invalid|localhost|example\.(?:com|net|org))$`)
)

// literalLinks returns the https addresses in shop.yaml and the messages that
// no Liquid mark completes, sorted. Comments have none.
func literalLinks(fsys fs.FS) []link {
	places := map[string]inputfault.InFiles{}
	note := func(file string) {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return // the check of the files has reported it
		}
		text := string(data)
		if path.Ext(file) == ".yaml" {
			text = yamlComment.ReplaceAllString(text, "")
		}
		for i, line := range strings.Split(text, "\n") {
			for _, m := range httpsAddress.FindAllStringIndex(line, -1) {
				address := strings.TrimRight(line[m[0]:m[1]], ".;:!?")
				if !strings.HasSuffix(address, "{{") {
					places[address] = append(places[address], inputfault.InFile{File: file, Line: i + 1, Column: m[0] + 1})
				}
			}
		}
	}
	note("shop.yaml")
	_ = fs.WalkDir(fsys, "messages", func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasPrefix(file, "messages/testdata/") && slices.Contains([]string{".mjml", ".txt", ".liquid", ".yaml", ".md"}, path.Ext(file)) {
			note(file)
		}
		return nil // what cannot be read has been reported
	})
	var links []link
	for address, at := range places {
		links = append(links, link{address, at})
	}
	slices.SortFunc(links, func(a, b link) int { return strings.Compare(a.address, b.address) })
	return links
}

// answer is what an address answers.
type answer struct {
	gone          bool   // it does not exist
	trouble, hint string // what is wrong, as the end of a sentence; "" is nothing
	picture       int64  // its bytes, if it is a picture
}

// ask requests an address with HEAD, and with GET if that is not answered well.
func ask(ctx context.Context, client *http.Client, address string) answer {
	ctx, cancel := context.WithTimeout(ctx, linkTimeout)
	defer cancel()
	a, ok := request(ctx, client, http.MethodHead, address)
	if !ok {
		a, _ = request(ctx, client, http.MethodGet, address)
	}
	return a
}

// request sends one request. It returns false if another method may get a
// better answer.
func request(ctx context.Context, client *http.Client, method, address string) (a answer, ok bool) {
	r, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return answer{gone: true, trouble: "is not an address", hint: "correct it"}, true
	}
	if example.MatchString(r.URL.Hostname()) {
		return answer{trouble: "is an address of examples", hint: "write the shop's own"}, true
	}
	r.Header.Set("User-Agent", "regulars-publish (checks the links of mails)")
	response, err := client.Do(r)
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return answer{gone: true, trouble: "does not exist: there is no such host", hint: "correct it, or remove it"}, true
	case errors.Is(err, context.DeadlineExceeded):
		return answer{trouble: fmt.Sprintf("does not answer within %s", linkTimeout), hint: "open it in a browser"}, true
	case err != nil:
		var reason *url.Error
		errors.As(err, &reason) // always: http.Client returns no other error
		return answer{trouble: "cannot be opened: " + reason.Err.Error(), hint: "open it in a browser"}, method == http.MethodGet
	}
	defer func() { _ = response.Body.Close() }()
	switch status := response.StatusCode; {
	case status == http.StatusNotFound || status == http.StatusGone:
		return answer{gone: true, trouble: fmt.Sprintf("does not exist: it answers %d", status), hint: "correct it, or remove it"}, method == http.MethodGet
	case status >= http.StatusBadRequest:
		return answer{trouble: fmt.Sprintf("answers %d", status), hint: "open it in a browser"}, method == http.MethodGet
	case !strings.HasPrefix(response.Header.Get("Content-Type"), "image/"):
		return answer{}, true
	case response.ContentLength >= 0:
		return answer{picture: response.ContentLength}, true
	}
	n, _ := io.Copy(io.Discard, io.LimitReader(response.Body, goodPictures+1))
	return answer{picture: n}, method == http.MethodGet
}

// newLinkClient returns a client that keeps no cookies and follows five
// redirects at most.
func newLinkClient() *http.Client {
	return &http.Client{CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) > 5 {
			return errors.New("more than five redirects")
		}
		return nil
	}}
}
