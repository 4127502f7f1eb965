package drawing

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// point is a place on a canvas, in pixels from its upper left corner.
type point struct{ x, y float64 }

// path is a list of closed outlines, each a list of cubic curves.
type path []outline

type outline struct {
	start  point
	curves [][3]point // two control points and the end of each curve
}

// svg returns the path of SVG path data with the commands M, L, C, Q and Z in
// absolute coordinates, such as "M 10 20 L 30 40 Z". It panics if the data has
// anything else: all of it is constant, and a test draws all of it.
func svg(data string) path {
	var p path
	words := strings.Fields(data)
	for i := 0; i < len(words); {
		command := words[i]
		i++
		take := func() point {
			x, errX := strconv.ParseFloat(words[i], 64)
			y, errY := strconv.ParseFloat(words[i+1], 64)
			if errX != nil || errY != nil {
				panic(fmt.Sprintf("path data %q: want two numbers at word %d", data, i))
			}
			i += 2
			return point{x, y}
		}
		switch command {
		case "M":
			p = append(p, outline{start: take()})
		case "L":
			p.line(take())
		case "C":
			p.curve(take(), take(), take())
		case "Q":
			at, by, to := p.end(), take(), take()
			p.curve(towards(at, by), towards(to, by), to)
		case "Z":
		default:
			panic(fmt.Sprintf("path data %q: unknown command %q", data, command))
		}
	}
	return p
}

// end returns where the last outline ends.
func (p path) end() point {
	last := p[len(p)-1]
	if n := len(last.curves); n > 0 {
		return last.curves[n-1][2]
	}
	return last.start
}

func (p path) line(to point) { at := p.end(); p.curve(at, to, to) }

func (p path) curve(a, b, to point) {
	last := &p[len(p)-1]
	last.curves = append(last.curves, [3]point{a, b, to})
}

// towards returns the control point of a cubic curve that has the same shape at
// this end as the quadratic one with the control point by.
func towards(end, by point) point {
	return point{end.x + (by.x-end.x)*2/3, end.y + (by.y-end.y)*2/3}
}

// changed returns the path with each point changed.
func (p path) changed(change func(point) point) path {
	out := make(path, len(p))
	for i, o := range p {
		out[i].start = change(o.start)
		for _, c := range o.curves {
			out[i].curves = append(out[i].curves, [3]point{change(c[0]), change(c[1]), change(c[2])})
		}
	}
	return out
}

func (p path) moved(x, y float64) path {
	return p.changed(func(q point) point { return point{q.x + x, q.y + y} })
}

// scaled returns the path, scaled around the point 0, 0.
func (p path) scaled(x, y float64) path {
	return p.changed(func(q point) point { return point{q.x * x, q.y * y} })
}

// turned returns the path, turned clockwise around x, y by an angle in degrees.
func (p path) turned(degrees, x, y float64) path {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	return p.changed(func(q point) point {
		dx, dy := q.x-x, q.y-y
		return point{x + dx*cos - dy*sin, y + dx*sin + dy*cos}
	})
}

// bounds returns the corners of a rectangle that the path lies in.
func (p path) bounds() (low, high point) {
	low, high = point{math.Inf(1), math.Inf(1)}, point{math.Inf(-1), math.Inf(-1)}
	p.changed(func(q point) point {
		low = point{min(low.x, q.x), min(low.y, q.y)}
		high = point{max(high.x, q.x), max(high.y, q.y)}
		return q
	})
	return low, high
}

// joined returns one path with the outlines of all.
func joined(all ...path) (p path) {
	for _, one := range all {
		p = append(p, one...)
	}
	return p
}

func polygon(points ...point) path {
	p := path{{start: points[0]}}
	for _, q := range points[1:] {
		p.line(q)
	}
	return p
}

func rect(x, y, w, h float64) path {
	return polygon(point{x, y}, point{x + w, y}, point{x + w, y + h}, point{x, y + h})
}

// round returns a rectangle with round corners of radius r.
func round(x, y, w, h, r float64) path {
	const k = 0.4477 // 1 − 4/3·(√2 − 1), for a cubic curve that is nearly a quarter of a circle
	p := path{{start: point{x + r, y}}}
	p.line(point{x + w - r, y})
	p.curve(point{x + w - r*k, y}, point{x + w, y + r*k}, point{x + w, y + r})
	p.line(point{x + w, y + h - r})
	p.curve(point{x + w, y + h - r*k}, point{x + w - r*k, y + h}, point{x + w - r, y + h})
	p.line(point{x + r, y + h})
	p.curve(point{x + r*k, y + h}, point{x, y + h - r*k}, point{x, y + h - r})
	p.line(point{x, y + r})
	p.curve(point{x, y + r*k}, point{x + r*k, y}, point{x + r, y})
	return p
}

func ellipse(x, y, rx, ry float64) path {
	return round(-1, -1, 2, 2, 1).scaled(rx, ry).moved(x, y)
}

func circle(x, y, r float64) path { return ellipse(x, y, r, r) }

// heart returns a heart of this width, whose middle is at x, y.
func heart(x, y, width float64) path {
	s := width / 100
	return svg("M 0 42 C -18 24 -50 4 -50 -18 C -50 -34 -38 -44 -25 -44 C -13 -44 -4 -37 0 -27 C 4 -37 13 -44 25 -44 C 38 -44 50 -34 50 -18 C 50 4 18 24 0 42 Z").scaled(s, s).moved(x, y)
}

// star returns a star with n points between two radii, one of them up.
func star(x, y, outer, inner float64, n int) path {
	var points []point
	for i := range 2 * n {
		r := outer
		if i%2 == 1 {
			r = inner
		}
		sin, cos := math.Sincos(math.Pi * float64(i) / float64(n))
		points = append(points, point{x + r*sin, y - r*cos})
	}
	return polygon(points...)
}

// stroke returns the outline of a line of this width with round ends along the
// path, which is not closed.
func (p path) stroke(width float64) (out path) {
	const steps = 24 // of each curve
	for _, o := range p {
		at := o.start
		out = append(out, circle(at.x, at.y, width/2)...)
		for _, c := range o.curves {
			from := at
			for i := 1; i <= steps; i++ {
				t := float64(i) / steps
				u := 1 - t
				to := point{
					u*u*u*from.x + 3*u*u*t*c[0].x + 3*u*t*t*c[1].x + t*t*t*c[2].x,
					u*u*u*from.y + 3*u*u*t*c[0].y + 3*u*t*t*c[1].y + t*t*t*c[2].y,
				}
				if length := math.Hypot(to.x-at.x, to.y-at.y); length > 0 {
					nx, ny := (to.y-at.y)/length*width/2, (at.x-to.x)/length*width/2
					out = append(out, polygon(point{at.x + nx, at.y + ny}, point{to.x + nx, to.y + ny}, point{to.x - nx, to.y - ny}, point{at.x - nx, at.y - ny})...)
					out = append(out, circle(to.x, to.y, width/2)...)
				}
				at = to
			}
		}
	}
	return out
}
