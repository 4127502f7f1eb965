package message

import (
	"math"
	"time"
)

// rounded returns a number of days as people say it: 7 is a week, 77 is three
// months, 308 is ten months. unit is "days", "weeks", "months" or "years". What
// it returns is off by less than a quarter of the days. It returns 0 for 0 and
// less.
//
// This is the only rule of rounding for times in messages.
func rounded(days int) (count int, unit string) {
	const month, year = 365.25 / 12, 365.25
	nearest := func(unit float64) int { return int(math.Round(float64(days) / unit)) }
	switch {
	case days <= 0:
		return 0, "days"
	case days <= 5:
		return days, "days"
	case days >= 9 && days <= 11:
		return 10, "days"
	case days <= 24:
		return nearest(7), "weeks"
	case days >= 38 && days <= 52: // neither one month nor two
		return 6, "weeks"
	case days < 320, days > 410 && days < 624:
		return max(1, nearest(month)), "months"
	}
	return max(1, nearest(year)), "years"
}

// span returns the variables for a time of this many days; nil for 0 and less.
func (l *localizer) span(days int) any {
	count, unit := rounded(days)
	if count == 0 {
		return nil
	}
	return fields{"count": count, "unit": unit, "words": l.inWords(count, unit)}
}

// inWords returns a count of days, weeks, months or years in words, in the
// accusative; in digits beyond ten.
func (l *localizer) inWords(n int, unit string) string {
	if n > 10 {
		return l.number(n)
	}
	if word, ok := l.rules.calendar.genders[unit][n]; ok {
		return word
	}
	return l.rules.calendar.numbers[n]
}

// when returns the month of a day, as it follows "bought": "in October", with
// the year unless it is one of the twelve months up to now. It returns nil for
// the zero time; a zero now gives the year.
func (l *localizer) when(at, now time.Time, zone *time.Location) any {
	if at.IsZero() {
		return nil
	}
	at, now = at.In(zone), now.In(zone)
	text := l.rules.calendar.in[at.Month()-1]
	if months := (now.Year()-at.Year())*12 + int(now.Month()-at.Month()); months < 0 || months > 11 {
		text += at.Format(l.rules.calendar.year)
	}
	return text
}

// calendar is what the CLDR does not have: the months and numbers in the form in
// which a sentence needs them.
type calendar struct {
	in      [12]string                // "in January", …
	year    string                    // what follows a month of another year, as a layout of [time.Time.Format]
	numbers [11]string                // 0 to 10, as they count a masculine noun; in Polish and English any
	genders map[string]map[int]string // by unit, the numbers that differ from these
}

var calendars = map[string]calendar{
	"en": {
		in: [12]string{
			"in January", "in February", "in March", "in April", "in May", "in June",
			"in July", "in August", "in September", "in October", "in November", "in December",
		},
		year:    " 2006",
		numbers: [11]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"},
	},
	"ru": {
		in: [12]string{
			"в январе", "в феврале", "в марте", "в апреле", "в мае", "в июне",
			"в июле", "в августе", "в сентябре", "в октябре", "в ноябре", "в декабре",
		},
		year:    " 2006 года",
		numbers: [11]string{"ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять", "десять"},
		genders: map[string]map[int]string{"weeks": {1: "одну", 2: "две"}},
	},
	"pl": {
		in: [12]string{
			"w styczniu", "w lutym", "w marcu", "w kwietniu", "w maju", "w czerwcu",
			"w lipcu", "w sierpniu", "we wrześniu", "w październiku", "w listopadzie", "w grudniu",
		},
		year:    " 2006 roku",
		numbers: [11]string{"zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć", "dziesięć"},
	},
	"el": {
		in: [12]string{
			"τον Ιανουάριο", "τον Φεβρουάριο", "τον Μάρτιο", "τον Απρίλιο", "τον Μάιο", "τον Ιούνιο",
			"τον Ιούλιο", "τον Αύγουστο", "τον Σεπτέμβριο", "τον Οκτώβριο", "τον Νοέμβριο", "τον Δεκέμβριο",
		},
		year:    " του 2006",
		numbers: [11]string{"μηδέν", "έναν", "δύο", "τρεις", "τέσσερις", "πέντε", "έξι", "επτά", "οκτώ", "εννέα", "δέκα"},
		genders: map[string]map[int]string{
			"days": {1: "μία"}, "weeks": {1: "μία"},
			"years": {3: "τρία", 4: "τέσσερα"}, // τρία χρόνια
		},
	},
	"he": {
		in: [12]string{
			"בינואר", "בפברואר", "במרץ", "באפריל", "במאי", "ביוני",
			"ביולי", "באוגוסט", "בספטמבר", "באוקטובר", "בנובמבר", "בדצמבר",
		},
		year:    " 2006",
		numbers: [11]string{"אפס", "אחד", "שני", "שלושה", "ארבעה", "חמישה", "שישה", "שבעה", "שמונה", "תשעה", "עשרה"},
		genders: map[string]map[int]string{
			"years": {1: "אחת", 2: "שתי", 3: "שלוש", 4: "ארבע", 5: "חמש", 6: "שש", 7: "שבע", 8: "שמונה", 9: "תשע", 10: "עשר"},
		},
	},
}
