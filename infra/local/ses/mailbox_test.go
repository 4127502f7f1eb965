package ses

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// get requests a path of the mailbox, and returns the status and the body.
func (b *bench) get(path string) (int, string) {
	rec := httptest.NewRecorder()
	b.Mailbox().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
	return rec.Code, rec.Body.String()
}

func TestMailboxServesMessagesAsJSON(t *testing.T) {
	b := newBench(t, nil)
	if code, body := b.get("/mailbox/messages"); code != 200 || strings.TrimSpace(body) != "[]" {
		t.Errorf("an empty mailbox = %d %q, want []", code, body)
	}
	for _, to := range []string{"ann@example.com", "joann@example.com", "Tom@example.com"} {
		b.clock.pass(time.Second)
		if _, err := b.SendEmail(ctx, letterTo(to)); err != nil {
			t.Fatal(err)
		}
	}
	_, body := b.get("/mailbox/messages")
	var list []map[string]any
	if err := json.Unmarshal([]byte(body), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 3 || at(list[0], "to.0") != "Tom@example.com" {
		t.Fatalf("list = %s, want three, newest first", body)
	}
	for _, field := range []string{"id", "at", "from", "to", "subject", "headers", "html", "text", "tags"} {
		if _, ok := list[0][field]; !ok {
			t.Errorf("field %s is missing", field)
		}
	}
	if at(list[0], "headers.List-Unsubscribe") != "<https://example.com/u/token>" || at(list[0], "tags.campaign") != "thanks" || at(list[0], "at") != "2026-11-22T12:00:03Z" {
		t.Errorf("message = %v", list[0])
	}
	for query, want := range map[string]int{
		"to=ann@example.com": 1, "to=TOM@EXAMPLE.COM": 1, "to=ann": 2, "to=unknown": 0, "limit=2": 2, "offset=2": 1, "campaign=thanks": 3, "campaign=other": 0,
	} {
		_, body := b.get("/mailbox/messages?" + query)
		var list []Message
		if err := json.Unmarshal([]byte(body), &list); err != nil || len(list) != want {
			t.Errorf("?%s returns %d messages, %v; want %d", query, len(list), err, want)
		}
	}
	if code, _ := b.get("/mailbox/messages?limit=many"); code != 400 {
		t.Errorf("?limit=many = %d, want 400", code)
	}
	id := at(list[0], "id")
	if code, body := b.get("/mailbox/messages/" + id); code != 200 || !strings.Contains(body, id) {
		t.Errorf("one message = %d %s", code, body)
	}
	if code, body := b.get("/mailbox/messages/" + id + "/source"); code != 200 || !strings.Contains(body, "Message-ID: <"+id) {
		t.Errorf("its source = %d %s", code, body)
	}
	for _, path := range []string{"/mailbox/messages/none", "/mailbox/messages/none/source"} {
		if code, _ := b.get(path); code != 404 {
			t.Errorf("%s = %d, want 404", path, code)
		}
	}
}

// Addresses that do not exist lead to this machine where a message is shown. Its
// source stays as it was sent.
func TestShownMessagesAreChangedAndTheirSourceIsNot(t *testing.T) {
	b := newBench(t, func(cfg *Config) {
		cfg.Show = strings.NewReplacer("https://shop.example.com", "http://127.0.0.1:4566/shop")
	})
	letter := letterTo("ann@example.com")
	letter.Content.Simple.Body.Html.Data = aws.String(`<a href="https://shop.example.com/p/1?a=1&amp;b=2">mug</a>`)
	sent, err := b.SendEmail(ctx, letter)
	if err != nil {
		t.Fatal(err)
	}
	const want = `<a href="http://127.0.0.1:4566/shop/p/1?a=1&amp;b=2">mug</a>`
	m, _, err := b.Message(*sent.MessageId)
	if err != nil || m.HTML != want {
		t.Errorf("Message = %q, %v, want %q", m.HTML, err, want)
	}
	for _, path := range []string{"/mailbox/messages", "/mailbox/messages/" + m.ID} {
		if _, body := b.get(path); !strings.Contains(body, "http://127.0.0.1:4566/shop/p/1") || strings.Contains(body, "https://shop.example.com") {
			t.Errorf("GET %s = %s", path, body)
		}
	}
	if _, source := b.get("/mailbox/messages/" + m.ID + "/source"); strings.Contains(source, "127.0.0.1:4566/shop") {
		t.Errorf("the source is changed: %s", source)
	}
}

func TestSummaryHasTheLanguageOfTheMessage(t *testing.T) {
	for phrase, test := range map[string]struct{ html, tag, want string }{
		"tag":                {`<html lang="en">`, "pl", "pl"},
		"lang of the HTML":   {`<!doctype html><html xmlns="x" lang="el" dir="auto"><body>`, "", "el"},
		"xml:lang only":      {`<html xml:lang="ru">`, "", ""},
		"lang of an element": {`<html><p lang="ru">`, "", ""},
		"no HTML":            {``, "", ""},
	} {
		b := newBench(t, nil)
		in := letterTo("ann@example.com")
		in.Content.Simple.Body.Html.Data = &test.html
		if test.tag != "" {
			in.EmailTags = append(in.EmailTags, types.MessageTag{Name: aws.String("language"), Value: &test.tag})
		}
		if _, err := b.SendEmail(ctx, in); err != nil {
			t.Fatal(err)
		}
		if got := b.Messages(Filter{}).Items[0].Language; got != test.want {
			t.Errorf("%s: language = %q, want %q", phrase, got, test.want)
		}
	}
}

func TestMailboxKeepsTheNewestMessages(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Keep = 5 })
	var first string
	for i := range 12 {
		out, err := b.SendEmail(ctx, letterTo(fmt.Sprintf("c%d@example.com", i)))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = *out.MessageId
		}
	}
	if n := len(b.publish(t)); n != 24 {
		t.Errorf("published %d events, want 24: also those of deleted messages", n)
	}
	page := b.Messages(Filter{})
	if page.Total != 5 || page.Items[0].To[0] != "c11@example.com" || page.Items[4].To[0] != "c7@example.com" {
		t.Errorf("mailbox = %+v, want the five newest", page.Items)
	}
	if fmt.Sprint(page.Campaigns) != "map[thanks:5]" {
		t.Errorf("campaigns = %v, want five of thanks", page.Campaigns)
	}
	if _, ok, err := b.Message(first); ok || err != nil {
		t.Errorf("Message(first) = %v, %v; want it deleted", ok, err)
	}
	again, err := New(b.db, b.bus, b.steps, b.cfg)
	if err != nil || again.Messages(Filter{}).Total != 5 {
		t.Errorf("after a restart: %v, want five", err)
	}
}

func TestConcurrentSendsAndReads(t *testing.T) {
	b := newBench(t, nil)
	b.clock.pass(0)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 10 {
				if _, err := b.SendEmail(ctx, letterTo(fmt.Sprintf("c%d-%d@example.com", i, n))); err != nil {
					t.Error(err)
				}
				b.get("/mailbox/messages?limit=3")
				if _, err := b.PublishDue(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	b.publish(t)
	published := map[string]bool{}
	for _, e := range b.bus.events {
		published[e.ID] = true
	}
	if n := b.Messages(Filter{}).Total; n != 80 || len(published) != 160 {
		t.Errorf("%d messages and %d events, want 80 and 160", n, len(published))
	}
}
