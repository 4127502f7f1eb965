package message

import (
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"regulars/shared/shop"
)

// numericDate matches days in digits: 24.12.2026, 24/12/2026, 2026-12-24.
const numericDate = `\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d{2}-\d{2}`

// dateLike returns, by language, an expression that matches a day as the
// language writes it: "24 December", "24 декабря 2026", "1η Δεκεμβρίου".
var dateLike = sync.OnceValue(func() map[string]*regexp.Regexp {
	found := map[string]*regexp.Regexp{}
	for language, rules := range knownLanguages() {
		var months []string
		for month := range 12 {
			written := strings.Fields(rules.long(time.Date(2026, time.Month(month+1), 5, 0, 0, 0, 0, time.UTC)))
			months = append(months, regexp.QuoteMeta(written[1])) // day, month, year: the order in all of these languages
		}
		found[language] = regexp.MustCompile(`(?i)\b\d{1,2}η?[ \x{a0}](?:` + strings.Join(months, "|") + `)|` + numericDate)
	}
	return found
})

// daysNotInData returns the number of days in a text that are not in the data:
// an end that is written in a template is not the end that the checkout uses.
func daysNotInData(language string, inData dataTexts, d Data, text string) (n int) {
	find := dateLike()[language]
	if find == nil {
		return 0
	}
	for _, theirs := range inData.texts {
		if utf8.RuneCountInString(theirs) > 3 { // a shop named "1" must not split dates
			text = blank(text, theirs, false)
		}
	}
	known := map[string]bool{}
	for _, at := range d.days() {
		known[find.FindString(knownLanguages()[language].long(at))] = true
	}
	for _, day := range find.FindAllString(text, -1) {
		if !known[day] {
			n++
		}
	}
	return n
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
func (d Data) days() (days []time.Time) {
	zone := d.Zone
	if zone == nil {
		zone = time.UTC
	}
	if d.Order != nil && !d.Order.Until.IsZero() {
		days = append(days, d.Order.Until.In(zone))
	}
	if d.Coupon != nil && !d.Coupon.Until.IsZero() {
		days = append(days, d.Coupon.Until.In(zone))
	}
	if d.Points != nil && !d.Points.Expires.IsZero() {
		days = append(days, d.Points.Expires.In(zone))
	}
	if !d.Why.On.IsZero() {
		days = append(days, d.Why.On.In(zone))
	}
	for _, pick := range d.products() {
		if !pick.Reason.On.IsZero() {
			days = append(days, pick.Reason.On.In(zone))
		}
	}
	return days
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
	end := dateLike()[language].FindString(rules.long(c.Until.In(zone)))
	for _, p := range parts {
		if strings.Contains(p.seen, clean(c.Code)) && !strings.Contains(p.seen, end) {
			wrong = append(wrong, "the "+p.name+" gives a code without the day on which it ends")
		}
	}
	return wrong
}
