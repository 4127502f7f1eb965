package main

import (
	"cmp"
	"context"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// aShop has two topics, four languages and marks in its links.
func aShop() shoppolicy.Policy {
	return shoppolicy.Policy{
		Shop: shoppolicy.Shop{
			Name: "Regular Gifts", URL: "https://shop.example.com", Zone: "Europe/London", Languages: []string{"en", "ru", "pl", "el"}, UTM: shoppolicy.UTM{Source: "regulars"},
			Address: "Regular Gifts Ltd, 1 Example Street, London N1 1AA, United Kingdom",
			Topics: []shoppolicy.Topic{
				{ID: "news", Name: map[string]string{"en": "News", "pl": "Nowości", "ru": "Новости", "el": "Νέα"}, Wording: map[string]string{"en": "Yes, send me news.", "pl": "Tak, chcę nowości.", "ru": "Да, присылайте новости.", "el": "Ναι, θέλω νέα."}},
				{ID: "promotions", Name: map[string]string{"en": "Offers", "pl": "Oferty", "ru": "Предложения", "el": "Προσφορές"}, Wording: map[string]string{"en": "Yes, send me offers.", "pl": "Tak, chcę oferty.", "ru": "Да, присылайте предложения.", "el": "Ναι, θέλω προσφορές."}},
			},
		},
		Frequency: frequency.Policy{Zone: "Europe/London"},
	}
}

// opened is the preference centre of one mailbox, behind a link of a mail.
type opened struct {
	t     *testing.T
	h     *handler
	store *memory
	path  string
}

// open returns the preference centre of a mailbox with this contact, whose customer
// is in Athens.
func open(t *testing.T, contact frequency.Contact) opened {
	t.Helper()
	h, store, _ := newTest(t)
	h.policy = func(context.Context) (shoppolicy.Policy, error) { return aShop(), nil }
	store.mailboxes = map[shop.Mailbox]frequency.Contact{box: contact}
	store.profile = profile.Profile{ID: "c1", Mailbox: box, Email: profile.Statement{Value: "maria.pappa@example.com"}, Name: profile.Statement{Value: "Maria Pappa"}, Zone: profile.Statement{Value: "Europe/Athens"}, Locale: profile.Statement{Value: "en"}}
	token, err := h.links.Seal(linktoken.Link{Purpose: linktoken.Preferences, Customer: "c1", Send: send, Mailbox: box, Issued: h.now()})
	if err != nil {
		t.Fatal(err)
	}
	return opened{t, h, store, "/p/" + token}
}

func (o opened) call(method, query, body string) events.LambdaFunctionURLResponse {
	o.t.Helper()
	r := request(method, o.path, form, body)
	r.RawQueryString = query
	got, err := o.h.Handle(o.t.Context(), r)
	if err != nil {
		o.t.Fatal(err)
	}
	return got
}

// contact returns what is stored of the mailbox.
func (o opened) contact() frequency.Contact { return o.store.mailboxes[box] }

// Each field of the form, and what it stores: a wish with its time, a consent with
// its time, source and wording.
func TestTheFormStoresWhatWasChanged(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	agreed := frequency.Contact{}.WithStatement(shop.ConsentStatement{Topic: "promotions", Given: true, At: noon.AddDate(0, -1, 0), Source: shop.SourceCheckout})
	both := agreed.WithStatement(shop.ConsentStatement{Topic: "news", Given: true, At: noon.AddDate(0, -1, 0), Source: shop.SourceSignUpForm})
	chose := func(w frequency.Wishes) frequency.Contact { return agreed.WithWishes(w) }
	earlier := func(value string) frequency.Wish { return frequency.Wish{Value: value, At: noon.AddDate(0, 0, -1)} }
	now := func(value string) frequency.Wish { return frequency.Wish{Value: value, At: noon} }
	for name, c := range map[string]struct {
		contact frequency.Contact
		form    string
		wishes  frequency.Wishes
		news    bool // the mailbox gets them afterwards
		offers  bool
		wrong   bool // the form is answered with 400
	}{
		"weekly":                             {agreed, "was=promotions&topics=promotions&pace=weekly", frequency.Wishes{Pace: now("weekly")}, false, true, false},
		"monthly after weekly":               {chose(frequency.Wishes{Pace: earlier("weekly")}), "pace=monthly", frequency.Wishes{Pace: now("monthly")}, false, true, false},
		"no pace any more":                   {chose(frequency.Wishes{Pace: earlier("weekly")}), "pace=", frequency.Wishes{Pace: now("")}, false, true, false},
		"the same pace":                      {chose(frequency.Wishes{Pace: earlier("weekly")}), "pace=weekly", frequency.Wishes{Pace: earlier("weekly")}, false, true, false},
		"a form without the field":           {chose(frequency.Wishes{Pace: earlier("weekly")}), "plain=", frequency.Wishes{Pace: earlier("weekly")}, false, true, false},
		"another pace":                       {agreed, "pace=hourly", frequency.Wishes{}, false, true, true},
		"a pause":                            {agreed, "pause=2026-12-24", frequency.Wishes{Pause: now("2026-12-24")}, false, true, false},
		"a pause until today":                {agreed, "pause=2026-11-22", frequency.Wishes{}, false, true, true},
		"a pause of two years":               {agreed, "pause=2028-11-22", frequency.Wishes{}, false, true, true},
		"a pause until no day":               {agreed, "pause=2026-02-30", frequency.Wishes{}, false, true, true},
		"a pause is ended":                   {chose(frequency.Wishes{Pause: earlier("2026-12-24")}), "pause=", frequency.Wishes{Pause: now("")}, false, true, false},
		"a pause that is over stays":         {chose(frequency.Wishes{Pause: earlier("2026-11-20")}), "pause=", frequency.Wishes{Pause: earlier("2026-11-20")}, false, true, false},
		"another language":                   {agreed, "language=pl", frequency.Wishes{Language: now("pl")}, false, true, false},
		"the language that mails have":       {agreed, "language=en", frequency.Wishes{}, false, true, false},
		"a language that the shop lacks":     {agreed, "language=de", frequency.Wishes{}, false, true, true},
		"links without marks":                {agreed, "plain=&plain=yes", frequency.Wishes{Plain: now("yes")}, false, true, false},
		"links with marks again":             {chose(frequency.Wishes{Plain: earlier("yes")}), "plain=", frequency.Wishes{Plain: now("")}, false, true, false},
		"a yes to news":                      {agreed, "was=promotions&topics=promotions&topics=news", frequency.Wishes{}, true, true, false},
		"a no to news":                       {both, "was=promotions&was=news&topics=promotions", frequency.Wishes{}, false, true, false},
		"a no to offers, and a yes to news":  {both, "was=promotions&was=news&topics=news", frequency.Wishes{}, true, false, false},
		"a no to everything":                 {both, "was=promotions&was=news", frequency.Wishes{}, false, false, false},
		"an old page, after an opt-out":      {both.WithRefusal("promotions", noon.Add(-time.Hour)), "was=promotions&was=news&topics=promotions&topics=news&pace=weekly", frequency.Wishes{Pace: now("weekly")}, false, false, false},
		"a yes after an opt-out":             {both.WithRefusal("promotions", noon.Add(-time.Hour)), "topics=promotions", frequency.Wishes{}, false, true, false},
		"a topic that the page did not have": {agreed, "topics=secret", frequency.Wishes{}, false, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t, c.contact)
			got := o.call("POST", "lang=en", "do=save&"+c.form)
			if want := map[bool]int{true: http.StatusBadRequest, false: http.StatusSeeOther}[c.wrong]; got.StatusCode != want {
				t.Fatalf("Handle = %d, want %d", got.StatusCode, want)
			}
			if o.contact().Wishes != c.wishes {
				t.Errorf("the wishes are %+v, want %+v", o.contact().Wishes, c.wishes)
			}
			if news, offers := o.contact().Allows("news", nil), o.contact().Allows("promotions", nil); news != c.news || offers != c.offers {
				t.Errorf("news %v, offers %v, want %v and %v", news, offers, c.news, c.offers)
			}
		})
	}
}

// A yes on the page is a consent with its time, the page as its source, and the
// words that the page showed, in its language.
func TestAYesOnThePageKeepsItsWording(t *testing.T) {
	o := open(t, frequency.Contact{})
	page := o.call("GET", "lang=pl", "").Body
	if !strings.Contains(page, "Tak, chcę nowości.") {
		t.Fatal("the page does not show the wording")
	}
	o.call("POST", "lang=pl", "do=save&topics=news")
	want := frequency.Consent{Given: true, At: o.h.now(), Source: shop.SourcePreferences, Wording: "Tak, chcę nowości."}
	if got := o.contact().Consents["news"]; got != want {
		t.Errorf("the consent is %+v, want %+v", got, want)
	}
	if page := o.call("GET", "lang=pl", "").Body; !strings.Contains(page, "Mamy Twoją zgodę, wyrażoną 22 listopada 2026 na tej stronie.") || !strings.Contains(page, "<blockquote>Tak, chcę nowości.</blockquote>") {
		t.Error("the page does not say when, how and to which words the person agreed")
	}
}

// After a form is stored the browser loads the page with GET, in the language that
// was chosen, and the page says that it is stored.
func TestAStoredFormLeadsBackToThePage(t *testing.T) {
	o := open(t, frequency.Contact{})
	got := o.call("POST", "lang=en", "do=save&language=ru")
	if got.StatusCode != http.StatusSeeOther || got.Body != "" || got.Headers["Location"] != "?done=saved&lang=ru" {
		t.Fatalf("Handle = %d to %q, want 303 to the page in Russian", got.StatusCode, got.Headers["Location"])
	}
	page := o.call("GET", strings.TrimPrefix(got.Headers["Location"], "?"), "").Body
	if !strings.Contains(page, `role="status" tabindex="-1" autofocus>Ваш выбор сохранён.`) || !strings.Contains(page, "<title>Ваш выбор сохранён. ") {
		t.Error("the page does not say that the choice is stored")
	}
	if page := o.call("GET", "lang=en", "").Body; !strings.Contains(page, `<html lang="ru"`) {
		t.Error("an older mail's link opens the page in another language than the chosen one")
	}
}

// A form that is wrong is shown again as it was filled in, with what is wrong.
func TestAWrongFormIsShownAgain(t *testing.T) {
	o := open(t, frequency.Contact{})
	got := o.call("POST", "lang=en", "do=save&topics=news&pace=monthly&pause=2020-01-01&plain=&plain=yes&language=el")
	for _, want := range []string{
		`role="alert"`, `<a href="#pause">Choose a day`, `aria-invalid="true"`, `aria-describedby="pause-hint pause-error"`, `value="2020-01-01"`,
		`value="news" checked`, `value="monthly" checked`, `value="yes" checked`, `value="el" checked`,
	} {
		if got.StatusCode != http.StatusBadRequest || !strings.Contains(got.Body, want) {
			t.Errorf("Handle = %d, and the page lacks %s", got.StatusCode, want)
		}
	}
}

// What a mailbox gets today, as the page says it.
func TestThePageSaysWhatTheMailboxGets(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	agreed := frequency.Contact{}.WithConsent("promotions", true, noon.AddDate(0, -1, 0))
	for name, c := range map[string]struct {
		contact   frequency.Contact
		has, lack []string
	}{
		"an opt-in":   {agreed, []string{">Offers</span>: <strong>yes<", ">News</span>: <strong>no<", `value="stop"`}, []string{"At most one of these", "asked for a break"}},
		"no opt-in":   {frequency.Contact{}, []string{">Offers</span>: <strong>no<", "You have not agreed"}, []string{`value="stop"`}},
		"weekly":      {agreed.WithWishes(frequency.Wishes{Pace: frequency.Wish{Value: "weekly", At: noon}}), []string{"At most one of these in 7 days."}, nil},
		"a pause":     {agreed.WithWishes(frequency.Wishes{Pause: frequency.Wish{Value: "2026-12-24", At: noon}}), []string{"none of these before 24 December 2026", `value="2026-12-24"`}, nil},
		"a past one":  {agreed.WithWishes(frequency.Wishes{Pause: frequency.Wish{Value: "2026-11-22", At: noon}}), nil, []string{"asked for a break", `value="2026-11-22"`}},
		"a bounce":    {agreed.WithSuppression(frequency.Suppression{Reason: frequency.SuppressedBounce, At: noon}), []string{"because a message to it came back"}, []string{">Offers</span>: <strong>yes<"}},
		"a complaint": {agreed.WithSuppression(frequency.Suppression{Reason: frequency.SuppressedComplaint, At: noon}), []string{"reported as unwanted"}, nil},
	} {
		page := open(t, c.contact).call("GET", "lang=en", "").Body
		for _, want := range c.has {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the page lacks %q", name, want)
			}
		}
		for _, not := range c.lack {
			if strings.Contains(page, not) {
				t.Errorf("%s: the page has %q", name, not)
			}
		}
	}
}

// A mail can be forwarded, so the page shows no more of the customer than the mail:
// the address is masked, and nothing is shown of a customer who has another mailbox
// by now.
func TestThePageShowsNothingPersonal(t *testing.T) {
	o := open(t, frequency.Contact{})
	o.store.profile.Orders = []profile.Visit{{Order: "o-77", Number: "1077", At: o.h.now()}}
	page := o.call("GET", "", "").Body
	if !strings.Contains(page, "m…@example.com") {
		t.Error("the page does not name the address with its letters hidden")
	}
	o.store.profile.Mailbox = "another"
	for _, page := range []string{page, o.call("GET", "", "").Body} {
		for _, secret := range []string{"maria.pappa", "Maria", "Pappa", "1077", "o-77", string(box)} {
			if strings.Contains(page, secret) {
				t.Errorf("the page shows %q", secret)
			}
		}
	}
	if strings.Contains(o.call("GET", "", "").Body, "example.com</p>") {
		t.Error("the page shows the address of another mailbox")
	}
}

// The headers that keep the page out of caches, frames and other sites' logs.
func TestThePageIsKeptByNobody(t *testing.T) {
	got := open(t, frequency.Contact{}).call("GET", "", "")
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Robots-Tag": "noindex",
		"Content-Security-Policy": "frame-ancestors 'none'", "Content-Type": "text/html; charset=utf-8", "Set-Cookie": "",
	} {
		if !strings.Contains(got.Headers[name], want) || want == "" && got.Headers[name] != "" {
			t.Errorf("%s is %q, want %q in it", name, got.Headers[name], cmp.Or(want, "nothing"))
		}
	}
	if csp := got.Headers["Content-Security-Policy"]; strings.Contains(csp, "unsafe") || !strings.Contains(csp, "default-src 'none'") || len(got.Cookies) > 0 {
		t.Errorf("the policy is %q with the cookies %v, want no script, no inline style but the page's own, no cookie", csp, got.Cookies)
	}
}

// A shop that counts no clicks and has no marks in its links, no topics and no
// languages has a page all the same.
func TestThePageOfASmallShop(t *testing.T) {
	o := open(t, frequency.Contact{})
	o.h.policy = func(context.Context) (shoppolicy.Policy, error) {
		return shoppolicy.Policy{Shop: shoppolicy.Shop{NoClicks: true}}, nil
	}
	page := o.call("GET", "lang=en", "").Body
	if !strings.Contains(page, "Yes, send me offers and recommendations by e-mail.") || strings.Contains(page, `name="plain"`) || strings.Contains(page, `name="language"`) {
		t.Error("the page lacks the words of the consent, or has settings that change nothing")
	}
	o.call("POST", "lang=en", url.Values{"do": {"save"}, "topics": {"promotions"}}.Encode())
	if got := o.contact().Consents["promotions"]; !got.Given || got.Wording != "Yes, send me offers and recommendations by e-mail. I can stop them at any time." {
		t.Errorf("the consent is %+v", got)
	}
}

// The page says what is recorded of links, and has the switch if there is something to
// switch off.
func TestThePageSaysWhatIsRecordedOfLinks(t *testing.T) {
	const counts, none = "We record which links to our shop you follow", "We do not record if you open a message, or which link you follow."
	for name, c := range map[string]struct {
		of                  shoppolicy.Shop
		says, button, lacks string
	}{
		"clicks and marks": {shoppolicy.Shop{UTM: shoppolicy.UTM{Source: "x"}}, counts, "Direct links", none},
		"clicks":           {shoppolicy.Shop{}, counts, "Direct links", "utm_source"},
		"marks":            {shoppolicy.Shop{NoClicks: true, UTM: shoppolicy.UTM{Source: "x"}}, none, "Links without marks", counts},
		"neither":          {shoppolicy.Shop{NoClicks: true}, none, "", `name="plain"`},
	} {
		o := open(t, frequency.Contact{})
		o.h.policy = func(context.Context) (shoppolicy.Policy, error) { return shoppolicy.Policy{Shop: c.of}, nil }
		if page := o.call("GET", "lang=en", "").Body; !strings.Contains(page, c.says) || !strings.Contains(page, c.button) || strings.Contains(page, c.lacks) {
			t.Errorf("%s: the page lacks %q or %q, or has %q", name, c.says, c.button, c.lacks)
		}
	}
}

// Who has chosen direct links reads in each language that nothing is recorded, also above
// a form that has a fault; who has ticked them and not stored it reads what holds.
func TestThePageOfDirectLinksSaysThatNothingIsRecorded(t *testing.T) {
	direct := frequency.Contact{Wishes: frequency.Wishes{Plain: frequency.Wish{Value: frequency.Yes}}}
	for name, c := range map[string]struct {
		contact frequency.Contact
		form    string
		says    string
		lacks   string
	}{
		"chosen":                 {direct, "", "untracked", "counted"},
		"chosen, and unticked":   {direct, "do=save&plain=&pause=never", "untracked", "counted"},
		"not chosen":             {frequency.Contact{}, "", "counted", "untracked"},
		"not chosen, and ticked": {frequency.Contact{}, "do=save&plain=&plain=yes&pause=never", "counted", "untracked"},
	} {
		for language, words := range texts() {
			o, method := open(t, c.contact), "GET"
			if c.form != "" {
				method = "POST"
			}
			page := html.UnescapeString(o.call(method, "lang="+language, c.form).Body)
			if !strings.Contains(page, "<p>"+words[c.says]+"</p>") || strings.Contains(page, words[c.lacks]) {
				t.Errorf("%s, in %s: the page lacks %q, or has %q", name, language, words[c.says], words[c.lacks])
			}
		}
	}
}
