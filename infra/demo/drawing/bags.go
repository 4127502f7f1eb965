package drawing

func shopper(a art) {
	a.ground(300, 520, 360)
	a.line(svg("M 220 240 C 220 70 380 70 380 240"), 18, a.other.deep)
	a.solid(svg("M 140 210 L 460 210 L 484 500 Q 486 516 470 516 L 130 516 Q 114 516 116 500 Z"))
	a.fill(svg("M 140 210 L 460 210 L 464 244 L 136 244 Z"), a.other.base)
	a.line(svg("M 220 290 L 220 240 C 220 70 380 70 380 240 L 380 290").moved(0, 8), 18, a.other.base)
	a.fill(joined(circle(220, 298, 13), circle(380, 298, 13)), a.other.deep)
}

func lunchbag(a art) {
	a.ground(300, 520, 290)
	a.line(svg("M 230 180 C 230 84 370 84 370 180"), 18, a.other.deep)
	a.solid(svg("M 168 250 L 432 250 L 440 496 Q 440 516 420 516 L 180 516 Q 160 516 160 496 Z"))
	a.fill(svg("M 168 250 L 432 250 L 412 176 Q 410 168 400 168 L 200 168 Q 190 168 188 176 Z"), a.other.base)
	a.fill(svg("M 168 250 L 432 250 L 428 234 L 172 234 Z"), a.other.deep)
	a.plain(round(268, 222, 64, 56, 12), a.other.light)
	a.fill(circle(300, 252, 9), a.other.deep)
}

func backpack(a art) {
	a.ground(300, 520, 300)
	a.line(svg("M 260 140 C 260 86 340 86 340 140"), 16, a.other.deep)
	a.line(svg("M 170 260 C 110 280 110 440 160 480 M 430 260 C 490 280 490 440 440 480"), 22, a.other.deep)
	a.solid(svg("M 170 500 L 170 250 C 170 90 430 90 430 250 L 430 500 Q 430 516 412 516 L 188 516 Q 170 516 170 500 Z"))
	a.plain(round(200, 340, 200, 140, 24), a.other.base)
	a.fill(rect(200, 376, 200, 10), a.other.deep)
	a.fill(round(286, 366, 28, 40, 8), yellow.base)
}

func lunchbox(a art) {
	a.ground(300, 500, 420)
	a.line(svg("M 230 220 C 230 130 370 130 370 220"), 22, a.other.deep)
	a.solid(round(96, 216, 408, 276, 36))
	a.fill(rect(96, 318, 408, 10), a.body.deep)
	a.plain(round(160, 300, 46, 60, 10), a.other.base)
	a.plain(round(394, 300, 46, 60, 10), a.other.base)
}

func snackboxes(a art) {
	a.ground(300, 506, 320)
	for i, w := range []float64{190, 160, 130} {
		y := 500 - 116*float64(i)
		a.solid(joined(rect(300-w, y-76, 2*w, 52), ellipse(300, y-24, w, 26)))
		a.plain(joined(rect(300-w-8, y-104, 2*w+16, 28), ellipse(300, y-76, w+8, 24)), a.other.base)
		a.fill(ellipse(300, y-104, w+8, 24), a.other.light)
	}
}

func purse(a art) {
	a.ground(300, 480, 330)
	a.solid(svg("M 150 240 C 90 330 100 470 200 470 L 400 470 C 500 470 510 330 450 240 Z"))
	a.plain(round(138, 214, 324, 38, 18), yellow.base)
	a.fill(joined(circle(282, 206, 20), circle(320, 206, 20)), yellow.deep)
}

func wallet(a art) {
	a.ground(300, 462, 400)
	a.plain(round(150, 150, 260, 150, 16), paper)
	a.fill(joined(rect(176, 180, 120, 12), rect(176, 206, 180, 12)), grey.light)
	a.solid(round(110, 196, 380, 258, 26))
	a.line(svg("M 134 220 L 466 220 M 134 430 L 466 430"), 4, a.body.light)
	a.plain(round(400, 290, 100, 64, 20), a.other.base)
	a.fill(circle(430, 322, 10), a.other.deep)
}

func basket(a art) {
	a.ground(300, 508, 360)
	a.line(svg("M 150 280 C 150 60 450 60 450 280"), 24, a.body.deep)
	weave := svg("M 110 270 L 490 270 L 450 480 Q 446 502 424 502 L 176 502 Q 154 502 150 480 Z")
	a.plain(weave, a.body.base)
	a.within(weave, func(c canvas) {
		for y := 290.; y < 500; y += 40 {
			for x := 110.; x < 500; x += 56 {
				shift := 0.
				if int(y/40)%2 == 1 {
					shift = 28
				}
				c.fill(round(x+shift, y, 40, 24, 12), a.body.light)
			}
		}
	})
	a.plain(round(96, 254, 408, 36, 18), a.body.deep)
}
