package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// object reads the properties of one mapping whose intrinsics are resolved. A
// property that was neither read nor skipped when done is called is a fault:
// what is read is what is known. The zero node (a property that is not there)
// reads as an empty mapping.
type object struct {
	r    *reader
	n    *node // nil where the property is absent
	at   Place
	path string
	seen []string
}

func (r *reader) object(n *node, at Place, path string) *object {
	if n != nil && n.kind != mapping {
		if n.kind != broken {
			r.fault(n.at, n.path, "a mapping is wanted")
		}
		n = nil
	}
	return &object{r: r, n: n, at: at, path: path}
}

// rename has a property read by another name.
func (o *object) rename(from, to string) {
	for i := range entriesOf(o.n) {
		if o.n.entries[i].key == from {
			o.n.entries[i].key = to
		}
	}
}

// missing reports whether the mapping itself is absent.
func (o *object) missing() bool { return o.n == nil }

func (o *object) get(key string) *node {
	o.seen = append(o.seen, key)
	return o.n.get(key)
}

// has reports whether a property is there.
func (o *object) has(key string) bool { return o.n.get(key) != nil }

// need faults each of the properties that is not there.
func (o *object) need(keys ...string) {
	for _, key := range keys {
		if !o.has(key) {
			o.r.fault(o.at, o.path, key+" is missing")
		}
	}
}

// skip marks properties as known to have no effect on one machine.
func (o *object) skip(keys ...string) { o.seen = append(o.seen, keys...) }

// done faults every property that was not read.
func (o *object) done() {
	if o.n == nil {
		return
	}
	for _, e := range o.n.entries {
		if !slices.Contains(o.seen, e.key) {
			o.r.fault(e.at, dotted(o.path, e.key), "the local cloud does not know this property")
		}
	}
}

func (o *object) text(key string) string {
	n := o.get(key)
	if n == nil || n.kind == broken {
		return ""
	}
	if n.kind != scalar || n.value == nil {
		o.r.fault(n.at, n.path, "text is wanted")
		return ""
	}
	return n.text()
}

// one is a text out of a closed set; the first is what an absent one means.
func (o *object) one(key string, allowed ...string) string {
	n := o.n.get(key)
	text := o.text(key)
	switch {
	case n == nil:
		return allowed[0]
	case n.kind == scalar && !slices.Contains(allowed, text):
		o.r.fault(n.at, n.path, fmt.Sprintf("%q is none of %s", text, strings.Join(allowed, ", ")))
	}
	return text
}

// number is a whole number between low and high, or absent where it is not there.
func (o *object) number(key string, low, high, absent int) int {
	n := o.get(key)
	if n == nil || n.kind == broken {
		return absent
	}
	v, err := strconv.Atoi(n.text())
	if n.kind != scalar || err != nil {
		o.r.fault(n.at, n.path, "a whole number is wanted")
		return absent
	}
	if v < low || v > high {
		o.r.fault(n.at, n.path, fmt.Sprintf("%d is not between %d and %d", v, low, high))
		return absent
	}
	return v
}

func (o *object) flag(key string, absent bool) bool {
	n := o.get(key)
	if n == nil || n.kind == broken {
		return absent
	}
	v, err := strconv.ParseBool(n.text())
	if n.kind != scalar || err != nil {
		o.r.fault(n.at, n.path, "true or false is wanted")
		return absent
	}
	return v
}

func (o *object) list(key string) []*node {
	n := o.get(key)
	if n == nil || n.kind == broken {
		return nil
	}
	if n.kind != list {
		o.r.fault(n.at, n.path, "a list is wanted")
		return nil
	}
	return n.items
}

func (o *object) texts(key string) []string {
	var out []string
	for _, item := range o.list(key) {
		switch item.kind {
		case scalar:
			out = append(out, item.text())
		case mapping, list:
			o.r.fault(item.at, item.path, "text is wanted")
		}
	}
	return out
}

func (o *object) object(key string) *object {
	n := o.get(key)
	if n == nil {
		return &object{r: o.r, at: o.at, path: dotted(o.path, key)}
	}
	return o.r.object(n, n.at, n.path)
}

func (o *object) objects(key string) []*object {
	var out []*object
	for _, item := range o.list(key) {
		out = append(out, o.r.object(item, item.at, item.path))
	}
	return out
}
