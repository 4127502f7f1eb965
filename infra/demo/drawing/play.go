package drawing

import "strings"

func babushka(a art) {
	a.ground(300, 516, 250)
	doll := svg("M 300 90 C 376 90 400 150 392 216 C 430 260 446 330 440 400 C 432 480 380 512 300 512 C 220 512 168 480 160 400 C 154 330 170 260 208 216 C 200 150 224 90 300 90 Z")
	a.solid(doll)
	a.fill(circle(300, 186, 66), hex("f6d9bd"))
	a.fill(svg("M 236 176 C 250 120 350 120 364 176 C 330 150 270 150 236 176 Z"), brown.base)
	a.fill(joined(circle(276, 188, 7), circle(324, 188, 7)), ink)
	a.line(svg("M 282 214 Q 300 228 318 214"), 6, red.base)
	a.fill(joined(circle(256, 208, 11), circle(344, 208, 11)), hex("eb97b390"))
	a.fill(ellipse(300, 390, 92, 100), cream.light)
	for i := range 6 {
		a.fill(ellipse(300, 352, 17, 30).turned(float64(i)*60, 300, 390), a.other.base)
	}
	a.fill(circle(300, 390, 20), yellow.base)
}

func doll(a art) {
	a.ground(300, 520, 260)
	a.line(svg("M 262 440 L 262 505 M 338 440 L 338 505"), 28, hex("f6d9bd"))
	a.line(svg("M 240 290 L 170 370 M 360 290 L 430 370"), 28, hex("f6d9bd"))
	a.solid(svg("M 250 250 L 350 250 L 420 450 Q 300 480 180 450 Z"))
	a.fill(circle(300, 170, 88), hex("f6d9bd"))
	a.fill(svg("M 210 180 C 200 60 400 60 390 180 C 370 120 300 150 260 110 C 250 140 220 150 210 180 Z"), a.other.deep)
	a.fill(joined(circle(206, 196, 30), circle(394, 196, 30)), a.other.deep)
	a.fill(joined(circle(270, 178, 8), circle(330, 178, 8)), ink)
	a.line(svg("M 276 210 Q 300 228 324 210"), 6, red.base)
}

func owl(a art) {
	a.ground(300, 510, 250)
	a.solid(svg("M 170 140 L 220 180 Q 300 150 380 180 L 430 140 C 470 300 450 504 300 504 C 150 504 130 300 170 140 Z"))
	a.fill(ellipse(300, 400, 90, 84), a.body.light)
	a.fill(joined(circle(242, 250, 58), circle(358, 250, 58)), paper)
	a.fill(joined(circle(248, 254, 26), circle(352, 254, 26)), ink)
	a.fill(joined(circle(256, 244, 8), circle(360, 244, 8)), paper)
	a.fill(polygon(point{278, 280}, point{322, 280}, point{300, 326}), orange.base)
	for i, at := range []point{{260, 370}, {300, 370}, {340, 370}, {280, 408}, {320, 408}, {300, 446}} {
		a.line(svg("M -15 0 Q 0 18 15 0").moved(at.x, at.y), 7, []tone{a.body, a.other}[i%2].deep)
	}
}

// blocks are toy blocks with letters: those of a short word of the title, or
// A to D.
func blocks(a art) {
	a.ground(300, 510, 400)
	text := "ABCD"
	for _, word := range []string{"home", "love", "bath", "baby"} {
		if a.has(word) {
			text = strings.ToUpper(word)
		}
	}
	for i, r := range text {
		t := []tone{a.body, a.other, yellow, mint}[i]
		x, y := 206+float64(i%2)*188, 124+float64(i/2)*194
		a.plain(round(x-90, y, 180, 184, 20), t.base)
		a.fill(round(x-70, y+20, 140, 144, 14), paper)
		a.fill(lettering(string(r), x, y+138, 130, 120), t.deep)
	}
}

func cardsGame(a art) {
	a.ground(300, 500, 340)
	for i, turn := range []float64{-18, -2, 14} {
		face := round(-95, -150, 190, 280, 18).turned(turn, 0, 160).moved(300, 310)
		a.fill(face.moved(4, 6), shade)
		if i < 2 {
			own := a
			own.solid(face)
			a.line(face, 5, paper)
			continue
		}
		a.plain(face, paper)
		a.fill(heart(300, 300, 110).turned(turn, 300, 470), red.base)
		a.fill(lettering("A", 236, 214, 52, 60).turned(turn, 300, 470), red.base)
	}
}

func dominoes(a art) {
	a.ground(300, 490, 380)
	for i, at := range []struct{ x, y, turn float64 }{{220, 320, -14}, {390, 300, 18}} {
		tile := round(-80, -160, 160, 320, 24).turned(at.turn, 0, 0).moved(at.x, at.y)
		a.plain(tile, []tone{a.body, cream}[i].base)
		own := []tone{a.body, a.other}[i]
		put := func(x, y float64) {
			paint := own.deep
			if i == 0 {
				paint = paper
			}
			a.fill(circle(x, y, 17).turned(at.turn, 0, 0).moved(at.x, at.y), paint)
		}
		a.line(polygon(point{-56, 0}, point{56, 0}).turned(at.turn, 0, 0).moved(at.x, at.y), 6, own.light)
		for _, p := range []point{{-38, -118}, {38, -42}, {0, -80}, {-38, 42}, {38, 118}, {38, 42}, {-38, 118}} {
			put(p.x, p.y)
		}
	}
}

func top(a art) { // a spinning top
	a.ground(300, 510, 160)
	a.plain(round(284, 110, 32, 130, 14), wood.base)
	a.fill(circle(300, 110, 30), a.other.base)
	body := svg("M 120 280 Q 300 180 480 280 Q 470 360 300 500 Q 130 360 120 280 Z")
	a.solid(body)
	a.within(body, func(c canvas) {
		c.fill(svg("M 100 270 Q 300 350 500 270 L 500 310 Q 300 396 100 310 Z"), a.other.base)
		c.fill(svg("M 160 366 Q 300 440 440 366 L 420 396 Q 300 462 180 396 Z"), yellow.base)
	})
}

func rockingHorse(a art) {
	a.line(svg("M 90 440 Q 300 580 510 440"), 24, a.other.base)
	a.line(svg("M 210 360 L 180 484 M 380 360 L 420 484"), 34, a.body.deep)
	a.solid(svg("M 150 240 C 120 160 150 110 210 96 L 222 66 L 246 100 C 290 120 270 200 300 226 L 400 226 C 450 230 460 300 440 390 L 176 390 C 160 330 190 300 196 236 C 184 250 166 256 150 240 Z"))
	a.line(svg("M 250 104 C 290 140 284 190 300 220"), 22, a.other.base)
	a.line(svg("M 440 250 C 500 250 490 320 506 350"), 22, a.other.base)
	a.fill(svg("M 290 222 L 390 222 L 380 290 L 300 290 Z"), a.other.base)
	a.fill(circle(204, 150, 8), ink)
}

func tree(a art, x, y, s float64) {
	at := func(p path) path { return p.scaled(s, s).moved(x, y) }
	a.plain(at(rect(-28, -60, 56, 60)), wood.deep)
	for i, w := range []float64{170, 140, 104} {
		top := -50 - float64(i)*112
		a.plain(at(polygon(point{-w, top}, point{w, top}, point{0, top - 180})), green.base)
	}
	for i, b := range []point{{-80, -80}, {10, -100}, {86, -72}, {-40, -190}, {46, -210}, {-4, -310}} {
		a.fill(at(circle(b.x, b.y, 16)), []tone{red, yellow, pink}[i%3].base)
	}
	a.fill(at(star(0, -460, 40, 18, 5)), yellow.base)
}

func christmasTree(a art) {
	a.ground(300, 516, 260)
	tree(a, 300, 516, 0.92)
}

func bauble(a art) {
	a.line(svg("M 300 30 L 300 130"), 6, a.other.deep)
	a.plain(round(270, 112, 60, 50, 8), yellow.base)
	ball := circle(300, 320, 172)
	a.solid(ball)
	a.within(ball, func(c canvas) {
		c.fill(rect(110, 296, 380, 64), a.other.base)
		for x := 130.; x < 480; x += 46 {
			c.fill(star(x, 328, 19, 8, 5), paper)
		}
	})
	a.fill(ellipse(236, 236, 26, 46).turned(36, 236, 236), gloss)
}

func stocking(a art) {
	a.line(svg("M 400 120 C 440 70 470 110 430 150"), 12, a.other.deep)
	a.solid(svg("M 250 160 L 420 160 L 420 360 C 420 440 380 500 300 510 L 200 510 C 130 510 130 410 200 400 C 240 394 250 370 250 330 Z"))
	a.plain(round(230, 104, 212, 84, 30), paper)
	a.fill(svg("M 158 430 C 170 404 200 400 210 400 L 210 510 L 190 510 C 150 506 146 460 158 430 Z"), a.other.base)
}

func wreath(a art) {
	for i := range 26 {
		a.fill(ellipse(300, 130, 26, 56).turned(float64(i)*360/26+24, 300, 130).turned(float64(i)*360/26, 300, 310), green.base)
	}
	for i := range 20 {
		a.fill(ellipse(300, 148, 16, 40).turned(-30, 300, 148).turned(float64(i)*18, 300, 310), green.deep)
	}
	for i := range 7 {
		a.fill(circle(300, 140, 15).turned(float64(i)*360/7, 300, 310), red.base)
	}
	a.plain(svg("M 300 470 C 230 420 200 470 220 510 C 240 540 280 500 300 484 C 320 500 360 540 380 510 C 400 470 370 420 300 470 Z"), red.base)
	a.fill(circle(300, 478, 20), red.deep)
}

func bigStar(a art) {
	a.line(svg("M 300 30 L 300 110"), 6, a.other.deep)
	a.solid(star(300, 310, 220, 100, 5))
	a.line(star(300, 310, 170, 78, 5), 6, gloss)
}

func bell(a art) {
	a.line(svg("M 300 40 L 300 110"), 8, a.other.deep)
	a.fill(circle(300, 470, 34), yellow.deep)
	a.solid(svg("M 300 110 C 410 110 400 260 420 350 C 428 400 460 410 470 450 L 130 450 C 140 410 172 400 180 350 C 200 260 190 110 300 110 Z"))
	a.fill(round(120, 436, 360, 34, 17), a.body.deep)
}

func bird(a art) {
	a.line(svg("M 280 430 L 270 500 M 330 430 L 336 500"), 9, orange.deep)
	a.ground(300, 506, 220)
	a.solid(svg("M 90 330 C 150 330 160 150 320 150 C 410 150 440 200 444 240 L 520 266 L 442 292 C 430 400 360 440 290 440 C 220 440 180 400 160 370 Z"))
	a.plain(svg("M 190 310 C 240 250 330 250 370 300 C 340 390 240 390 190 310 Z"), a.other.base)
	a.line(svg("M 230 316 Q 284 350 336 316"), 6, a.other.light)
	a.fill(svg("M 444 240 L 520 266 L 442 292 Z"), orange.base)
	a.fill(circle(384, 222, 13), ink)
	a.fill(circle(388, 218, 4), paper)
}

func butterfly(a art) {
	for _, side := range []float64{-1, 1} {
		wing := func(d string) path { return svg(d).scaled(side, 1).moved(300, 0) }
		a.solid(wing("M 10 290 C 40 120 220 90 216 220 C 214 300 100 330 10 300 Z"))
		a.plain(wing("M 10 310 C 100 320 180 360 160 440 C 140 500 40 460 10 320 Z"), a.other.base)
		a.fill(circle(300+side*136, 220, 30), a.body.light)
		a.line(wing("M 6 200 C 20 150 40 140 60 130"), 7, ink)
	}
	a.fill(ellipse(300, 310, 20, 116), ink)
}
