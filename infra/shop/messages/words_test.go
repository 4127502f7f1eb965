//go:build !race

package messages_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/infra/shop/messages"
	"regulars/shared/content"
	"regulars/shared/message"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// misread are expressions of wrong or misleading words by language (issue 13):
// a reader takes them for something else than they mean.
var misread = map[string]map[string]*regexp.Regexp{
	"ru": {"the limit of a discount reads as the limit of an order": regexp.MustCompile(`(?i)на сумму до|заказа? до \{`)},
	"pl": {
		"polecenia are commands":                           regexp.MustCompile(`(?i)polece[nń]`),
		"zatrzymać zamówienie is to stop an order":         regexp.MustCompile(`(?i)zatrzym\pL* zamówieni`),
		"gratis, do reads as the limit of an order":        regexp.MustCompile(`(?i)(gratis|zamówienia),? do \{`),
		"the month of September takes we, not w":           regexp.MustCompile(`(?i)\bw wrześniu`),
		"rekomendować się is to recommend oneself":         regexp.MustCompile(`(?i)rekomenduj\pL* się`),
		"ewentualnie and aktualnie do not mean eventually": regexp.MustCompile(`(?i)\bewentualnie|\baktualnie`),
	},
	"el": {
		"the first of a month is την 1η":               regexp.MustCompile(`τις 1 |έως 1 |είναι 1 `),
		"an amount after the order reads as its limit": regexp.MustCompile(`παραγγελίας σας, έως \{`),
	},
	"en": {"an amount after the order reads as its limit": regexp.MustCompile(`(?i)order,? up to \{`)},
}

// products are words for kinds of products, by language. A delivered message must be true
// whatever was bought, so it has none of them.
var products = map[string]*regexp.Regexp{
	"en": regexp.MustCompile(`(?i)\b(cup|mug|tea|bottle|bag|candle|lamp|plate|toy)s?\b`),
	"ru": regexp.MustCompile(`(?i)(^|[^\pL])(чашк|кружк|ча[йюея]|бутылк|сумк|свеч|ламп|тарелк|игрушк)`),
	"pl": regexp.MustCompile(`(?i)(^|[^\pL])(kubk|kubek|herbat|butelk|torb|świec|lamp|talerz|zabawk)`),
	"el": regexp.MustCompile(`(?i)(^|[^\pL])(κούπ|τσάι|τσαγ|μπουκάλ|τσάντ|κερι|λάμπ|πιάτ|παιχνίδ)`),
}

func TestNoDeliveredMessageNamesAKindOfProduct(t *testing.T) {
	for language, wrong := range products {
		for _, kind := range []string{".md", ".yaml"} {
			found, err := filepath.Glob("*/" + language + kind)
			if err != nil || len(found) == 0 {
				t.Fatalf("found no %s files of %s: %v", kind, language, err)
			}
			for _, file := range found {
				if word := wrong.FindString(read(t, file)); word != "" {
					t.Errorf("%s names a kind of product, %q: it is not true of each order", file, word)
				}
			}
		}
	}
}

// Every file with words that a customer reads is checked.
func TestNoStringIsMisread(t *testing.T) {
	files := map[string]string{} // text by name; the name's end is the language
	for language := range misread {
		found, err := filepath.Glob("*/" + language + ".yaml")
		if err != nil || len(found) < 5 {
			t.Fatalf("found %d files of strings in %q: %v", len(found), language, err)
		}
		for _, file := range found {
			files[file] = read(t, file)
		}
	}
	for _, file := range []string{"../../../functions/preferences/page.json", "../../../functions/redeem/reasons.json"} {
		for language, block := range blocks(read(t, file)) {
			files[file+"/"+language+".json"] = block
		}
	}
	for file, text := range files {
		language := strings.Split(filepath.Base(file), ".")[0]
		for why, wrong := range misread[language] {
			if found := wrong.FindString(text); found != "" {
				t.Errorf("%s has %q: %s", file, found, why)
			}
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks returns the text of each language of a JSON file that has the languages
// as its keys.
func blocks(text string) map[string]string {
	found := map[string]string{}
	for _, m := range regexp.MustCompile(`(?s)"(\w\w)": \{(.*?)\n  \}`).FindAllStringSubmatch(text, -1) {
		found[m[1]] = m[2]
	}
	return found
}

// Greek says "την 1η Δεκεμβρίου", and "στις" or "τις" before all other days.
func TestGreekDatesHaveTheArticleOfTheirDay(t *testing.T) {
	set := publishedSet(t)
	for day, want := range map[int][]string{
		1:  {"έως και την 1η Δεκεμβρίου 2026", "ισχύουν έως την 1η Δεκεμβρίου 2026", "αναμένεται την 1η Δεκεμβρίου 2026"},
		2:  {"έως και τις 2 Δεκεμβρίου 2026", "ισχύουν έως τις 2 Δεκεμβρίου 2026", "αναμένεται στις 2 Δεκεμβρίου 2026"},
		21: {"έως και τις 21 Δεκεμβρίου 2026", "ισχύουν έως τις 21 Δεκεμβρίου 2026", "αναμένεται στις 21 Δεκεμβρίου 2026"},
		31: {"έως και τις 31 Δεκεμβρίου 2026", "ισχύουν έως τις 31 Δεκεμβρίου 2026", "αναμένεται στις 31 Δεκεμβρίου 2026"},
	} {
		on := time.Date(2026, 12, day, 12, 0, 0, 0, time.UTC)
		var all strings.Builder
		for _, name := range []string{"reward-amount", "thanks-with-points", "sorry-delayed-until"} {
			for _, s := range messages.Scenes() {
				if s.Name != name {
					continue
				}
				d := s.Data("el")
				if d.Coupon != nil {
					d.Coupon.Until = on
				}
				if d.Points != nil {
					d.Points.Expires = on
				}
				d.Order.Until = on
				r, err := set.Render(s.Message, d)
				if err != nil {
					t.Fatal(err)
				}
				if wrong := message.Lint(r, d); len(wrong) > 0 {
					t.Errorf("Lint of %s = %q, want nothing", name, wrong)
				}
				all.WriteString(r.Text)
			}
		}
		for _, text := range want {
			if !strings.Contains(all.String(), text) {
				t.Errorf("no message says %q:\n%s", text, all.String())
			}
		}
	}
}

// reasonText returns the text of a reason in the words of the shop.
func reasonText(t *testing.T, language string, r recommend.Reason) string {
	t.Helper()
	text, err := publishedSet(t).Reason(language, messages.Now, time.UTC, r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Issue 13: "every 77 days" and "every 308 days" read like a log. Times are
// rounded as people say them.
func TestReasonsRoundTimesAsPeopleSayThem(t *testing.T) {
	languages := []string{"en", "ru", "pl", "el"}
	for days, want := range map[int][4]string{
		1:    {"every day", "раз в день", "co dzień", "κάθε ημέρα"},
		2:    {"every two days", "раз в два дня", "co dwa dni", "κάθε δύο ημέρες"},
		5:    {"every five days", "раз в пять дней", "co pięć dni", "κάθε πέντε ημέρες"},
		6:    {"every week", "раз в неделю", "co tydzień", "κάθε εβδομάδα"},
		7:    {"every week", "раз в неделю", "co tydzień", "κάθε εβδομάδα"},
		10:   {"every ten days", "раз в десять дней", "co dziesięć dni", "κάθε δέκα ημέρες"},
		15:   {"every two weeks", "раз в две недели", "co dwa tygodnie", "κάθε δύο εβδομάδες"},
		20:   {"every three weeks", "раз в три недели", "co trzy tygodnie", "κάθε τρεις εβδομάδες"},
		28:   {"every month", "раз в месяц", "co miesiąc", "κάθε μήνα"},
		45:   {"every six weeks", "раз в шесть недель", "co sześć tygodni", "κάθε έξι εβδομάδες"},
		77:   {"every three months", "раз в три месяца", "co trzy miesiące", "κάθε τρεις μήνες"},
		150:  {"every five months", "раз в пять месяцев", "co pięć miesięcy", "κάθε πέντε μήνες"},
		308:  {"every ten months", "раз в десять месяцев", "co dziesięć miesięcy", "κάθε δέκα μήνες"},
		350:  {"every year", "раз в год", "co rok", "κάθε χρόνο"},
		456:  {"every 15 months", "раз в 15 месяцев", "co 15 miesięcy", "κάθε 15 μήνες"},
		623:  {"every 20 months", "раз в 20 месяцев", "co 20 miesięcy", "κάθε 20 μήνες"},
		1100: {"every three years", "раз в три года", "co trzy lata", "κάθε τρία χρόνια"},
	} {
		for i, language := range languages {
			for kind, r := range map[string]recommend.Reason{
				"again":  {Kind: recommend.ReasonAgain, Times: 3, Days: days},
				"others": {Kind: recommend.ReasonOthers, Customers: 21, Days: days},
			} {
				if got := reasonText(t, language, r); !strings.HasSuffix(got, " "+want[i]+".") {
					t.Errorf("%s, %d days, %s: %q, want an end of %q", kind, days, language, got, want[i])
				}
			}
		}
	}
	for language, want := range map[string]string{"en": "about a week.", "ru": "на неделю.", "pl": "na tydzień.", "el": "μία εβδομάδα."} {
		if got := reasonText(t, language, recommend.Reason{Kind: recommend.ReasonUsedUp, Days: 7}); !strings.HasSuffix(got, want) {
			t.Errorf("what lasts 7 days, in %s: %q, want %q", language, got, want)
		}
	}
}

// Every count of days rounds to a time that is off by less than a quarter of it,
// and a longer time never prints as a shorter one.
func TestRoundedTimesAreTrue(t *testing.T) {
	length := map[string]float64{"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}
	numbers := strings.Fields("zero one two three four five six seven eight nine ten")
	before := 0.0
	for days := 1; days <= 4000; days++ {
		text := strings.TrimSuffix(reasonText(t, "en", recommend.Reason{Kind: recommend.ReasonAgain, Times: 3, Days: days}), ".")
		_, every, _ := strings.Cut(text, "about every ")
		words := strings.Fields(every)
		n := 1
		if len(words) == 2 {
			if n = slices.Index(numbers, words[0]); n < 0 {
				n, _ = strconv.Atoi(words[0])
			}
		}
		said := float64(n) * length[strings.TrimSuffix(words[len(words)-1], "s")]
		if said < before || math.Abs(said-float64(days)) > float64(days)/4 {
			t.Errorf("%d days are %q", days, every)
		}
		before = said
	}
}

// Issue 13: "in October", in the case that each language needs, and with the
// year if that month is not one of the last twelve.
func TestReasonsNameTheMonth(t *testing.T) {
	for on, want := range map[string]map[string]string{
		"2026-10-01": {"en": "bought in October.", "ru": "купили в октябре:", "pl": "zakupów w październiku:", "el": "αγοράσατε τον Οκτώβριο:"},
		"2026-09-15": {"en": "bought in September.", "ru": "купили в сентябре:", "pl": "zakupów we wrześniu:", "el": "αγοράσατε τον Σεπτέμβριο:"},
		"2025-12-31": {"en": "bought in December.", "ru": "купили в декабре:", "pl": "zakupów w grudniu:", "el": "αγοράσατε τον Δεκέμβριο:"},
		"2025-11-30": {"en": "bought in November 2025.", "ru": "купили в ноябре 2025 года:", "pl": "zakupów w listopadzie 2025 roku:", "el": "αγοράσατε τον Νοέμβριο του 2025:"},
		"2024-10-02": {"en": "bought in October 2024.", "ru": "купили в октябре 2024 года:", "pl": "zakupów w październiku 2024 roku:", "el": "αγοράσατε τον Οκτώβριο του 2024:"},
	} {
		day, err := time.Parse(time.DateOnly, on)
		if err != nil {
			t.Fatal(err)
		}
		for language, text := range want {
			if got := reasonText(t, language, recommend.Reason{Kind: recommend.ReasonGoesWith, Title: "X", On: day}); !strings.Contains(got, text) {
				t.Errorf("bought on %s, in %s: %q, want %q", on, language, got, text)
			}
		}
	}
}

// The month is that of the customer's zone.
func TestReasonsNameTheMonthOfTheCustomersZone(t *testing.T) {
	east := time.FixedZone("east", 3*3600)
	r := recommend.Reason{Kind: recommend.ReasonGoesWith, Title: "X", On: time.Date(2026, 9, 30, 22, 0, 0, 0, time.UTC)}
	for zone, want := range map[*time.Location]string{east: "in October.", nil: "in September."} {
		if got, err := publishedSet(t).Reason("en", messages.Now, zone, r); err != nil || !strings.HasSuffix(got, want) {
			t.Errorf("in the zone %v: %q, %v, want %q", zone, got, err, want)
		}
	}
}

// Issue 13: 58 of 83 thanks said "what goes with it" of products that went with
// older orders. A pick stands under that title only if a product of this order is
// its reason, and its words then name no month.
func TestOnlyPicksForThisOrderGoWithIt(t *testing.T) {
	set := publishedSet(t)
	goes := recommend.Reason{Kind: recommend.ReasonGoesWith, Product: "BOWL", Title: "Bowl", On: messages.Now}
	for _, test := range []struct {
		name          string
		ordered       []shop.ProductID
		reasons       []recommend.Reason
		with, besides int
	}{
		{"older orders only", []shop.ProductID{"TEA"}, []recommend.Reason{goes, {Kind: recommend.ReasonPopular, Customers: 9}}, 0, 2},
		{"this order only", []shop.ProductID{"TEA", "BOWL"}, []recommend.Reason{goes, {Kind: recommend.ReasonTogether, Product: "TEA", Title: "Tea", Customers: 9}}, 2, 0},
		{"both", []shop.ProductID{"TEA"}, []recommend.Reason{goes, {Kind: recommend.ReasonConsumable, Product: "TEA", Title: "Tea", On: messages.Now}}, 1, 1},
		{"an order that is not known", nil, []recommend.Reason{goes}, 0, 1},
	} {
		for language, titles := range map[string][2]string{
			"en": {"Goes with what you just ordered", "You may also like"}, "ru": {"Подойдёт к вашему заказу", "Вам также может понравиться"},
			"pl": {"Pasuje do tego zamówienia", "Może Ci się też spodobać"}, "el": {"Ταιριάζουν με αυτή την παραγγελία", "Ίσως σας αρέσουν επίσης"},
		} {
			d := messages.Scenes()[0].Data(language)
			d.Order.Products, d.Picks, d.Why.On = test.ordered, nil, time.Time{} // a mail also names the day of its order
			for _, r := range test.reasons {
				d.Picks = append(d.Picks, messages.Pick(&d, "Pick", 100, r))
			}
			r, err := set.Render("thanks", d)
			if err != nil {
				t.Fatal(err)
			}
			for part, text := range map[string]string{"text": r.Text, "HTML": readable(r.HTML)} {
				with, besides := "", ""
				if _, after, found := strings.Cut(text, titles[0]); found {
					with, _, _ = strings.Cut(after, titles[1])
				}
				_, besides, _ = strings.Cut(text, titles[1])
				if got := [2]int{strings.Count(with, "Pick\n") + strings.Count(with, "* Pick"), strings.Count(besides, "Pick\n") + strings.Count(besides, "* Pick")}; got != [2]int{test.with, test.besides} {
					t.Errorf("%s, %s, %s: %d picks go with it and %d stand apart, want %d and %d:\n%s", test.name, language, part, got[0], got[1], test.with, test.besides, text)
				}
				if month := []string{"November", "ноябр", "listopad", "Νοέμβρ"}; slices.ContainsFunc(month, func(m string) bool { return strings.Contains(with, m) }) {
					t.Errorf("%s, %s, %s: it names the month of an order of this moment:\n%s", test.name, language, part, with)
				}
			}
		}
	}
}

// Issue 13: "This order brings you 25 points … 25 more can be spent", about the
// same 25. Each point is in a text once.
func TestEachPointIsMentionedOnce(t *testing.T) {
	set := publishedSet(t)
	for _, test := range []struct {
		name                                    string
		points                                  content.Points
		thisOrder, otherOrders, later, spendNow int // how often a text has them
	}{
		{"of this order, later", content.Points{Earned: 25, Pending: 25, Waiting: 25}, 1, 0, 1, 0},
		{"of this order, later, and of others", content.Points{Earned: 25, Pending: 65, Waiting: 25}, 1, 1, 2, 0},
		{"of this order, at once", content.Points{Earned: 25, Active: 25}, 1, 0, 0, 1},
		{"of this order, at once, and of others, later", content.Points{Earned: 25, Active: 25, Pending: 40}, 1, 1, 1, 1},
		{"of others only", content.Points{Pending: 40}, 0, 1, 1, 0},
	} {
		for language, marks := range map[string][4]string{
			"en": {"This order brings you 25 points", "40 more points", "return period is over", "25 points to spend now"},
			"ru": {"Этот заказ приносит 25 баллов", "Ещё 40 баллов", "срок возврата", "Сейчас можно потратить 25 баллов"},
			"pl": {"To zamówienie daje Ci 25 punktów", "jeszcze 40 punktów", "terminu zwrotu", "teraz masz 25 punktów"},
			"el": {"Αυτή η παραγγελία σας δίνει 25 πόντους", "ακόμη 40 πόντοι", "περιόδου επιστροφών", "Τώρα έχετε 25 πόντους"},
		} {
			d := messages.Scenes()[0].Data(language)
			d.Points, d.Picks, d.Coupon = &test.points, nil, nil
			r, err := set.Render("thanks", d)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range []int{test.thisOrder, test.otherOrders, test.later, test.spendNow} {
				if got := strings.Count(r.Text, marks[i]); got != want {
					t.Errorf("%s, %s: %q is there %d times, want %d:\n%s", test.name, language, marks[i], got, want, r.Text)
				}
			}
		}
	}
}

// Issue 13: several products with the same reason have one sentence.
func TestPicksWithTheSameReasonHaveOneSentence(t *testing.T) {
	set := publishedSet(t)
	tea := recommend.Reason{Kind: recommend.ReasonTogether, Product: "TEA", Title: "Green tea", Customers: 9}
	other := recommend.Reason{Kind: recommend.ReasonTogether, Product: "STAND", Title: "Cake stand", Customers: 9}
	for _, test := range []struct {
		reasons  []recommend.Reason
		one, own int // how many sentences are for all, and for one
	}{
		{[]recommend.Reason{tea, tea, tea}, 1, 0},
		{[]recommend.Reason{tea}, 0, 1},
		{[]recommend.Reason{tea, other}, 0, 2},
		{[]recommend.Reason{tea, tea, {Kind: recommend.ReasonPopular, Customers: 5}}, 1, 0},
	} {
		d := messages.Scenes()[0].Data("en")
		d.Order.Products, d.Picks = []shop.ProductID{"TEA", "STAND"}, nil
		for _, r := range test.reasons {
			d.Picks = append(d.Picks, messages.Pick(&d, "Pick", 100, r))
		}
		r, err := set.Render("thanks", d)
		if err != nil {
			t.Fatal(err)
		}
		for part, text := range map[string]string{"text": r.Text, "HTML": readable(r.HTML)} {
			if one, own := strings.Count(text, "bought these too."), strings.Count(text, "bought this too."); one != test.one || own != test.own {
				t.Errorf("%s of %d reasons: %d sentences for all and %d for one, want %d and %d:\n%s", part, len(test.reasons), one, own, test.one, test.own, text)
			}
		}
	}
}
