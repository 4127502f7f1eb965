package template

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// object reads the properties of one mapping whose intrinsic functions are
// resolved. done reports a fault for every property that was neither read nor
// skipped. An absent mapping (n is nil) reads like an empty one.
type object struct {
	r    *reader
	n    *node // nil if the property is absent
	at   Place
	path string
	seen []string
}

func (r *reader) object(n *node, at Place, path string) *object {
	if n != nil && n.kind != mapping {
		if n.kind != broken {
			r.fault(n.at, n.path, "want a mapping")
		}
		n = nil
	}
	return &object{r: r, n: n, at: at, path: path}
}

// rename changes the name of a property.
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

// has reports whether a property exists.
func (o *object) has(key string) bool { return o.n.get(key) != nil }

// need reports a fault for each of the properties that is absent.
func (o *object) need(keys ...string) {
	for _, key := range keys {
		if !o.has(key) {
			o.r.fault(o.at, o.path, key+" is missing")
		}
	}
}

// skip marks properties as known to have no effect on one machine.
func (o *object) skip(keys ...string) { o.seen = append(o.seen, keys...) }

// done reports a fault for every property that was neither read nor skipped.
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
		o.r.fault(n.at, n.path, "want a string")
		return ""
	}
	return n.text()
}

// one returns a string property that must be one of allowed; an absent property
// means the first of them.
func (o *object) one(key string, allowed ...string) string {
	n := o.n.get(key)
	text := o.text(key)
	switch {
	case n == nil:
		return allowed[0]
	case n.kind == scalar && !slices.Contains(allowed, text):
		o.r.fault(n.at, n.path, fmt.Sprintf("%q is not one of %s", text, strings.Join(allowed, ", ")))
	}
	return text
}

// number returns a property that is a whole number from low to high; absent if
// the property is absent or invalid.
func (o *object) number(key string, low, high, absent int) int {
	n := o.get(key)
	if n == nil || n.kind == broken {
		return absent
	}
	v, err := strconv.Atoi(n.text())
	if n.kind != scalar || err != nil {
		o.r.fault(n.at, n.path, "want a whole number")
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
		o.r.fault(n.at, n.path, "want true or false")
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
		o.r.fault(n.at, n.path, "want a list")
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
			o.r.fault(item.at, item.path, "want a string")
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
