package message

import (
	"html"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// The scanner finds what a regular expression finds, also in broken HTML.
func TestLinksAreThoseOfTheRegularExpression(t *testing.T) {
	pieces := []string{"<a", "<A", "<", ">", " ", "\n", "a", "href", "HREF", "hRef", "=", "\"", "'", "https://x.example/?a=1&b=2", "data-", "x", "<abbr", "/", "é", "ſ", "K", "#", "_", "\t", "<a href=\"", "<a class='b' href = 'c'>"}
	draw := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		var html strings.Builder
		for range 1 + draw.IntN(12) {
			html.WriteString(pieces[draw.IntN(len(pieces))])
		}
		var want []string
		for _, m := range anyHref().FindAllStringSubmatch(html.String(), -1) {
			want = append(want, m[1])
		}
		if got := slices.Collect(hrefs(html.String())); !slices.Equal(got, want) {
			t.Fatalf("hrefs(%q) = %q, want %q", html.String(), got, want)
		}
	}
}

// Dates and prices are looked for at digits, and are those of an expression for the whole text.
func TestDatesAndPricesAreThoseOfTheWholeText(t *testing.T) {
	pieces := []string{"1", "24", "2026", "12", ".", ",", "/", "-", " ", "\u00a0", "\u202f", "€", "$", "%", "EUR", "GBP", "zł", "kr", "krona", "k", "rub", "руб", "р", "уб", "б", "ł", "EU", "R", "\x00", "\xe2\x82", "\xff", "٣", "~", "(", "η", "a", "A", "z", "x", "_", "é", "\n", "December", "dECEMBER", "auguſt", "декабря", "ДЕКАБРЯ", "Δεκεμβρίου", "ΔΕΚΕΜΒΡΊΟΥ", "\u00b5αΐου", "Η", "grudnia", "24.12.2026", "€5.00"}
	draw := rand.New(rand.NewPCG(5, 6))
	for range 50_000 {
		var b strings.Builder
		for range 1 + draw.IntN(12) {
			b.WriteString(pieces[draw.IntN(len(pieces))])
		}
		text := b.String()
		for language, find := range wholeDays() {
			if got, want := datesLike()[language].all([]byte(text)), find.FindAllString(text, -1); !slices.Equal(got, want) {
				t.Fatalf("%s: the days of %q are %q, want %q", language, text, got, want)
			}
		}
		if got, want := prices([]byte(text)), pricesIn(text); !slices.Equal(got, want) {
			t.Fatalf("the prices of %q are %q, want %q", text, got, want)
		}
	}
}

func TestTidyIsWhatTheRegularExpressionsAre(t *testing.T) {
	trailing, many := regexp.MustCompile(`[ \t]+\n`), regexp.MustCompile(`\n{3,}`)
	draw := rand.New(rand.NewPCG(3, 4))
	for range 100_000 {
		var text strings.Builder
		for range draw.IntN(14) {
			text.WriteString([]string{"\n", "\n\n", " ", "\t", "word", "\r", "\u00a0", "é"}[draw.IntN(8)])
		}
		want := strings.TrimSpace(many.ReplaceAllString(trailing.ReplaceAllString(text.String()+"\n", "\n"), "\n\n")) + "\n"
		if got := tidy(text.String()); got != want {
			t.Fatalf("tidy(%q) = %q, want %q", text.String(), got, want)
		}
	}
}

func TestATextOnOneLineIsItsWords(t *testing.T) {
	draw := rand.New(rand.NewPCG(9, 10))
	for range 20_000 {
		var text strings.Builder
		for range draw.IntN(10) {
			text.WriteString([]string{"\n", " ", "  ", "\t", "word", "\r", "\u00a0", "é", "\xff", "<p>", "<title>x</title>", "<!-- a > b -->", "<", "&amp;", "&#32;", "<STYLE a>"}[draw.IntN(16)])
		}
		words := strings.FieldsFunc(html.UnescapeString(text.String()), func(r rune) bool { return strings.ContainsRune(" \t\r\n", r) })
		if got, want := string(oneLine([]byte(html.UnescapeString(text.String())))), strings.Join(words, " "); got != want {
			t.Fatalf("oneLine(%q) = %q, want %q", text.String(), got, want)
		}
	}
}

func TestTextsThatAreCleanStayAsTheyAre(t *testing.T) {
	pieces := []string{" ", "  ", "\u00a0", "\n", "\x00", "\x7f", "\u0085", "\u200b", "\u200d", "\u200c", "\u2066", "\ufeff", "\u00ad", "\ufffd", "\xff", "\U0001f3f4", "\U000e0067", "{", "}", "%", "a", "Tea", "Чай", "ن", "é", "e\u0301", "👨", "\u3000", "\u0600"}
	draw := rand.New(rand.NewPCG(15, 16))
	kept := 0
	for range 100_000 {
		var text strings.Builder
		for range draw.IntN(6) {
			text.WriteString(pieces[draw.IntN(len(pieces))])
		}
		if isClean(text.String()) {
			kept++
		}
		if got, want := clean(text.String()), plainClean(text.String()); got != want {
			t.Fatalf("clean(%q) = %q, want %q", text.String(), got, want)
		}
	}
	if kept < 1000 {
		t.Errorf("%d texts were clean, want more to compare", kept)
	}
}

func TestUnescapedIsWhatThePackageHTMLSays(t *testing.T) {
	pieces := []string{"&amp;", "&#39;", "&#34;", "&lt;", "&gt;", "&nbsp;", "&zwnj;", "&", "&#", "&#5", "&#x2f;", "&amp", "&ampx", "amp;", ";", "#", "3", "a", " ", "é", "&notit;", "&not"}
	draw := rand.New(rand.NewPCG(17, 18))
	for range 100_000 {
		var text strings.Builder
		for range draw.IntN(7) {
			text.WriteString(pieces[draw.IntN(len(pieces))])
		}
		if got, want := string(appendUnescaped(nil, text.String())), html.UnescapeString(text.String()); got != want {
			t.Fatalf("appendUnescaped(%q) = %q, want %q", text.String(), got, want)
		}
	}
}

func TestDayAndMonthIsWhatIsFoundInADate(t *testing.T) {
	for language, rules := range knownLanguages() {
		for day := range 366 {
			long := rules.long(time.Date(2028, time.January, 1+day, 5, 0, 0, 0, time.UTC))
			if got, want := dayAndMonth(long), datesLike()[language].first(long); got != want {
				t.Errorf("dayAndMonth(%q) = %q, want %q", long, got, want)
			}
		}
	}
}
