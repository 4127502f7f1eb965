package template

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// stack is one template with the values of its parameters.
type stack struct {
	r          *reader
	name, file string
	dir        string
	root       *node
	parameters map[string]*node
	evaluating map[string]bool // conditions that are being evaluated, to find cycles
	resources  map[string]*resource
	order      []string
}

type resource struct {
	id, kind string
	at       Place
	path     string
	node     *node
	exists   bool   // its condition is true
	child    *stack // the template of a nested stack
	opening  bool   // child is being opened; to find cycles
}

// sections reports a fault for every section, transform and kind of Globals
// that this package does not know.
func (s *stack) sections() {
	known := []string{"AWSTemplateFormatVersion", "Transform", "Description", "Metadata", "Parameters", "Mappings", "Conditions", "Rules", "Globals", "Resources", "Outputs"}
	for _, e := range s.root.entries {
		if !slices.Contains(known, e.key) {
			s.r.fault(e.at, e.key, "the local cloud does not know this section")
		}
	}
	if t := s.root.get("Transform"); t != nil && t.text() != "AWS::Serverless-2016-10-31" {
		s.r.fault(t.at, "Transform", fmt.Sprintf("the local cloud does not know the transform %q", t.text()))
	}
	if g := s.root.get("Globals"); g != nil {
		for _, e := range g.entries {
			if e.key != "Function" {
				s.r.fault(e.at, "Globals."+e.key, "the local cloud knows only the Globals of Function")
			}
		}
	}
}

func (s *stack) readParameters(given map[string]*node) {
	declared := s.root.get("Parameters")
	if declared != nil {
		for _, e := range declared.entries {
			s.readParameter(e, given[e.key])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if declared.get(name) == nil {
			n := given[name]
			s.r.fault(n.at, name, fmt.Sprintf("%s has no parameter of this name", s.file))
		}
	}
}

// readParameter sets a parameter to its given value, or to its default.
func (s *stack) readParameter(e entry, given *node) {
	p, path := s.r.object(e.value, e.at, "Parameters."+e.key), "Parameters."+e.key
	p.skip("Description", "ConstraintDescription", "NoEcho")
	value := p.get("Default")
	if given != nil {
		value = given
	}
	kind, allowed, pattern := p.text("Type"), p.texts("AllowedValues"), p.text("AllowedPattern")
	p.skip("MinLength", "MaxLength", "MinValue", "MaxValue")
	p.done()
	switch {
	case value == nil:
		s.r.fault(e.at, path, "has no default: set a value in infra/local/parameters.yaml")
		value = &node{kind: broken, at: e.at, path: path}
	case strings.HasPrefix(kind, "AWS::"):
		s.r.fault(e.at, path, fmt.Sprintf("the local cloud does not know parameters of type %s", kind))
	case value.kind == scalar && len(allowed) > 0 && !slices.Contains(allowed, value.text()):
		s.r.fault(value.at, path, fmt.Sprintf("%q is not one of %s", value.text(), strings.Join(allowed, ", ")))
	case value.kind == scalar && pattern != "":
		whole, err := regexp.Compile("^(?:" + pattern + ")$")
		if err == nil && !whole.MatchString(value.text()) {
			s.r.fault(value.at, path, fmt.Sprintf("%q does not match %s", value.text(), pattern))
		}
	}
	if kind == "CommaDelimitedList" && value.kind == scalar {
		value = splitList(value)
	}
	s.parameters[e.key] = value
}

func splitList(n *node) *node {
	out := &node{kind: list, at: n.at, path: n.path}
	for _, part := range strings.Split(n.text(), ",") {
		out.items = append(out.items, &node{at: n.at, path: n.path, value: strings.TrimSpace(part)})
	}
	return out
}

// readResources reads the types and conditions of all resources.
func (s *stack) readResources() {
	for _, e := range entriesOf(s.root.get("Resources")) {
		path := "Resources." + e.key
		res := &resource{id: e.key, at: e.at, path: path, node: e.value, exists: true}
		s.resources[e.key], s.order = res, append(s.order, e.key)
		o := s.r.object(e.value, e.at, path)
		o.need("Type")
		res.kind = o.text("Type")
		if condition := o.text("Condition"); condition != "" {
			res.exists = s.condition(condition, e.at, path+".Condition")
		}
		o.skip("Properties", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy")
		o.done()
		if _, known := kinds[res.kind]; !known && res.kind != "" && res.exists {
			s.r.fault(e.at, path, fmt.Sprintf("the local cloud does not know the type %s", res.kind))
		}
	}
}

// read reads the properties of every resource that exists.
func (s *stack) read() {
	for _, id := range s.order {
		res := s.resources[id]
		k, known := kinds[res.kind]
		if !known || !res.exists {
			continue
		}
		properties := res.node.get("Properties")
		if res.kind == "AWS::Serverless::Function" {
			properties = withGlobals(properties, s.root.get("Globals").get("Function"))
		}
		resolved := s.resolve(properties)
		if k.read == nil {
			continue // resolving it has reported its bad references
		}
		o := s.r.object(resolved, res.at, res.path+".Properties")
		k.read(s, res, o)
		o.done()
	}
}

// nested returns the template that a nested stack names; it opens it only once.
func (s *stack) nested(res *resource) *stack {
	if res.child != nil {
		return res.child
	}
	if res.opening {
		s.r.fault(res.at, res.path, "this nested stack and another one depend on each other's outputs")
		return nil
	}
	res.opening = true
	defer func() { res.opening = false }()
	properties := res.node.get("Properties")
	location := properties.get("TemplateURL")
	if location == nil {
		location = properties.get("Location")
	}
	if location == nil || location.kind != scalar || strings.Contains(location.text(), "://") {
		s.r.fault(res.at, res.path, "a nested stack's TemplateURL or Location must be a path relative to the template")
		return nil
	}
	given := map[string]*node{}
	if parameters := s.resolve(properties.get("Parameters")); parameters != nil {
		for _, e := range parameters.entries {
			given[e.key] = e.value
		}
	}
	res.child = s.r.open(path.Join(s.dir, location.text()), s.name+"-"+res.id, given, res)
	return res.child
}

func readNested(s *stack, res *resource, o *object) {
	o.skip("TemplateURL", "Location", "Parameters", "Tags", "TimeoutInMinutes", "NotificationARNs")
	if child := s.nested(res); child != nil {
		child.read()
		child.outputs()
	}
}

// outputs returns the values of all outputs whose condition is true.
func (s *stack) outputs() map[string]string {
	out := map[string]string{}
	for _, e := range entriesOf(s.root.get("Outputs")) {
		if value, exists := s.output(e.key); exists && value != nil {
			out[e.key] = value.text()
		}
	}
	return out
}

// output returns the value of one output. exists is false if the template has
// no output of that name, or if its condition is false.
func (s *stack) output(name string) (value *node, exists bool) {
	n := s.root.get("Outputs").get(name)
	if n == nil {
		return nil, false
	}
	if c := n.get("Condition"); c != nil && !s.condition(c.text(), c.at, c.path) {
		return nil, false
	}
	return s.resolve(n.get("Value")), true
}

// entriesOf returns the entries of a mapping; n may be nil.
func entriesOf(n *node) []entry {
	if n == nil {
		return nil
	}
	return n.entries
}
