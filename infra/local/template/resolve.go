package template

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"regulars/infra/local/aws"
)

// resolve returns the node with the values of its intrinsic functions. A
// reference to AWS::NoValue is nil, and is left out of its mapping or list.
func (s *stack) resolve(n *node) *node {
	if n == nil {
		return nil
	}
	switch n.kind {
	case mapping:
		if len(n.entries) == 1 {
			name := n.entries[0].key
			if name == "Ref" || strings.HasPrefix(name, "Fn::") {
				return s.intrinsic(n, name, n.entries[0].value)
			}
		}
		out := &node{kind: mapping, at: n.at, path: n.path}
		for _, e := range n.entries {
			if value := s.resolve(e.value); value != nil {
				out.entries = append(out.entries, entry{e.key, e.at, value})
			}
		}
		return out
	case list:
		out := &node{kind: list, at: n.at, path: n.path}
		for _, item := range n.items {
			if value := s.resolve(item); value != nil {
				out.items = append(out.items, value)
			}
		}
		return out
	}
	return n
}

// intrinsic returns the value of one intrinsic function.
func (s *stack) intrinsic(n *node, name string, argument *node) *node {
	fail := func(format string, a ...any) *node {
		s.r.fault(n.at, n.path, fmt.Sprintf(format, a...))
		return &node{kind: broken, at: n.at, path: n.path}
	}
	text := func(v string) *node { return &node{at: n.at, path: n.path, value: v} }
	if name == "Fn::If" { // only the branch that applies is resolved
		if argument.kind != list || len(argument.items) != 3 {
			return fail("!If takes a condition and two values")
		}
		if s.condition(argument.items[0].text(), n.at, n.path) {
			return s.resolve(argument.items[1])
		}
		return s.resolve(argument.items[2])
	}
	if name == "Fn::Sub" {
		return s.substitute(n, argument)
	}
	given := s.resolve(argument)
	if given == nil || given.kind == broken {
		return &node{kind: broken, at: n.at, path: n.path}
	}
	switch name {
	case "Ref":
		if given.text() == "AWS::NoValue" {
			return nil
		}
		value, fault := s.ref(given.text())
		if fault != "" {
			return fail("%s", fault)
		}
		return value.placed(n)
	case "Fn::GetAtt":
		if len(given.items) != 2 {
			return fail("!GetAtt takes a resource and an attribute")
		}
		value, fault := s.attribute(given.items[0].text(), given.items[1].text())
		if fault != "" {
			return fail("%s", fault)
		}
		return value.placed(n)
	case "Fn::Join":
		if len(given.items) != 2 || given.items[1].kind != list {
			return fail("!Join takes a separator and a list")
		}
		var parts []string
		for _, item := range given.items[1].items {
			if item.kind == broken {
				return item
			}
			parts = append(parts, item.text())
		}
		return text(strings.Join(parts, given.items[0].text()))
	case "Fn::Select":
		if len(given.items) != 2 || given.items[1].kind != list {
			return fail("!Select takes an index and a list")
		}
		i, err := strconv.Atoi(given.items[0].text())
		if err != nil || i < 0 || i >= len(given.items[1].items) {
			return fail("!Select: the list of %d has no item %s", len(given.items[1].items), given.items[0].text())
		}
		return given.items[1].items[i]
	case "Fn::Split":
		if len(given.items) != 2 {
			return fail("!Split takes a separator and a text")
		}
		out := &node{kind: list, at: n.at, path: n.path}
		for _, part := range strings.Split(given.items[1].text(), given.items[0].text()) {
			out.items = append(out.items, text(part))
		}
		return out
	case "Fn::FindInMap":
		if len(given.items) != 3 {
			return fail("!FindInMap takes a map and two keys")
		}
		found := s.root.get("Mappings").get(given.items[0].text()).get(given.items[1].text()).get(given.items[2].text())
		if found == nil {
			return fail("no mapping %s.%s.%s", given.items[0].text(), given.items[1].text(), given.items[2].text())
		}
		return found
	}
	return fail("the local cloud does not know the intrinsic function %s", name)
}

// placed returns a scalar with the place of the intrinsic function that it
// replaces, so that faults name the place to correct. It returns other values
// unchanged.
func (n *node) placed(intrinsic *node) *node {
	if n.kind != scalar {
		return n
	}
	return &node{at: intrinsic.at, path: intrinsic.path, value: n.value}
}

var placeholder = regexp.MustCompile(`\$\{(!?)([A-Za-z0-9:.]+)\}`)

// substitute returns the value of Fn::Sub.
func (s *stack) substitute(n, argument *node) *node {
	pattern, own := argument, (*node)(nil)
	if argument.kind == list && len(argument.items) == 2 {
		pattern, own = argument.items[0], s.resolve(argument.items[1])
	}
	if pattern.kind != scalar {
		s.r.fault(n.at, n.path, "!Sub takes a text, or a list of a text and its variables")
		return &node{kind: broken, at: n.at, path: n.path}
	}
	bad := false
	text := placeholder.ReplaceAllStringFunc(pattern.text(), func(match string) string {
		parts := placeholder.FindStringSubmatch(match)
		if parts[1] == "!" {
			return "${" + parts[2] + "}"
		}
		if value := own.get(parts[2]); value != nil {
			return value.text()
		}
		value, fault := (*node)(nil), ""
		if id, attribute, dotted := strings.Cut(parts[2], "."); dotted {
			value, fault = s.attribute(id, attribute)
		} else {
			value, fault = s.ref(parts[2])
		}
		if fault != "" {
			s.r.fault(n.at, n.path, fault)
		}
		if fault != "" || value.kind == broken {
			bad = true
			return match
		}
		return value.text()
	})
	if bad {
		return &node{kind: broken, at: n.at, path: n.path}
	}
	return &node{at: n.at, path: n.path, value: text}
}

// condition evaluates the condition of this name.
func (s *stack) condition(name string, at Place, path string) bool {
	n := s.root.get("Conditions").get(name)
	if n == nil {
		s.r.fault(at, path, fmt.Sprintf("the template has no condition %q", name))
		return false
	}
	if s.evaluating[name] {
		s.r.fault(n.at, n.path, "this condition depends on itself")
		return false
	}
	s.evaluating[name] = true
	defer delete(s.evaluating, name)
	return s.evaluate(n)
}

// evaluate evaluates the expression of a condition.
func (s *stack) evaluate(n *node) bool {
	if n.kind == mapping && len(n.entries) == 1 {
		argument := n.entries[0].value
		switch n.entries[0].key {
		case "Condition":
			return s.condition(argument.text(), n.at, n.path)
		case "Fn::Not":
			return len(argument.items) == 1 && !s.evaluate(argument.items[0])
		case "Fn::And":
			for _, item := range argument.items {
				if !s.evaluate(item) {
					return false
				}
			}
			return true
		case "Fn::Or":
			for _, item := range argument.items {
				if s.evaluate(item) {
					return true
				}
			}
			return false
		case "Fn::Equals":
			if pair := s.resolve(argument); len(pair.items) == 2 {
				return pair.items[0].text() == pair.items[1].text()
			}
		}
	}
	s.r.fault(n.at, n.path, "a condition is one of !Equals, !Not, !And, !Or, !Condition")
	return false
}

// pseudo returns the value of a pseudo parameter, and whether there is one of
// this name.
func (s *stack) pseudo(name string) (string, bool) {
	switch name {
	case "AWS::AccountId":
		return aws.Account, true
	case "AWS::Region":
		return aws.Region, true
	case "AWS::Partition":
		return "aws", true
	case "AWS::URLSuffix":
		return "amazonaws.com", true
	case "AWS::StackName":
		return s.name, true
	case "AWS::StackId":
		return arn("cloudformation", "stack/"+s.name+"/local"), true
	}
	return "", false
}

// ref returns the value of !Ref, or a fault.
func (s *stack) ref(name string) (*node, string) {
	if value, ok := s.pseudo(name); ok {
		return &node{value: value}, ""
	}
	if value, ok := s.parameters[name]; ok {
		return value, ""
	}
	res := s.resources[name]
	if res == nil {
		if base, is := strings.CutSuffix(name, "Role"); is && s.resources[base] != nil && s.resources[base].kind == "AWS::Serverless::Function" {
			return &node{value: name}, "" // SAM creates the role
		}
		return nil, fmt.Sprintf("the template has neither a parameter nor a resource %q", name)
	}
	if !res.exists {
		return nil, fmt.Sprintf("%s does not exist: its condition is false", name)
	}
	k := kinds[res.kind]
	if k.ref == nil {
		return &node{value: s.physical(res)}, ""
	}
	return &node{value: k.ref(s, res)}, ""
}

// attribute returns the value of !GetAtt, or a fault.
func (s *stack) attribute(id, attribute string) (*node, string) {
	res := s.resources[id]
	if res == nil {
		return s.createdBySAM(id, attribute)
	}
	if !res.exists {
		return nil, fmt.Sprintf("%s does not exist: its condition is false", id)
	}
	k := kinds[res.kind]
	if output, nested := strings.CutPrefix(attribute, "Outputs."); nested && k.nested {
		child := s.nested(res)
		if child == nil {
			return &node{kind: broken}, ""
		}
		value, exists := child.output(output)
		if !exists {
			return nil, fmt.Sprintf("%s has no output %q", child.file, output)
		}
		return value, ""
	}
	if value := k.attributes[attribute]; value != nil {
		return &node{value: value(s, res)}, ""
	}
	if k.read == nil { // it has no effect here, so that its value does not matter
		return &node{value: arn(service(res.kind), s.physical(res)+"/"+attribute)}, ""
	}
	return nil, fmt.Sprintf("a resource of type %s has no attribute %q here", res.kind, attribute)
}

// createdBySAM returns attributes of the resources that SAM creates for a
// function: its URL and its role.
func (s *stack) createdBySAM(id, attribute string) (*node, string) {
	for suffix, wanted := range map[string]string{"Url": "FunctionUrl", "Role": "Arn"} {
		base, is := strings.CutSuffix(id, suffix)
		function := s.resources[base]
		if !is || attribute != wanted || function == nil || function.kind != "AWS::Serverless::Function" {
			continue
		}
		if suffix == "Role" {
			return &node{value: arn("iam", "role/"+id)}, ""
		}
		if function.node.get("Properties").get("FunctionUrlConfig") != nil {
			return &node{value: s.r.options.Endpoint + "/lambda-url/" + base + "/"}, ""
		}
	}
	return nil, fmt.Sprintf("the template has no resource %q with an attribute %q", id, attribute)
}
