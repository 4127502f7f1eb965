package drawing

import (
	"hash/fnv"
	"image/color"
	"slices"
	"strconv"
	"strings"
)

// tone is one colour in four depths.
type tone struct{ deep, base, light color.Color }

// hex returns the colour that is written like "d0453f", or like "d0453f80" with
// its opacity.
func hex(text string) color.Color {
	n, err := strconv.ParseUint((text + "ff")[:8], 16, 32)
	if err != nil {
		panic(err) // unreachable: all texts are constants
	}
	return color.NRGBA{uint8(n >> 24), uint8(n >> 16), uint8(n >> 8), uint8(n)}
}

func toneOf(deep, base, light string) tone { return tone{hex(deep), hex(base), hex(light)} }

var (
	red       = toneOf("a32f2f", "d24a43", "f0a097")
	pink      = toneOf("c25a7e", "eb97b3", "f9d0dc")
	blue      = toneOf("2d567c", "4f88b6", "aacde6")
	green     = toneOf("3f6d52", "6ca37d", "b9d8b9")
	mint      = toneOf("3f9086", "86cabc", "cdebe3")
	turquoise = toneOf("1f7b87", "46b1b9", "b0e0e1")
	yellow    = toneOf("b98420", "ebbd4e", "f9e3a6")
	orange    = toneOf("b85a21", "ea8d4d", "f9cba6")
	purple    = toneOf("5d4c88", "917ec2", "cfc3e9")
	brown     = toneOf("4f3428", "835844", "bf9a84")
	wood      = toneOf("8b6039", "c69863", "e8cfa5")
	cream     = toneOf("cdb588", "f5e9cf", "fffaf0")
	white     = toneOf("b4bcc4", "f3f4f2", "ffffff")
	grey      = toneOf("59656f", "93a0aa", "d0d8de")
	black     = toneOf("1e2429", "3c444c", "78828b")

	paper = white.light
	ink   = black.base
	shade = hex("14181c16") // over a colour
	gloss = hex("ffffff4d")
)

// colours are the tones of words that name a colour, or a material with one.
var colours = map[string]tone{
	"red": red, "pink": pink, "blue": blue, "green": green, "mint": mint, "turquoise": turquoise, "yellow": yellow, "orange": orange,
	"lavender": purple, "purple": purple, "chocolate": brown, "choc": brown, "brown": brown, "ivory": cream, "cream": cream, "white": white,
	"silver": grey, "zinc": grey, "grey": grey, "black": black, "wooden": wood, "wood": wood, "wicker": wood, "slate": black,
}

// hints are the tones of words that make one think of a colour. The first one
// that a title has decides if it names no colour.
var hints = []struct {
	word string
	tone tone
}{
	{"skull", black},
	{"skulls", black},
	{"natural", wood},
	{"antique", cream},
	{"mushroom", red},
	{"toadstool", red},
	{"toadstools", red},
	{"apple", green},
	{"apples", green},
	{"pears", mint},
	{"strawberry", pink},
	{"fruits", mint},
	{"rose", cream},
	{"roses", cream},
	{"poppies", cream},
	{"chilli", red},
	{"spaceboy", blue},
	{"dolly", pink},
	{"circus", orange},
	{"woodland", mint},
	{"leaf", green},
	{"dinosaur", green},
	{"retrospot", red},
	{"spotty", red},
	{"christmas", red},
	{"pantry", yellow},
	{"regency", turquoise},
	{"owl", purple},
	{"owls", purple},
	{"doily", turquoise},
	{"paisley", purple},
	{"sweetheart", pink},
	{"love", red},
	{"gumball", yellow},
	{"london", red},
	{"lola", pink},
}

var (
	usual   = []tone{red, pink, blue, green, mint, turquoise, yellow, orange, purple}
	grounds = []color.Color{hex("fbf2e2"), hex("fbe7e4"), hex("e2eef6"), hex("e2f1e8"), hex("ece6f5"), hex("fcf2cd"), hex("f1e7d8")}
	deeper  = []color.Color{hex("b9d3ca"), hex("bdd0e2"), hex("e5c2bf"), hex("dfcaa2"), hex("cbc0df")} // behind pale things
)

// art is a drawing of one product.
type art struct {
	canvas
	title string
	words []string // of the title, in small letters
	body  tone     // of the product
	other tone     // of its parts
	print pattern  // on the product; nil: none
}

// draw returns a number below n that depends on the title and on what only.
func (a art) draw(n int, what string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(what + " of " + a.title)) // a hash never fails
	sum := h.Sum32()
	sum ^= sum >> 15
	sum *= 0x2c1b3c6d
	sum ^= sum >> 13
	return int(sum % uint32(n))
}

// has reports whether the title has one of the words.
func (a art) has(words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(a.words, word) })
}

// says reports whether the title contains one of the texts.
func (a art) says(texts ...string) bool {
	all := strings.ToLower(a.title)
	for _, text := range texts {
		if strings.Contains(all, text) {
			return true
		}
	}
	return false
}

// colour chooses the tones and the ground, and paints the ground.
func (a *art) colour() {
	a.body = usual[a.draw(len(usual), "the tone")]
	for _, h := range slices.Backward(hints) {
		if a.has(h.word) {
			a.body = h.tone
		}
	}
	for _, word := range slices.Backward(a.words) {
		if t, names := colours[word]; names {
			a.body = t
		}
	}
	for i := 0; a.other == (tone{}) || a.other == a.body; i++ {
		a.other = usual[(a.draw(len(usual), "the other tone")+i)%len(usual)]
	}
	all := grounds
	if a.body == cream || a.body == white || a.body == grey {
		all = deeper
	}
	a.cover(all[a.draw(len(all), "the ground")])
}

// ground paints the shadow that a thing of this width has under it.
func (a art) ground(x, y, width float64) { a.fill(ellipse(x, y, width/2, width/17), shade) }

// solid paints a part of the product: its colour, its print, and a shade at its
// right side.
func (a art) solid(p path) { a.part(p, a.body.base, a.print) }

// plain is solid without the print.
func (a art) plain(p path, paint color.Color) { a.part(p, paint, nil) }

func (a art) part(p path, paint color.Color, print pattern) {
	low, high := p.bounds()
	a.within(p, func(c canvas) {
		c.cover(paint)
		if print != nil {
			print(c, a, low, high)
		}
		from := low.x + (high.x-low.x)*0.8
		c.fill(rect(from, low.y-1, high.x-from+1, high.y-low.y+2), shade)
	})
}

// line paints a line along the path.
func (a art) line(p path, width float64, paint color.Color) { a.fill(p.stroke(width), paint) }
