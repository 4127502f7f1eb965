package policyfiles

import (
	"encoding"
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml/token"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// leastSlack is the time limit of the function send, and so the longest time
// from a decision to the call of SES. It is the slack if caps.yaml does not set
// one.
const leastSlack = 30 * time.Second

// readCaps reads caps.yaml. Package frequency checks the values; this function
// adds the line and column to the faults that frequency reports.
func (l *loader) readCaps() frequency.Policy {
	s := l.open("caps.yaml")
	before := len(l.faults)
	c := capsReader{places: map[string]*token.Position{}}
	p := frequency.Policy{Zone: l.shop.Zone, MinGap: s.length("min_gap", 0, frequency.LongestWindow), Slack: s.length("slack", leastSlack, time.Hour)}
	if p.Slack == 0 {
		p.Slack = leastSlack
	}
	for i, node := range s.list("caps") {
		p.Caps = append(p.Caps, c.cap(l.sheet("caps.yaml", node), fmt.Sprintf("caps[%d]", i)))
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
			p.Classes[shop.Class(name)] = frequency.ClassPolicy{Obeys: of.requiredFlag("obeys"), Counts: of.requiredFlag("counts"), Quiet: of.requiredFlag("quiet")}
			of.done()
		}
	}
	s.done()
	if s == nil || len(l.faults) > before { // a policy that was read in part would repeat these faults
		return p
	}
	for _, f := range p.Faults() {
		if f.Path != "zone" { // the shop's zone, checked in readShop
			l.fault("caps.yaml", c.place(f.Path), strings.TrimPrefix(f.Path[strings.LastIndexByte(f.Path, '.')+1:]+": "+f.Fault, ": "), "")
		}
	}
	return p
}

// capsReader keeps the position of each value of caps.yaml, by its path in
// frequency.Policy, such as "caps[1].max".
type capsReader struct{ places map[string]*token.Position }

func (c capsReader) cap(s *sheet, path string) frequency.Cap {
	if s == nil {
		return frequency.Cap{}
	}
	c.places[path] = s.at
	r := frequency.Cap{
		Name:  s.text("name"),
		Scope: frequency.Scope(s.text("scope")),
		Class: shop.Class(s.text("class")),
		Tag:   s.text("tag"),
		Max:   s.requiredWhole("max", 0, frequency.LargestCap, 2),
	}
	c.value(s, "window", path+".window", &r.Window)
	for _, key := range s.order {
		c.places[path+"."+key] = place(s.vals[key])
	}
	s.done()
	return r
}

// value reads a value that parses its own text.
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

// place returns the position of a path of frequency.Policy, or of the closest
// enclosing value that is written in the file.
func (c capsReader) place(path string) *token.Position {
	for path != "" {
		if at, ok := c.places[path]; ok {
			return at
		}
		path = path[:max(0, strings.LastIndexByte(path, '.'))]
	}
	return nil
}

// requiredFlag is [sheet.flag] for a key that must be written, because no
// default would be safe.
func (s *sheet) requiredFlag(key string) bool {
	if _, ok := s.take(key); !ok && s != nil {
		s.missing(key, key+": true, or false")
	}
	return s.flag(key)
}
