package recommend

import (
	"fmt"
	"time"
)

// Words says in English, for people who support customers, why a product was picked. It
// is empty for a kind that it does not know. Messages say it in their own words.
func (r Reason) Words() string {
	other := r.Title
	if other == "" {
		other = string(r.Product)
	}
	switch r.Kind {
	case ReasonAgain:
		text := "bought again and again"
		if r.Days > 0 {
			text += ", about every " + count(r.Days, "day")
		}
		if r.Times > 0 {
			text += ", " + times(r.Times) + " so far"
		}
		return text
	case ReasonUsedUp:
		return "bought once; it lasts about " + count(r.Days, "day")
	case ReasonOthers:
		return fmt.Sprintf("bought once; %s bought it again, half of them every %s or more often", count(r.Customers, "other customer"), count(r.Days, "day"))
	case ReasonGoesWith:
		return "goes with " + other + ", bought" + onDay(r.On)
	case ReasonTogether:
		return count(r.Customers, "customer") + " who bought " + other + " also bought this"
	case ReasonPopular:
		return "popular: " + count(r.Customers, "customer") + " bought it"
	case ReasonConsumable:
		return "a consumable for " + other + ", bought" + onDay(r.On)
	}
	return ""
}

func count(n int, of string) string {
	if n == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", n, of)
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}

func onDay(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format(" on 2 January 2006")
}
