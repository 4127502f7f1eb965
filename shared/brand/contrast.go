package brand

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Least is the least contrast of text and ground that WCAG 2.2 AA allows
// (criterion 1.4.3). It allows 3 for large text; this package does not, because
// a mail program may show any text smaller.
const Least = 4.5

var hex = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#[0-9a-f]{6}$`) })

// IsColour reports whether s is a colour in the form "#rrggbb", in small
// letters.
func IsColour(s string) bool { return hex().MatchString(s) }

// Contrast returns the contrast of two colours by WCAG 2.2, from 1 (the same
// colour) to 21 (black and white). Both must be colours ([IsColour]).
func Contrast(a, b string) float64 {
	one, other := luminance(channels(a)), luminance(channels(b))
	return (max(one, other) + 0.05) / (min(one, other) + 0.05)
}

// luminance returns the relative luminance, from 0 to 1.
func luminance(rgb [3]float64) float64 {
	for i, c := range rgb {
		if c /= 255; c <= 0.04045 {
			rgb[i] = c / 12.92
		} else {
			rgb[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*rgb[0] + 0.7152*rgb[1] + 0.0722*rgb[2]
}

// channels returns red, green and blue, each from 0 to 255.
func channels(colour string) (rgb [3]float64) {
	n, _ := strconv.ParseUint(strings.TrimPrefix(colour, "#"), 16, 32)
	for i := range rgb {
		rgb[i] = float64(n >> (16 - 8*i) & 0xff)
	}
	return rgb
}

// nearest returns the colour nearest to this one that has the least contrast to
// each of the grounds, on the way to black or to white; and false if there is
// none, because one ground is light and another dark.
func nearest(colour string, grounds ...string) (string, bool) {
	from := channels(colour)
	for step := range 256 {
		for _, end := range []float64{0, 255} {
			way := float64(step) / 255
			mixed := "#"
			for _, c := range from {
				mixed += fmt.Sprintf("%02x", int(math.Round(c+(end-c)*way)))
			}
			passes := true
			for _, ground := range grounds {
				passes = passes && Contrast(mixed, ground) >= Least
			}
			if passes {
				return mixed, true
			}
		}
	}
	return colour, false
}

// pairs are the names of all texts and the grounds that the layout prints them
// on.
var pairs = []struct {
	text    string
	grounds []string
}{
	{"text", []string{"card", "panel"}},
	{"muted", []string{"card", "panel", "page"}},
	{"accent", []string{"card", "panel", "page"}},
	{"on_accent", []string{"accent"}},
}

// Named returns the colours by the names that shop.yaml and templates have for
// them.
func (c Colours) Named() map[string]string {
	return map[string]string{
		"page": c.Page, "card": c.Card, "panel": c.Panel, "line": c.Line,
		"text": c.Text, "muted": c.Muted, "accent": c.Accent, "on_accent": c.OnAccent,
	}
}

// Poor is a text that cannot be read well on a ground.
type Poor struct {
	Text, Ground string  // the names of the two colours
	Says         string  // the two colours and their contrast
	Ratio        float64 // the contrast, below [Least]
	Better       string  // the nearest colour for the text that passes on each of its grounds, or on this one only
}

// Poor returns every pair of text and ground whose contrast is below [Least].
// All colours must be set.
func (c Colours) Poor() (poor []Poor) {
	named := c.Named()
	for _, pair := range pairs {
		var all []string
		for _, ground := range pair.grounds {
			all = append(all, named[ground])
		}
		for _, ground := range pair.grounds {
			ratio := Contrast(named[pair.text], named[ground])
			if ratio >= Least {
				continue
			}
			better, ok := nearest(named[pair.text], all...)
			if !ok {
				better, _ = nearest(named[pair.text], named[ground])
			}
			poor = append(poor, Poor{
				pair.text, ground,
				fmt.Sprintf("%s (%s) on %s (%s) has a contrast of %.2f", pair.text, named[pair.text], ground, named[ground], math.Floor(ratio*100)/100), ratio, better,
			})
		}
	}
	return poor
}
