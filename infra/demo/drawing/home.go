package drawing

import (
	"slices"
	"strings"
)

func alarmClock(a art) {
	a.ground(300, 510, 280)
	a.line(svg("M 210 440 L 176 500 M 390 440 L 424 500"), 26, a.body.deep)
	for _, side := range []float64{-1, 1} {
		a.line(svg("M 0 0 L 22 34").scaled(side, 1).moved(300-side*100, 150), 14, grey.base)
		a.plain(svg("M -70 30 C -70 -46 70 -46 70 30 Z").turned(side*34, 0, 0).moved(300+side*108, 150), a.body.deep)
	}
	a.line(svg("M 300 130 L 300 96 M 270 92 L 330 92"), 16, grey.base)
	a.plain(circle(300, 320, 176), a.body.base)
	dial(a, 300, 320, 136)
}

func wallClock(a art) {
	a.plain(circle(300, 300, 214), a.body.base)
	a.fill(circle(300, 300, 184), a.body.deep)
	dial(a, 300, 300, 174)
}

func dial(a art, x, y, r float64) {
	a.fill(circle(x, y, r), hex("fffdf6"))
	for i := range 12 {
		length := r * 0.09
		if i%3 == 0 {
			length = r * 0.17
		}
		a.line(polygon(point{x, y - r*0.86}, point{x, y - r*0.86 + length}).turned(float64(i)*30, x, y), r*0.05, ink)
	}
	a.line(polygon(point{x, y}, point{x, y - r*0.5}).turned(304, x, y), r*0.085, ink)
	a.line(polygon(point{x, y}, point{x, y - r*0.7}).turned(52, x, y), r*0.06, ink)
	a.fill(circle(x, y, r*0.085), a.other.base)
}

func hotWaterBottle(a art) {
	a.ground(300, 524, 280)
	a.plain(round(262, 74, 76, 60, 12), a.other.deep)
	a.plain(svg("M 268 120 L 332 120 L 332 176 L 268 176 Z"), a.body.deep)
	a.solid(svg("M 252 160 Q 300 180 348 160 C 356 210 440 200 446 270 L 446 450 C 446 500 410 520 370 520 L 230 520 C 190 520 154 500 154 450 L 154 270 C 160 200 244 210 252 160 Z"))
	if a.print == nil {
		a.fill(heart(300, 360, 150), a.other.base)
	}
	a.line(svg("M 256 190 Q 300 208 344 190"), 12, a.other.deep)
}

func hangingHeart(a art) {
	a.line(svg("M 300 40 L 300 160"), 8, a.other.deep)
	a.line(svg("M 300 150 C 250 90 210 130 300 160 C 390 130 350 90 300 150"), 11, a.other.base)
	a.solid(heart(300, 330, 350))
	if a.body == wood {
		a.within(heart(300, 330, 350), func(c canvas) {
			for y := 180.; y < 500; y += 26 {
				c.fill(svg("M 110 0 Q 205 16 300 0 Q 395 -16 490 0").moved(0, y).stroke(5), a.body.deep)
			}
		})
	}
	a.line(heart(300, 330, 300), 5, gloss)
}

func candle(a art) { // in a glass
	a.ground(300, 506, 240)
	glass := svg("M 176 230 L 424 230 L 404 470 Q 400 498 372 498 L 228 498 Q 200 498 196 470 Z")
	a.fill(circle(300, 270, 150), hex("fff3b040"))
	a.fill(glass, hex("ffffff90"))
	a.plain(round(226, 370, 148, 116, 16), cream.base)
	flame(a, 300, 350)
	a.within(glass, func(c canvas) {
		c.fill(rect(150, 410, 320, 100), a.body.base)
		if a.print != nil {
			a.print(c, a, point{176, 410}, point{424, 500})
		}
		c.fill(round(206, 246, 18, 150, 9), gloss)
	})
	a.line(svg("M 178 236 L 422 236"), 14, a.body.deep)
	if a.has("hanging") {
		a.line(svg("M 186 232 C 200 60 400 60 414 232"), 7, a.body.deep)
	}
}

func flame(a art, x, y float64) {
	a.line(polygon(point{x, y}, point{x, y + 22}), 6, ink)
	a.fill(svg("M 0 -84 C 14 -50 34 -34 30 -4 C 26 26 -26 26 -30 -4 C -34 -34 -8 -46 0 -84 Z").moved(x, y), orange.base)
	a.fill(svg("M 0 -42 C 8 -26 16 -16 14 0 C 12 14 -12 14 -14 0 C -16 -16 -4 -24 0 -42 Z").moved(x, y), yellow.light)
}

func candles(a art) { // a few slim ones
	a.ground(300, 510, 330)
	for i, x := range []float64{180, 260, 340, 420} {
		top := 210 + float64(i%2)*44
		a.solid(round(x-26, top, 52, 504-top, 10))
		flame(a, x, top-18)
	}
}

func lantern(a art) {
	a.ground(300, 520, 260)
	a.line(svg("M 250 150 C 250 70 350 70 350 150"), 12, a.body.deep)
	a.fill(rect(186, 220, 228, 250), hex("fff0b8"))
	a.plain(round(262, 380, 76, 92, 8), paper)
	flame(a, 300, 360)
	a.plain(svg("M 300 120 L 440 222 L 160 222 Z"), a.body.base)
	a.plain(round(164, 466, 272, 48, 10), a.body.base)
	a.fill(joined(rect(186, 220, 12, 250), rect(402, 220, 12, 250)), a.body.deep)
	a.line(svg("M 192 226 L 300 330 L 408 226"), 5, a.body.deep)
}

func lights(a art) {
	wire := svg("M 40 190 C 130 330 210 330 300 220 C 390 110 470 140 560 300")
	a.line(wire, 7, green.deep)
	for i, at := range []point{{92, 254}, {182, 296}, {268, 252}, {346, 174}, {430, 158}, {508, 220}} {
		t := []tone{a.body, a.other, yellow}[i%3]
		a.fill(circle(at.x, at.y+64, 62), hex("fff3b055"))
		a.plain(round(at.x-15, at.y-4, 30, 30, 6), green.deep)
		a.plain(svg("M -30 34 C -34 90 -10 104 0 116 C 10 104 34 90 30 34 C 24 16 -24 16 -30 34 Z").moved(at.x, at.y), t.base)
		a.fill(ellipse(at.x-10, at.y+52, 6, 15), gloss)
	}
}

func rabbit(a art) {
	a.ground(300, 510, 260)
	a.fill(circle(300, 320, 240), hex("fff6c845"))
	for _, side := range []float64{-1, 1} {
		ear := ellipse(300+side*62, 150, 38, 104).turned(side*10, 300+side*62, 230)
		a.plain(ear, a.body.light)
		a.fill(ellipse(300+side*62, 158, 18, 74).turned(side*10, 300+side*62, 230), pink.light)
	}
	a.plain(svg("M 300 210 C 420 210 450 310 440 400 C 430 480 380 506 300 506 C 220 506 170 480 160 400 C 150 310 180 210 300 210 Z"), a.body.light)
	a.fill(joined(circle(246, 330, 14), circle(354, 330, 14)), ink)
	a.fill(svg("M 284 366 Q 300 356 316 366 Q 300 388 284 366 Z"), pink.base)
	a.line(svg("M 300 380 Q 300 404 276 404 M 300 380 Q 300 404 324 404"), 6, a.body.deep)
	a.fill(joined(circle(208, 372, 22), circle(392, 372, 22)), hex("eb97b380"))
}

func bigToadstool(a art) {
	a.ground(300, 510, 230)
	a.fill(circle(300, 300, 250), hex("fff6c838"))
	a.plain(svg("M 246 300 C 250 380 220 440 216 500 L 384 500 C 380 440 350 380 354 300 Z"), cream.light)
	a.plain(svg("M 96 330 C 90 60 510 60 504 330 Q 300 370 96 330 Z"), red.base)
	a.fill(svg("M 120 336 Q 300 372 480 336 Q 420 312 300 312 Q 180 312 120 336 Z"), cream.base)
	a.fill(joined(ellipse(300, 160, 46, 34), ellipse(190, 230, 34, 28), ellipse(408, 224, 36, 30), ellipse(286, 262, 28, 20), ellipse(440, 296, 20, 12), ellipse(154, 300, 20, 12)), paper)
}

// sign is a plate with the words of the title.
func sign(a art) {
	a.line(svg("M 170 190 L 300 70 L 430 190"), 7, grey.base)
	a.fill(circle(300, 70, 13), grey.deep)
	a.plain(round(70, 180, 460, 280, 30), a.body.base)
	a.line(round(92, 202, 416, 236, 18), 7, a.body.light)
	say(a, 300, 322, 380, 64, "metal", "sign", "wall", "art", "wooden", "small", "large", "red", "blue")
	a.fill(joined(circle(104, 214, 7), circle(496, 214, 7), circle(104, 426, 7), circle(496, 426, 7)), a.body.deep)
}

// say prints the words of the title, without some, in up to three lines around
// the middle.
func say(a art, x, y, width, size float64, without ...string) {
	var words []string
	for _, word := range strings.Fields(a.title) {
		word = strings.Trim(word, ".,")
		if word != "" && !slices.Contains(without, strings.ToLower(word)) {
			words = append(words, strings.ToUpper(word))
		}
	}
	paint := paper
	if a.body == white || a.body == cream || a.body == yellow || a.body == mint {
		paint = ink
	}
	lines := broken(words)
	step := size * 1.12
	for i, line := range lines {
		at := y + (float64(i)-float64(len(lines)-1)/2)*step + size*0.35
		a.fill(lettering(line, x, at, size, width), paint)
	}
}

// broken returns the words in up to three lines of about the same length; one
// line if it is short.
func broken(words []string) (lines []string) {
	count := min(3, len(words))
	if len(strings.Join(words, " ")) < 12 {
		count = min(1, count)
	}
	for i := range count {
		rest, taken := len(strings.Join(words, " ")), 0
		for taken < len(words) && (i == count-1 || len(strings.Join(words[:taken], " ")) < rest/(count-i)-1) {
			taken++
		}
		if taken > 0 {
			lines, words = append(lines, strings.Join(words[:taken], " ")), words[taken:]
		}
	}
	return lines
}

func doormat(a art) {
	for x := 64.; x < 540; x += 16 {
		a.line(polygon(point{x, 420}, point{x - 6, 446}), 5, a.body.deep)
	}
	mat := svg("M 100 200 L 500 200 L 560 424 L 40 424 Z")
	a.solid(mat)
	a.line(joined(mat, svg("M 40 424 L 100 200")), 8, a.body.deep)
	if a.print == nil {
		say(a, 300, 316, 360, 62, "doormat", "recycled", "acapulco", "mat", "red", "blue", "green", "pink")
	}
}

func frame(a art) {
	a.ground(300, 530, 320)
	a.solid(rect(130, 90, 340, 430))
	a.line(rect(130, 90, 340, 430), 6, a.body.deep)
	a.fill(rect(184, 144, 232, 322), a.body.deep)
	view := rect(190, 150, 220, 310)
	a.within(view, func(c canvas) {
		c.cover(hex("cfe6f2"))
		c.fill(circle(352, 214, 34), yellow.base)
		c.fill(svg("M 190 400 Q 250 300 310 380 Q 360 320 420 400 L 420 470 L 190 470 Z"), green.base)
		c.fill(svg("M 180 440 Q 280 380 420 440 L 420 470 L 180 470 Z"), green.deep)
	})
}

func mirror(a art) {
	a.ground(300, 520, 200)
	a.plain(rect(284, 400, 32, 110), a.body.deep)
	a.solid(ellipse(300, 260, 170, 200))
	a.fill(ellipse(300, 260, 136, 164), hex("d8eaf0"))
	a.line(svg("M 240 250 L 320 150 M 262 310 L 370 178"), 13, hex("ffffffb0"))
}

func cabinet(a art) {
	a.ground(300, 520, 380)
	a.fill(joined(rect(150, 490, 40, 30), rect(410, 490, 40, 30)), a.body.deep)
	a.plain(round(120, 130, 360, 366, 14), a.body.base)
	a.plain(round(104, 110, 392, 36, 10), a.body.deep)
	for y := 164.; y < 480; y += 108 {
		drawer := round(146, y, 308, 92, 10)
		a.solid(drawer)
		a.line(drawer, 5, a.body.deep)
		a.fill(circle(300, y+46, 15), a.other.base)
	}
}

func chalkboard(a art) {
	a.ground(300, 500, 380)
	board := round(96, 130, 408, 330, 10)
	if a.has("heart") {
		board = heart(300, 300, 420)
	}
	a.line(board, 34, wood.base)
	a.fill(board, hex("363f45"))
	a.line(svg("M 196 250 C 230 220 250 280 284 250 C 310 226 330 276 360 250 M 220 320 L 380 320 M 250 366 L 340 366"), 9, hex("ffffffc8"))
	a.plain(round(330, 470, 90, 18, 8), paper)
}

func hooks(a art) {
	a.plain(round(70, 170, 460, 90, 20), a.body.base)
	a.line(round(84, 184, 432, 62, 12), 5, a.body.light)
	for i, x := range []float64{150, 300, 450} {
		a.line(svg("M 0 220 L 0 330 C 0 390 70 390 70 330").moved(x-24, 0), 20, a.body.deep)
		a.fill(circle(x-24, 216, 30), []tone{a.other, yellow, a.other}[i].base)
		a.fill(circle(x+46, 326, 19), []tone{a.other, yellow, a.other}[i].base)
	}
}

func knob(a art) {
	a.ground(300, 500, 220)
	a.plain(rect(270, 400, 60, 70), grey.base)
	a.plain(round(220, 460, 160, 34, 10), grey.deep)
	a.solid(circle(300, 270, 160))
	a.fill(ellipse(250, 190, 40, 22).turned(-35, 250, 190), gloss)
}

func cushion(a art) {
	a.ground(300, 500, 420)
	a.solid(svg("M 110 130 Q 300 170 490 130 Q 460 310 490 490 Q 300 456 110 490 Q 140 310 110 130 Z"))
	if a.print == nil {
		a.fill(heart(300, 320, 170), a.other.base)
	}
	a.line(svg("M 140 160 Q 300 192 460 160 Q 436 310 460 462 Q 300 430 140 462 Q 164 310 140 160"), 5, a.body.light)
}

func bucket(a art) {
	a.ground(300, 506, 260)
	a.line(svg("M 160 230 C 170 60 430 60 440 230"), 10, grey.deep)
	a.solid(svg("M 148 220 L 452 220 L 406 470 Q 402 498 374 498 L 226 498 Q 198 498 194 470 Z"))
	a.fill(ellipse(300, 220, 152, 34), a.body.light)
	a.fill(ellipse(300, 224, 132, 24), a.body.deep)
}

func keyFob(a art) {
	a.line(circle(300, 130, 46), 13, grey.base)
	a.line(svg("M 300 176 L 300 230"), 10, grey.deep)
	a.solid(svg("M 240 220 L 360 220 L 400 270 L 400 490 Q 400 510 380 510 L 220 510 Q 200 510 200 490 L 200 270 Z"))
	a.fill(circle(300, 262, 17), a.body.deep)
	if a.print == nil {
		say(a, 300, 390, 170, 44, "key", "fob")
	}
}
