package drawing

import "image/color"

// pattern is a print: it paints what lies between two corners.
type pattern func(c canvas, a art, low, high point)

// patterns are the prints by words of titles. The first that the title has
// decides.
var patterns = []struct {
	words []string
	print pattern
}{
	{[]string{"union"}, unionJack},
	{[]string{"retrospot", "polkadot", "spot", "spotty", "spotted"}, dots},
	{[]string{"gingham", "check"}, gingham},
	{[]string{"stripe", "stripes", "stripey", "pantry", "dairy"}, stripes},
	{[]string{"skull", "skulls"}, scattered(62, skull)},
	{[]string{"spaceboy", "space", "spaceball", "rocket"}, scattered(66, planet)},
	{[]string{"dolly", "flower", "flowers", "floral", "jardin", "daisy", "blossom", "poppies", "botanical", "garden"}, scattered(64, daisy)},
	{[]string{"regency", "rose", "roses", "danish"}, scattered(70, rose)},
	{[]string{"circus", "harlequin"}, diamonds},
	{[]string{"woodland", "mushroom", "toadstool"}, scattered(70, toadstool)},
	{[]string{"apple", "apples"}, scattered(66, apple)},
	{[]string{"pear", "pears"}, scattered(66, pear)},
	{[]string{"strawberry", "fruits", "fruit"}, scattered(62, strawberry)},
	{[]string{"leaf", "topiary"}, scattered(60, leaves)},
	{[]string{"paisley", "park"}, scattered(66, paisley)},
	{[]string{"doily", "lace"}, scattered(84, rosette)},
	{[]string{"christmas", "snowy", "santa"}, scattered(64, flake)},
	{[]string{"alphabet", "abc"}, letters},
	{[]string{"star", "stars"}, scattered(60, aStar)},
	{[]string{"heart", "hearts", "sweetheart", "love", "lovebird"}, scattered(62, aHeart)},
	{[]string{"owl", "owls", "bird", "birds", "birdy", "swallows", "swallow", "chick", "chicks"}, scattered(76, aBird)},
	{[]string{"dinosaur", "animals", "cars", "vintage"}, scattered(58, ring)},
	{[]string{"suki", "baroque", "scandinavian", "babushka"}, scattered(64, daisy)},
}

// printOf returns the print for the title, or nil.
func (a art) printOf() pattern {
	for _, p := range patterns {
		if a.has(p.words...) {
			return p.print
		}
	}
	return nil
}

// dyes returns two colours of marks that stand out from the body.
func (a art) dyes() (main, second color.Color) {
	if a.body == cream || a.body == white {
		return a.other.base, green.base
	}
	return paper, a.body.light
}

// scattered returns a print of marks in staggered rows, this many pixels apart.
func scattered(apart float64, mark func(c canvas, a art, x, y float64)) pattern {
	return func(c canvas, a art, low, high point) {
		row := 0
		for y := low.y + apart*0.35; y < high.y+apart/2; y += apart * 0.8 {
			x := low.x + apart*0.25
			if row%2 == 1 {
				x += apart / 2
			}
			for ; x < high.x+apart/2; x += apart {
				mark(c, a, x, y)
			}
			row++
		}
	}
}

func dots(c canvas, a art, low, high point) {
	main, _ := a.dyes()
	apart := min(62, max(26, (high.x-low.x)/6))
	scattered(apart, func(c canvas, _ art, x, y float64) { c.fill(circle(x, y, apart*0.2), main) })(c, a, low, high)
}

func stripes(c canvas, a art, low, high point) {
	_, second := a.dyes()
	for x := low.x; x < high.x; x += 44 {
		c.fill(rect(x, low.y-1, 22, high.y-low.y+2), second)
	}
}

func gingham(c canvas, a art, low, high point) {
	_, second := a.dyes()
	r, g, b, _ := second.RGBA()
	half := color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 0x90}
	for x := low.x; x < high.x; x += 40 {
		c.fill(rect(x, low.y-1, 20, high.y-low.y+2), half)
	}
	for y := low.y; y < high.y; y += 40 {
		c.fill(rect(low.x-1, y, high.x-low.x+2, 20), half)
	}
}

func diamonds(c canvas, a art, low, high point) {
	_, second := a.dyes()
	const w, h = 56, 72
	for x := low.x; x < high.x+w; x += w {
		for y := low.y; y < high.y+h; y += h {
			c.fill(polygon(point{x, y - h/2}, point{x + w/2, y}, point{x, y + h/2}, point{x - w/2, y}), second)
		}
	}
}

func unionJack(c canvas, _ art, low, high point) {
	x, y, w, h := (low.x+high.x)/2, (low.y+high.y)/2, high.x-low.x, high.y-low.y
	c.cover(hex("2f4f86"))
	t := max(w, h) / 6
	for _, arm := range []struct {
		width float64
		paint color.Color
	}{{t * 0.9, paper}, {t * 0.35, red.base}} {
		c.fill(polygon(low, high).stroke(arm.width), arm.paint)
		c.fill(polygon(point{high.x, low.y}, point{low.x, high.y}).stroke(arm.width), arm.paint)
	}
	for _, arm := range []struct {
		width float64
		paint color.Color
	}{{t * 1.3, paper}, {t * 0.75, red.base}} {
		c.fill(rect(x-arm.width/2, low.y-1, arm.width, h+2), arm.paint)
		c.fill(rect(low.x-1, y-arm.width/2, w+2, arm.width), arm.paint)
	}
}

func letters(c canvas, a art, low, high point) {
	main, second := a.dyes()
	n := 0
	scattered(58, func(c canvas, _ art, x, y float64) {
		paint := main
		if n%3 == 1 {
			paint = second
		}
		c.fill(lettering(string(rune('A'+n*7%26)), x, y+14, 42, 60), paint)
		n++
	})(c, a, low, high)
}

func skull(c canvas, a art, x, y float64) {
	main, _ := a.dyes()
	c.fill(circle(x, y-4, 15), main)
	c.fill(round(x-8, y+4, 16, 14, 4), main)
	c.fill(joined(circle(x-6, y-3, 4.2), circle(x+6, y-3, 4.2), circle(x, y+5, 2)), a.body.base)
}

func planet(c canvas, a art, x, y float64) {
	main, second := a.dyes()
	if int(x+y)%3 == 0 {
		c.fill(star(x, y, 14, 6, 5), yellow.base)
		return
	}
	c.fill(circle(x, y, 12), second)
	c.fill(svg("M -20 7 Q 0 8 20 -7").stroke(3.5).moved(x, y), main)
}

func daisy(c canvas, a art, x, y float64) {
	main, _ := a.dyes()
	for i := range 6 {
		c.fill(ellipse(x, y-11, 5.5, 9).turned(float64(i)*60, x, y), main)
	}
	c.fill(circle(x, y, 6), yellow.base)
}

func rose(c canvas, a art, x, y float64) {
	petal := pink
	if a.body == pink || a.body == red {
		petal = cream
	}
	c.fill(ellipse(x-15, y+9, 10, 5).turned(-25, x-15, y+9), green.light)
	c.fill(ellipse(x+15, y+9, 10, 5).turned(25, x+15, y+9), green.light)
	c.fill(circle(x, y, 15), petal.base)
	c.fill(svg("M -8 2 C -8 -10 8 -10 8 0 C 8 8 -3 8 -3 1").stroke(3.2).moved(x, y), petal.deep)
}

func toadstool(c canvas, _ art, x, y float64) {
	c.fill(round(x-5, y, 10, 18, 4), cream.base)
	c.fill(svg("M -19 4 C -19 -20 19 -20 19 4 Z").moved(x, y), red.base)
	c.fill(joined(circle(x-8, y-4, 3), circle(x+3, y-9, 3), circle(x+10, y-1, 2.5)), paper)
}

func apple(c canvas, a art, x, y float64) {
	skin := red
	if a.body == red || a.body == pink {
		skin = cream
	}
	c.fill(svg("M 0 -8 C 6 -15 20 -13 19 3 C 18 15 8 21 0 17 C -8 21 -18 15 -19 3 C -20 -13 -6 -15 0 -8 Z").moved(x, y), skin.base)
	c.fill(svg("M 0 -9 Q 1 -16 5 -20").stroke(3).moved(x, y), brown.base)
	c.fill(svg("M 4 -14 Q 12 -24 20 -18 Q 14 -9 4 -14 Z").moved(x, y), green.base)
}

func pear(c canvas, a art, x, y float64) {
	skin := yellow
	if a.body == yellow {
		skin = green
	}
	c.fill(svg("M 0 -18 C 8 -18 8 -8 12 -2 C 20 9 12 20 0 20 C -12 20 -20 9 -12 -2 C -8 -8 -8 -18 0 -18 Z").moved(x, y), skin.base)
	c.fill(svg("M 0 -17 Q 1 -22 5 -25").stroke(3).moved(x, y), brown.base)
	c.fill(svg("M 3 -20 Q 10 -29 17 -23 Q 12 -15 3 -20 Z").moved(x, y), green.deep)
}

func strawberry(c canvas, a art, x, y float64) {
	skin, seed := red, yellow.light
	if a.body == red {
		skin, seed = cream, red.base
	}
	c.fill(svg("M 0 20 C -12 14 -18 0 -15 -8 C -10 -14 10 -14 15 -8 C 18 0 12 14 0 20 Z").moved(x, y), skin.base)
	c.fill(joined(circle(x-6, y-1, 1.7), circle(x+5, y-2, 1.7), circle(x, y+6, 1.7)), seed)
	c.fill(star(x, y-11, 13, 5, 5).turned(36, x, y-11), green.base)
}

func leaves(c canvas, a art, x, y float64) {
	main, second := a.dyes()
	c.fill(svg("M -2 18 C -22 6 -16 -12 0 -20 C 14 -10 18 8 -2 18 Z").turned(30, 0, 0).moved(x, y), second)
	c.fill(svg("M -8 15 L 7 -12").stroke(2.6).moved(x, y), main)
}

func paisley(c canvas, a art, x, y float64) {
	main, second := a.dyes()
	c.fill(svg("M 10 -22 C 24 -2 16 20 -2 20 C -18 20 -20 -2 -6 -6 C 4 -8 10 -12 10 -22 Z").moved(x, y), second)
	c.fill(circle(x-1, y+7, 5.5), main)
}

func rosette(c canvas, a art, x, y float64) {
	main, second := a.dyes()
	for i := range 10 {
		c.fill(circle(x, y-22, 7).turned(float64(i)*36, x, y), main)
	}
	c.fill(circle(x, y, 22), main)
	c.fill(circle(x, y, 15), second)
	c.fill(star(x, y, 13, 5, 6), main)
}

func flake(c canvas, a art, x, y float64) {
	main, _ := a.dyes()
	for i := range 3 {
		c.fill(svg("M 0 -17 L 0 17 M -5 -13 L 0 -8 L 5 -13 M -5 13 L 0 8 L 5 13").stroke(3).turned(float64(i)*60, 0, 0).moved(x, y), main)
	}
}

func aStar(c canvas, a art, x, y float64) {
	main, _ := a.dyes()
	c.fill(star(x, y, 17, 7.5, 5), main)
}

func aHeart(c canvas, a art, x, y float64) {
	main, _ := a.dyes()
	c.fill(heart(x, y, 30), main)
}

func aBird(c canvas, a art, x, y float64) {
	main, second := a.dyes()
	c.fill(svg("M -24 -2 C -12 -4 -12 -16 2 -16 C 10 -16 14 -12 15 -8 L 24 -5 L 15 -1 C 14 12 -6 16 -14 4 Z").moved(x, y), main)
	c.fill(ellipse(x-1, y+1, 9, 5).turned(20, x, y), second)
	c.fill(circle(x+8, y-8, 1.8), ink)
}

func ring(c canvas, a art, x, y float64) {
	main, second := a.dyes()
	c.fill(circle(x, y, 14), second)
	c.fill(circle(x, y, 6), main)
}
