package shape

import (
	"testing"
	"time"
)

func TestAmounts(t *testing.T) {
	for text, want := range map[string]struct{ any, point, comma string }{
		"12.50":      {"12.50", "12.50", "!"},
		"12,50":      {"12.50", "!", "12.50"},
		"1,234.50":   {"1234.50", "1234.50", "!"},
		"1.234,50":   {"1234.50", "!", "1234.50"},
		"1 234,50 €": {"1234.50", "!", "1234.50"},
		"£1,234.50":  {"1234.50", "1234.50", "!"},
		"1'234.50":   {"1234.50", "1234.50", "!"},
		"1,234":      {"!", "1234", "1.234"},
		"1.234":      {"!", "1.234", "1234"},
		"1,234,567":  {"1234567", "1234567", "1234567"},
		"12":         {"12", "12", "12"},
		"GBP 12.5":   {"12.5", "12.5", "!"},
		".50":        {"0.50", "0.50", "!"},
		"-5":         {"!", "!", "!"},
		"12.34.5":    {"!", "!", "!"},
		"free":       {"!", "!", "!"},
		"1,23,456":   {"!", "!", "!"},
	} {
		for mark, want := range map[string]string{"": want.any, "point": want.point, "comma": want.comma} {
			got, fault := Settings{Decimal: mark}.amount(text, "GBP")
			if fault != "" {
				got = "!"
			}
			if got != want {
				t.Errorf("%q with DECIMAL=%q is %s (%s), want %s", text, mark, got, fault, want)
			}
		}
	}
	if got, fault := (Settings{}).amount("1.234", "KWD"); got != "1.234" {
		t.Errorf("1.234 of a currency of three decimals is %q, %s", got, fault)
	}
}

func TestTimes(t *testing.T) {
	athens, err := time.LoadLocation("Europe/Athens")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]struct{ any, dmy, mdy string }{
		"2026-03-04":                {"2026-03-03T22:00:00Z", "2026-03-03T22:00:00Z", "2026-03-03T22:00:00Z"},
		"2026-03-04 10:00:00":       {"2026-03-04T08:00:00Z", "2026-03-04T08:00:00Z", "2026-03-04T08:00:00Z"},
		"2026-03-04 10:00:00 -0500": {"2026-03-04T15:00:00Z", "2026-03-04T15:00:00Z", "2026-03-04T15:00:00Z"},
		"2026-03-04T10:00:00+01:00": {"2026-03-04T09:00:00Z", "2026-03-04T09:00:00Z", "2026-03-04T09:00:00Z"},
		"04.03.2026 10:00":          {"2026-03-04T08:00:00Z", "2026-03-04T08:00:00Z", "2026-03-04T08:00:00Z"},
		"3/4/2026":                  {"!", "2026-04-02T21:00:00Z", "2026-03-03T22:00:00Z"},
		"3/4/2026 10:00 am":         {"!", "2026-04-03T07:00:00Z", "2026-03-04T08:00:00Z"},
		"13/4/2026":                 {"2026-04-12T21:00:00Z", "2026-04-12T21:00:00Z", "!"},
		"4/13/2026":                 {"2026-04-12T21:00:00Z", "!", "2026-04-12T21:00:00Z"},
		"4/4/2026":                  {"2026-04-03T21:00:00Z", "2026-04-03T21:00:00Z", "2026-04-03T21:00:00Z"},
		"March 4, 2026 10:00 am":    {"2026-03-04T08:00:00Z", "2026-03-04T08:00:00Z", "2026-03-04T08:00:00Z"},
		"4 Mar 2026":                {"2026-03-03T22:00:00Z", "2026-03-03T22:00:00Z", "2026-03-03T22:00:00Z"},
		"1772611200":                {"2026-03-04T08:00:00Z", "2026-03-04T08:00:00Z", "2026-03-04T08:00:00Z"},
		"yesterday":                 {"!", "!", "!"},
		"31.02.2026":                {"!", "!", "!"},
		"2026":                      {"!", "!", "!"},
	} {
		for dates, want := range map[string]string{"": want.any, "dmy": want.dmy, "mdy": want.mdy} {
			at, fault := Settings{Zone: athens, Dates: dates}.when(text)
			got := at.Format(time.RFC3339)
			if fault != "" {
				got = "!"
			}
			if got != want {
				t.Errorf("%q with DATES=%q is %s (%s), want %s", text, dates, got, fault, want)
			}
		}
	}
}

func TestCountries(t *testing.T) {
	for text, want := range map[string]string{"United Kingdom": "GB", "gb": "GB", "Germany": "DE", "USA": "US", "GBR": "GB", "Czech Republic": "CZ", "Atlantis": "Atlantis"} {
		if got := Country(text); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}
