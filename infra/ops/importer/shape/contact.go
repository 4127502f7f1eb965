package shape

import (
	"encoding/json"
	"strings"

	"regulars/shared/inputfault"
	"regulars/shared/mailbox"
	"regulars/shared/shop"
)

// contact reads one person. What they said of promotions is, in this order: an
// unsubscribe with its time (Mailchimp), a column of consents, or the time of an
// opt-in (Mailchimp). An address that Mailchimp has cleaned bounced.
func (r *Reader) contact(w row) ([]Item, inputfault.InFiles) {
	d := r.draft()
	d.person(w, "id", "name")
	if w.text("changed_at") != "" {
		d.set("/occurred_at", w, "changed_at", d.when)
	}
	for _, field := range []string{"consent_at", "unsubscribed_at", "opted_in_at", "cleaned_at"} {
		if text := w.text(field); text != "" {
			if _, fault := r.settings.when(text); fault != "" {
				d.fault(w, field, fault)
			}
		}
	}
	var birthday shop.Birthday
	if text := w.text("birthday"); text != "" {
		var fault string
		if birthday, fault = r.settings.birthday(text); fault != "" {
			d.fault(w, "birthday", fault)
		}
	}
	suppressed := d.suppressions(w)
	yes, field := d.said(w)
	undated := true
	if yes != saidNothing {
		given := map[string]any{"topic": string(shop.TopicPromotions), "given": yes == saidYes}
		if topic := w.text("topic"); topic != "" {
			given["topic"] = strings.ToLower(topic)
		}
		d.places["/consents/0/topic"], d.places["/consents/0/at"] = place{w, "topic"}, place{w, field}
		if field != "" && w.text(field) != "" {
			undated = false
			given["at"], _ = d.when(w.text(field))
		}
		if source := sources[plain(w.text("consent_source"))]; source != "" && yes == saidYes {
			given["source"] = string(source)
		}
		if wording := w.text("consent_wording"); wording != "" && yes == saidYes {
			given["wording"] = wording
		}
		d.detail["consents"] = []any{given}
	}
	events := d.read("contact.changed", w)
	if len(d.faults) > 0 {
		return nil, d.faults
	}
	item, _ := r.item(events[0])
	item.Undated, item.Suppress, item.Birthday = undated, suppressed, birthday
	if text := w.text("cleaned_at"); text != "" {
		at, _ := r.settings.when(text) // read above
		item.Suppress = &Suppression{Bounced, shop.Millis(at)}
	}
	return []Item{item}, nil
}

// suppressions returns the gravest of the suppressions that Klaviyo lists in one
// column, such as "['HARD_BOUNCE', 'USER_SUPPRESSED']", or nil.
func (d *draft) suppressions(w row) (worst *Suppression) {
	grave := map[string]int{Unsubscribed: 1, Bounced: 2, Complained: 3}
	for _, word := range strings.FieldsFunc(w.text("suppressions"), func(r rune) bool { return strings.ContainsRune("[]'\",; ", r) }) {
		why, fault := reason(word)
		if fault != "" {
			d.fault(w, "suppressions", fault)
			return nil
		}
		if worst == nil || grave[why] > grave[worst.Reason] {
			worst = &Suppression{why, d.in.settings.AsOf}
		}
	}
	return worst
}

// sources are the words for how a consent was given.
var sources = map[string]shop.ConsentSource{
	"checkout": shop.SourceCheckout, "orderform": shop.SourceCheckout,
	"signupform": shop.SourceSignUpForm, "form": shop.SourceSignUpForm, "popup": shop.SourceSignUpForm, "newsletter": shop.SourceSignUpForm, "website": shop.SourceSignUpForm,
	"account": shop.SourceAccount, "preferences": shop.SourcePreferences, "preferencecenter": shop.SourcePreferences, "preferencecentre": shop.SourcePreferences,
	"instore": shop.SourceInStore, "pos": shop.SourceInStore, "store": shop.SourceInStore,
}

// said returns what the person said of promotions, and the field with its time.
func (d *draft) said(w row) (said, string) {
	switch {
	case w.text("unsubscribed_at") != "":
		return saidNo, "unsubscribed_at"
	case w.text("consent") != "":
		word, fault := consent(w.text("consent"))
		if fault != "" {
			d.fault(w, "consent", fault)
		}
		return word, "consent_at"
	case w.text("opted_in_at") != "" && w.text("cleaned_at") == "" && !strings.HasPrefix(d.in.named(), "nonsubscribed"):
		return saidYes, "opted_in_at"
	}
	return saidNothing, ""
}

// person sets the customer of an event, whose ID and name are in these fields.
func (d *draft) person(w row, id, name string) {
	d.detail["customer"] = map[string]any{}
	d.set("/customer/id", w, id, func(text string) (any, string) { // some programs put ' before a number, for Excel
		if text = strings.TrimPrefix(text, "'"); text == "0" { // a guest of WooCommerce
			return nil, ""
		}
		return text, ""
	})
	d.set("/customer/email", w, "email", nil)
	d.set("/customer/name", w, name, nil)
	d.set("/customer/locale", w, "language", nil)
	d.set("/customer/zone", w, "zone", nil)
	d.set("/customer/country", w, "country", func(text string) (any, string) { return Country(text), "" })
	d.set("/customer/province", w, "province", nil)
	if text := w.text("email"); text != "" {
		if normal, _ := mailbox.Normalize(text); normal == "" && w.text(id) == "" {
			d.fault(w, "email", "is no e-mail address")
		}
	}
}

// suppressed reads one suppressed address. Without a reason it is an unsubscribe.
func (r *Reader) suppressed(w row) ([]Item, inputfault.InFiles) {
	d := r.draft()
	s := Suppression{Reason: Unsubscribed, At: r.settings.AsOf}
	at := "at"
	switch {
	case w.text("reason") != "":
		var fault string
		if s.Reason, fault = reason(w.text("reason")); fault != "" {
			d.fault(w, "reason", fault)
		}
	case w.text("cleaned_at") != "":
		s.Reason, at = Bounced, "cleaned_at"
	case w.text("unsubscribed_at") != "":
		at = "unsubscribed_at"
	}
	if text := w.text(at); text != "" {
		var fault string
		if s.At, fault = r.settings.when(text); fault != "" {
			d.fault(w, at, fault)
		} else if s.At.After(r.settings.Now) {
			d.fault(w, at, "is in the future")
		}
	}
	address, _ := mailbox.Normalize(w.text("email"))
	if address == "" {
		d.fault(w, "email", "is no e-mail address")
	}
	if len(d.faults) > 0 {
		return nil, d.faults
	}
	s.At = shop.Millis(s.At)
	return []Item{{Address: address, Suppress: &s}}, nil
}

// suppressedLine reads a suppressed address as a line of JSON, with the names of
// the columns, or those of aws sesv2 list-suppressed-destinations.
func (r *Reader) suppressedLine(w row, content map[string]json.RawMessage) ([]Item, inputfault.InFiles) {
	header := make([]string, 0, len(content))
	values := make([]string, 0, len(content))
	for name, raw := range content {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			continue
		}
		header, values = append(header, name), append(values, text)
	}
	at, wrong := columns(Suppressed, header, nil)
	if len(wrong) > 0 {
		return nil, inputfault.InFiles{{File: r.File.Path, Line: w.Line, Text: "the line " + wrong[0]}}
	}
	in := &Reader{Kind: Suppressed, File: r.File, settings: r.settings, columns: at}
	w.in, w.Fields = in, values
	return in.suppressed(w)
}
