package policy

import (
	"encoding"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml/token"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// leastSlack is as long as the function send may run, and so the longest way from
// a decision to SES; it is what holds where caps.yaml says nothing.
const leastSlack = 30 * time.Second

// readCaps reads caps.yaml. What the values must be is for package frequency to
// say; here they are only read, and its faults are put where they belong.
func (d *desk) readCaps() frequency.Policy {
	s := d.open("caps.yaml")
	before := len(d.faults)
	c := capsReader{places: map[string]*token.Position{}}
	p := frequency.Policy{Zone: d.shop.Zone, MinGap: s.length("min_gap", 0, frequency.LongestWindow), Slack: s.length("slack", leastSlack, time.Hour)}
	if p.Slack == 0 {
		p.Slack = leastSlack
	}
	for i, node := range s.list("caps") {
		p.Caps = append(p.Caps, c.rule(d.sheet("caps.yaml", node), fmt.Sprintf("caps[%d]", i)))
	}
	if quiet := s.sub("quiet"); quiet != nil {
		c.value(quiet, "from", "quiet.from", &p.Quiet.From)
		c.value(quiet, "to", "quiet.to", &p.Quiet.To)
		quiet.done()
	}
	if classes := s.sub("classes"); classes != nil {
		p.Classes = map[shop.Class]frequency.ClassPolicy{}
		for _, name := range classes.order {
			c.places["classes."+name] = classes.keys[name]
			of := classes.sub(name)
			p.Classes[shop.Class(name)] = frequency.ClassPolicy{Obeys: of.yes("obeys"), Counts: of.yes("counts"), Quiet: of.yes("quiet")}
			of.done()
		}
	}
	s.done()
	if s == nil || len(d.faults) > before { // a half-read policy would only be faulted again
		return p
	}
	for _, f := range p.Faults() {
		if f.Path != "zone" { // the shop's, named there
			d.fault("caps.yaml", c.place(f.Path), strings.TrimPrefix(f.Path[strings.LastIndexByte(f.Path, '.')+1:]+": "+f.Fault, ": "), "")
		}
	}
	return p
}

// capsReader remembers where each value stands.
type capsReader struct{ places map[string]*token.Position }

func (c capsReader) rule(s *sheet, path string) frequency.Cap {
	if s == nil {
		return frequency.Cap{}
	}
	c.places[path] = s.at
	r := frequency.Cap{
		Name:  s.text("name"),
		Scope: frequency.Scope(s.text("scope")),
		Class: shop.Class(s.text("class")),
		Tag:   s.text("tag"),
		Max:   s.must("max", 0, frequency.LargestCap, 2),
	}
	c.value(s, "window", path+".window", &r.Window)
	for _, key := range s.order {
		c.places[path+"."+key] = place(s.vals[key])
	}
	s.done()
	return r
}

// value reads a value that knows its own notation.
func (c capsReader) value(s *sheet, key, path string, into encoding.TextUnmarshaler) {
	text := s.text(key)
	if text == "" {
		s.missing(key, map[string]string{"window": "window: 7d", "from": `from: "21:00"`, "to": `to: "09:00"`}[key])
		return
	}
	c.places[path] = place(s.vals[key])
	if err := into.UnmarshalText([]byte(text)); err != nil {
		s.wrong(key, err.Error(), "")
	}
}

// place returns where a path of cadence stands, or the nearest that is written
// around it.
func (c capsReader) place(path string) *token.Position {
	for path != "" {
		if at, ok := c.places[path]; ok {
			return at
		}
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
	}
	return nil
}

// yes is flag where silence would be the unsafe answer.
func (s *sheet) yes(key string) bool {
	if _, ok := s.take(key); !ok && s != nil {
		s.missing(key, key+": true, or false")
	}
	return s.flag(key)
}
