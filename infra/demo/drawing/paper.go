package drawing

func bunting(a art) {
	for row, y := range []float64{150, 330} {
		a.line(svg("M 20 0 Q 300 120 580 0").moved(0, y), 7, ink)
		for i := range 5 {
			x := 92 + float64(i)*104
			drop := y + 60 - (x-300)*(x-300)*60/(280*280)
			t := a.body
			if (i+row)%2 == 1 {
				t = a.other
			}
			flag := svg("M -44 0 L 44 0 L 0 112 Z").turned((300-x)*0.04, 0, 0).moved(x, drop)
			own := a
			own.body, own.other = t, a.body
			own.solid(flag)
		}
	}
}

func chain(a art) {
	for i := range 11 {
		x := 40 + float64(i)*52
		y := 180 + 190*(1-(x-300)*(x-300)/(260*260))
		t := []tone{a.body, a.other, yellow, green}[i%4]
		a.line(ellipse(x, y, 36, 26).turned((300-x)*0.14, x, y), 19, t.base)
	}
}

func napkins(a art) {
	a.ground(300, 480, 400)
	for i, t := range []tone{a.other, white} {
		a.plain(svg("M 120 400 L 300 480 L 480 400 L 300 320 Z").moved(0, 28-float64(i)*22), t.base)
	}
	a.fill(svg("M 120 376 L 300 456 L 480 376 L 480 396 L 300 476 L 120 396 Z"), a.body.deep)
	a.solid(svg("M 120 376 L 300 456 L 480 376 L 300 296 Z"))
	a.solid(svg("M 300 420 L 150 160 Q 300 90 450 160 Z"))
	a.line(svg("M 300 416 L 236 130 M 300 416 L 364 130"), 5, shade)
}

func wrap(a art) {
	a.ground(300, 500, 400)
	for i := 1; i >= 0; i-- {
		own := a
		if i == 1 {
			own.body, own.other, own.print = a.other, a.body, nil
		}
		roll := round(-48, -230, 96, 440, 20).turned(float64(36-60*i), 0, 0).moved(300, 290)
		own.solid(roll)
		end := point{300, 290}
		cap := ellipse(0, -222, 46, 24).turned(float64(36-60*i), 0, 0).moved(end.x, end.y)
		a.fill(cap, own.body.light)
		a.fill(ellipse(0, -222, 22, 11).turned(float64(36-60*i), 0, 0).moved(end.x, end.y), own.body.deep)
	}
	a.plain(round(226, 270, 150, 44, 8).turned(6, 300, 290), yellow.base)
}

func ribbons(a art) {
	a.ground(300, 506, 380)
	for i, t := range []tone{a.other, a.body} {
		x, y := 210+float64(i)*150, 250+float64(i)*110
		a.plain(rect(x-90, y, 180, 140), t.base)
		a.fill(joined(rect(x-90, y+30, 180, 8), rect(x-90, y+66, 180, 8), rect(x-90, y+102, 180, 8)), t.light)
		a.plain(ellipse(x, y+140, 112, 30), wood.base)
		a.plain(ellipse(x, y, 112, 34), wood.light)
		a.fill(ellipse(x, y, 34, 11), wood.deep)
	}
	a.line(svg("M 452 430 C 520 420 500 480 540 488"), 20, a.body.base)
}

func tag(a art) {
	a.line(svg("M 300 150 C 260 60 340 40 380 60"), 7, a.other.deep)
	a.solid(svg("M 300 110 L 420 200 L 420 490 Q 420 510 400 510 L 200 510 Q 180 510 180 490 L 180 200 Z"))
	a.fill(circle(300, 176, 22), a.body.deep)
	a.fill(circle(300, 176, 13), paper)
	if a.print == nil {
		a.fill(heart(300, 350, 130), a.other.base)
	}
}

func card(a art) {
	a.ground(300, 510, 380)
	a.plain(svg("M 340 130 L 470 160 L 470 490 L 340 500 Z"), a.body.deep)
	a.solid(round(130, 110, 270, 390, 10))
	inner := round(160, 140, 210, 330, 8)
	a.fill(inner, paper)
	switch {
	case a.has("birthday", "party"):
		a.fill(round(190, 330, 150, 90, 10), pink.base)
		a.fill(svg("M 190 350 Q 214 376 240 350 Q 264 376 290 350 Q 316 376 340 350 L 340 330 L 190 330 Z"), cream.base)
		for _, x := range []float64{225, 265, 305} {
			a.line(polygon(point{x, 326}, point{x, 280}), 10, a.other.base)
			a.fill(ellipse(x, 262, 7, 12), orange.base)
		}
	case a.has("christmas", "santa"):
		tree(a, 265, 440, 0.45)
	default:
		a.fill(heart(265, 306, 140), a.other.base)
	}
}

func notebook(a art) {
	a.ground(310, 510, 330)
	a.plain(round(180, 116, 280, 390, 14), paper)
	a.solid(round(156, 100, 280, 400, 18))
	a.fill(rect(156, 118, 42, 364), a.body.deep)
	a.plain(round(236, 170, 160, 90, 10), paper)
	a.line(svg("M 262 202 L 370 202 M 262 228 L 340 228"), 7, grey.base)
	a.fill(rect(404, 100, 14, 400), a.other.base)
}

func pencils(a art) {
	a.ground(300, 516, 230)
	for i, x := range []float64{216, 258, 300, 342, 384} {
		t := []tone{red, yellow, green, blue, pink}[i]
		top := 110 + float64((i*37)%50)
		a.plain(rect(x-17, top+44, 34, 200), t.base)
		a.fill(polygon(point{x - 17, top + 46}, point{x + 17, top + 46}, point{x, top}), wood.light)
		a.fill(polygon(point{x - 6, top + 16}, point{x + 6, top + 16}, point{x, top}), t.deep)
	}
	a.solid(joined(rect(186, 250, 228, 246), ellipse(300, 496, 114, 20)))
	a.fill(round(178, 240, 244, 24, 12), a.other.base)
}

func pen(a art) {
	a.plain(round(-26, -190, 52, 300, 20).turned(40, 0, 0).moved(300, 290), a.body.base)
	own := a
	own.solid(round(-26, -60, 52, 170, 8).turned(40, 0, 0).moved(300, 290))
	a.plain(polygon(point{-26, 104}, point{26, 104}, point{7, 176}, point{-7, 176}).turned(40, 0, 0).moved(300, 290), a.other.base)
	a.fill(polygon(point{-7, 170}, point{7, 170}, point{0, 196}).turned(40, 0, 0).moved(300, 290), ink)
	a.line(svg("M 150 500 C 220 440 280 540 350 486 C 400 450 430 500 470 480"), 8, a.other.deep)
}

func plasters(a art) {
	a.ground(300, 500, 360)
	a.plain(svg("M 150 250 L 190 110 L 410 110 L 450 250 Z"), a.body.deep)
	a.fill(svg("M 168 250 L 202 126 L 398 126 L 432 250 Z"), grey.light)
	a.solid(round(130, 244, 340, 250, 24))
	a.fill(rect(130, 262, 340, 8), a.body.deep)
	strip := round(-110, -34, 220, 68, 34).turned(-24, 0, 0).moved(300, 380)
	a.plain(strip, hex("f0c9a0"))
	a.fill(round(-36, -34, 72, 68, 4).turned(-24, 0, 0).moved(300, 380), hex("f7e3c9"))
	a.fill(joined(circle(282, 378, 5), circle(306, 366, 5), circle(294, 396, 5), circle(318, 384, 5)), hex("d9a877"))
}

func box(a art) {
	a.ground(300, 506, 360)
	a.solid(round(140, 260, 320, 236, 14))
	a.plain(round(122, 190, 356, 84, 14), a.other.base)
	a.fill(rect(122, 256, 356, 10), a.other.deep)
	a.plain(round(266, 240, 68, 66, 10), yellow.base)
	a.fill(circle(300, 274, 10), yellow.deep)
}

// gift is drawn for a title that nothing else fits.
func gift(a art) {
	a.ground(300, 510, 360)
	a.solid(round(140, 280, 320, 220, 12))
	a.plain(round(120, 214, 360, 84, 12), a.body.base)
	a.fill(rect(120, 288, 360, 10), shade)
	a.fill(rect(270, 214, 60, 286), a.other.base)
	for _, side := range []float64{-1, 1} {
		a.line(svg("M 0 212 C 40 110 150 110 130 170 C 116 212 50 212 0 212").scaled(side, 1).moved(300, 0), 24, a.other.base)
	}
	a.plain(round(274, 186, 52, 44, 14), a.other.deep)
}

func balloon(a art) {
	for i, b := range []struct{ x, y float64 }{{200, 250}, {400, 230}, {300, 190}} {
		own := a
		own.body = []tone{a.other, yellow, a.body}[i]
		a.line(svg("M 0 110 C -30 200 20 240 0 320").moved(b.x, b.y).changed(func(p point) point {
			return point{p.x + (300-p.x)*max(0, (p.y-b.y-110)/220), p.y}
		}), 4, grey.deep)
		own.solid(ellipse(b.x, b.y, 92, 112))
		a.fill(polygon(point{b.x - 14, b.y + 128}, point{b.x + 14, b.y + 128}, point{b.x, b.y + 106}), own.body.deep)
		a.fill(ellipse(b.x-34, b.y-44, 13, 26).turned(24, b.x-34, b.y-44), gloss)
	}
}

func magnets(a art) {
	for i, at := range []point{{120, 130}, {320, 130}, {120, 330}, {320, 330}} {
		own := a
		own.body = []tone{a.body, a.other, yellow, a.body}[i]
		tile := round(at.x, at.y, 160, 160, 26)
		a.fill(tile.moved(6, 10), shade)
		own.solid(tile)
		switch i {
		case 0, 3:
			a.fill(heart(at.x+80, at.y+84, 84), paper)
		case 1:
			a.fill(star(at.x+80, at.y+84, 50, 22, 5), paper)
		default:
			a.fill(circle(at.x+80, at.y+80, 42), paper)
		}
	}
}
