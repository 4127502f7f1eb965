package decide

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/coupon"
	"regulars/shared/linktoken"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

// Made is a decision with all that it was made from: the same Made gives the same
// bytes again.
type Made struct {
	Now      time.Time
	Snapshot Snapshot
	Intent   campaign.Intent
	Yields   *campaign.Intent // the better intent that it gives way to (see [Yield]); nil: none
	Config   Config
	Decision Decision
}

// Again makes the decision again from the same inputs.
func (m Made) Again() (Decision, error) {
	if m.Yields != nil {
		return Yield(m.Now, m.Snapshot, m.Intent, *m.Yields, m.Config), nil
	}
	decisions, err := Decide(m.Now, m.Snapshot, []campaign.Intent{m.Intent}, m.Config)
	if err != nil {
		return Decision{}, err
	}
	return decisions[0], nil
}

// Fingerprint holds a hash of each part of a decision: 64 bits, which is enough to
// see that two are different. A part that the decision does not have is empty.
//
// Tokens of links and codes of coupons are left out, because they depend on keys that
// are not stored; of a link that counts clicks the address is left, to which it leads.
// What remains is the same with any keys.
type Fingerprint struct {
	Outcome     string `json:"outcome"` // state, reason, time of the next attempt, offer of the coupon, language, variant
	Explanation string `json:"explanation"`
	Contact     string `json:"contact,omitempty"` // as the message leaves it: reservation, grant
	Header      string `json:"header,omitempty"`  // sender, address, headers and tags of the mail
	Subject     string `json:"subject,omitempty"`
	HTML        string `json:"html,omitempty"`
	Text        string `json:"text,omitempty"`
}

// Fingerprint returns the fingerprint of the decision.
func (m Made) Fingerprint() Fingerprint {
	d := m.Decision
	outcome := d.Send
	outcome.Explained = nil
	code := ""
	if d.Send.Coupon != nil {
		code = codeOf(m.Config, d.Send.ID, d.Send.Coupon.Hash)
		issued := *d.Send.Coupon
		issued.Hash = ""
		outcome.Coupon = &issued
	}
	f := Fingerprint{Outcome: hashOf(outcome), Explanation: hashOf(d.Send.Explained)}
	if d.Mail.HTML == "" && d.Mail.Text == "" {
		return f
	}
	plain := func(text string) string { return m.plain(text, code) }
	header := d.Mail
	header.Subject, header.HTML, header.Text = "", "", ""
	header.Headers = make(map[string]string, len(d.Mail.Headers))
	for name, value := range d.Mail.Headers {
		header.Headers[name] = plain(value)
	}
	f.Contact, f.Header = hashOf(d.Contact), hashOf(header)
	f.Subject, f.HTML, f.Text = sum([]byte(plain(d.Mail.Subject))), sum([]byte(plain(d.Mail.HTML))), sum([]byte(plain(d.Mail.Text)))
	return f
}

// Differs returns the names of the parts in which two fingerprints differ.
func (f Fingerprint) Differs(from Fingerprint) (parts []string) {
	for _, part := range []struct{ name, one, other string }{
		{"outcome", f.Outcome, from.Outcome},
		{"explanation", f.Explanation, from.Explanation},
		{"contact", f.Contact, from.Contact},
		{"header", f.Header, from.Header},
		{"subject", f.Subject, from.Subject},
		{"HTML part", f.HTML, from.HTML},
		{"text part", f.Text, from.Text},
	} {
		if part.one != part.other {
			parts = append(parts, part.name)
		}
	}
	return parts
}

// Kept returns the coupon that an earlier attempt of the send issued, and whether
// the code of it is known; nil if none did.
func (m Made) Kept() (c *coupon.Coupon, known bool) {
	id := m.Intent.SendID(m.Config.Tenant)
	if c = m.Snapshot.Kept[id].Coupon; c == nil {
		return nil, false
	}
	return c, codeOf(m.Config, id, c.Hash) != ""
}

// plain returns the text without the tokens of links and without the code. A link to the
// public pages is the base URL, a purpose and a token; one that counts clicks has the
// address in its token.
func (m Made) plain(text, code string) string {
	text = withoutLinks(text, m.Config.ClickURL, func(rest string) (shown string, length int) {
		token := rest[:inToken(rest)]
		link, err := m.Config.Links.Open(token, linktoken.Click)
		if err != nil {
			return "", 0
		}
		return link.To, len(token)
	})
	text = withoutLinks(text, m.Config.BaseURL, func(rest string) (shown string, length int) {
		purpose, token, ok := strings.Cut(rest, "/")
		if !ok || inToken(purpose) < len(purpose) {
			return "", 0
		}
		return purpose + "/TOKEN", len(purpose) + 1 + inToken(token)
	})
	if code != "" {
		text = strings.ReplaceAll(text, code, "CODE")
	}
	return text
}

// withoutLinks returns the text with what follows each base replaced: show returns what
// takes its place, and how much of the text it stands for.
func withoutLinks(text, base string, show func(rest string) (shown string, length int)) string {
	if base == "" || !strings.Contains(text, base) {
		return text
	}
	var out strings.Builder
	out.Grow(len(text))
	for {
		before, rest, found := strings.Cut(text, base)
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteString(base)
		shown, length := show(rest)
		out.WriteString(shown)
		text = rest[length:]
	}
}

// inToken returns how many characters from the beginning of the text can be in a token.
func inToken(text string) int {
	for i, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
		default:
			return i
		}
	}
	return len(text)
}

func hashOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("decide: " + err.Error()) // only plain data is in it
	}
	return sum(b)
}

func sum(b []byte) string {
	all := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(all[:8])
}

// codeOf returns the send's code with this hash, or "" if no current key derives it.
func codeOf(r Config, id shop.SendID, hash string) string {
	for _, key := range r.CodeKeys {
		if code := offer.Code(key, id); offer.Hash(code) == hash {
			return code
		}
	}
	return ""
}
