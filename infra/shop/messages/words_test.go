package messages_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/shared/message"
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
			for _, s := range scenes {
				if s.name != name {
					continue
				}
				d := s.data(t, "el")
				if d.Coupon != nil {
					d.Coupon.Until = on
				}
				if d.Points != nil {
					d.Points.Expires = on
				}
				d.Order.Until = on
				r, err := set.Render(s.message, d)
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
