package message

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"regulars/shared/shop"
)

// numericDate matches days in digits: 24.12.2026, 24/12/2026, 2026-12-24.
const numericDate = `\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d{2}-\d{2}`

// dateLike finds days as one language writes them: "24 December", "24 декабря 2026",
// "1η Δεκεμβρίου", or in digits.
type dateLike struct{ written, numeric *regexp.Regexp } // at the beginning of a text

// datesLike returns a dateLike for each language.
var datesLike = sync.OnceValue(func() map[string]dateLike {
	found := map[string]dateLike{}
	for language, rules := range knownLanguages() {
		var months []string
		for month := range 12 {
			written := strings.Fields(rules.long(time.Date(2026, time.Month(month+1), 5, 0, 0, 0, 0, time.UTC)))
			months = append(months, regexp.QuoteMeta(written[1])) // day, month, year: the order in all of these languages
		}
		found[language] = dateLike{
			regexp.MustCompile(`(?i)^\d{1,2}η?[ \x{a0}](?:` + strings.Join(months, "|") + `)`),
			regexp.MustCompile(`^(?:` + numericDate + `)`),
		}
	}
	return found
})

// longestDay is more bytes than a day has in any language.
const longestDay = 128

// all returns the days of a text, in order. It looks at digits only, because a regular
// expression for the whole text took ten times as long.
func (f dateLike) all(text []byte) (found []string) {
	for i := 0; i < len(text); i++ {
		if !beginsDay(text[i:]) {
			continue
		}
		from, day := text[i:min(len(text), i+longestDay)], []byte(nil)
		if i == 0 || !isWord(text[i-1]) { // not within a longer number
			day = f.written.Find(from)
		}
		if day == nil {
			day = f.numeric.Find(from)
		}
		if day != nil {
			found = append(found, string(day))
			i += len(day) - 1
		}
	}
	return found
}

// beginsDay reports whether a text can begin with a day: with the digits of one, and
// what follows them.
func beginsDay(text []byte) bool {
	digits := 0
	for digits < len(text) && digits <= 4 && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits == len(text) {
		return false
	}
	next := text[digits]
	return digits <= 2 && (next == ' ' || next == '.' || next == '/' || next >= utf8.RuneSelf) || digits == 4 && next == '-'
}

// first returns the first day of a text; "" if it has none.
func (f dateLike) first(text string) string {
	if all := f.all([]byte(text)); len(all) > 0 {
		return all[0]
	}
	return ""
}

// daysNotInData returns the number of days in a text that are not in the data: an end
// that is written in a template is not the end that the checkout uses. The text is
// without the texts of the data that allow days.
func daysNotInData(language string, d Data, left []byte) (n int) {
	find, ok := datesLike()[language]
	if !ok {
		return 0
	}
	written := find.all(left)
	if len(written) == 0 {
		return 0
	}
	var known []string
	for _, at := range days(d) {
		known = append(known, dayAndMonth(knownLanguages()[language].long(at)))
	}
	for _, day := range written {
		if !slices.Contains(known, day) {
			n++
		}
	}
	return n
}

// dayAndMonth returns a date without its year, as a dateLike finds it: "24 December". The
// year is last in all languages.
func dayAndMonth(long string) string {
	return long[:max(0, strings.LastIndexFunc(long, unicode.IsSpace))]
}

// Dated returns a sentence with {on} replaced by the day of on, in its zone, as
// the language writes it; without a change if the language is not known.
func Dated(language, sentence string, on time.Time) string {
	l, err := newLocalizer(language, nil)
	if err != nil {
		return sentence
	}
	dated, err := l.fill("", sentence, map[string]any{"on": day{on, l}})
	if err != nil {
		return sentence // it has another placeholder
	}
	return dated
}

// Priced returns an amount as the language writes it; "" if the language or the
// currency is not known.
func Priced(language string, m shop.Money) string {
	l, err := newLocalizer(language, nil)
	if err != nil {
		return ""
	}
	amount, err := l.amount(m)
	if err != nil {
		return ""
	}
	return amount.String()
}

// days returns every day of the data, in the customer's zone.
func days(d Data) (all []time.Time) {
	zone := d.Zone
	if zone == nil {
		zone = time.UTC
	}
	if d.Order != nil && !d.Order.Until.IsZero() {
		all = append(all, d.Order.Until.In(zone))
	}
	if d.Coupon != nil && !d.Coupon.Until.IsZero() {
		all = append(all, d.Coupon.Until.In(zone))
	}
	if d.Points != nil && !d.Points.Expires.IsZero() {
		all = append(all, d.Points.Expires.In(zone))
	}
	if !d.Why.On.IsZero() {
		all = append(all, d.Why.On.In(zone))
	}
	for _, pick := range d.Products() {
		if !pick.Reason.On.IsZero() {
			all = append(all, pick.Reason.On.In(zone))
		}
	}
	return all
}

// lintCoupon checks that each part that gives the code gives the last day too.
func lintCoupon(language string, d Data, parts []part) (wrong []string) {
	c := d.Coupon
	if c == nil || c.Code == "" {
		return nil
	}
	rules, known := knownLanguages()[language]
	if !known || c.Until.IsZero() {
		return wrong
	}
	zone := d.Zone
	if zone == nil {
		zone = time.UTC
	}
	end := dayAndMonth(rules.long(c.Until.In(zone)))
	for _, p := range parts {
		if strings.Contains(p.seen, clean(c.Code)) && !strings.Contains(p.seen, end) {
			wrong = append(wrong, "the "+p.name+" gives a code without the day on which it ends")
		}
	}
	return wrong
}
