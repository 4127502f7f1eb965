package pages

import (
	"os"
	"regexp"
	"testing"

	"regulars/shared/brand"
)

// Pale text has the contrast that WCAG 2.2 AA asks for, on each ground on which a page
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
	for _, name := range []string{"paper", "card", "calm-soft", "accent-soft"} {
		grounds := colours(css, name)
		if len(grounds) != 2 {
			t.Errorf("style.css has %d colours --%s, want one for light and one for dark mode", len(grounds), name)
			continue
		}
		for mode, ground := range grounds {
			if contrast := brand.Contrast(soft[mode], ground); contrast < brand.Least {
				t.Errorf("--soft %s on --%s %s: contrast %.2f, want %.1f", soft[mode], name, ground, contrast, brand.Least)
			}
		}
	}
}

// colours returns the values of a colour, in the order of the style sheet.
func colours(css []byte, name string) (found []string) {
	for _, m := range regexp.MustCompile(`--`+name+`: (#[0-9a-f]{6})`).FindAllSubmatch(css, -1) {
		found = append(found, string(m[1]))
	}
	return found
}
