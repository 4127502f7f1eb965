package message

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"regulars/shared/content"
	"regulars/shared/shop"
)

// part is one part of a rendered message: its whole source, and the text that a
// reader sees.
type part struct{ name, all, seen string }

// Lint returns the reasons, as plain sentences, why a rendered message must not
// be sent; none means that it may be sent. The sentences contain no address,
// name or code, so they can be logged.
//
// d is the data that the message was rendered from: each price, percentage and
// date that a reader sees must come from it (promise "true words").
func Lint(r Rendered, d Data) []string {
	var wrong []string
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }

	switch {
	case strings.TrimSpace(r.Subject) == "":
		add("the subject is empty")
	case strings.ContainsAny(r.Subject, "\r\n\x00"):
		add("the subject is not one line")
	case utf8.RuneCountInString(r.Subject) > longestSubject:
		add("the subject is longer than %d characters", longestSubject)
	}
	room := rooms.Get().(*room)
	defer rooms.Put(room)
	seen := room.visible(r.HTML)
	parts := []part{{"HTML part", r.HTML, seen}, {"text part", r.Text, r.Text}, {"subject", r.Subject, r.Subject}}
	if strings.TrimSpace(seen) == "" {
		add("the HTML part is empty")
	}
	if strings.TrimSpace(r.Text) == "" {
		add("the text part is empty")
	}
	if len(r.HTML) > content.LargestHTML {
		add("the HTML part has %d bytes; beyond %d, mail programs cut it off", len(r.HTML), content.LargestHTML)
	}
	own := newDataTexts(r.Language, d)
	for _, part := range parts {
		for _, mark := range unresolved(part.all) {
			add("the %s has an unresolved %q", part.name, mark)
		}
		room.found = own.occurrences(room.found[:0], part.seen)
		room.left = own.without(room.left, part.seen, room.found, allowsPrices)
		if n := len(prices(room.left)); n > 0 {
			add("the %s states %d prices or percentages that are not in its data", part.name, n)
		}
		room.left = own.without(room.left, part.seen, room.found, allowsDays)
		if n := daysNotInData(r.Language, d, room.left); n > 0 {
			add("the %s names %d days that are not in its data", part.name, n)
		}
	}
	wrong = append(wrong, content.Untrue(d)...)
	wrong = append(wrong, lintCoupon(r.Language, d, parts)...)
	wrong = append(wrong, room.lintCart(d, parts)...)
	for _, wrongLink := range lintLinks(r.HTML) {
		add("the HTML part %s", wrongLink)
	}
	if r.Class == shop.ClassPromotion {
		wrong = append(wrong, lintOptOut("a promotion", r, d, seen)...)
	} else if d.SoftOptIn {
		wrong = append(wrong, lintOptOut("a message under the soft opt-in", r, d, seen)...)
	}
	return wrong
}

// lintOptOut checks what the law requires of advertising: an unsubscribe link
// and the sender's postal address (CAN-SPAM §5(a)(5); Directive 2002/58/EC,
// Article 13(2) and (4)). kind names the message in the faults.
func lintOptOut(kind string, r Rendered, d Data, seen string) []string {
	var wrong []string
	if unsubscribe := link(d.Links.Unsubscribe); unsubscribe == "" {
		wrong = append(wrong, kind+" has no unsubscribe link in its data")
	} else {
		if !strings.Contains(r.HTML, `href="`+html.EscapeString(unsubscribe)+`"`) {
			wrong = append(wrong, "the HTML part of "+kind+" does not link to unsubscribe")
		}
		if !strings.Contains(r.Text, unsubscribe) {
			wrong = append(wrong, "the text part of "+kind+" does not give the unsubscribe link")
		}
	}
	address := clean(d.Shop.Address)
	if address == "" || !strings.Contains(seen, address) || !strings.Contains(r.Text, address) {
		wrong = append(wrong, kind+" must print the shop's postal address in both parts")
	}
	return wrong
}

// lintCart checks that every link to the cart applies the coupon of this mail: a
// link with another code would give the customer what the mail does not say.
func (r *room) lintCart(d Data, parts []part) []string {
	if d.Shop.CartURL == "" {
		return nil
	}
	if d.Coupon == nil || d.Coupon.Code == "" {
		return []string{"there is a link to the cart with a coupon, and no coupon"}
	}
	page, own := "", ""
	for _, escaped := range []string{url.PathEscape(d.Coupon.Code), url.QueryEscape(d.Coupon.Code)} {
		before, after, found := strings.Cut(d.Shop.CartURL, escaped)
		if found && (after == "" || strings.ContainsAny(after[:1], "/?&#")) {
			page, own = before, before+escaped
		}
	}
	if own == "" {
		return []string{"the link to the cart has another code than the mail's coupon"}
	}
	if u, err := url.Parse(page); err != nil || strings.Trim(u.Path, "/") == "" && u.RawQuery == "" {
		return nil // the links to other pages begin like that too
	}
	var wrong []string
	for _, p := range parts {
		r.unescaped = appendUnescaped(r.unescaped[:0], p.all)
		if bytes.Count(r.unescaped, []byte(page)) != bytes.Count(r.unescaped, []byte(own)) {
			wrong = append(wrong, "the "+p.name+" links to the cart with another code than the mail's coupon")
		}
	}
	return wrong
}

// lintLinks returns the faults of the links in an HTML part, as ends of
// sentences.
func lintLinks(part string) []string {
	var wrong, sound []string
	for href := range hrefs(part) {
		if slices.Contains(sound, href) { // a product's picture, title and button have the same
			continue
		}
		address := html.UnescapeString(strings.Trim(href, `"'`))
		switch {
		case strings.TrimSpace(address) == "" || address == "#":
			wrong = append(wrong, "has an empty link")
		case !strings.HasPrefix(address, "mailto:") && link(address) == "":
			wrong = append(wrong, "has a link that is not an absolute https address")
		default:
			sound = append(sound, href)
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

// visible returns the text of an HTML part on one line: without tags, comments,
// and the content of <style>, <script> and <title>. It does not use a regular
// expression, because that took ten times as long for every message.
func visible(part string) string { return new(room).visible(part) }

func (r *room) visible(part string) string {
	seen := r.unescaped[:0]
	for part != "" {
		text, rest, found := strings.Cut(part, "<")
		seen = append(appendUnescaped(seen, text), ' ') // a reference ends where a tag begins
		if !found {
			break
		}
		end := ">"
		if strings.HasPrefix(rest, "!--") {
			end = "-->"
		}
		if rest != "" && (rest[0]|' ' == 's' || rest[0]|' ' == 't') {
			for _, hidden := range []string{"style", "script", "title"} {
				if len(rest) >= len(hidden) && strings.EqualFold(rest[:len(hidden)], hidden) {
					_, rest, _ = strings.Cut(rest, "</"+hidden)
				}
			}
		}
		_, part, _ = strings.Cut(rest, end) // a tag without an end hides the rest
	}
	r.unescaped = seen
	return string(oneLine(seen))
}

// oneLine returns a text with one space for all blanks between two words, and none around
// it. It works in the text.
func oneLine(text []byte) []byte {
	n := 0 // bytes of the line
	for _, c := range text {
		switch {
		case c != ' ' && c != '\t' && c != '\r' && c != '\n':
			text[n] = c
			n++
		case n > 0 && text[n-1] != ' ':
			text[n] = ' '
			n++
		}
	}
	return bytes.TrimSuffix(text[:n], []byte(" "))
}

// room is the memory that [Lint] works in. It is used again: a message has a hundred KB.
type room struct {
	unescaped, left []byte
	found           []occurrence
}

var rooms = sync.Pool{New: func() any { return new(room) }}
