package main

import (
	_ "embed"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/profile"
	"regulars/shared/shoppolicy"
)

//go:embed centre.html
var centreHTML string

var centreLayout = sync.OnceValue(func() *template.Template { return template.Must(template.New("centre").Parse(centreHTML)) })

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

func (m centre) main() template.HTML { return execute(centreLayout(), m, m.T("unreadable")) }

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

// Marked reports whether links of the shop's mails have marks.
func (m centre) Marked() bool { return m.shop.Shop.UTM != shoppolicy.UTM{} }

// Counted reports whether the shop counts which links of its mails are followed.
func (m centre) Counted() bool { return !m.shop.Shop.NoClicks }

// Recorded reports whether it is recorded which links this mailbox follows: the shop
// counts them, and the person has not stored that they want direct links.
func (m centre) Recorded() bool {
	return m.Counted() && m.contact.Wishes.Plain.Value != frequency.Yes
}
