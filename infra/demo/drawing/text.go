package drawing

import (
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

var bold = sync.OnceValue(func() *sfnt.Font {
	parsed, err := sfnt.Parse(gobold.TTF)
	if err != nil {
		panic(err) // unreachable: the font is part of the program
	}
	return parsed
})

// lettering returns the outlines of a line of text, whose middle is at x and
// whose letters stand on y. size is in pixels; a line that is wider than most
// is drawn smaller. Letters that the font does not have are left out.
func lettering(text string, x, y, size, most float64) path {
	const em = 1000
	var b sfnt.Buffer
	var p path
	at := 0.
	for _, r := range text {
		i, err := bold().GlyphIndex(&b, r)
		if err != nil || i == 0 {
			continue
		}
		segments, err := bold().LoadGlyph(&b, i, fixed.I(em), nil)
		if err != nil {
			continue
		}
		place := func(q fixed.Point26_6) point { return point{at + float64(q.X)/64, float64(q.Y) / 64} }
		for _, s := range segments {
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				p = append(p, outline{start: place(s.Args[0])})
			case sfnt.SegmentOpLineTo:
				p.line(place(s.Args[0]))
			case sfnt.SegmentOpQuadTo:
				from, by, to := p.end(), place(s.Args[0]), place(s.Args[1])
				p.curve(towards(from, by), towards(to, by), to)
			case sfnt.SegmentOpCubeTo:
				p.curve(place(s.Args[0]), place(s.Args[1]), place(s.Args[2]))
			}
		}
		advance, err := bold().GlyphAdvance(&b, i, fixed.I(em), font.HintingNone)
		if err == nil {
			at += float64(advance) / 64
		}
	}
	scale := size / em
	if at*scale > most {
		scale = most / at
	}
	return p.moved(-at/2, 0).scaled(scale, scale).moved(x, y)
}
