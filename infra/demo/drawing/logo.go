package drawing

// LogoWidth and LogoHeight are the size of the logo in pixels. It is shown at
// half of it, so that it is sharp on screens with small pixels.
const (
	LogoWidth  = 400
	LogoHeight = 100
)

// Logo returns the logo of the demo's shop as a PNG without a ground, for light
// or for dark ground. The one for light ground can be read on dark ground too,
// because some mail programs turn only the colours of a mail dark.
func Logo(dark bool) []byte {
	c := newCanvas(LogoWidth, LogoHeight)
	badge, words, ribbon := hex("a63d5c"), hex("b8486a"), hex("ffd9a0")
	if dark {
		badge, words = hex("f0a3b8"), hex("f4c3d0")
		ribbon = hex("7a2740")
	}
	c.fill(round(6, 10, 80, 80, 22), badge)
	c.fill(joined(rect(41, 42, 10, 36)), ribbon)
	c.fill(joined(svg("M 22 44 L 70 44 M 26 54 L 26 76 L 66 76 L 66 54").stroke(5)), ribbon)
	for _, side := range []float64{-1, 1} {
		c.fill(svg("M 0 42 C 6 20 28 20 24 33 C 20 42 8 42 0 42").scaled(side, 1).moved(46, 0).stroke(5), ribbon)
	}
	text := lettering("Regular Gifts", 0, 0, 45, 290)
	low, _ := text.bounds()
	c.fill(text.moved(102-low.x, 64), words)
	return c.png()
}
