package message

import (
	"cmp"
	"math"
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
	all []dataText // in the order in which they are removed: amounts first, and the longer first

	// For [dataTexts.occurrences]: the index of the last text that begins with a byte, plus
	// one, and which second bytes the texts with this first byte have, by their last
	// six bits.
	last    [256]int32
	seconds [256]uint64
}

// dataText is a text of the data. It is not empty, and has no control character.
type dataText struct {
	text     string
	amount   bool // an amount or a percentage, which is removed only if it is whole
	allows   allows
	previous int32 // as in dataTexts.last: the one before with the same first byte
}

// allows is for what a text of the data is removed from a part: prices in it are allowed,
// or days.
type allows uint8

const (
	allowsPrices allows = 1 << iota
	allowsDays
)

func newDataTexts(language string, d Data) (all dataTexts) {
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
			if m == (shop.Money{}) {
				continue
			}
			if a, err := w.amount(m); err == nil {
				printed = append(printed, a.String())
			}
		}
	}
	if legal := clean(d.Shop.Legal); legal != "" { // printed in full
		theirs = append(theirs, legal)
	}
	all.all = make([]dataText, 0, len(printed)+len(theirs))
	for _, text := range longestFirst(printed) {
		all.add(dataText{text: text, amount: true, allows: allowsPrices})
	}
	for _, text := range longestFirst(theirs) {
		d := dataText{text: text}
		if strings.ContainsFunc(text, neverInPrices) || len(prices([]byte(text))) > 0 { // a title of "." must not split numbers
			d.allows |= allowsPrices
		}
		if utf8.RuneCountInString(text) > 3 { // a shop named "1" must not split dates
			d.allows |= allowsDays
		}
		all.add(d)
	}
	return all
}

// longestFirst sorts the texts, the longer first, and returns each once: fifty lines of a
// cart can have one title.
func longestFirst(texts []string) []string {
	slices.SortFunc(texts, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	return slices.Compact(texts)
}

// add adds a text after the others.
func (t *dataTexts) add(d dataText) {
	first := d.text[0]
	d.previous = t.last[first]
	t.all = append(t.all, d)
	t.last[first] = int32(len(t.all))
	if len(d.text) == 1 {
		t.seconds[first] = math.MaxUint64
	} else {
		t.seconds[first] |= 1 << (d.text[1] % 64)
	}
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
		if address == "" {
			continue
		}
		if address = link(address); address != "" {
			own = append(own, address)
		}
	}
	return own
}

// occurrence is where a text of the data is in a part.
type occurrence struct{ of, start int }

// occurrences returns where the texts of the data are in a part, in the order in which they
// are removed. It is the one pass that looks for them.
func (t *dataTexts) occurrences(found []occurrence, part string) []occurrence {
	for i := range len(part) {
		first := part[i]
		if t.seconds[first] == 0 || i+1 < len(part) && t.seconds[first]>>(part[i+1]%64)&1 == 0 {
			continue
		}
		for of := t.last[first]; of > 0; of = t.all[of-1].previous {
			if strings.HasPrefix(part[i:], t.all[of-1].text) {
				found = append(found, occurrence{int(of - 1), i})
			}
		}
	}
	slices.SortFunc(found, func(a, b occurrence) int { return cmp.Or(a.of-b.of, a.start-b.start) })
	return found
}

// without returns a part without the texts of the data that allow this: it has a NUL,
// which no price and no day contains, for each byte of them. What overlaps a text that is
// removed already stays, and so does an amount that is part of a longer number: "€12.50"
// does not allow "€112.50". It works in left.
func (t *dataTexts) without(left []byte, part string, found []occurrence, this allows) []byte {
	left = append(left[:0], part...)
	for _, at := range found {
		d, end := t.all[at.of], at.start+len(t.all[at.of].text)
		if d.allows&this == 0 || string(left[at.start:end]) != d.text {
			continue
		}
		if d.amount && (numeric(lastTwo(left[:at.start])) || numeric(firstTwo(left[end:]))) {
			continue
		}
		clear(left[at.start:end])
	}
	return left
}

// neverInPrices reports whether no price contains the rune: it is neither a
// digit nor punctuation, a space or a currency sign.
func neverInPrices(r rune) bool {
	return !unicode.IsDigit(r) && !unicode.IsPunct(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Sc, r)
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
