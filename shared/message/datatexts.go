package message

import (
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
	printed []string // amounts and rates; longest first
	texts   []string // longest first
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
	for _, p := range d.products() {
		texts, money = append(texts, p.Product.Title, p.Reason.Title), append(money, p.Product.Price, p.Was)
	}
	all := dataTexts{texts: links(d)} // their tokens can look like prices, such as 39USD
	for _, text := range texts {
		if text = cut(clean(text), longestTitle); text != "" {
			all.texts = append(all.texts, text)
		}
	}
	if w, err := newLocalizer(language, nil); err == nil { // in an unknown language, no amount is allowed
		for _, p := range points {
			all.printed = append(all.printed, rate{p, w}.String())
		}
		for _, m := range money {
			if a, err := w.amount(m); err == nil {
				all.printed = append(all.printed, a.String())
			}
		}
	}
	if legal := clean(d.Shop.Legal); legal != "" { // printed in full
		all.texts = append(all.texts, legal)
	}
	longestFirst := func(a, b string) int { return len(b) - len(a) }
	slices.SortFunc(all.texts, longestFirst)
	slices.SortFunc(all.printed, longestFirst)
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
	for _, p := range d.products() {
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
// contains: a title of "." must not split numbers.
func (t dataTexts) pricesNotInData(text string) int {
	for _, printed := range t.printed {
		text = blank(text, printed, true)
	}
	for _, theirs := range t.texts {
		if strings.ContainsFunc(theirs, neverInPrices) || len(prices(theirs)) > 0 {
			text = blank(text, theirs, false)
		}
	}
	return len(prices(text))
}

// neverInPrices reports whether no price contains the rune: it is neither a
// digit nor punctuation, a space or a currency sign.
func neverInPrices(r rune) bool {
	return !unicode.IsDigit(r) && !unicode.IsPunct(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Sc, r)
}

// blank returns text with every old replaced by "|", which is not part of a
// number; with whole, only if old is not part of a longer number.
func blank(text, old string, whole bool) string {
	var out strings.Builder
	for {
		i := strings.Index(text, old)
		if i < 0 && out.Len() == 0 {
			return text // fast path: most texts do not contain old
		}
		if i < 0 {
			out.WriteString(text)
			return out.String()
		}
		end := i + len(old)
		if whole && (numeric(lastTwo(text[:i])) || numeric(firstTwo(text[end:]))) {
			_, size := utf8.DecodeRuneInString(text[i:])
			out.WriteString(text[:i+size])
			text = text[i+size:]
			continue
		}
		out.WriteString(text[:i] + "|")
		text = text[end:]
	}
}

// numeric reports whether a number continues at an edge: near is the rune next
// to the edge, far the one after it, as "." and "1" to the left of the edge in
// "1.|234".
func numeric(near, far rune) bool {
	return unicode.IsDigit(near) || strings.ContainsRune(".,\u00a0\u202f", near) && unicode.IsDigit(far)
}

func lastTwo(s string) (near, far rune) {
	near, size := utf8.DecodeLastRuneInString(s)
	far, _ = utf8.DecodeLastRuneInString(s[:len(s)-size])
	return near, far
}

func firstTwo(s string) (near, far rune) {
	near, size := utf8.DecodeRuneInString(s)
	far, _ = utf8.DecodeRuneInString(s[size:])
	return near, far
}
