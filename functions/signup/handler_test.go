package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/httpapi/httpapitest"
	"regulars/shared/mailbox"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppage/shoppagetest"
	"regulars/shared/shoppolicy"
)

// memory stores sign-ups and counts, and takes the intents.
type memory struct {
	sync.Mutex
	signUps map[shop.CustomerID]profile.Profile
	revs    map[shop.CustomerID]int
	counts  map[string]int
	intents []campaign.Intent
	broken  error // if set, Put fails with it
}

func (m *memory) Profile(_ context.Context, id shop.CustomerID) (profile.Profile, dynamo.Rev, error) {
	m.Lock()
	defer m.Unlock()
	if !id.IsSignUp() {
		return profile.Profile{}, "", fmt.Errorf("signup read %s", id)
	}
	if m.revs[id] == 0 {
		return profile.Profile{}, "", nil
	}
	return m.signUps[id], fmt.Sprint(m.revs[id]), nil
}

func (m *memory) SaveSignUp(_ context.Context, p profile.Profile, rev dynamo.Rev) (dynamo.Rev, error) {
	m.Lock()
	defer m.Unlock()
	if stored := m.revs[p.ID]; stored == 0 && rev != "" || stored > 0 && rev != fmt.Sprint(stored) {
		return "", dynamo.ErrConflict
	}
	m.signUps[p.ID] = p
	m.revs[p.ID]++
	return fmt.Sprint(m.revs[p.ID]), nil
}

func (m *memory) CountSignUp(_ context.Context, network string, now time.Time) (int, error) {
	m.Lock()
	defer m.Unlock()
	m.counts[network+now.Format("2006-01-02T15")]++
	return m.counts[network+now.Format("2006-01-02T15")], nil
}

func (m *memory) Put(_ context.Context, values ...any) error {
	m.Lock()
	defer m.Unlock()
	for _, v := range values {
		if m.broken == nil {
			m.intents = append(m.intents, v.(campaign.Intent))
		}
	}
	return m.broken
}

// sends returns the sends that the intents make: one mail each.
func (m *memory) sends() map[shop.SendID]bool {
	all := map[shop.SendID]bool{}
	for _, i := range m.intents {
		all[i.SendID("test")] = true
	}
	return all
}

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newTest() (*handler, *memory) {
	store := &memory{signUps: map[shop.CustomerID]profile.Profile{}, revs: map[shop.CustomerID]int{}, counts: map[string]int{}}
	p := shoppolicy.Policy{
		Shop: shoppolicy.Shop{
			Name: "Regular Gifts", URL: "https://shop.example.com", Hosts: []string{"www.example.com"}, Languages: []string{"en", "pl"},
			Topics: []shoppolicy.Topic{
				{ID: "promotions", Wording: map[string]string{"en": "Send me offers.", "pl": "Chcę oferty."}},
				{ID: "news", Wording: map[string]string{"en": "Send me news.", "pl": "Chcę nowości."}},
			},
		},
		Campaigns: []campaign.Campaign{{ID: "confirm", Version: 1, On: []shop.OrderKind{shop.SignedUp}, Class: shop.ClassService, NotAfter: 24 * time.Hour}},
	}
	return &handler{
		store: store, intents: store, tenant: "test", mailboxes: mailbox.Key(strings.Repeat("m", 32)), now: func() time.Time { return noon },
		policy: func(context.Context) (shoppolicy.Policy, error) { return p, nil },
	}, store
}

const formKind, jsonKind = "application/x-www-form-urlencoded", "application/json"

// post returns a call of the form from this network address.
func post(kind, body, ip string) events.LambdaFunctionURLRequest {
	r := events.LambdaFunctionURLRequest{RawPath: "/", Body: body, Headers: map[string]string{"content-type": kind, "accept-language": "pl, en;q=0.5"}}
	r.RequestContext.HTTP.Method, r.RequestContext.HTTP.SourceIP = http.MethodPost, ip
	return r
}

// formOf returns the form of an address that asks for topics.
func formOf(address string, topics ...string) string {
	return url.Values{"email": {address}, "name": {"Zofia"}, "topics": topics}.Encode()
}

func TestASignUpAsksForTheConfirmation(t *testing.T) {
	for name, c := range map[string]struct{ kind, body, language, wording string }{
		"a form":                         {formKind, formOf("Zofia@Example.com", "news"), "pl", "Chcę nowości."},
		"a form that names English":      {formKind, formOf("zofia@example.com", "news") + "&language=en-GB", "en-GB", "Send me news."},
		"JSON":                           {jsonKind, `{"email":"zofia@example.com","name":"Zofia","language":"pl","topics":["news"]}`, "pl", "Chcę nowości."},
		"a language that the shop lacks": {jsonKind, `{"email":"zofia@example.com","language":"de","topics":["news"]}`, "de", "Send me news."},
	} {
		t.Run(name, func(t *testing.T) {
			h, store := newTest()
			got, err := h.Handle(t.Context(), post(c.kind, c.body, "192.0.2.1"))
			if err != nil || got.StatusCode != http.StatusAccepted {
				t.Fatalf("Handle = %d, %v: %s", got.StatusCode, err, got.Body)
			}
			id := shop.SignUpID(h.mailboxes.Mailbox("zofia@example.com"))
			p := store.signUps[id]
			if len(store.intents) != 1 || store.intents[0].Customer != id || store.intents[0].Campaign != "confirm" || !store.intents[0].NotAfter.Equal(noon.Add(24*time.Hour)) {
				t.Fatalf("the intents are %+v, want one of %s", store.intents, id)
			}
			if p.SignUp == nil || p.SignUp.Send != store.intents[0].SendID("test") || !p.SignUp.Queued || len(p.SignUp.Wordings) != 1 || p.SignUp.Wordings["news"] != c.wording || p.Locale.Value != c.language || p.Mailbox == "" {
				t.Errorf("the sign-up is %+v, %+v, want its wording %q in %s", p, p.SignUp, c.wording, c.language)
			}
		})
	}
}

// A flood of requests to one address, from many networks and at once, gives one
// mail in 24 hours.
func TestAFloodOfTenThousandRequestsToOneAddressGivesOneMail(t *testing.T) {
	h, store := newTest()
	var group sync.WaitGroup
	for worker := range 10 {
		group.Go(func() {
			for i := range 1000 {
				ip := fmt.Sprintf("10.%d.%d.7", worker, i%256)
				if i%2 == 1 {
					ip = fmt.Sprintf("2001:db8:%x::%x", worker*1000+i, i)
				}
				got, err := h.Handle(t.Context(), post(formKind, formOf([]string{"zofia@example.com", "ZOFIA@Example.Com"}[i%2], "news", "promotions"), ip))
				if err != nil || got.StatusCode != http.StatusAccepted {
					t.Errorf("Handle = %d, %v", got.StatusCode, err)
				}
			}
		})
	}
	group.Wait()
	if n := len(store.sends()); n != 1 {
		t.Errorf("the requests make %d mails, want 1", n)
	}
	h.now = func() time.Time { return noon.Add(24 * time.Hour) }
	if _, err := h.Handle(t.Context(), post(formKind, formOf("zofia@example.com", "news"), "192.0.2.1")); err != nil || len(store.sends()) != 2 {
		t.Errorf("after 24 hours there are %d mails, %v; want a second one", len(store.sends()), err)
	}
}

// Of one network, 20 sign-ups an hour are taken.
func TestANetworkSignsUpTwentyAddressesAnHour(t *testing.T) {
	for name, ip := range map[string]func(i int) string{
		"IPv4": func(i int) string { return fmt.Sprintf("192.0.2.%d", i) },
		"IPv6": func(i int) string { return fmt.Sprintf("2001:db8:7:%x::%x", i, i) },
	} {
		h, store := newTest()
		for i := range 40 {
			want := http.StatusAccepted
			if i >= mostOfNetwork {
				want = http.StatusTooManyRequests
			}
			got, err := h.Handle(t.Context(), post(formKind, formOf(fmt.Sprintf("p%d@example.com", i), "news"), ip(i)))
			if err != nil || got.StatusCode != want || want != http.StatusAccepted && got.Headers["Retry-After"] == "" {
				t.Errorf("%s, sign-up %d: Handle = %d, %v, want %d", name, i, got.StatusCode, err, want)
			}
		}
		if len(store.sends()) != mostOfNetwork {
			t.Errorf("%s: %d mails, want %d", name, len(store.sends()), mostOfNetwork)
		}
		for key := range store.counts {
			if strings.Contains(key, "192.0.2") || strings.Contains(key, "2001:db8") {
				t.Errorf("%s: the count's key %q has the network's address", name, key)
			}
		}
		h.now = func() time.Time { return noon.Add(time.Hour) }
		if got, _ := h.Handle(t.Context(), post(formKind, formOf("late@example.com", "news"), ip(1))); got.StatusCode != http.StatusAccepted {
			t.Errorf("%s: in the next hour Handle = %d, want 202", name, got.StatusCode)
		}
	}
}

// If the intent could not be put on the queue, the next call for the address puts
// the same one there.
func TestALostIntentIsPutOnTheQueueByTheNextCall(t *testing.T) {
	h, store := newTest()
	store.broken = errors.New("the queue cannot be reached")
	call := post(formKind, formOf("zofia@example.com", "news"), "192.0.2.1")
	if got, _ := h.Handle(t.Context(), call); got.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("Handle = %d, want 503", got.StatusCode)
	}
	store.broken = nil
	h.now = func() time.Time { return noon.Add(time.Minute) }
	for range 3 {
		if got, _ := h.Handle(t.Context(), call); got.StatusCode != http.StatusAccepted {
			t.Errorf("Handle = %d, want 202", got.StatusCode)
		}
	}
	if len(store.intents) != 1 || !store.intents[0].Planned.Equal(noon) {
		t.Errorf("the intents are %+v, want that of the first call", store.intents)
	}
}

func TestWhatIsRefused(t *testing.T) {
	sound := formOf("zofia@example.com", "news")
	from := func(origin string) func(*events.LambdaFunctionURLRequest) {
		return func(r *events.LambdaFunctionURLRequest) { r.Headers["origin"] = origin }
	}
	method := func(m string) func(*events.LambdaFunctionURLRequest) {
		return func(r *events.LambdaFunctionURLRequest) { r.RequestContext.HTTP.Method = m }
	}
	for name, c := range map[string]struct {
		kind, body string
		change     func(*events.LambdaFunctionURLRequest)
		status     int
		mails      int
	}{
		"a page of the shop":            {formKind, sound, from("https://www.example.com"), 202, 1},
		"a page of another host":        {formKind, sound, from("https://evil.example"), 403, 0},
		"a page without an origin":      {formKind, sound, from("null"), 403, 0},
		"a page without https":          {formKind, sound, from("http://shop.example.com"), 403, 0},
		"the hidden field is filled in": {formKind, sound + "&website=https%3A%2F%2Fspam.example", nil, 202, 0},
		"GET":                           {formKind, sound, method("GET"), 405, 0},
		"another path":                  {formKind, sound, func(r *events.LambdaFunctionURLRequest) { r.RawPath = "/x" }, 405, 0},
		"no address":                    {formKind, formOf("", "news"), nil, 400, 0},
		"no address at all":             {formKind, formOf("zofia", "news"), nil, 400, 0},
		"two addresses":                 {formKind, formOf("a@example.com, b@example.com", "news"), nil, 400, 0},
		"a header in the address":       {formKind, formOf("a@example.com\r\nBcc: b@example.com", "news"), nil, 400, 0},
		"no topic":                      {formKind, formOf("zofia@example.com"), nil, 400, 0},
		"an undeclared topic":           {formKind, formOf("zofia@example.com", "news", "vip"), nil, 400, 0},
		"a long name": {formKind, formOf("zofia@example.com", "news") + "&name=", func(r *events.LambdaFunctionURLRequest) {
			r.Body = strings.Replace(r.Body, "name=Zofia", "name="+strings.Repeat("Z", 101), 1)
		}, 400, 0},
		"no language":                {formKind, sound + "&language=%21", nil, 400, 0},
		"9 KB":                       {formKind, sound + "&x=" + strings.Repeat("x", 9<<10), nil, 413, 0},
		"text":                       {"text/plain", sound, nil, 415, 0},
		"JSON with an unknown field": {jsonKind, `{"email":"zofia@example.com","topics":["news"],"to":"x"}`, nil, 400, 0},
		"broken JSON":                {jsonKind, `{"email":`, nil, 400, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h, store := newTest()
			r := post(c.kind, c.body, "192.0.2.1")
			if c.change != nil {
				c.change(&r)
			}
			got, err := h.Handle(t.Context(), r)
			if err != nil || got.StatusCode != c.status || len(store.sends()) != c.mails {
				t.Errorf("Handle = %d with %d mails, %v, want %d with %d: %s", got.StatusCode, len(store.sends()), err, c.status, c.mails, got.Body)
			}
			if strings.Contains(got.Body, "zofia") {
				t.Errorf("the answer repeats the address: %s", got.Body)
			}
		})
	}
}

// The answers for a new address, for one that has signed up, for one that has
// confirmed, and to a program that fills in every field are the same.
func TestTheAnswerDoesNotTellIfAnAddressIsKnown(t *testing.T) {
	h, store := newTest()
	call := post(formKind, formOf("zofia@example.com", "news"), "192.0.2.1")
	first, _ := h.Handle(t.Context(), call)
	second, _ := h.Handle(t.Context(), call)
	id := shop.SignUpID(h.mailboxes.Mailbox("zofia@example.com"))
	store.signUps[id].SignUp.Confirmed = noon
	third, _ := h.Handle(t.Context(), call)
	fourth, _ := h.Handle(t.Context(), post(formKind, formOf("new@example.com", "news")+"&website=x", "192.0.2.1"))
	for i, other := range []events.LambdaFunctionURLResponse{second, third, fourth} {
		if fmt.Sprint(other) != fmt.Sprint(first) {
			t.Errorf("answer %d is %+v, the first was %+v", i+2, other, first)
		}
	}
}

func TestABrowserGetsAPageInItsLanguageAndAScriptTheShopsOrigin(t *testing.T) {
	h, _ := newTest()
	r := post(formKind, formOf("zofia@example.com", "news"), "192.0.2.1")
	r.Headers["accept"], r.Headers["origin"] = "text/html,*/*", "https://shop.example.com"
	got, err := h.Handle(t.Context(), r)
	if err != nil || !strings.Contains(got.Body, `lang="pl"`) || !strings.Contains(got.Body, "Regular Gifts") || got.Headers["Access-Control-Allow-Origin"] != "https://shop.example.com" {
		t.Errorf("Handle = %+v, %v; want a Polish page", got, err)
	}
	r.RequestContext.HTTP.Method = http.MethodOptions
	if got, _ := h.Handle(t.Context(), r); got.StatusCode != http.StatusNoContent || got.Headers["Access-Control-Allow-Methods"] != "POST" {
		t.Errorf("OPTIONS = %+v, want 204 and POST", got)
	}
	r.Headers["origin"] = "https://evil.example"
	if got, _ := h.Handle(t.Context(), r); got.StatusCode != http.StatusForbidden || got.Headers["Access-Control-Allow-Origin"] != "" {
		t.Errorf("OPTIONS from elsewhere = %+v, want 403 without permission", got)
	}
}

func TestAShopWithoutTopicsOrTheCampaignHasNoForm(t *testing.T) {
	for name, take := range map[string]func(*shoppolicy.Policy){
		"no topics":   func(p *shoppolicy.Policy) { p.Shop.Topics = nil },
		"no campaign": func(p *shoppolicy.Policy) { p.Campaigns = nil },
	} {
		h, _ := newTest()
		p, _ := h.policy(t.Context())
		take(&p)
		h.policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
		if got, err := h.Handle(t.Context(), post(formKind, formOf("zofia@example.com", "news"), "192.0.2.1")); err != nil || got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: Handle = %d, %v, want 404", name, got.StatusCode, err)
		}
	}
}

// The page that answers a form, in each language, has a sound structure.
func TestEachPageHasASoundStructure(t *testing.T) {
	p := shoppolicy.Shop{Name: "Regular Gifts", Address: "1 Example Street, London"}
	for _, language := range []string{"en", "ru", "pl", "el"} {
		for name, status := range map[string]int{"asked": 202, "unclear": 400, "too-many": 429, "failed": 503} {
			shoppagetest.Check(t, "signup-"+name+"."+language, pageOf(status, p, language, ""))
		}
	}
}

// Ten thousand calls with GET and HEAD write nothing, and send nothing.
func TestTenThousandReadsWriteNothing(t *testing.T) {
	h, store := newTest()
	paths := []string{"/", "", "/signup", "/?"}
	forms := []string{formOf("zofia@example.com", "news"), `{"email":"zofia@example.com","topics":["news"]}`}
	for r := range httpapitest.Reads(10_000, 14, paths, forms) {
		if _, err := h.Handle(t.Context(), r); err != nil || len(store.signUps)+len(store.counts)+len(store.intents) > 0 {
			t.Fatalf("%s %q ?%s with the body %q: %v, or it wrote something", r.RequestContext.HTTP.Method, r.RawPath, r.RawQueryString, r.Body, err)
		}
	}
}
