package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"regulars/shared/intake"
	"regulars/shared/linktoken"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// queued is the bodies on record's queue.
type queued struct {
	bodies []string
	broken error
}

func (q *queued) Put(_ context.Context, values ...any) error {
	for _, v := range values {
		body, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if q.broken == nil {
			q.bodies = append(q.bodies, string(body))
		}
	}
	return q.broken
}

const (
	box  = shop.Mailbox("mailbox-1")
	send = shop.SendID("s1")
	said = "confirm=yes"
)

// signedUp returns a handler with a sign-up of an hour ago, and the path of its
// link; change changes the link.
func signedUp(t *testing.T) (h *handler, store *memory, record *queued, path func(change func(*linktoken.Link)) string) {
	t.Helper()
	h, store, _ = newTest(t)
	record = &queued{}
	h.record = record
	at := h.now().Add(-time.Hour)
	stated := func(v string) profile.Statement { return profile.Statement{Value: v, At: at} }
	store.profile = profile.Profile{
		ID: shop.SignUpID(box), Mailbox: box, Email: stated("zofia@example.com"), Name: stated("Zofia"), Locale: stated("pl"),
		SignUp: &profile.SignUp{At: at, Send: send, Queued: true, Wordings: map[shop.Topic]string{"promotions": "Tak, chcę oferty.", "news": "Tak, chcę <nowości>."}},
	}
	return h, store, record, func(change func(*linktoken.Link)) string {
		l := linktoken.Link{Purpose: linktoken.Confirm, Customer: shop.SignUpID(box), Send: send, Mailbox: box, Issued: h.now()}
		change(&l)
		token, err := h.links.Seal(l)
		if err != nil {
			t.Fatal(err)
		}
		return "/c/" + token
	}
}

func same(*linktoken.Link) {}

// A confirmation gives each consent with its time, source and wording.
func TestAConfirmedSignUpGivesTheConsents(t *testing.T) {
	h, store, record, path := signedUp(t)
	got, err := h.Handle(t.Context(), request("POST", path(same), form, said))
	if err != nil || got.StatusCode != http.StatusOK || !strings.Contains(got.Body, "Dziękujemy") {
		t.Fatalf("Handle = %d, %v: %s", got.StatusCode, err, got.Body)
	}
	if len(record.bodies) != 1 {
		t.Fatalf("%d events are on record's queue, want 1", len(record.bodies))
	}
	parsed, err := intake.Parse([]byte(record.bodies[0]), h.now())
	if err != nil || len(parsed.Events) != 1 {
		t.Fatalf("the event is refused: %v", err)
	}
	fact := parsed.Events[0].Fact.(shop.ContactFact)
	if fact.Customer.ID != intake.Guest("zofia@example.com") || fact.Customer.Name != "Zofia" || fact.Customer.Locale != "pl" {
		t.Errorf("the person is %+v", fact.Customer)
	}
	for i, want := range []shop.ConsentStatement{
		{Topic: "news", Given: true, At: h.now(), Source: shop.SourceSignUpForm, Wording: "Tak, chcę <nowości>."},
		{Topic: "promotions", Given: true, At: h.now(), Source: shop.SourceSignUpForm, Wording: "Tak, chcę oferty."},
	} {
		if len(fact.Consents) != 2 || fact.Consents[i] != want {
			t.Errorf("consent %d is %+v, want %+v", i, fact.Consents, want)
		}
	}
	if kept, _ := json.Marshal(store.profile); strings.Contains(string(kept), "ofia") || store.profile.SignUp.Confirmed.IsZero() {
		t.Errorf("the sign-up keeps %s, want that it is confirmed and nothing of the person", kept)
	}
}

// Each link and call that gives no consent: it changes nothing.
func TestNothingElseConfirmsASignUp(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*handler, *memory)
		link   func(*linktoken.Link)
		path   func(string) string
		method string
		body   string
		status int
	}{
		"GET of the link":                             {nil, same, nil, "GET", "", 200},
		"HEAD of the link":                            {nil, same, nil, "HEAD", "", 200},
		"GET with the button's form":                  {nil, same, nil, "GET", said, 200},
		"POST without the form":                       {nil, same, nil, "POST", "", 400},
		"RFC 8058's one click":                        {nil, same, nil, "POST", "List-Unsubscribe=One-Click", 400},
		"PUT":                                         {nil, same, nil, "PUT", said, 405},
		"a forged token":                              {nil, same, func(p string) string { return p[:len(p)-2] + "xx" }, "POST", said, 404},
		"the token of an unsubscribe link":            {nil, func(l *linktoken.Link) { l.Purpose = linktoken.Unsubscribe }, nil, "POST", said, 404},
		"the token of another sign-up of the mailbox": {nil, func(l *linktoken.Link) { l.Send = "s0" }, nil, "POST", said, 410},
		"the token of another address":                {func(_ *handler, m *memory) { m.profile = profile.Profile{} }, func(l *linktoken.Link) { l.Customer = "signup:other" }, nil, "POST", said, 410},
		"the last moment is over":                     {func(_ *handler, m *memory) { m.profile.SignUp.At = m.profile.SignUp.At.Add(time.Hour - 72*time.Hour) }, same, nil, "POST", said, 410},
		"a customer's profile":                        {func(_ *handler, m *memory) { m.profile.SignUp = nil }, same, nil, "POST", said, 410},
		"a confirmed one, again":                      {func(_ *handler, m *memory) { m.profile.SignUp.Confirmed = m.profile.SignUp.At }, same, nil, "POST", said, 200},
	} {
		t.Run(name, func(t *testing.T) {
			h, store, record, path := signedUp(t)
			if c.change != nil {
				c.change(h, store)
			}
			at := path(c.link)
			if c.path != nil {
				at = c.path(at)
			}
			got, err := h.Handle(t.Context(), request(c.method, at, form, c.body))
			if err != nil || got.StatusCode != c.status {
				t.Errorf("Handle = %d, %v, want %d", got.StatusCode, err, c.status)
			}
			if len(record.bodies) > 0 || store.writes > 0 {
				t.Errorf("it put %v on record's queue and wrote %d times, want neither", record.bodies, store.writes)
			}
		})
	}
}

// The page shows what the person agrees to, in the language of the mail, and has
// no button but that.
func TestTheConfirmationPageShowsTheWordings(t *testing.T) {
	h, _, _, path := signedUp(t)
	r := request("GET", path(same), "", "")
	r.RawQueryString = "lang=el"
	got, err := h.Handle(t.Context(), r)
	for _, want := range []string{`lang="el"`, "Επιβεβαίωση", "Tak, chcę oferty.", "Tak, chcę &lt;nowości&gt;.", `name="confirm"`} {
		if err != nil || !strings.Contains(got.Body, want) {
			t.Errorf("the page lacks %q, %v", want, err)
		}
	}
	if strings.Contains(got.Body, `name="promotions"`) || strings.Contains(got.Body, "<script") {
		t.Error("the page has another button, or a script")
	}
}

func TestAConfirmationThatCannotBeStoredCanBePressedAgain(t *testing.T) {
	h, store, record, path := signedUp(t)
	record.broken = errors.New("the queue cannot be reached")
	got, _ := h.Handle(t.Context(), request("POST", path(same), form, said))
	if got.StatusCode != http.StatusServiceUnavailable || !store.profile.SignUp.Confirmed.IsZero() {
		t.Errorf("Handle = %d and the sign-up is confirmed at %s, want 503 and not confirmed", got.StatusCode, store.profile.SignUp.Confirmed)
	}
	record.broken = nil
	if got, _ := h.Handle(t.Context(), request("POST", path(same), form, said)); got.StatusCode != http.StatusOK || len(record.bodies) != 1 {
		t.Errorf("the second press = %d with %d events, want 200 and 1", got.StatusCode, len(record.bodies))
	}
}
