package message

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"regulars/shared/shop"
)

// ownWords is what a message may say of prices and percentages because its data
// says it: the amounts, as the language prints them, and whatever stands in a
// title, a name or an address.
type ownWords struct {
	printed []string // amounts and rates; longest first
	texts   []string // longest first
}

func newOwnWords(language string, d Data) ownWords {
	texts := []string{d.Shop.Name, d.Shop.Address, d.Customer.Name}
	var money []shop.Money
	points := []int{0}
	if d.Order != nil {
		texts, money = append(texts, string(d.Order.ID)), append(money, d.Order.Total)
		for _, id := range d.Order.Also {
			texts = append(texts, string(id))
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
	for _, p := range d.Picks {
		texts, money = append(texts, p.Product.Title, p.Reason.Title), append(money, p.Product.Price, p.Was)
	}
	own := ownWords{texts: links(d)} // their tokens read like anything, such as 39USD
	for _, text := range texts {
		if text = cut(clean(text), longestTitle); text != "" {
			own.texts = append(own.texts, text)
		}
	}
	if w, err := newWords(language, nil); err == nil { // in an unknown language, nothing is allowed
		for _, p := range points {
			own.printed = append(own.printed, rate{p, w}.String())
		}
		for _, m := range money {
			if a, err := w.amount(m); err == nil {
				own.printed = append(own.printed, a.String())
			}
		}
	}
	longestFirst := func(a, b string) int { return len(b) - len(a) }
	slices.SortFunc(own.texts, longestFirst)
	slices.SortFunc(own.printed, longestFirst)
	return own
}

// links returns the data's own links, whole.
func links(d Data) (own []string) {
	all := []string{d.Links.Unsubscribe, d.Links.Preferences, d.Shop.URL}
	for _, p := range d.Picks {
		all = append(all, p.Product.URL, p.Product.Image)
	}
	for _, address := range all {
		if address = link(address); address != "" {
			own = append(own, address)
		}
	}
	return own
}

// foreignPrices counts the prices and percentages of a text that are not the
// data's. What the data prints is taken away first, where it stands whole:
// "€12.50" does not excuse "€112.50". A text of the data is taken away only
// where it has a price of its own, or something that no price has: a title of
// "." must not cut numbers in two.
func (own ownWords) foreignPrices(text string) int {
	for _, printed := range own.printed {
		text = blank(text, printed, true)
	}
	for _, theirs := range own.texts {
		if strings.ContainsFunc(theirs, speaks) || len(prices(theirs)) > 0 {
			text = blank(text, theirs, false)
		}
	}
	return len(prices(text))
}

// speaks reports whether a rune occurs in no price: a letter, or a sign that is
// neither digit, punctuation nor currency.
func speaks(r rune) bool {
	return !unicode.IsDigit(r) && !unicode.IsPunct(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Sc, r)
}

// blank returns text with every old replaced by a mark that is part of no
// number; with whole, only where old does not go on as a longer number.
func blank(text, old string, whole bool) string {
	var out strings.Builder
	for {
		i := strings.Index(text, old)
		if i < 0 && out.Len() == 0 {
			return text // most are not in it, and a message looks for fifty
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

// numeric reports whether a number goes on at its edge: near is the rune beside
// the edge, far the one beyond, as in "1.|234" seen from the bar.
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
