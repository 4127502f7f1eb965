package pages

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// Pale text has the contrast of WCAG 2.2, 1.4.3, on each ground on which a page
// has it, in light and in dark mode.
func TestPaleTextHasContrast(t *testing.T) {
	css, err := os.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	soft := colours(css, "soft")
	if len(soft) != 2 {
		t.Fatalf("style.css has %d colours --soft, want one for light and one for dark mode", len(soft))
	}
	for _, ground := range []string{"paper", "card", "calm-soft", "accent-soft"} {
		for mode, colour := range colours(css, ground) {
			a, b := luminance(colour), luminance(soft[mode])
			if contrast := (max(a, b) + 0.05) / (min(a, b) + 0.05); contrast < 4.5 {
				t.Errorf("--soft on --%s (mode %d): contrast %.2f, want 4.5", ground, mode, contrast)
			}
		}
	}
}

// colours returns the values of a colour, in the order of the style sheet.
func colours(css []byte, name string) (found []string) {
	for _, m := range regexp.MustCompile(`--`+name+`: #([0-9a-f]{6})`).FindAllSubmatch(css, -1) {
		found = append(found, string(m[1]))
	}
	return found
}

// luminance returns the relative luminance of a colour such as "696257".
func luminance(colour string) (sum float64) {
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, _ := strconv.ParseUint(colour[2*i:2*i+2], 16, 8) // the pattern of colours allows digits only
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
