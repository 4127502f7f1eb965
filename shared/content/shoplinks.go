package content

import (
	"html"
	"slices"
	"strings"
)

// mostNumbered is how many addresses of a message have a number.
const mostNumbered = 256

// shopLinks returns the addresses of d that lead to the shop, its cart and its
// products, each once. An order's page, the page to write to the shop, and the
// customer's own links are not among them.
func (d Data) shopLinks() (all []string) {
	add := func(address string) {
		if address = Link(address); address != "" && !slices.Contains(all, address) && len(all) < mostNumbered {
			all = append(all, address)
		}
	}
	add(d.Shop.URL)
	add(d.Shop.CartURL)
	if d.Cart != nil {
		add(d.Cart.URL)
		for _, line := range d.Cart.Lines {
			add(line.Product.URL)
		}
	}
	for _, p := range d.Products() {
		add(p.Product.URL)
	}
	return all
}

// Relinked returns the message with its links to the shop, its cart and its products
// replaced by what replace returns for their address and the address's number; other
// links stay. d is the data that the message was rendered from. Call it after [Set.Lint],
// which knows the addresses.
//
// It returns the message as it is if its HTML part would become so long that mail
// programs cut it off.
func (r Rendered) Relinked(d Data, replace func(address string, number uint8) string) Rendered {
	with, addresses := map[string]string{}, d.shopLinks()
	replacement := func(address string) (string, bool) {
		at := slices.Index(addresses, address)
		if at < 0 {
			return "", false
		}
		if with[address] == "" {
			with[address] = replace(address, uint8(at)) // at is below mostNumbered
		}
		return with[address], true
	}
	changed := r
	changed.HTML, changed.Text = relinkedHTML(r.HTML, replacement), relinkedText(r.Text, replacement)
	if len(changed.HTML) > LargestHTML {
		return r
	}
	return changed
}

// relinkedHTML returns an HTML part with the values of its attributes href replaced.
func relinkedHTML(part string, replacement func(string) (string, bool)) string {
	var b strings.Builder
	b.Grow(len(part) + len(part)/4)
	for {
		before, after, found := strings.Cut(part, "href=")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("href=")
		part = after
		if part == "" || part[0] != '"' && part[0] != '\'' {
			continue
		}
		value, rest, closed := strings.Cut(part[1:], part[:1])
		if !closed {
			continue
		}
		if other, ok := replacement(html.UnescapeString(value)); ok {
			value = html.EscapeString(other)
		}
		b.WriteString(part[:1] + value + part[:1])
		part = rest
	}
}

// relinkedText returns a text part with its addresses replaced. A full stop or bracket
// after an address is not part of it.
func relinkedText(part string, replacement func(string) (string, bool)) string {
	var b strings.Builder
	for {
		at := strings.Index(part, "https://")
		if at < 0 {
			return b.String() + part
		}
		b.WriteString(part[:at])
		part = part[at:]
		end := strings.IndexAny(part, " \t\r\n<>\"")
		if end < 0 {
			end = len(part)
		}
		address := part[:end]
		if trimmed := strings.TrimRight(address, ".,;:!?)]"); trimmed != address {
			if _, whole := replacement(address); !whole {
				address = trimmed
			}
		}
		part = part[len(address):]
		if other, ok := replacement(address); ok {
			address = other
		}
		b.WriteString(address)
	}
}
