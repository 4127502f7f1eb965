package message

import (
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// numericDate finds days in figures: 24.12.2026, 24/12/2026, 2026-12-24.
const numericDate = `\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d{2}-\d{2}`

// dateLike returns, by language, what finds a day as that language writes it:
// "24 December", "24 декабря 2026".
var dateLike = sync.OnceValue(func() map[string]*regexp.Regexp {
	found := map[string]*regexp.Regexp{}
	for language, tongue := range tongues {
		var months []string
		for month := range 12 {
			written := strings.Fields(tongue.long(time.Date(2026, time.Month(month+1), 5, 0, 0, 0, 0, time.UTC)))
			months = append(months, regexp.QuoteMeta(written[1])) // day, month, year: so do all of these languages
		}
		found[language] = regexp.MustCompile(`(?i)\b\d{1,2}[ \x{a0}](?:` + strings.Join(months, "|") + `)|` + numericDate)
	}
	return found
})

// foreignDates counts the days that a text names and that are not the data's: an
// end that somebody wrote into a template is not the end that the checkout
// keeps.
func foreignDates(language string, own ownWords, d Data, text string) (foreign int) {
	find := dateLike()[language]
	if find == nil {
		return 0
	}
	for _, theirs := range own.texts {
		if utf8.RuneCountInString(theirs) > 3 { // a shop called "1" must not cut days in two
			text = blank(text, theirs, false)
		}
	}
	said := map[string]bool{}
	for _, at := range d.days() {
		said[find.FindString(tongues[language].long(at))] = true
	}
	for _, day := range find.FindAllString(text, -1) {
		if !said[day] {
			foreign++
		}
	}
	return foreign
}

// days returns every day that the data names, in the customer's zone.
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
	for _, pick := range d.Picks {
		if !pick.Reason.On.IsZero() {
			days = append(days, pick.Reason.On.In(zone))
		}
	}
	return days
}

// lintCoupon checks that the end is told wherever the code is.
func lintCoupon(language string, d Data, parts []part) (wrong []string) {
	c := d.Coupon
	if c == nil || c.Code == "" {
		return nil
	}
	tongue, known := tongues[language]
	if !known || c.Until.IsZero() {
		return wrong
	}
	zone := d.Zone
	if zone == nil {
		zone = time.UTC
	}
	end := dateLike()[language].FindString(tongue.long(c.Until.In(zone)))
	for _, p := range parts {
		if strings.Contains(p.seen, clean(c.Code)) && !strings.Contains(p.seen, end) {
			wrong = append(wrong, "the "+p.name+" gives a code and not the day on which it ends")
		}
	}
	return wrong
}
