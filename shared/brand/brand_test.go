package brand

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// The figures are those of the W3C's and other public contrast checkers.
func TestContrastIsThatOfWCAG(t *testing.T) {
	for _, c := range []struct {
		one, other string
		want       float64
	}{
		{"#000000", "#ffffff", 21},
		{"#ffffff", "#ffffff", 1},
		{"#777777", "#ffffff", 4.47},
		{"#767676", "#ffffff", 4.54},
		{"#ff0000", "#ffffff", 3.99},
		{"#0000ff", "#ffffff", 8.59},
	} {
		if got := Contrast(c.one, c.other); math.Floor(got*100)/100 != c.want && math.Abs(got-c.want) > 0.006 {
			t.Errorf("Contrast(%s, %s) = %.3f, want %.2f", c.one, c.other, got, c.want)
		}
		if Contrast(c.one, c.other) != Contrast(c.other, c.one) {
			t.Errorf("the contrast of %s and %s depends on their order", c.one, c.other)
		}
	}
}

func TestDefaultsHaveNoPoorContrast(t *testing.T) {
	b := Brand{}.Complete()
	for name, c := range map[string]Colours{"light": b.Light, "dark": b.Dark} {
		for _, p := range c.Poor() {
			t.Errorf("%s: %s", name, p.Says)
		}
	}
}

// A shop that chooses its accent only gets a design that can be read, in light
// if the accent can be read on light ground, and in dark always.
func TestAnyAccentCompletesToADarkDesignThatCanBeRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		accent := rapid.StringMatching(`#[0-9a-f]{6}`).Draw(t, "accent")
		b := Brand{Light: Colours{Accent: accent}}.Complete()
		if poor := b.Dark.Poor(); len(poor) > 0 {
			t.Errorf("dark: %s", poor[0].Says)
		}
		for _, p := range b.Light.Poor() {
			if p.Text != "accent" {
				t.Errorf("light: %s", p.Says)
			}
			b.Light.Accent = p.Better
		}
		if poor := b.Light.Poor(); len(poor) > 0 && poor[0].Text == "accent" {
			t.Errorf("with the better colour: %s", poor[0].Says)
		}
	})
}

// White on a light grey, and the nearest grey that passes: #767676 is known as
// the lightest grey on white.
func TestPoorNamesThePairItsRatioAndTheNearestColour(t *testing.T) {
	c := Brand{}.Complete().Light
	c.Page, c.Panel, c.Muted = "#ffffff", "#ffffff", "#999999"
	poor := c.Poor()
	if len(poor) != 3 {
		t.Fatalf("Poor = %+v, want muted on card, panel and page", poor)
	}
	if p := poor[0]; p.Text != "muted" || p.Ground != "card" || p.Says != "muted (#999999) on card (#ffffff) has a contrast of 2.84" || p.Better != "#767676" {
		t.Errorf("Poor = %+v", p)
	}
	c.Accent, c.OnAccent = "#ffffff", "#ffffff" // no colour can be read on all grounds
	c.Card = "#000000"
	for _, p := range c.Poor() {
		if Contrast(p.Better, c.Named()[p.Ground]) < Least {
			t.Errorf("%s: %s is not better", p.Says, p.Better)
		}
	}
}

func TestLegalFooterIsThatOfTheCountry(t *testing.T) {
	b := Brand{Legal: map[string]string{"DE": "Amtsgericht", Elsewhere: "Company 1"}}
	for country, want := range map[string]string{"DE": "Amtsgericht", "FR": "Company 1", "": "Company 1"} {
		if got := b.LegalIn(country); got != want {
			t.Errorf("LegalIn(%q) = %q, want %q", country, got, want)
		}
	}
	if got := (Brand{}).LegalIn("DE"); got != "" {
		t.Errorf("a brand without a legal footer has %q", got)
	}
}
