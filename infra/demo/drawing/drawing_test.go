//go:build !race

package drawing

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"testing"
)

const mostBytes = 40 << 10 // of a product's picture: a mail has up to six

func decode(t *testing.T, content []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// Each pictogram can be drawn, with each print: no path data is wrong.
func TestEachPictogramIsDrawn(t *testing.T) {
	prints := []string{"plain"}
	for _, p := range patterns {
		prints = append(prints, p.words[0])
	}
	for i, p := range pictograms {
		first, _, _ := strings.Cut(p.texts, "|")
		title := first + " " + prints[i%len(prints)]
		content := Product(title)
		if size := decode(t, content).Bounds().Size(); size != image.Pt(Side, Side) {
			t.Errorf("the picture of %q has the size %v", title, size)
		}
		if len(content) > mostBytes {
			t.Errorf("the picture of %q has %d bytes, want %d at most", title, len(content), mostBytes)
		}
	}
	for _, print := range prints {
		if len(Product("Jumbo bag "+print)) > mostBytes {
			t.Errorf("the bag with the print %q is too large", print)
		}
	}
}

func TestATitleIsDrawnAsWhatItNames(t *testing.T) {
	const stand = "Regency Cakestand 3 Tier"
	if !bytes.Equal(Product(stand), Product(stand)) {
		t.Error("one title gives two pictures")
	}
	for name, c := range map[string]struct {
		title string
		body  tone
	}{
		"a colour":                     {"Alarm Clock Bakelike Green", green},
		"the first of two colours":     {"Red Woolly Hottie White Heart.", red},
		"a colour, and not its motif":  {"Pink Paisley Napkins", pink},
		"a material":                   {"Heart of Wicker Small", wood},
		"what makes think of a colour": {"Lunch Bag Spaceboy Design", blue},
	} {
		a := art{canvas: newCanvas(8, 8), title: c.title, words: wordsOf(c.title)}
		a.colour()
		if a.body != c.body {
			t.Errorf("%s: %q has another colour", name, c.title)
		}
	}
	for title, want := range map[string]string{
		"Set of 3 Cake Tins Pantry Design": "cake tin", // not a sign
		"Set/5 Red Retrospot Lid Bowls":    "bowl",     // not an owl
		"Lunch Bag Apple Design":           "lunch bag",
		"Red Hanging Heart T-Light Holder": "t light",
		"Gin and Tonic Diet Metal Sign":    "sign",
		"Chocolate Calculator":             "",
	} {
		if text, _ := pictogram(title); text != want {
			t.Errorf("%q is drawn for %q, want %q", title, text, want)
		}
	}
}

// The logos have no ground of their own, and are not empty.
func TestLogosAreTransparent(t *testing.T) {
	for _, dark := range []bool{false, true} {
		logo := decode(t, Logo(dark))
		if logo.Bounds().Size() != image.Pt(LogoWidth, LogoHeight) {
			t.Errorf("the logo has the size %v", logo.Bounds().Size())
		}
		if _, _, _, alpha := logo.At(LogoWidth-1, 0).RGBA(); alpha != 0 {
			t.Error("the logo has a ground")
		}
		if color.Alpha16Model.Convert(logo.At(12, LogoHeight/2)) != color.Opaque {
			t.Error("the logo is empty")
		}
	}
}

func BenchmarkProduct(b *testing.B) {
	for b.Loop() {
		Product("Jumbo Bag Red Retrospot")
	}
}
