package shape

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

// amount returns an amount as a decimal number with a point, such as "1234.50",
// or what is wrong with it. It reads "1,234.50", "1.234,50", "1 234,50",
// "1'234.50", and a currency's sign or code around the number. A number with one
// comma or point before three digits, such as "1,234", can be read in two ways:
// it is refused unless the settings say which is the decimal mark.
func (s Settings) amount(text string, of shop.Currency) (decimal, fault string) {
	const wrong = "is not an amount of 0 or more, such as 12.50"
	number := strings.TrimFunc(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Sc, r) || unicode.IsSpace(r) })
	number = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "'", "", "’", "").Replace(number)
	if last := len(number) - 1; number == "" || strings.Trim(number, "0123456789.,") != "" || strings.LastIndexAny(number, ".,") == last {
		return "", wrong
	}
	points, commas := strings.Count(number, "."), strings.Count(number, ",")
	mark := byte(0) // that of the decimals
	switch {
	case points > 0 && commas > 0:
		mark = number[strings.LastIndexAny(number, ".,")]
	case points > 1 || commas > 1 || points+commas == 0: // several marks: of thousands
	default:
		mark = number[strings.LastIndexAny(number, ".,")]
		decimals, _ := iso4217.Decimals(of)
		after := len(number) - 1 - strings.LastIndexAny(number, ".,")
		switch {
		case s.Decimal == "comma" && mark == '.', s.Decimal == "point" && mark == ',':
			mark = 0
		case s.Decimal != "" || after != 3 || decimals == 3 && mark == '.':
		default:
			return "", "can be read as thousands or as decimals; say DECIMAL=point or DECIMAL=comma"
		}
	}
	if points > 0 && commas > 0 && (s.Decimal == "comma" && mark == '.' || s.Decimal == "point" && mark == ',') {
		return "", "has another decimal mark than DECIMAL says"
	}
	whole, fraction := number, ""
	if mark != 0 {
		at := strings.LastIndexByte(number, mark)
		whole, fraction = number[:at], number[at+1:]
	}
	if mark == 0 && strings.IndexAny(whole, ".,") == 0 {
		return "", wrong
	}
	groups := strings.FieldsFunc(whole, func(r rune) bool { return r == '.' || r == ',' })
	for i, group := range groups {
		if i > 0 && len(group) != 3 {
			return "", wrong
		}
	}
	if strings.ContainsAny(fraction, ".,") || len(groups) == 0 && fraction == "" {
		return "", wrong
	}
	if decimal = strings.Join(groups, ""); decimal == "" {
		decimal = "0"
	}
	if fraction != "" {
		decimal += "." + fraction
	}
	return decimal, ""
}

// layouts are forms of a time in which nothing is ambiguous; those without a
// zone are in the shop's.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04:05.999999", "2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05-07:00", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02",
	"2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02",
	"Jan 2, 2006 3:04 PM", "Jan 2, 2006, 3:04 PM", "Jan 2, 2006", "January 2, 2006 3:04 PM", "January 2, 2006 3:04 pm", "January 2, 2006",
	"2 Jan 2006 15:04", "2 Jan 2006", "2 January 2006", "02-Jan-2006", "Mon, 02 Jan 2006 15:04:05 -0700",
}

// clocks are forms of the time of day after a date of three numbers.
var clocks = []string{"", " 15:04:05", " 15:04", " 3:04:05 PM", " 3:04 PM", ", 15:04:05", ", 15:04"}

// when returns a time, or what is wrong with it. A date of three numbers with the
// year last is read day first if it has points (31.12.2026), and otherwise if
// only one reading is possible, or as the setting Dates says.
func (s Settings) when(text string) (t time.Time, fault string) {
	const wrong = "is not a date or a time, such as 2026-11-22 or 2026-11-22 09:30:00 +0100"
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		switch len(text) {
		case 10:
			return time.Unix(n, 0).UTC(), ""
		case 13:
			return time.UnixMilli(n).UTC(), ""
		}
		return t, wrong
	}
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, text, s.Zone); err == nil {
			return t.UTC(), ""
		}
	}
	mark := strings.IndexAny(text, "./-")
	if mark < 1 || mark > 2 {
		return t, wrong
	}
	m := text[mark : mark+1]
	first, rest, _ := strings.Cut(text, m)
	second, _, _ := strings.Cut(rest, m)
	a, errA := strconv.Atoi(first)
	b, errB := strconv.Atoi(second)
	if errA != nil || errB != nil {
		return t, wrong
	}
	dayFirst := false
	switch {
	case m == ".", s.Dates == "dmy", s.Dates == "" && a > 12:
		dayFirst = true
	case s.Dates == "mdy", b > 12, a == b:
	default:
		return t, "can be read as two days; say DATES=dmy (the day first) or DATES=mdy (the month first)"
	}
	date := "1" + m + "2" + m + "2006"
	if dayFirst {
		date = "2" + m + "1" + m + "2006"
	}
	for _, clock := range clocks {
		if t, err := time.ParseInLocation(date+clock, strings.ToUpper(text), s.Zone); err == nil {
			return t.UTC(), ""
		}
	}
	return t, wrong
}

// birthday returns a month and a day, or what is wrong. It reads "05-17", as
// events have it, "17.05.", "05/17" as [Settings.when] reads days, and dates
// with the year, which is dropped.
func (s Settings) birthday(text string) (shop.Birthday, string) {
	const wrong = "is not a day of a year, such as 05-17 or 1990-05-17"
	text = strings.TrimPrefix(strings.TrimSpace(text), "--")
	if len(text) >= 10 {
		if _, err := time.Parse(time.DateOnly, text[:10]); err == nil { // also with a time, whose zone does not matter
			text = text[5:10]
		}
	}
	if b, err := shop.ParseBirthday(text); err == nil {
		return b, ""
	}
	if mark := strings.IndexAny(text, "./"); mark > 0 && !strings.ContainsAny(strings.TrimSuffix(text[mark+1:], "."), "./") {
		text = strings.TrimSuffix(text, ".") + text[mark:mark+1] + "2024" // of a year that has all days
	}
	day, fault := s.when(text)
	switch {
	case strings.HasPrefix(fault, "can be read"):
		return "", fault
	case fault != "":
		return "", wrong
	}
	return shop.Birthday(day.In(s.Zone).Format("01-02")), ""
}

var flags = map[string]bool{
	"yes": true, "y": true, "true": true, "t": true, "1": true, "on": true,
	"no": false, "n": false, "false": false, "f": false, "0": false, "-1": false, "off": false,

	"ja": true, "oui": true, "sí": true, "si": true, "sì": true, "tak": true, "да": true, "ναι": true,
	"nein": false, "nee": false, "non": false, "nie": false, "нет": false, "όχι": false,
}

// yesNo returns yes or no, or what is wrong.
func yesNo(text string) (value bool, fault string) {
	value, known := flags[strings.ToLower(text)]
	if !known {
		return false, "is neither yes nor no; write yes, no, true, false, 1 or 0"
	}
	return value, ""
}

// said is what a column says of a consent: yes, no, or nothing.
type said int

const (
	saidNothing said = iota
	saidYes
	saidNo
)

// consents are the words of the programs that the importer knows, in small
// letters and without what is no letter.
var consents = map[string]said{
	"subscribed": saidYes, "optedin": saidYes, "optin": saidYes, "confirmed": saidYes, "active": saidYes, "none": saidNothing,
	"unsubscribed": saidNo, "optedout": saidNo, "optout": saidNo, "all": saidNo, "redacted": saidNo, "withdrawn": saidNo,
	"neversubscribed": saidNothing, "notsubscribed": saidNothing, "nonsubscribed": saidNothing, "pending": saidNothing, "transactional": saidNothing, "unconfirmed": saidNothing, "unknown": saidNothing,
}

func consent(text string) (said, string) {
	if yes, known := flags[strings.ToLower(text)]; known {
		if yes {
			return saidYes, ""
		}
		return saidNo, ""
	}
	if word, known := consents[plain(text)]; known {
		return word, ""
	}
	return saidNothing, "is no word for a consent; write yes or no, or subscribed, unsubscribed or never_subscribed"
}

// reasons are the words for why an address is suppressed.
var reasons = map[string]string{
	"bounce": Bounced, "bounced": Bounced, "hardbounce": Bounced, "hardbounced": Bounced, "cleaned": Bounced, "invalid": Bounced, "invalidemail": Bounced, "undeliverable": Bounced,
	"complaint": Complained, "complained": Complained, "spam": Complained, "spamcomplaint": Complained, "markedasspam": Complained, "reportedspam": Complained, "abuse": Complained,
	"unsubscribe": Unsubscribed, "unsubscribed": Unsubscribed, "optout": Unsubscribed, "optedout": Unsubscribed, "manual": Unsubscribed, "manuallysuppressed": Unsubscribed, "usersuppressed": Unsubscribed, "suppressed": Unsubscribed,
}

func reason(text string) (string, string) {
	if word, known := reasons[plain(text)]; known {
		return word, ""
	}
	return "", fmt.Sprintf("is no reason that is known; write %s, %s or %s", Bounced, Complained, Unsubscribed)
}

// plain returns a text in small letters, with only its letters and digits.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// countries has the code of each country by its English name.
var countries = func() map[string]string {
	codes, names := map[string]string{}, display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			if region, err := language.ParseRegion(code); err == nil && region.IsCountry() && region.Canonicalize().String() == code {
				codes[plain(names.Name(region))] = code
			}
		}
	}
	for name, code := range map[string]string{"usa": "US", "unitedstatesofamerica": "US", "uk": "GB", "greatbritain": "GB", "england": "GB", "russianfederation": "RU", "czechrepublic": "CZ", "turkey": "TR", "thenetherlands": "NL", "korea": "KR"} {
		codes[name] = code
	}
	return codes
}()

// Country returns the code of a country that is named by its code of two or
// three letters, or by its English name; the text itself if it is none.
func Country(text string) string {
	if code, known := countries[plain(text)]; known {
		return code
	}
	if region, err := language.ParseRegion(text); err == nil && region.IsCountry() {
		return region.Canonicalize().String()
	}
	return text
}
