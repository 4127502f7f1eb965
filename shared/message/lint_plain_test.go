package message

import (
	"cmp"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"regulars/shared/content"
	"regulars/shared/shop"
)

// plainLint is [Lint] in the plainest words: it removes one text of the data after the
// other from each part, and looks at what is left with regular expressions for the whole
// text. It is ten times as slow.
func plainLint(r Rendered, d Data) []string {
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
	seen := plainVisible(r.HTML)
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
	inData := plainTexts(r.Language, d)
	for _, part := range parts {
		for _, mark := range []string{"{{", "}}", "{%", "%}", "<no value>", "&lt;no value"} {
			if strings.Contains(part.all, mark) {
				add("the %s has an unresolved %q", part.name, mark)
			}
		}
		if n := inData.pricesBeside(part.seen); n > 0 {
			add("the %s states %d prices or percentages that are not in its data", part.name, n)
		}
		if n := inData.daysBeside(r.Language, d, part.seen); n > 0 {
			add("the %s names %d days that are not in its data", part.name, n)
		}
	}
	wrong = append(wrong, content.Untrue(d)...)
	wrong = append(wrong, plainCoupon(r.Language, d, parts)...)
	wrong = append(wrong, plainCart(d, parts)...)
	wrong = append(wrong, plainLinks(r.HTML)...)
	if r.Class == shop.ClassPromotion {
		wrong = append(wrong, plainOptOut("a promotion", r, d, seen)...)
	} else if d.SoftOptIn {
		wrong = append(wrong, plainOptOut("a message under the soft opt-in", r, d, seen)...)
	}
	return wrong
}

// plainData is the texts of the data, each list the longest first.
type plainData struct{ amounts, besidePrices, besideDays []string }

func plainTexts(language string, d Data) (all plainData) {
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
	own := links(d)
	for _, text := range texts {
		if text = cut(plainClean(text), longestTitle); text != "" {
			own = append(own, text)
		}
	}
	if legal := plainClean(d.Shop.Legal); legal != "" {
		own = append(own, legal)
	}
	if w, err := newLocalizer(language, nil); err == nil {
		for _, p := range points {
			all.amounts = append(all.amounts, rate{p, w}.String())
		}
		for _, m := range money {
			if a, err := w.amount(m); err == nil {
				all.amounts = append(all.amounts, a.String())
			}
		}
	}
	longestFirst := func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) }
	slices.SortFunc(own, longestFirst)
	slices.SortFunc(all.amounts, longestFirst)
	for _, text := range own {
		if strings.ContainsFunc(text, func(r rune) bool {
			return !unicode.IsDigit(r) && !unicode.IsPunct(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.Sc, r)
		}) || len(pricesIn(text)) > 0 {
			all.besidePrices = append(all.besidePrices, text)
		}
		if utf8.RuneCountInString(text) > 3 {
			all.besideDays = append(all.besideDays, text)
		}
	}
	return all
}

func (all plainData) pricesBeside(text string) int {
	return len(pricesIn(without(all.besidePrices, false, without(all.amounts, true, text))))
}

func (all plainData) daysBeside(language string, d Data, text string) (n int) {
	rules, ok := knownLanguages()[language]
	if !ok {
		return 0
	}
	find, known := wholeDays()[language], map[string]bool{}
	for _, at := range days(d) {
		known[find.FindString(rules.long(at))] = true
	}
	for _, day := range find.FindAllString(without(all.besideDays, false, text), -1) {
		if !known[day] {
			n++
		}
	}
	return n
}

// without returns a text with a NUL for each of the others, one after the other.
func without(others []string, whole bool, text string) string {
	for _, other := range others {
		var out strings.Builder
		rest := text
		for {
			before, after, found := strings.Cut(rest, other)
			out.WriteString(before)
			if !found {
				break
			}
			if whole && (numeric(lastTwo([]byte(before))) || numeric(firstTwo([]byte(after)))) {
				_, size := utf8.DecodeRuneInString(other)
				out.WriteString(other[:size])
				rest = rest[len(before)+size:]
				continue
			}
			out.WriteByte(0)
			rest = after
		}
		text = out.String()
	}
	return text
}

// wholeDays returns for each language what finds days in a whole text.
var wholeDays = sync.OnceValue(func() map[string]*regexp.Regexp {
	whole := map[string]*regexp.Regexp{}
	for language, rules := range knownLanguages() {
		var months []string
		for month := range 12 {
			months = append(months, regexp.QuoteMeta(strings.Fields(rules.long(time.Date(2026, time.Month(month+1), 5, 0, 0, 0, 0, time.UTC)))[1]))
		}
		whole[language] = regexp.MustCompile(`(?i)\b\d{1,2}η?[ \x{a0}](?:` + strings.Join(months, "|") + `)|` + numericDate)
	}
	return whole
})

func plainCoupon(language string, d Data, parts []part) (wrong []string) {
	rules, known := knownLanguages()[language]
	if !known || d.Coupon == nil || d.Coupon.Code == "" || d.Coupon.Until.IsZero() {
		return nil
	}
	zone := d.Zone
	if zone == nil {
		zone = time.UTC
	}
	end := wholeDays()[language].FindString(rules.long(d.Coupon.Until.In(zone)))
	for _, p := range parts {
		if strings.Contains(p.seen, plainClean(d.Coupon.Code)) && !strings.Contains(p.seen, end) {
			wrong = append(wrong, "the "+p.name+" gives a code without the day on which it ends")
		}
	}
	return wrong
}

func plainCart(d Data, parts []part) (wrong []string) {
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
		return nil
	}
	for _, p := range parts {
		all := html.UnescapeString(p.all)
		if strings.Count(all, page) != strings.Count(all, own) {
			wrong = append(wrong, "the "+p.name+" links to the cart with another code than the mail's coupon")
		}
	}
	return wrong
}

// anyHref matches a link; what is in the brackets is its address.
var anyHref = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)<a\b[^>]*?\bhref\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)`)
})

func plainLinks(part string) (wrong []string) {
	for _, m := range anyHref().FindAllStringSubmatch(part, -1) {
		href := html.UnescapeString(strings.Trim(m[1], `"'`))
		switch {
		case strings.TrimSpace(href) == "" || href == "#":
			wrong = append(wrong, "the HTML part has an empty link")
		case strings.HasPrefix(href, "mailto:"):
		case link(href) == "":
			wrong = append(wrong, "the HTML part has a link that is not an absolute https address")
		}
	}
	slices.Sort(wrong)
	return slices.Compact(wrong)
}

func plainOptOut(kind string, r Rendered, d Data, seen string) (wrong []string) {
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
	address := plainClean(d.Shop.Address)
	if address == "" || !strings.Contains(seen, address) || !strings.Contains(r.Text, address) {
		wrong = append(wrong, kind+" must print the shop's postal address in both parts")
	}
	return wrong
}

// plainVisible is [visible], with a blank for each tag before anything else.
func plainVisible(part string) string {
	var seen strings.Builder
	for part != "" {
		text, rest, found := strings.Cut(part, "<")
		seen.WriteString(text + " ")
		if !found {
			break
		}
		end := ">"
		if strings.HasPrefix(rest, "!--") {
			end = "-->"
		}
		for _, hidden := range []string{"style", "script", "title"} {
			if len(rest) >= len(hidden) && strings.EqualFold(rest[:len(hidden)], hidden) {
				_, rest, _ = strings.Cut(rest, "</"+hidden)
			}
		}
		_, part, _ = strings.Cut(rest, end)
	}
	words := strings.FieldsFunc(html.UnescapeString(seen.String()), func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) })
	return strings.Join(words, " ")
}

// plainClean is [clean], step by step.
func plainClean(s string) string {
	s = keepJoiners(keepTags(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		case r == joiner, r == nonJoiner, tagRune(r):
			return r
		case unicode.Is(unicode.Cf, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, s)))
	for _, m := range []string{"{{", "}}", "{%", "%}"} {
		for strings.Contains(s, m) {
			s = strings.ReplaceAll(s, m, m[:1])
		}
	}
	return strings.Join(strings.Fields(s), " ")
}
