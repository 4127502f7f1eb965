package drawing

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"math"
	"slices"

	"golang.org/x/image/vector"
)

// canvas is a picture that is drawn on.
type canvas struct{ *image.RGBA }

func newCanvas(width, height int) canvas {
	return canvas{image.NewRGBA(image.Rect(0, 0, width, height))}
}

// mask returns where the path is, with soft edges. It is as large as the part of
// the path that is on the canvas.
func (c canvas) mask(p path) *image.Alpha {
	low, high := p.bounds()
	area := image.Rect(int(math.Floor(low.x)), int(math.Floor(low.y)), int(math.Ceil(high.x)), int(math.Ceil(high.y))).Intersect(c.Bounds())
	z := vector.NewRasterizer(area.Dx(), area.Dy())
	at := func(q point) (x, y float32) {
		return float32(q.x - float64(area.Min.X)), float32(q.y - float64(area.Min.Y))
	}
	for _, o := range p {
		z.MoveTo(at(o.start))
		for _, q := range o.curves {
			ax, ay := at(q[0])
			bx, by := at(q[1])
			x, y := at(q[2])
			z.CubeTo(ax, ay, bx, by, x, y)
		}
		z.ClosePath()
	}
	mask := image.NewAlpha(area)
	z.Draw(mask, area, image.Opaque, image.Point{})
	return mask
}

// fill paints the path.
func (c canvas) fill(p path, paint color.Color) {
	mask := c.mask(p)
	draw.DrawMask(c, mask.Rect, image.NewUniform(paint), image.Point{}, mask, mask.Rect.Min, draw.Over)
}

// within draws on the part of the canvas that is inside of the path.
func (c canvas) within(p path, paint func(canvas)) {
	mask := c.mask(p)
	layer := canvas{image.NewRGBA(mask.Rect)}
	paint(layer)
	draw.DrawMask(c, mask.Rect, layer, mask.Rect.Min, mask, mask.Rect.Min, draw.Over)
}

// cover paints the whole canvas.
func (c canvas) cover(paint color.Color) {
	draw.Draw(c, c.Bounds(), image.NewUniform(paint), image.Point{}, draw.Over)
}

// png returns the canvas as a PNG of 256 colours at most, which flat drawings
// do not exceed by much: the most frequent ones, and for each other one the
// nearest of these.
func (c canvas) png() []byte {
	count := map[color.RGBA]int{}
	for i := 0; i < len(c.Pix); i += 4 {
		count[color.RGBA{c.Pix[i], c.Pix[i+1], c.Pix[i+2], c.Pix[i+3]}]++
	}
	frequent := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(count[b], count[a]), slices.Compare([]uint8{a.R, a.G, a.B, a.A}, []uint8{b.R, b.G, b.B, b.A}))
	})
	var palette color.Palette
	for _, one := range frequent[:min(256, len(frequent))] {
		palette = append(palette, one)
	}
	index := map[color.RGBA]uint8{}
	out := image.NewPaletted(c.Bounds(), palette)
	for i := range out.Pix {
		one := color.RGBA{c.Pix[4*i], c.Pix[4*i+1], c.Pix[4*i+2], c.Pix[4*i+3]}
		at, known := index[one]
		if !known {
			at = uint8(palette.Index(one))
			index[one] = at
		}
		out.Pix[i] = at
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, out); err != nil {
		panic(err) // unreachable: a buffer takes everything
	}
	return b.Bytes()
}
