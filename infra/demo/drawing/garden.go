package drawing

func wateringCan(a art) {
	a.ground(320, 500, 330)
	a.line(svg("M 250 220 C 260 100 470 110 470 250 L 470 300"), 22, a.other.base)
	a.plain(svg("M 200 400 L 92 220 L 130 196 L 250 320 Z"), a.body.deep)
	a.plain(ellipse(100, 200, 46, 22).turned(-32, 100, 200), a.other.base)
	a.solid(svg("M 212 240 L 440 240 L 460 470 Q 462 494 438 494 L 214 494 Q 190 494 192 470 Z"))
	a.fill(ellipse(326, 240, 114, 26), a.body.light)
	a.fill(ellipse(326, 243, 96, 18), a.body.deep)
}

func pot(a art) {
	a.ground(300, 510, 230)
	a.line(svg("M 300 320 C 300 240 300 220 300 170"), 12, green.deep)
	for _, side := range []float64{-1, 1} {
		a.fill(svg("M 0 300 C 50 190 120 210 130 220 C 120 290 60 320 0 300 Z").scaled(side, 1).moved(300, 0), green.base)
	}
	for i := range 8 {
		a.fill(ellipse(300, 96, 22, 44).turned(float64(i)*45, 300, 146), a.other.base)
	}
	a.fill(circle(300, 146, 30), yellow.base)
	a.solid(svg("M 184 350 L 416 350 L 390 482 Q 386 502 366 502 L 234 502 Q 214 502 210 482 Z"))
	a.plain(round(164, 306, 272, 60, 12), a.body.deep)
}

func trowel(a art) {
	a.plain(round(-22, -200, 44, 170, 20).turned(40, 0, 0).moved(300, 290), wood.base)
	a.plain(rect(-10, -40, 20, 70).turned(40, 0, 0).moved(300, 290), grey.base)
	a.solid(svg("M -70 20 L 70 20 C 80 120 50 180 0 230 C -50 180 -80 120 -70 20 Z").turned(40, 0, 0).moved(300, 290))
}

func umbrella(a art) {
	a.line(svg("M 300 110 L 300 460 C 300 520 220 520 220 464"), 16, wood.deep)
	canopy := svg("M 70 320 C 80 150 190 100 300 100 C 410 100 520 150 530 320 Q 492 276 453 320 Q 414 276 377 320 Q 338 276 300 320 Q 262 276 223 320 Q 186 276 147 320 Q 108 276 70 320 Z")
	a.solid(canopy)
	a.within(canopy, func(c canvas) {
		for _, wide := range []float64{-1, 1} {
			c.fill(svg("M 0 100 C 60 140 150 220 153 330").scaled(wide, 1).moved(300, 0).stroke(5), shade)
			c.fill(svg("M 0 100 C 20 160 77 240 77 330").scaled(wide, 1).moved(300, 0).stroke(5), shade)
		}
	})
	a.line(svg("M 300 100 L 300 72"), 12, wood.deep)
}

func birdcage(a art) {
	a.ground(300, 510, 260)
	a.line(circle(300, 84, 22), 9, a.body.deep)
	cage := svg("M 170 470 L 170 260 C 170 70 430 70 430 260 L 430 470 Z")
	a.fill(cage, hex("ffffff80"))
	for _, x := range []float64{170, 222, 274, 326, 378, 430} {
		a.line(svg("M 0 470 L 0 260 C 0 180 1 130 1 112").changed(func(p point) point { return point{x + (300-x)*p.x, p.y} }), 7, a.body.deep)
	}
	a.fill(svg("M 220 350 C 240 350 240 290 300 290 C 336 290 350 310 350 326 L 380 336 L 350 346 C 344 400 280 404 250 372 Z"), a.other.base)
	a.fill(circle(326, 320, 6), ink)
	a.line(svg("M 200 404 L 400 404"), 8, wood.deep)
	a.plain(round(146, 456, 308, 46, 12), a.body.base)
}

func shed(a art) { // a small house
	a.ground(300, 504, 360)
	a.solid(rect(150, 270, 300, 226))
	a.plain(polygon(point{300, 110}, point{500, 290}, point{100, 290}), a.other.base)
	a.plain(rect(256, 370, 88, 126), a.other.deep)
	a.fill(joined(rect(180, 320, 54, 54), rect(366, 320, 54, 54)), yellow.light)
	a.fill(circle(326, 436, 7), yellow.base)
}

func mobile(a art) { // paper fan or lantern
	a.ground(300, 520, 150)
	fan := svg("M 300 480 L 90 270 C 140 120 460 120 510 270 Z")
	a.solid(fan)
	a.within(fan, func(c canvas) {
		for i := -4; i <= 4; i++ {
			c.fill(polygon(point{300, 480}, point{300, 100}).turned(float64(i)*11, 300, 480).stroke(5), shade)
		}
	})
	a.fill(circle(300, 484, 18), a.other.deep)
}
