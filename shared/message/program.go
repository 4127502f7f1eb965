package message

import (
	"bytes"
	"maps"
	"strconv"
	"strings"

	"github.com/osteele/liquid/expressions"
	"github.com/osteele/liquid/render"
)

// program renders a part as the engine does, without the engine, which calls filters by
// reflection and makes several small objects for each mark.
//
// It knows less than the engine. A part with a tag that it does not know has no program,
// and a rendering in which it meets a value or a fault that it does not know is given up:
// the engine renders the part from the beginning, and what the engine says counts. So
// what a program must be right about is only what it renders to the end.
type program []step

// step renders one node.
type step func(*rendering)

// rendering is one run of a program.
type rendering struct {
	template
	names   fields
	out     *bytes.Buffer
	args    []any               // of the filter that is called
	context expressions.Context // for expressions of the engine; nil until there is one
	next    way
}

// way is where a rendering goes after a step.
type way int

const (
	onwards   way = iota
	nextRound     // of the loop: {% continue %}
	outOfLoop     // {% break %}
	givenUp       // to the engine
)

// run renders the part. ok is false if the engine has to do it.
func (p program) run(t template, names fields, out *bytes.Buffer) (ok bool) {
	if p == nil {
		return false
	}
	defer func() {
		if recover() != nil { // a comparison of maps, a division by zero, an expression of the engine
			ok = false
		}
	}()
	r := &rendering{template: t, names: maps.Clone(names), out: out} // a part can set names
	p.in(r)
	return r.next == onwards
}

// in runs the program as a part of a rendering.
func (p program) in(r *rendering) {
	for _, do := range p {
		if do(r); r.next != onwards {
			return
		}
	}
}

// giveUp leaves the rendering to the engine, and returns no value.
func (r *rendering) giveUp() any {
	r.next = givenUp
	return nil
}

// compiler makes a program.
type compiler struct {
	filters map[string]filter
	unknown bool // it met a node that it does not know
}

// compile returns the program of a sequence of nodes; nil if one of them is not known.
func compile(root render.Node, filters map[string]filter) program {
	sequence, ok := root.(*render.SeqNode)
	if !ok {
		return nil
	}
	c := compiler{filters: filters}
	if p := c.sequence(sequence.Children); !c.unknown {
		return p
	}
	return nil
}

func (c *compiler) sequence(nodes []render.Node) program {
	p := program{}
	for _, n := range nodes {
		switch n := n.(type) {
		case *render.TextNode:
			p = append(p, func(r *rendering) { r.out.WriteString(n.Source) })
		case *render.ObjectNode:
			of := c.expression(n.Args)
			p = append(p, func(r *rendering) { r.print(of(r)) })
		case *render.SeqNode:
			p = append(p, c.sequence(n.Children)...)
		case *render.TagNode:
			p = append(p, c.tag(n))
		case *render.BlockNode:
			p = append(p, c.block(n))
		default:
			c.unknown = true
		}
	}
	return p
}

func (c *compiler) tag(n *render.TagNode) step {
	switch n.Name {
	case "assign":
		return c.assign(n.Args)
	case "break":
		return func(r *rendering) { r.next = outOfLoop }
	case "continue":
		return func(r *rendering) { r.next = nextRound }
	}
	c.unknown = true
	return nil
}

func (c *compiler) block(n *render.BlockNode) step {
	switch n.Name {
	case "if", "unless":
		return c.condition(n)
	case "case":
		return c.cases(n)
	case "for":
		return c.loop(n)
	case "capture":
		return c.capture(n)
	}
	c.unknown = true
	return nil
}

// print writes a value as the engine does.
func (r *rendering) print(value any) {
	switch v := value.(type) {
	case string:
		if r.escapes {
			_, _ = render.HtmlEscaper.WriteString(r.out, v) // a buffer takes all
			return
		}
		r.out.WriteString(v)
	case int:
		r.number(int64(v))
	case int64:
		r.number(v)
	case float64:
		r.out.Write(strconv.AppendFloat(r.out.AvailableBuffer(), v, 'f', -1, 64))
	case bool:
		r.out.Write(strconv.AppendBool(r.out.AvailableBuffer(), v))
	default: // also nil: a variable that does not exist is a fault
		r.giveUp()
	}
}

func (r *rendering) number(n int64) {
	r.out.Write(strconv.AppendInt(r.out.AvailableBuffer(), n, 10))
}

func (c *compiler) assign(args string) step {
	parsed, err := expressions.ParseStatement(expressions.AssignStatementSelector, args)
	if err != nil {
		c.unknown = true // unreachable: the template was parsed
		return nil
	}
	_, expression, _ := strings.Cut(args, "=")
	name, value := parsed.Assignment.Variable, c.expression(expression)
	return func(r *rendering) { r.names[name] = value(r) }
}

func (c *compiler) capture(n *render.BlockNode) step {
	body, name := c.sequence(n.Body), assigned(n)[0]
	return func(r *rendering) {
		from := r.out.Len()
		body.in(r)
		if r.next == onwards {
			r.names[name] = string(r.out.Bytes()[from:])
		}
		r.out.Truncate(from)
	}
}

// choice is a branch of a condition or a case.
type choice struct {
	of   func(r *rendering, subject any) bool
	body program
}

// choose runs the first branch that is chosen.
func (r *rendering) choose(choices []choice, subject any) {
	for _, c := range choices {
		if chosen := c.of(r, subject); r.next != onwards {
			return
		} else if chosen {
			c.body.in(r)
			return
		}
	}
}

func always(*rendering, any) bool { return true }

func (c *compiler) condition(n *render.BlockNode) step {
	holds := func(condition string, wanted bool) func(*rendering, any) bool {
		value := c.expression(condition)
		return func(r *rendering, _ any) bool { return isTrue(value(r)) == wanted }
	}
	choices := []choice{{holds(n.Args, n.Name == "if"), c.sequence(n.Body)}}
	for _, clause := range n.Clauses {
		of := always
		if clause.Name == "elsif" {
			of = holds(clause.Args, true)
		}
		choices = append(choices, choice{of, c.sequence(clause.Body)})
	}
	return func(r *rendering) { r.choose(choices, nil) }
}

func (c *compiler) cases(n *render.BlockNode) step {
	subject := c.expression(n.Args)
	var choices []choice
	for _, clause := range n.Clauses {
		of := always
		if clause.Name == "when" {
			values := c.list(clause.Args)
			of = func(r *rendering, subject any) bool {
				for _, value := range values {
					if v := value(r); r.next != onwards || equal(subject, v) {
						return true
					}
				}
				return false
			}
		}
		choices = append(choices, choice{of, c.sequence(clause.Body)})
	}
	return func(r *rendering) {
		if of := subject(r); r.next == onwards {
			r.choose(choices, of)
		}
	}
}

func (c *compiler) loop(n *render.BlockNode) step {
	loop, err := expressions.ParseStatement(expressions.LoopStatementSelector, n.Args)
	if err != nil || loop.Reversed || loop.Limit != nil || loop.Offset != nil || len(n.Clauses) > 0 {
		c.unknown = true
		return nil
	}
	over, body := byEngine(loop.Expr), c.sequence(n.Body)
	return func(r *rendering) {
		switch items := over(r).(type) {
		case nil:
		case []any:
			r.loop(loop.Loop.Variable, items, body)
		default:
			r.giveUp()
		}
	}
}

// noCycles is a field that the engine gives "forloop". A part with {% cycle %} has no program.
var noCycles = map[string]int{}

// loop runs the body for each item.
func (r *rendering) loop(variable string, items []any, body program) {
	forloop, before := r.names["forloop"], r.names[variable]
	round := fields{"length": len(items), ".cycles": noCycles}
	r.names["forloop"] = round
	for i, item := range items {
		r.names[variable] = item
		round["first"], round["last"] = i == 0, i == len(items)-1
		round["index"], round["index0"] = i+1, i
		round["rindex"], round["rindex0"] = len(items)-i, len(items)-i-1
		body.in(r)
		if r.next == nextRound {
			r.next = onwards
		}
		if r.next != onwards {
			break
		}
	}
	if r.next == outOfLoop {
		r.next = onwards
	}
	r.names["forloop"] = forloop
	r.names[variable] = before
}
