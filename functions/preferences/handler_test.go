package main

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// memory stores one customer's contact, and those of mailboxes.
type memory struct {
	contact   frequency.Contact
	mailboxes map[shop.Mailbox]frequency.Contact
	profile   profile.Profile
	writes    int
	broken    error // if set, each call fails with it
}

func (m *memory) Contact(context.Context, shop.CustomerID) (frequency.Contact, dynamo.Rev, error) {
	return m.contact, "1", m.broken
}

func (m *memory) MailboxContact(_ context.Context, mailbox shop.Mailbox) (frequency.Contact, dynamo.Rev, error) {
	return m.mailboxes[mailbox], "1", m.broken
}

func (m *memory) Profile(context.Context, shop.CustomerID) (profile.Profile, dynamo.Rev, error) {
	return m.profile, "1", m.broken
}

func (m *memory) SaveSignUp(_ context.Context, p profile.Profile, _ dynamo.Rev) (dynamo.Rev, error) {
	m.profile, m.writes = p, m.writes+1
	return "2", m.broken
}

func (m *memory) UpdateContact(_ context.Context, _ shop.CustomerID, change func(frequency.Contact) (frequency.Contact, bool)) error {
	if m.broken != nil {
		return m.broken
	}
	changed, really := change(m.contact)
	if really {
		m.contact, m.writes = changed, m.writes+1
	}
	return nil
}

func (m *memory) UpdateMailbox(_ context.Context, mailbox shop.Mailbox, change func(frequency.Contact) (frequency.Contact, bool)) error {
	if m.broken != nil {
		return m.broken
	}
	if changed, really := change(m.mailboxes[mailbox]); really {
		if m.mailboxes == nil {
			m.mailboxes = map[shop.Mailbox]frequency.Contact{}
		}
		m.mailboxes[mailbox], m.writes = changed, m.writes+1
	}
	return nil
}

func newTest(t *testing.T) (*handler, *memory, func(linktoken.Purpose) string) {
	t.Helper()
	links, err := linktoken.New(map[string][]byte{"k1": []byte(strings.Repeat("k", 64))}, "k1")
	if err != nil {
		t.Fatal(err)
	}
	store := &memory{}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	h := &handler{store: store, links: links, now: func() time.Time { return now }, policy: func(context.Context) (shoppolicy.Policy, error) {
		return shoppolicy.Policy{Shop: shoppolicy.Shop{Name: "Regular Gifts"}}, nil
	}}
	return h, store, func(p linktoken.Purpose) string {
		token, err := links.Seal(linktoken.Link{Purpose: p, Customer: "c1", Send: "s1", Issued: now})
		if err != nil {
			t.Fatal(err)
		}
		return map[linktoken.Purpose]string{linktoken.Unsubscribe: "/u/", linktoken.Preferences: "/p/"}[p] + token
	}
}

func request(method, path, contentType, body string) events.LambdaFunctionURLRequest {
	r := events.LambdaFunctionURLRequest{RawPath: path, Body: body, Headers: map[string]string{"content-type": contentType, "accept-language": "pl, en;q=0.5"}}
	r.RequestContext.HTTP.Method = method
	return r
}

const form = "application/x-www-form-urlencoded"

func TestEachRequestStoresTheChosenConsent(t *testing.T) {
	h, _, path := newTest(t)
	multipart := "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
	encoded := request("POST", path(linktoken.Unsubscribe), form, base64.StdEncoding.EncodeToString([]byte("List-Unsubscribe=One-Click")))
	encoded.IsBase64Encoded = true
	for name, c := range map[string]struct {
		request events.LambdaFunctionURLRequest
		status  int
		given   string // the stored consent: "yes", "no" or "" for none
	}{
		"RFC 8058 as a form":                {request("POST", path(linktoken.Unsubscribe), form, "List-Unsubscribe=One-Click"), 200, "no"},
		"RFC 8058 as base64":                {encoded, 200, "no"},
		"RFC 8058 as multipart":             {request("POST", path(linktoken.Unsubscribe), "multipart/form-data; boundary=b", multipart), 200, "no"},
		"the page's button":                 {request("POST", path(linktoken.Unsubscribe), form, "promotions=no"), 200, "no"},
		"an unsubscribe link cannot opt in": {request("POST", path(linktoken.Unsubscribe), form, "promotions=yes"), 200, "no"},
		"a preference link, one click":      {request("POST", path(linktoken.Preferences), form, "List-Unsubscribe=One-Click"), 200, "no"},
		"a preference link can opt in":      {request("POST", path(linktoken.Preferences), form, "do=save&topics=promotions"), 303, "yes"},
		"a preference link can opt out":     {request("POST", path(linktoken.Preferences), form, "do=stop"), 303, "no"},
		"a preference link, an empty form":  {request("POST", path(linktoken.Preferences), form, ""), 400, ""},
		"a preference link, another form":   {request("POST", path(linktoken.Preferences), form, "do=x"), 400, ""},
		"a preference link, an odd topic":   {request("POST", path(linktoken.Preferences), form, "do=save&topics=x"), 400, ""},
		"a preference link, GET of a form":  {request("GET", path(linktoken.Preferences), form, "do=stop"), 200, ""},
		"GET changes nothing":               {request("GET", path(linktoken.Unsubscribe), "", "List-Unsubscribe=One-Click"), 200, ""},
		"HEAD changes nothing":              {request("HEAD", path(linktoken.Unsubscribe), "", ""), 200, ""},
		"an empty POST changes nothing":     {request("POST", path(linktoken.Unsubscribe), form, ""), 400, ""},
		"another form changes nothing":      {request("POST", path(linktoken.Unsubscribe), form, "x=y"), 400, ""},
		"a link for another purpose":        {request("POST", strings.Replace(path(linktoken.Unsubscribe), "/u/", "/p/", 1), form, "promotions=yes"), 404, ""},
		"a forged link":                     {request("POST", path(linktoken.Unsubscribe)+"x", form, "List-Unsubscribe=One-Click"), 404, ""},
		"another method":                    {request("DELETE", path(linktoken.Unsubscribe), "", ""), 405, ""},
		"a path without a token":            {request("GET", "/", "", ""), 404, ""},
	} {
		store := &memory{}
		h.store = store
		got, err := h.Handle(context.Background(), c.request)
		if err != nil || got.StatusCode != c.status {
			t.Errorf("%s: Handle = %d, %v, want %d", name, got.StatusCode, err, c.status)
		}
		stored := ""
		if consent, ok := store.contact.Consents[shop.TopicPromotions]; ok {
			stored = map[bool]string{true: "yes", false: "no"}[consent.Given]
		}
		if stored != c.given {
			t.Errorf("%s: stored %q, want %q", name, stored, c.given)
		}
		if c.request.RequestContext.HTTP.Method == http.MethodHead && got.Body != "" {
			t.Errorf("%s: the answer to HEAD has a body", name)
		}
	}
}

func TestAnOptOutThatCannotBeStoredIsAnsweredWith503(t *testing.T) {
	h, store, path := newTest(t)
	store.broken = errors.New("the table cannot be reached")
	got, _ := h.Handle(context.Background(), request("POST", path(linktoken.Unsubscribe), form, "List-Unsubscribe=One-Click"))
	if got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("Handle = %d, want 503: a 200 promises that no promotion is claimed any more", got.StatusCode)
	}
}

func TestAnOptOutWinsOverAnEarlierOptInOfAFastClock(t *testing.T) {
	h, store, path := newTest(t)
	store.contact = frequency.Contact{}.WithConsent(shop.TopicPromotions, true, h.now().Add(4*time.Minute))
	got, _ := h.Handle(context.Background(), request("POST", path(linktoken.Unsubscribe), form, "List-Unsubscribe=One-Click"))
	if stored := store.contact.Consents[shop.TopicPromotions]; got.StatusCode != http.StatusOK || stored.Given {
		t.Errorf("Handle = %d and the stored consent is %v, want 200 and an opt-out, although the opt-in's time is later", got.StatusCode, stored)
	}
}

func TestThePageIsInTheReadersLanguageAndHasNoScript(t *testing.T) {
	h, _, path := newTest(t)
	got, _ := h.Handle(context.Background(), request("GET", path(linktoken.Preferences), "", ""))
	for _, want := range []string{`lang="pl"`, "Regular Gifts", "Najwyżej raz w tygodniu", "Tak, chcę dostawać"} {
		if !strings.Contains(got.Body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(got.Body, "<script") || !strings.Contains(got.Headers["Content-Security-Policy"], "default-src 'none'") {
		t.Error("the page has a script, or its Content-Security-Policy allows one")
	}
}

// The preference page says what holds for the mailbox, when and how the customer
// said it, in the language of the mail. The page of the unsubscribe link, which
// mail scanners open, says nothing.
func TestThePageSaysWhenAndHowTheCustomerAgreed(t *testing.T) {
	h, _, _ := newTest(t)
	at := time.Date(2026, 9, 30, 22, 30, 0, 0, time.UTC) // the 1st in Athens
	box := func(value string) profile.Profile {
		return profile.Profile{
			Mailbox: "m1", Consent: profile.Statement{Value: value, By: "o1", At: at.AddDate(0, 0, 9)}, Zone: profile.Statement{Value: "Europe/Athens"},
			Orders: []profile.Visit{{Order: "o1", At: at}},
		}
	}
	explicit := func(given bool, source shop.ConsentSource) frequency.Contact {
		return frequency.Contact{}.WithConsentFrom(shop.TopicPromotions, given, source, at)
	}
	for name, c := range map[string]struct {
		contact frequency.Contact
		profile profile.Profile
		mailbox shop.Mailbox
		query   string
		purpose linktoken.Purpose
		broken  error
		want    string // "" for no sentence
	}{
		"the box":                         {profile: box("yes"), mailbox: "m1", query: "lang=en", want: "You agreed on 1 October 2026, on our checkout page."},
		"the box, in Greek":               {profile: box("yes"), mailbox: "m1", query: "lang=el", want: "Συμφωνήσατε την 1η Οκτωβρίου 2026, κατά την παραγγελία σας."},
		"the box, in Russian":             {profile: box("yes"), mailbox: "m1", query: "lang=ru", want: "Вы согласились 1 октября 2026 при оформлении заказа."},
		"an unknown language":             {profile: box("yes"), mailbox: "m1", query: "lang=xx%zz", want: "wyrażoną 1 października 2026 przy składaniu zamówienia"},
		"no day":                          {profile: profile.Profile{Mailbox: "m1", Consent: profile.Statement{Value: "yes", By: "gone", At: at}}, mailbox: "m1", query: "lang=en", want: "You have agreed."},
		"the empty box":                   {profile: box("no"), mailbox: "m1", query: "lang=en", want: "You said no on 1 October 2026"},
		"a form":                          {contact: explicit(true, shop.SourceSignUpForm), profile: box("no"), mailbox: "m1", query: "lang=en", want: "You agreed on 1 October 2026, in our sign-up form."},
		"a source that is not known":      {contact: explicit(true, ""), profile: box("no"), mailbox: "m1", query: "lang=en", want: "You agreed on 1 October 2026."},
		"an opt-out":                      {contact: explicit(false, ""), profile: box("yes"), mailbox: "m1", query: "lang=en", want: "You said no on 1 October 2026"},
		"a link without a mailbox":        {contact: explicit(true, shop.SourceInStore), query: "lang=en", want: "You agreed on 30 September 2026, in our store."},
		"a customer with another mailbox": {profile: box("yes"), mailbox: "m2", query: "lang=en"},
		"nothing said":                    {profile: box(""), mailbox: "m1", query: "lang=en"},
		"the tables cannot be read":       {profile: box("yes"), mailbox: "m1", query: "lang=en", broken: errors.New("out of order")},
		"an unsubscribe link":             {profile: box("yes"), mailbox: "m1", query: "lang=en", purpose: linktoken.Unsubscribe},
	} {
		store := &memory{contact: c.contact, mailboxes: map[shop.Mailbox]frequency.Contact{"m1": c.contact}, profile: c.profile, broken: c.broken}
		h.store = store
		kind, purpose := "/p/", linktoken.Preferences
		if c.purpose != 0 {
			kind, purpose = "/u/", c.purpose
		}
		token, err := h.links.Seal(linktoken.Link{Purpose: purpose, Customer: "c1", Send: "s1", Mailbox: c.mailbox, Issued: h.now()})
		if err != nil {
			t.Fatal(err)
		}
		r := request("GET", kind+token, "", "")
		r.RawQueryString = c.query
		got, err := h.Handle(context.Background(), r)
		status := http.StatusOK
		if c.broken != nil {
			status = http.StatusServiceUnavailable
		}
		if err != nil || got.StatusCode != status || store.writes > 0 {
			t.Errorf("%s: Handle = %d, %v, with %d writes, want %d", name, got.StatusCode, err, store.writes, status)
		}
		said := strings.Contains(got.Body, "greed on ") || strings.Contains(got.Body, "said no on")
		if !strings.Contains(got.Body, c.want) || c.want == "" && said {
			t.Errorf("%s: want %q in the page:\n%s", name, c.want, got.Body)
		}
	}
}

// Each source of a consent has its sentence.
func TestEachSourceHasItsSentence(t *testing.T) {
	for _, source := range shop.ConsentSources {
		if texts()["en"]["agreed_"+string(source)+"_on"] == "" {
			t.Errorf("page.json has no sentence for the source %s", source)
		}
	}
}
