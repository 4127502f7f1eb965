package drawing

func cakestand(a art) {
	a.ground(300, 512, 300)
	a.plain(rect(290, 110, 20, 390), a.other.base)
	a.plain(svg("M 220 512 Q 300 470 380 512 Z"), a.other.deep)
	for i, tier := range []struct{ y, half float64 }{{200, 100}, {330, 150}, {450, 200}} {
		cake := []tone{pink, yellow, mint}[(i+a.draw(3, "the cakes"))%3]
		places := [][]float64{{-0.5, 0.5}, {-0.66, 0.66}, {-0.72, -0.32, 0.32, 0.72}}[i]
		for _, place := range places {
			x := 300 + place*tier.half
			a.fill(round(x-23, tier.y-34, 46, 34, 6), brown.light)
			a.fill(svg("M -27 0 C -30 -32 30 -32 27 0 Z").moved(x, tier.y-30), cake.base)
			a.fill(circle(x, tier.y-58, 7), red.base)
		}
		a.solid(svg("M -1 0 L 1 0 Q 0.94 0.2 0.7 0.2 L -0.7 0.2 Q -0.94 0.2 -1 0 Z").scaled(tier.half, 130).moved(300, tier.y))
		a.fill(round(300-tier.half-6, tier.y-8, 2*tier.half+12, 14, 7), a.body.light)
	}
	a.line(svg("M 300 110 C 262 62 338 62 300 110"), 11, a.other.base)
}

func tin(a art) {
	a.ground(300, 500, 340)
	a.solid(joined(rect(140, 240, 320, 220), ellipse(300, 460, 160, 40)))
	a.plain(joined(rect(128, 190, 344, 58), ellipse(300, 248, 172, 42)), a.other.base)
	a.fill(ellipse(300, 190, 172, 44), a.other.light)
	a.fill(ellipse(300, 186, 140, 32), a.other.base)
	a.fill(ellipse(300, 172, 26, 16), a.other.deep)
}

func teacup(a art) {
	a.ground(300, 496, 400)
	a.plain(svg("M 110 452 L 490 452 Q 430 496 300 496 Q 170 496 110 452 Z"), a.body.light)
	a.fill(ellipse(300, 452, 190, 26), a.body.base)
	a.fill(ellipse(300, 452, 110, 13), a.body.deep)
	handle(a, 420, 300)
	a.solid(svg("M 160 220 L 440 220 C 440 360 390 440 300 440 C 210 440 160 360 160 220 Z"))
	a.fill(ellipse(300, 220, 140, 30), a.body.light)
	a.fill(ellipse(300, 224, 122, 21), hex("a8653a"))
	steam(a, 300, 168)
}

// handle paints the handle of a cup at its right side.
func handle(a art, x, y float64) {
	a.line(svg("M 0 -46 C 92 -62 92 62 -14 62").moved(x, y), 26, a.body.deep)
}

func steam(a art, x, y float64) {
	for _, at := range []float64{-44, 0, 44} {
		a.line(svg("M 0 0 C -22 -26 22 -44 0 -74").moved(x+at, y), 9, hex("ffffffb0"))
	}
}

func mug(a art) {
	a.ground(290, 498, 300)
	handle(a, 408, 330)
	a.solid(round(160, 190, 250, 300, 34))
	a.fill(ellipse(285, 196, 125, 27), a.body.light)
	a.fill(ellipse(285, 200, 108, 19), hex("6d4632"))
	if a.print == nil {
		a.fill(heart(285, 350, 110), a.other.base)
	}
	steam(a, 285, 150)
}

func beaker(a art) {
	a.ground(300, 498, 240)
	a.solid(svg("M 170 150 L 430 150 L 396 470 Q 394 492 370 492 L 230 492 Q 206 492 204 470 Z"))
	a.fill(ellipse(300, 150, 130, 28), a.body.light)
	a.fill(ellipse(300, 153, 112, 20), a.body.deep)
}

func teapot(a art) {
	a.ground(300, 492, 320)
	a.line(svg("M 420 250 C 520 230 520 400 400 400"), 28, a.other.base)
	a.plain(svg("M 190 300 C 130 320 130 220 84 210 L 116 182 C 170 190 160 250 210 250 Z"), a.other.base)
	a.solid(svg("M 300 210 C 420 210 450 290 440 360 C 430 440 380 484 300 484 C 220 484 170 440 160 360 C 150 290 180 210 300 210 Z"))
	a.plain(svg("M 214 226 C 224 168 376 168 386 226 Q 300 246 214 226 Z"), a.other.base)
	a.fill(circle(300, 166, 20), a.other.deep)
}

func jug(a art) {
	a.ground(295, 500, 260)
	a.line(svg("M 392 220 C 500 190 490 380 404 390"), 26, a.other.base)
	a.solid(svg("M 176 130 L 212 160 L 390 150 L 388 230 C 440 300 430 490 380 490 L 220 490 C 170 490 160 300 212 230 Z"))
	a.fill(svg("M 176 130 L 212 160 L 390 150 Q 300 118 176 130 Z"), a.body.light)
}

func bowl(a art) {
	a.ground(300, 480, 240)
	a.plain(round(230, 446, 140, 32, 10), a.body.deep)
	a.solid(svg("M 110 250 L 490 250 C 490 390 420 462 300 462 C 180 462 110 390 110 250 Z"))
	a.fill(ellipse(300, 250, 190, 46), a.body.light)
	a.fill(ellipse(300, 254, 164, 35), a.body.deep)
}

func plate(a art) {
	a.ground(300, 506, 300)
	a.solid(circle(300, 300, 200))
	a.fill(circle(300, 300, 138), a.body.deep)
	a.fill(circle(300, 302, 132), a.body.light)
	a.fill(circle(300, 304, 118), paper)
}

func cupcake(a art) {
	a.ground(300, 500, 240)
	a.solid(svg("M 170 310 L 430 310 L 390 480 Q 386 494 370 494 L 230 494 Q 214 494 210 480 Z"))
	for x := 205.; x < 420; x += 44 {
		a.line(svg("M 0 314 L 0 490").moved(x, 0).changed(func(p point) point { return point{300 + (p.x-300)*(1-(p.y-314)/1000), p.y} }), 4, shade)
	}
	a.plain(svg("M 160 320 C 120 250 180 220 196 222 C 190 150 270 140 300 120 C 330 140 410 150 404 222 C 420 220 480 250 440 320 C 400 344 200 344 160 320 Z"), a.other.light)
	a.fill(svg("M 196 222 C 250 252 360 246 404 222 C 392 262 220 270 196 222 Z"), a.other.base)
	for i, at := range []point{{220, 290}, {290, 200}, {350, 285}, {390, 250}, {270, 300}, {330, 172}} {
		a.line(svg("M -9 0 L 9 0").turned(float64(i*50), 0, 0).moved(at.x, at.y), 8, []tone{red, mint, yellow}[i%3].base)
	}
	a.fill(circle(300, 112, 24), red.base)
	a.fill(circle(292, 104, 6), gloss)
}

func gingerbread(a art) {
	man := joined(svg("M 300 108 C 352 108 372 150 360 190 C 354 212 346 220 346 226 C 400 226 470 220 478 256 C 486 300 420 300 362 302 C 366 350 430 420 420 468 C 408 508 352 492 336 456 L 300 392 L 264 456 C 248 492 192 508 180 468 C 170 420 234 350 238 302 C 180 300 114 300 122 256 C 130 220 200 226 254 226 C 254 220 246 212 240 190 C 228 150 248 108 300 108 Z"))
	a.line(man, 34, a.body.base)
	a.fill(man, hex("c98d52"))
	a.line(svg("M 270 196 Q 300 220 330 196"), 8, paper)
	a.fill(joined(circle(276, 160, 9), circle(324, 160, 9)), ink)
	a.fill(joined(circle(300, 260, 12), circle(300, 306, 12), circle(300, 350, 12)), a.other.base)
	a.line(svg("M 150 240 Q 166 262 156 286 M 450 240 Q 434 262 444 286 M 196 450 Q 222 440 236 462 M 404 450 Q 378 440 364 462"), 7, paper)
}

func baking(a art) { // a bowl with a whisk
	a.line(svg("M 372 250 L 440 110"), 24, wood.base)
	for _, wide := range []float64{-34, 0, 34} {
		a.line(svg("M 0 0 C 0.8 -60 0.8 -110 0 -130").scaled(wide, 1).turned(205, 0, 0).moved(376, 246), 6, grey.base)
	}
	bowl(a)
}

func mould(a art) {
	a.ground(300, 490, 380)
	dome := svg("M 150 430 C 150 300 190 190 300 180 C 410 190 450 300 450 430 Z")
	a.solid(dome)
	a.within(dome, func(c canvas) {
		for _, wide := range []float64{-0.72, -0.25, 0.25, 0.72} {
			c.fill(svg("M 0 180 C 0.5 200 1 300 1 430").scaled(150, 1).scaled(wide, 1).moved(300, 0).stroke(9), shade)
		}
	})
	a.plain(round(110, 426, 380, 56, 28), a.body.deep)
	a.fill(ellipse(300, 188, 60, 18), a.body.light)
}

func jar(a art) {
	a.ground(300, 500, 270)
	glass := round(170, 200, 260, 290, 44)
	a.fill(glass, hex("ffffffd8"))
	jam := a.body
	if jam == white || jam == cream || jam == grey {
		jam = red
	}
	a.within(glass, func(c canvas) {
		c.fill(rect(150, 250, 300, 300), jam.base)
		c.fill(rect(385, 190, 60, 310), shade)
		c.fill(round(196, 230, 22, 200, 11), gloss)
	})
	a.solid(svg("M 146 206 L 162 130 Q 300 100 438 130 L 454 206 L 428 190 L 404 212 L 376 192 L 350 212 L 324 192 L 300 214 L 274 192 L 250 212 L 224 192 L 198 212 L 172 190 Z"))
	a.fill(round(170, 176, 260, 14, 7), a.other.deep)
	a.plain(round(216, 310, 168, 110, 14), paper)
	a.fill(heart(300, 368, 62), jam.base)
}

func scales(a art) {
	a.ground(300, 504, 320)
	a.plain(svg("M 150 150 L 450 150 Q 420 214 300 214 Q 180 214 150 150 Z"), a.other.base)
	a.fill(round(136, 138, 328, 20, 10), a.other.light)
	a.plain(rect(282, 208, 36, 40), a.body.deep)
	a.solid(svg("M 190 236 L 410 236 L 456 470 Q 460 496 430 496 L 170 496 Q 140 496 144 470 Z"))
	a.fill(circle(300, 368, 98), a.body.deep)
	a.fill(circle(300, 368, 88), paper)
	for i := range 12 {
		a.line(svg("M 300 292 L 300 306").turned(float64(i)*30, 300, 368), 5, ink)
	}
	a.line(svg("M 300 368 L 346 316"), 8, red.base)
	a.fill(circle(300, 368, 12), ink)
}

func cutlery(a art) {
	a.ground(300, 520, 300)
	for i, x := range []float64{180, 300, 420} {
		a.solid(round(x-24, 300, 48, 210, 22))
		a.fill(round(x-13, 270, 26, 40, 6), grey.base)
		switch i {
		case 0:
			a.plain(svg("M -42 100 L -42 190 Q -42 240 -14 250 L 14 250 Q 42 240 42 190 L 42 100 L 24 100 L 24 180 L 9 180 L 9 100 L -9 100 L -9 180 L -24 180 L -24 100 Z").moved(x, 34), grey.light)
		case 1:
			a.plain(svg("M -20 286 L -20 130 Q -16 86 26 86 L 26 286 Z").moved(x, 0), grey.light)
		default:
			a.plain(ellipse(x, 186, 46, 98), grey.light)
			a.fill(ellipse(x-4, 182, 30, 74), grey.base)
		}
	}
}

func apron(a art) {
	a.line(svg("M 236 170 C 200 60 400 60 364 170"), 16, a.other.base)
	a.line(svg("M 166 330 C 110 330 110 390 96 420 M 434 330 C 490 330 490 390 504 420"), 14, a.other.base)
	a.solid(svg("M 226 160 L 374 160 Q 384 270 440 320 L 452 520 L 148 520 L 160 320 Q 216 270 226 160 Z"))
	a.plain(svg("M 220 360 L 380 360 L 380 430 Q 376 460 300 460 Q 224 460 220 430 Z"), a.other.base)
	a.fill(rect(220, 352, 160, 14), a.other.deep)
	a.fill(round(220, 152, 160, 16, 6), a.other.deep)
}

func mitten(a art) { // an oven glove
	a.ground(290, 516, 260)
	a.solid(svg("M 190 420 L 190 220 C 190 90 400 90 400 220 L 400 290 C 430 240 500 270 480 330 C 464 380 430 400 400 430 L 400 440 L 190 440 Z"))
	a.plain(round(174, 424, 242, 84, 22), a.other.base)
	a.line(svg("M 390 240 L 390 300"), 6, shade)
}

func bottle(a art) {
	a.ground(300, 506, 200)
	a.plain(rect(266, 120, 68, 90), a.body.light)
	a.plain(round(252, 84, 96, 56, 12), a.other.base)
	a.solid(svg("M 266 190 L 334 190 C 340 240 400 250 400 310 L 400 470 Q 400 498 372 498 L 228 498 Q 200 498 200 470 L 200 310 C 200 250 260 240 266 190 Z"))
	a.plain(round(218, 330, 164, 110, 10), paper)
	a.line(svg("M 250 370 L 350 370 M 266 402 L 334 402"), 9, a.body.deep)
}

func breadbin(a art) {
	a.ground(300, 480, 440)
	a.solid(svg("M 100 470 L 100 330 C 100 200 200 190 240 190 L 360 190 C 400 190 500 200 500 330 L 500 470 Z"))
	a.fill(rect(100, 356, 400, 10), a.body.deep)
	a.plain(round(250, 300, 100, 26, 13), grey.base)
	if a.print == nil {
		a.fill(lettering("BREAD", 300, 440, 62, 300), a.body.deep)
	}
}
