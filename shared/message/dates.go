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
type dateLike struct{ months []string } // as they follow the day

// datesLike returns a dateLike for each language.
var datesLike = sync.OnceValue(func() map[string]dateLike {
	found := map[string]dateLike{}
	for language, rules := range knownLanguages() {
		var months []string
		for month := range 12 {
			written := strings.Fields(rules.long(time.Date(2026, time.Month(month+1), 5, 0, 0, 0, 0, time.UTC)))
			months = append(months, written[1]) // day, month, year: the order in all of these languages
		}
		found[language] = dateLike{months}
	}
	return found
})

// numericDay finds a day in digits at the beginning of a text.
var numericDay = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?:` + numericDate + `)`) })

// all returns the days of a text, in order. It looks at digits and what follows them,
// because a regular expression took several times as long.
func (f dateLike) all(text []byte) (found []string) {
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			continue
		}
		if end := i + f.day(text[i:], i > 0 && isWord(text[i-1])); end > i {
			found = append(found, string(text[i:end]))
			i = end - 1
		}
	}
	return found
}

// day returns the length of the day with which a text begins; 0 if it begins with none.
// continued: the text goes on from a number or a word, within which no day with the name
// of a month begins.
func (f dateLike) day(text []byte, continued bool) int {
	digits := 0
	for digits < len(text) && digits <= 4 && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	if digits == 0 || digits == len(text) {
		return 0
	}
	switch next := text[digits]; {
	case digits <= 2 && (next == '.' || next == '/'), digits == 4 && next == '-':
		return len(numericDay().Find(text[:min(len(text), len("24.12.2026"))]))
	case digits <= 2 && !continued:
		return f.written(text, digits)
	}
	return 0
}

// written returns the length of the day with which a text begins, if the name of a month
// follows its digits.
func (f dateLike) written(text []byte, digits int) int {
	at := digits
	if r, size := utf8.DecodeRune(text[at:]); r == 'η' || r == 'Η' {
		at += size
	}
	blank, size := utf8.DecodeRune(text[at:])
	if blank != ' ' && blank != '\u00a0' {
		return 0
	}
	at += size
	_, size = utf8.DecodeRune(text[at:])
	first := string(text[at : at+size])
	for _, month := range f.months {
		if _, size := utf8.DecodeRuneInString(month); !strings.EqualFold(first, month[:size]) {
			continue
		}
		if end := at + runesIn(text[at:], utf8.RuneCountInString(month)); strings.EqualFold(string(text[at:end]), month) {
			return end
		}
	}
	return 0
}

// runesIn returns how many bytes the first n runes of a text have; all, if it has fewer.
func runesIn(text []byte, n int) (bytes int) {
	for ; n > 0 && bytes < len(text); n-- {
		_, size := utf8.DecodeRune(text[bytes:])
		bytes += size
	}
	return bytes
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
	dated, err := l.fill("", sentence, []any{"on", day{on, l}})
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
