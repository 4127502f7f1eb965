package memory

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// update is a parsed update expression.
type update struct {
	steps []step
	uses  map[string]bool
}

// step changes one attribute.
type step struct {
	clause string // SET, REMOVE or ADD
	path   path
	value  string // the placeholder; empty for REMOVE
}

var updates cached[update]

func updateOf(expression string) update {
	return updates.get(expression, func(p *parser) update {
		u := update{uses: p.uses}
		for p.peek() != "" {
			u.steps = append(u.steps, p.clause()...)
		}
		return u
	})
}

func (p *parser) clause() (steps []step) {
	clause := strings.ToUpper(p.next())
	for {
		s := step{clause: clause, path: nil}
		switch clause {
		case "SET":
			s.path = p.path()
			p.expect("=")
			s.value = p.value()
		case "REMOVE":
			s.path = p.path()
		case "ADD":
			s.path = p.path()
			s.value = p.value()
		default:
			p.fail(clause)
		}
		steps = append(steps, s)
		if !p.accept(",") {
			return steps
		}
	}
}

// apply returns e's item after the update, and does not change e's item. It
// fails if the update changes one of keys, the key attributes of the table.
func (u update) apply(e *env, keys schema) (item, error) {
	if err := u.apart(e, keys); err != nil {
		return nil, err
	}
	changed := maps.Clone(e.item)
	for _, s := range u.steps {
		in, last, err := reach(changed, e, s.path)
		if err != nil {
			return nil, err
		}
		switch s.clause {
		case "REMOVE":
			delete(in, last)
		case "SET":
			in[last] = copyValue(e.values[s.value])
		case "ADD":
			sum, err := add(in[last], e.values[s.value])
			if err != nil {
				return nil, err
			}
			in[last] = sum
		}
	}
	return changed, nil
}

// apart fails if two steps change the same attribute, or one changes a key.
func (u update) apart(e *env, keys schema) error {
	for i, s := range u.steps {
		if name := e.name(s.path[0]); name == keys.partition || name == keys.sort {
			return invalid("Cannot update attribute %s. This attribute is part of the key", name)
		}
		for _, other := range u.steps[:i] {
			n := min(len(s.path), len(other.path))
			if slices.EqualFunc(s.path[:n], other.path[:n], func(a, b string) bool { return e.name(a) == e.name(b) }) {
				return invalid("Invalid UpdateExpression: Two document paths overlap with each other: %s", strings.Join(s.path, "."))
			}
		}
	}
	return nil
}

// reach returns the map that holds the path's last name, and that name. It
// replaces the maps on the path by copies, since changed shares them with the
// stored item.
func reach(changed item, e *env, names path) (in item, last string, err error) {
	in = changed
	for _, n := range names[:len(names)-1] {
		m, ok := in[e.name(n)].(*types.AttributeValueMemberM)
		if !ok {
			return nil, "", invalid("The document path provided in the update expression is invalid for update")
		}
		inner := maps.Clone(m.Value)
		in[e.name(n)] = &types.AttributeValueMemberM{Value: inner}
		in = inner
	}
	return in, e.name(names[len(names)-1]), nil
}

// add returns the sum of two numbers, or the union of two sets of strings; to is nil
// if there is none, which counts as 0 and as the empty set.
func add(to, what value) (value, error) {
	if more, ok := what.(*types.AttributeValueMemberSS); ok {
		old, ok := to.(*types.AttributeValueMemberSS)
		switch {
		case to == nil:
			old = &types.AttributeValueMemberSS{}
		case !ok:
			return nil, invalid("An operand in the update expression has an incorrect data type")
		}
		return &types.AttributeValueMemberSS{Value: union(old.Value, more.Value)}, nil
	}
	n, ok := what.(*types.AttributeValueMemberN)
	if !ok {
		unknown("ADD of a %T", what)
	}
	sum := number(n.Value)
	if to != nil {
		old, ok := to.(*types.AttributeValueMemberN)
		if !ok {
			return nil, invalid("An operand in the update expression has an incorrect data type")
		}
		sum += number(old.Value)
	}
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(sum, 10)}, nil
}
