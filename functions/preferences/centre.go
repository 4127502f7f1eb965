package main

import (
	"context"
	_ "embed"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/contactchange"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppage"
	"regulars/shared/shoppolicy"
)

//go:embed centre.html
var centreHTML string

var centreLayout = template.Must(template.New("centre").Parse(centreHTML))

// centre is the page of the preference centre: what holds for one mailbox, and the
// forms that change it. It shows nothing of the customer that a mail does not show,
// because mails are forwarded: no name, no order, and of the address its domain and
// first letter.
type centre struct {
	words
	Done   string     // the name of the sentence that says what was done; "" for none
	Wrong  string     // the name of the sentence that says what is wrong with the posted form
	posted url.Values // the form, if it is wrong: it is shown again as it was filled in

	shop    shoppolicy.Policy
	link    linktoken.Link
	profile profile.Profile // without what belongs to another mailbox
	contact frequency.Contact
	now     time.Time
}

// dones are the sentences that the page can begin with after a form was stored, by
// the parameter done of its address.
var dones = map[string]string{"saved": "done_saved", "stopped": "unsubscribed", "asked": "done_asked", "again": "done_again"}

// centre shows the preference centre, or stores one of its forms. After a form is
// stored the browser is sent back to the page, so that loading it again posts
// nothing.
func (h *handler) centre(ctx context.Context, c *call) answer {
	m, err := h.mailboxOf(ctx, c)
	if err != nil {
		slog.ErrorContext(ctx, "could not read a mailbox for its preference page", "send", c.link.Send, "err", err)
	}
	if c.method() != http.MethodPost {
		if err != nil {
			return answer{status: http.StatusServiceUnavailable, page: page{Say: "unreadable", Unsubscribe: true}}
		}
		m.Done = dones[c.query.Get("done")]
		return answer{status: http.StatusOK, page: m, language: m.contact.Wishes.Language.Value}
	}
	form, errForm := formOf(c.LambdaFunctionURLRequest)
	switch {
	case errForm != nil || form.Get("do") == "":
		return h.unsubscribe(ctx, *c)
	case err != nil:
		return answer{status: http.StatusServiceUnavailable, page: page{Say: "failed", Unsubscribe: true}}
	}
	m.Language = shoppage.Language(c.wanted(m.contact.Wishes.Language.Value)...)
	switch form.Get("do") {
	case "save":
		return h.save(ctx, *c, m, form)
	case "stop":
		return h.stored(ctx, *c, m, "stopped", contactchange.Choice{Refused: m.shop.Shop.TopicNames()})
	}
	if kind, ok := asks[form.Get("do")]; ok && m.Reachable() && slices.Contains(m.Asks(), form.Get("do")) {
		return h.ask(ctx, *c, m, kind)
	}
	return m.refused(form, "form_wrong")
}

// save stores the form of the settings.
func (h *handler) save(ctx context.Context, c call, m centre, form url.Values) answer {
	choice, wrong := m.choice(form)
	if wrong != "" {
		return m.refused(form, wrong)
	}
	return h.stored(ctx, c, m, "saved", choice)
}

// stored stores a choice, and sends the browser back to the page.
func (h *handler) stored(ctx context.Context, c call, m centre, done string, choice contactchange.Choice) answer {
	if err := contactchange.Choose(ctx, h.store, c.link.Customer, c.link.Mailbox, m.now, choice); err != nil {
		slog.ErrorContext(ctx, "could not store what a customer chose", "send", c.link.Send, "err", err)
		return answer{status: http.StatusServiceUnavailable, page: page{Say: "failed", Unsubscribe: true}, language: m.Language}
	}
	slog.InfoContext(ctx, "stored what a customer chose", "send", c.link.Send, "form", done, "refused", len(choice.Refused), "given", len(choice.Given))
	language := m.Language
	if chosen := choice.Wishes.Language.Value; chosen != "" {
		language = shoppage.Language(chosen)
	}
	return answer{done: done, language: language}
}

// refused returns the page with the posted form and what is wrong with it.
func (m centre) refused(form url.Values, wrong string) answer {
	m.posted, m.Wrong = form, wrong
	return answer{status: http.StatusBadRequest, page: m, language: m.Language}
}

// back returns the answer that sends the browser back to the page, with GET.
func (c call) back(a answer) events.LambdaFunctionURLResponse {
	query := url.Values{"done": {a.done}, "lang": {a.language}}
	response := shoppage.Page{Shop: c.shop.Shop, Language: a.language}.Answer(http.StatusSeeOther)
	response.Headers["Location"], response.Body = "?"+query.Encode(), ""
	return response
}

// mailboxOf returns the preference centre of the mailbox that the message went to.
// What the customer's profile says counts only if they still have that mailbox.
func (h *handler) mailboxOf(ctx context.Context, c *call) (centre, error) {
	m := centre{shop: c.shop, link: c.link, now: shop.Millis(h.now())}
	p, _, err := h.store.Profile(ctx, c.link.Customer)
	if err != nil {
		return m, err
	}
	if c.link.Mailbox != "" {
		m.contact, _, err = h.store.MailboxContact(ctx, c.link.Mailbox)
	} else {
		m.contact, _, err = h.store.Contact(ctx, c.link.Customer)
	}
	if m.profile = p; c.link.Mailbox != "" && p.Mailbox != c.link.Mailbox {
		m.profile = profile.Profile{Zone: p.Zone, Country: p.Country, Province: p.Province, Locale: p.Locale}
	}
	return m, err
}

func (m centre) in(language string) content {
	m.Language = language
	return m
}

// title begins with what was done or is wrong: a screen reader reads it first.
func (m centre) title() string {
	for _, name := range []string{m.Wrong, m.Done} {
		if name != "" {
			return m.T(name) + " " + m.T("title")
		}
	}
	return m.T("title")
}

func (m centre) main() template.HTML { return execute(centreLayout, m, m.T("unreadable")) }

// Address returns the address with all but its first letter and its domain
// hidden, or "".
func (m centre) Address() string {
	local, domain, ok := strings.Cut(m.profile.Email.Value, "@")
	if !ok || local == "" {
		return ""
	}
	first := []rune(local)[:1]
	return strings.ReplaceAll(m.T("address"), "{address}", string(first)+"…@"+domain)
}

// zones returns where the customer may be, and zone the one that days are shown in.
func (m centre) zones() []string      { return m.profile.Zones() }
func (m centre) zone() *time.Location { return m.shop.Shop.ZoneOf(m.zones()) }

// Soft reports whether the mailbox gets advertising in messages about orders by the
// shop's soft opt-in.
func (m centre) Soft() bool { return decide.SoftOptIn(m.profile, m.contact, m.shop.Shop) }

// Suppressed returns the sentence that says why the mailbox gets nothing at all, or
// "".
func (m centre) Suppressed() string {
	if s := m.contact.SuppressedFor(m.profile.Email.Value); s != nil {
		return m.T("suppressed_" + s.Reason)
	}
	return ""
}

// Stoppable reports whether there is anything to opt out of.
func (m centre) Stoppable() bool {
	return m.Soft() || slices.ContainsFunc(m.Topics(), func(t topic) bool { return t.Gets })
}

// Ordered reports whether the customer has ordered, so that they get messages about
// orders.
func (m centre) Ordered() bool {
	return len(m.profile.Orders) > 0 || m.profile.Earlier.Orders > 0
}

// Tracked reports whether links of the shop's mails have marks.
func (m centre) Tracked() bool { return m.shop.Shop.UTM != shoppolicy.UTM{} }
