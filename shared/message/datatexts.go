package message

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"regulars/shared/shop"
)

// dataTexts is the texts of a message that come from its data: the amounts and
// percentages as the language prints them, and titles, names, addresses and
// links. Prices, percentages and dates in them are allowed.
type dataTexts struct {
	printed [][]byte // amounts and rates; longest first

	// The others, longest first: those that are removed before prices are looked for, and
	// before days are.
	besidePrices, besideDays [][]byte
}

func newDataTexts(language string, d Data) dataTexts {
	texts := []string{d.Shop.Name, d.Shop.Address, greetable(d.Customer.Name)}
	var money []shop.Money
	points := []int{0}
	if d.Order != nil {
		texts, money = append(texts, string(d.Order.ID), d.Order.Number), append(money, d.Order.Total)
		texts = append(texts, d.Order.Also...)
	}
	if d.Cart != nil {
		for _, line := range d.Cart.Lines {
			texts, money = append(texts, line.Product.Title), append(money, line.Product.Price)
		}
	}
	if c := d.Coupon; c != nil {
		texts, money, points = append(texts, c.Code, c.Product, c.On), append(money, c.Amount, c.Minimum, c.AtMost), append(points, c.Percent)
		for _, t := range c.Tiers {
			money, points = append(money, t.From, t.Amount), append(points, t.Percent)
		}
	}
	if p := d.Points; p != nil {
		texts, money = append(texts, p.Tier, p.Next), append(money, p.Worth)
	}
	for _, p := range d.Products() {
		texts, money = append(texts, p.Product.Title, p.Reason.Title), append(money, p.Product.Price, p.Was)
	}
	theirs := links(d) // their tokens can look like prices, such as 39USD
	for _, text := range texts {
		if text = cut(clean(text), longestTitle); text != "" {
			theirs = append(theirs, text)
		}
	}
	var printed []string
	if w, err := newLocalizer(language, nil); err == nil { // in an unknown language, no amount is allowed
		for _, p := range points {
			printed = append(printed, rate{p, w}.String())
		}
		for _, m := range money {
			if a, err := w.amount(m); err == nil {
				printed = append(printed, a.String())
			}
		}
	}
	if legal := clean(d.Shop.Legal); legal != "" { // printed in full
		theirs = append(theirs, legal)
	}
	longestFirst := func(a, b string) int { return len(b) - len(a) }
	slices.SortFunc(theirs, longestFirst)
	slices.SortFunc(printed, longestFirst)
	var all dataTexts
	for _, amount := range printed {
		all.printed = append(all.printed, []byte(amount))
	}
	for _, text := range theirs {
		removed := []byte(text)
		if strings.ContainsFunc(text, neverInPrices) || len(prices(text)) > 0 {
			all.besidePrices = append(all.besidePrices, removed)
		}
		if utf8.RuneCountInString(text) > 3 { // a shop named "1" must not split dates
			all.besideDays = append(all.besideDays, removed)
		}
	}
	return all
}

// links returns the valid links of the data.
func links(d Data) (own []string) {
	all := []string{d.Links.Unsubscribe, d.Links.Preferences, d.Links.Confirm, d.Shop.URL, d.Shop.CartURL, d.Shop.ContactURL}
	if d.Order != nil {
		all = append(all, d.Order.URL)
	}
	if d.Cart != nil {
		all = append(all, d.Cart.URL)
		for _, line := range d.Cart.Lines {
			all = append(all, line.Product.URL, line.Product.Image)
		}
	}
	for _, p := range d.Products() {
		all = append(all, p.Product.URL, p.Product.Image)
	}
	for _, address := range all {
		if address = link(address); address != "" {
			own = append(own, address)
		}
	}
	return own
}

// pricesNotInData returns the number of prices and percentages in a text that
// are not in the data. It first removes the amounts of the data, if they are
// not part of a longer number: "€12.50" does not allow "€112.50". It removes a
// text of the data only if it contains a price, or a character that no price
// contains: a title of "." must not split numbers. It works in buffer, which has room
// for the text.
func (t dataTexts) pricesNotInData(text string, buffer []byte) int {
	left := append(buffer[:0], text...)
	for _, printed := range t.printed {
		left = blank(left, printed, true)
	}
	for _, theirs := range t.besidePrices {
		left = blank(left, theirs, false)
	}
	return len(prices(string(left)))
}

// neverInPrices reports whether no price contains the rune: it is neither a
// digit nor punctuation, a space or a currency sign.
func neverInPrices(r rune) bool {
	return !unicode.IsDigit(r) && !unicode.IsPunct(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Sc, r)
}

// blank overwrites text, and returns it with every old replaced by "|", which is not part
// of a number; with whole, only if old is not part of a longer number. old is not empty,
// so that the text never grows.
func blank(text, old []byte, whole bool) []byte {
	done, rest := text[:0], text
	for {
		i := bytes.Index(rest, old)
		if i < 0 && len(done) == 0 {
			return text // fast path: most texts do not contain old
		}
		if i < 0 {
			return append(done, rest...)
		}
		end := i + len(old)
		if whole && (numeric(lastTwo(rest[:i])) || numeric(firstTwo(rest[end:]))) {
			_, size := utf8.DecodeRune(rest[i:])
			done = append(done, rest[:i+size]...)
			rest = rest[i+size:]
			continue
		}
		done = append(append(done, rest[:i]...), '|')
		rest = rest[end:]
	}
}

// numeric reports whether a number continues at an edge: near is the rune next
// to the edge, far the one after it, as "." and "1" to the left of the edge in
// "1.|234".
func numeric(near, far rune) bool {
	return unicode.IsDigit(near) || strings.ContainsRune(".,\u00a0\u202f", near) && unicode.IsDigit(far)
}

func lastTwo(s []byte) (near, far rune) {
	near, size := utf8.DecodeLastRune(s)
	far, _ = utf8.DecodeLastRune(s[:len(s)-size])
	return near, far
}

func firstTwo(s []byte) (near, far rune) {
	near, size := utf8.DecodeRune(s)
	far, _ = utf8.DecodeRune(s[size:])
	return near, far
}
