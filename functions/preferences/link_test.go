package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/linktoken"
	"regulars/shared/privacy"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// exported is the function privacy: it replies with these documents.
type exported struct {
	reply privacy.Reply
	err   error
	calls []privacy.Call
}

func (e *exported) Export(_ context.Context, call privacy.Call) (privacy.Reply, error) {
	e.calls = append(e.calls, call)
	return e.reply, e.err
}

const documents = `[{"customer":"c1","exported":"2026-11-22T12:00:00Z",
	"profile":{"id":"c1","email":{"value":"maria.pappa@example.com"},"name":{"value":"Maria <b>Pappa"},"zone":{"value":"Europe/Athens"}},
	"contact":{"consents":{"news":{"given":true,"at":"2026-10-01T10:00:00Z","source":"sign_up_form","wording":"Yes, send me news."}}},
	"orders":[{"id":"o-77","placed":{"number":"#1077","at":"2026-10-05T22:30:00Z","total":{"minor":1900,"currency":"GBP"},"lines":[{"product":"MUG","title":"Red mug","units":2}]}}],
	"coupons":[{"offer":"welcome","state":"issued","until":"2026-12-24T12:00:00Z"}]}]`

// asking is a preference centre of a shop that sends links, with its queues.
type asking struct {
	opened
	intents, requests *queued
	exports           *exported
}

func openAsking(t *testing.T) asking {
	t.Helper()
	a := asking{opened: open(t, frequency.Contact{}), intents: &queued{}, requests: &queued{}, exports: &exported{reply: privacy.Reply{Documents: json.RawMessage(documents)}}}
	p := aShop()
	p.Shop.ContactURL = "https://shop.example.com/contact"
	for name, kind := range map[shop.CampaignID]shop.OrderKind{"data-link": shop.AskedExport, "erase-link": shop.AskedErasure} {
		p.Campaigns = append(p.Campaigns, campaign.Campaign{ID: name, Version: 1, On: []shop.OrderKind{kind}, Class: shop.ClassService, NotAfter: 24 * time.Hour})
	}
	a.h.policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
	a.h.tenant, a.h.intents, a.h.privacy, a.h.exports = "test", a.intents, a.requests, a.exports
	return a
}

// intent returns the intent that was put on send's queue last.
func (a asking) intent() (i campaign.Intent) {
	a.t.Helper()
	if err := json.Unmarshal([]byte(a.intents.bodies[len(a.intents.bodies)-1]), &i); err != nil {
		a.t.Fatal(err)
	}
	return i
}

// click calls the link of the mail of the last intent.
func (a asking) click(purpose linktoken.Purpose, method, body string) events.LambdaFunctionURLResponse {
	a.t.Helper()
	return a.clickIn("en", purpose, method, body)
}

func (a asking) clickIn(language string, purpose linktoken.Purpose, method, body string) events.LambdaFunctionURLResponse {
	a.t.Helper()
	token, err := a.h.links.Seal(linktoken.Link{Purpose: purpose, Customer: "c1", Send: a.intent().SendID("test"), Mailbox: box, Issued: a.h.now()})
	if err != nil {
		a.t.Fatal(err)
	}
	a.path = "/" + string(purpose) + "/" + token
	return a.call(method, "lang="+language, body)
}

// A press sends one mail to the mailbox, once in 24 hours for each kind.
func TestAPressSendsOneMailInTwentyFourHours(t *testing.T) {
	a := openAsking(t)
	noon := a.h.now()
	for i, c := range []struct {
		after time.Duration
		form  string
		done  string
		mails int
	}{
		{0, "data_export", "asked", 1},
		{time.Second, "data_export", "again", 1},
		{time.Second, "data_erase", "asked", 2},
		{24*time.Hour - 1, "data_export", "again", 2},
		{24 * time.Hour, "data_export", "asked", 3},
	} {
		a.h.now = func() time.Time { return noon.Add(c.after) }
		got := a.call("POST", "lang=en", "do="+c.form)
		if got.StatusCode != http.StatusSeeOther || !strings.Contains(got.Headers["Location"], "done="+c.done+"&") || len(a.intents.bodies) != c.mails {
			t.Errorf("press %d: Handle = %d to %s with %d mails, want %s and %d", i, got.StatusCode, got.Headers["Location"], len(a.intents.bodies), c.done, c.mails)
		}
	}
	i := a.intent()
	if i.Customer != "c1" || i.Campaign != "data-link" || a.contact().Links[shop.AskedExport].Send != i.SendID("test") {
		t.Errorf("the intent is %+v, and the mailbox keeps %+v", i, a.contact().Links)
	}
}

// If the queue could not be reached, the next press puts the same intent there.
func TestALostPressIsMadeGoodByTheNext(t *testing.T) {
	a := openAsking(t)
	a.intents.broken = errors.New("the queue cannot be reached")
	if got := a.call("POST", "lang=en", "do=data_export"); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("Handle = %d, want 503", got.StatusCode)
	}
	stored := a.contact().Links[shop.AskedExport].Send
	a.intents.broken = nil
	now := a.h.now().Add(time.Hour)
	a.h.now = func() time.Time { return now }
	if got := a.call("POST", "lang=en", "do=data_export"); got.StatusCode != http.StatusSeeOther || len(a.intents.bodies) != 1 || a.intent().SendID("test") != stored {
		t.Errorf("Handle = %d with %d mails, want the mail of the first press", got.StatusCode, len(a.intents.bodies))
	}
}

// No mail is sent to a mailbox that the page's link did not come to.
func TestNoLinkIsSentToAnotherMailbox(t *testing.T) {
	for name, change := range map[string]func(*asking){
		"the customer has another mailbox": func(a *asking) { a.store.profile.Mailbox = "another" },
		"the address is suppressed": func(a *asking) {
			a.store.mailboxes[box] = frequency.Contact{}.WithSuppression(frequency.Suppression{Reason: frequency.SuppressedComplaint, At: a.h.now()})
		},
		"the shop has no such campaign": func(a *asking) {
			a.h.policy = func(context.Context) (shoppolicy.Policy, error) { return aShop(), nil }
		},
	} {
		a := openAsking(t)
		change(&a)
		if got := a.call("POST", "lang=en", "do=data_erase"); got.StatusCode != http.StatusBadRequest || len(a.intents.bodies) > 0 || a.store.writes > 0 {
			t.Errorf("%s: Handle = %d with %d mails, want 400 and none", name, got.StatusCode, len(a.intents.bodies))
		}
		if page := a.call("GET", "lang=en", "").Body; strings.Contains(page, `value="data_erase"`) {
			t.Errorf("%s: the page offers it", name)
		}
	}
}

// The link shows everything once, after a press of the button: in words, and as a
// file in the page.
func TestTheLinkShowsEverythingOnce(t *testing.T) {
	a := openAsking(t)
	a.call("POST", "lang=en", "do=data_export")
	if page := a.click(linktoken.Export, "GET", ""); page.StatusCode != http.StatusOK || !strings.Contains(page.Body, "Show my data") || len(a.exports.calls) > 0 {
		t.Fatalf("GET = %d, with %d calls of privacy, want a button and none", page.StatusCode, len(a.exports.calls))
	}
	got := a.click(linktoken.Export, "POST", said)
	for _, want := range []string{"Maria &lt;b&gt;Pappa", "maria.pappa@example.com", "#1077: 6 October 2026, Total £19.00", "2 × Red mug", "Yes, send me news.", "welcome: issued, valid until 24 December 2026"} {
		if got.StatusCode != http.StatusOK || !strings.Contains(got.Body, want) {
			t.Errorf("Handle = %d, and the page lacks %q", got.StatusCode, want)
		}
	}
	_, file, _ := strings.Cut(got.Body, `href="data:application/json;base64,`)
	file, _, _ = strings.Cut(file, `"`)
	text, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(file, "&#43;", "+"))
	var all []privacy.Document
	if err != nil || json.Unmarshal(text, &all) != nil || len(all) != 1 || all[0].Orders[0].ID != "o-77" {
		t.Errorf("the file is %s, %v", text, err)
	}
	if len(a.exports.calls) != 1 || a.exports.calls[0].Customer != "c1" || !strings.HasPrefix(string(a.exports.calls[0].Request), "export-") {
		t.Errorf("privacy was called with %+v", a.exports.calls)
	}
	if again := a.click(linktoken.Export, "POST", said); again.StatusCode != http.StatusGone || len(a.exports.calls) != 1 || strings.Contains(again.Body, "Pappa") {
		t.Errorf("the second press = %d with %d calls, want 410 and no data", again.StatusCode, len(a.exports.calls))
	}
}

// What fails can be pressed again; what is too much is left to an operator.
func TestAnExportThatFailsOrIsTooLarge(t *testing.T) {
	a := openAsking(t)
	a.call("POST", "lang=en", "do=data_export")
	a.exports.err = errors.New("privacy cannot be reached")
	if got := a.click(linktoken.Export, "POST", said); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("Handle = %d, want 503", got.StatusCode)
	}
	a.exports.err, a.exports.reply = nil, privacy.Reply{TooLarge: true}
	if got := a.click(linktoken.Export, "POST", said); got.StatusCode != http.StatusOK || !strings.Contains(got.Body, "30 days at most") || len(a.requests.bodies) != 1 {
		t.Fatalf("Handle = %d with %v, want that the shop sends it", got.StatusCode, a.requests.bodies)
	}
	parsed, err := intake.Parse([]byte(a.requests.bodies[0]), a.h.now())
	if err != nil || parsed.Events[0].Fact.(shop.ExportFact).Customer != "c1" {
		t.Errorf("the request is %+v, %v", parsed, err)
	}
}

// The link erases after a press of the button: the request is on privacy's queue.
func TestTheLinkErasesOnce(t *testing.T) {
	a := openAsking(t)
	a.call("POST", "lang=en", "do=data_erase")
	if page := a.click(linktoken.Erase, "GET", ""); page.StatusCode != http.StatusOK || !strings.Contains(page.Body, "Erase my data") || len(a.requests.bodies) > 0 {
		t.Fatalf("GET = %d with %d requests, want a button and none", page.StatusCode, len(a.requests.bodies))
	}
	a.requests.broken = errors.New("the queue cannot be reached")
	if got := a.click(linktoken.Erase, "POST", said); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("Handle = %d, want 503", got.StatusCode)
	}
	a.requests.broken = nil
	if got := a.click(linktoken.Erase, "POST", said); got.StatusCode != http.StatusOK || !strings.Contains(got.Body, "Your data is being erased") {
		t.Errorf("Handle = %d, want 200", got.StatusCode)
	}
	if got := a.click(linktoken.Erase, "POST", said); got.StatusCode != http.StatusGone || len(a.requests.bodies) != 1 {
		t.Fatalf("the second press = %d with %d requests, want 410 and 1", got.StatusCode, len(a.requests.bodies))
	}
	parsed, err := intake.Parse([]byte(a.requests.bodies[0]), a.h.now())
	if err != nil {
		t.Fatal(err)
	}
	want := shop.EraseFact{Customer: "c1", Email: a.store.profile.Email.Value, Source: shop.RequestFromPreferences}
	if got := parsed.Events[0]; !reflect.DeepEqual(got.Fact, shop.Fact(want)) || want.Email == "" || got.ID != shop.EventID("erase-"+a.intent().SendID("test")) {
		t.Errorf("the request is %+v, want %+v", got, want)
	}
}

// Each call that shows and erases nothing.
func TestNothingElseUsesALink(t *testing.T) {
	for name, c := range map[string]struct {
		method, body string
		purpose      linktoken.Purpose
		change       func(*asking)
		status       int
	}{
		"HEAD":                     {"HEAD", "", linktoken.Erase, nil, 200},
		"GET with the form":        {"GET", said, linktoken.Erase, nil, 200},
		"POST without the form":    {"POST", "", linktoken.Erase, nil, 400},
		"RFC 8058's one click":     {"POST", "List-Unsubscribe=One-Click", linktoken.Erase, nil, 400},
		"PUT":                      {"PUT", said, linktoken.Erase, nil, 405},
		"the link of another kind": {"POST", said, linktoken.Export, nil, 410},
		"24 hours later": {"POST", said, linktoken.Erase, func(a *asking) {
			late := a.h.now().Add(24 * time.Hour)
			a.h.now = func() time.Time { return late }
		}, 410},
		"an erased mailbox":                       {"POST", said, linktoken.Erase, func(a *asking) { a.store.mailboxes[box] = a.contact().Erased(a.h.now()) }, 410},
		"the tables cannot be read":               {"POST", said, linktoken.Erase, func(a *asking) { a.store.broken = errors.New("out of order") }, 503},
		"the customer has another mailbox by now": {"POST", said, linktoken.Erase, func(a *asking) { a.store.profile.Mailbox = "another" }, 410},
		"the link of another mailbox":             {"POST", said, linktoken.Erase, func(a *asking) { delete(a.store.mailboxes, box) }, 410},
	} {
		a := openAsking(t)
		a.call("POST", "lang=en", "do=data_erase")
		if c.change != nil {
			c.change(&a)
		}
		before := a.store.writes
		if got := a.click(c.purpose, c.method, c.body); got.StatusCode != c.status || a.store.writes != before || len(a.requests.bodies) > 0 || len(a.exports.calls) > 0 {
			t.Errorf("%s: Handle = %d with %d writes, want %d and none", name, got.StatusCode, a.store.writes-before, c.status)
		}
	}
}
