package message

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/osteele/liquid/expressions"
	"github.com/osteele/liquid/parser"
	"github.com/osteele/liquid/render"
	"github.com/osteele/liquid/values"

	"regulars/shared/recommend"
)

// prepared is an edition that is folded for the shop of its first message. Messages of
// every other shop are rendered from one that is not folded.
type prepared struct {
	once  sync.Once
	shop  Shop // only what [constant] returns
	first *edition
	plain func() (*edition, error)
}

// of returns the edition for messages of this shop.
func (p *prepared) of(from Shop) (*edition, error) {
	from = constant(from)
	p.once.Do(func() {
		p.shop = from
		p.first.fold(from)
	})
	if !reflect.DeepEqual(&p.shop, &from) {
		return p.plain()
	}
	return p.first, nil
}

// Render is [edition.Render].
func (p *prepared) Render(d Data) (Rendered, error) {
	e, err := p.of(d.Shop)
	if err != nil {
		return Rendered{}, err
	}
	return e.Render(d)
}

// Reason is [edition.Reason].
func (p *prepared) Reason(now time.Time, zone *time.Location, r recommend.Reason) (string, error) {
	e, err := p.of(Shop{})
	if err != nil {
		return "", err
	}
	return e.Reason(now, zone, r)
}

// constant returns what a shop prints in each of its messages. The other fields depend on
// the campaign, the coupon or the customer.
func constant(s Shop) Shop {
	s.Brand.Legal = nil // no message prints it: it has its own in Shop.Legal
	return Shop{Name: s.Name, Address: s.Address, ContactURL: s.ContactURL, Replies: s.Replies, Brand: s.Brand}
}

// constantFields are the variables of the shop that [constant] determines.
var constantFields = []string{"name", "address", "contact_url", "replies"}

// fold makes the edition faster for messages of one shop, and wrong for another.
func (e *edition) fold(from Shop) {
	known, all := fields{}, sender(from)
	for _, name := range constantFields {
		known[name] = all[name]
	}
	e.brand = look(from.Brand)
	constant := fields{"language": e.localizer.language, "direction": e.localizer.rules.direction(), "shop": known, "brand": e.brand}
	filters := e.localizer.filters()
	for _, t := range []*template{&e.subject, &e.html, &e.text} {
		t.fold(constant)
		t.program = compile(t.parsed, filters)
	}
}

// fold renders once what prints the same in every message, and leaves the text in its
// place: most marks of a layout are colours, words and the shop's name. A condition
// that is always true or always false leaves the branch that it chooses.
//
// Everything is computed by the engine itself. A mark that fails stays, so that the
// message fails there; and so does a mark that could print something else in another
// message. A part that trims blanks ({{- or -%}) stays as it is, because the engine
// trims up to the mark before.
func (t template) fold(constant fields) {
	for _, trims := range []string{"{{-", "-}}", "{%-", "-%}"} {
		if strings.Contains(t.source, trims) {
			return
		}
	}
	defer func() { _ = recover() }() // the engine panics for values that it cannot convert: the rest stays as it is
	if root, ok := t.parsed.(*render.SeqNode); ok {
		newFolder(t.engine, constant).sequence(root.Children)
	}
}

// folder is what is known where a sequence of nodes begins.
type folder struct {
	engine *render.Config
	values fields          // variables with their values
	names  map[string]bool // which of them, or which of their fields, are constant: "brand", "shop.name"
}

// newFolder returns a folder for constants: variables, and of "shop" the fields.
func newFolder(engine *render.Config, constant fields) *folder {
	f := &folder{engine: engine, values: maps.Clone(constant), names: map[string]bool{}}
	for name, value := range constant {
		if name != "shop" {
			f.names[name] = true
			continue
		}
		for field := range value.(fields) {
			f.names["shop."+field] = true
		}
	}
	return f
}

// branch returns a folder for nodes that are not always rendered.
func (f *folder) branch() *folder {
	return &folder{f.engine, maps.Clone(f.values), maps.Clone(f.names)}
}

// forget says that the variables can have any value from here on.
func (f *folder) forget(names ...string) {
	for _, name := range names {
		delete(f.values, name)
		maps.DeleteFunc(f.names, func(known string, _ bool) bool { return known == name || strings.HasPrefix(known, name+".") })
	}
}

// learn says that the variable has this value from here on.
func (f *folder) learn(name string, value any) {
	f.forget(name)
	f.values[name], f.names[name] = value, true
}

// sequence folds the nodes in their places, because the engine keeps the slice.
func (f *folder) sequence(nodes []render.Node) {
	for i, node := range nodes {
		switch n := node.(type) {
		case *render.ObjectNode:
			if f.constant(n.Args) {
				nodes[i] = f.printed(n)
			}
		case *render.TagNode:
			if n.Name == "assign" {
				f.assign(n.Args)
			}
		case *render.BlockNode:
			nodes[i] = f.block(n)
		}
	}
	join(nodes)
}

// assign learns or forgets the variable that a tag sets.
func (f *folder) assign(args string) {
	parsed, err := expressions.ParseStatement(expressions.AssignStatementSelector, args)
	if err != nil {
		return // unreachable: the template was parsed
	}
	name := parsed.Assignment.Variable
	if _, expression, _ := strings.Cut(args, "="); f.constant(expression) {
		if value, err := parsed.ValueFn.Evaluate(f.context()); err == nil {
			f.learn(name, value)
			return
		}
	}
	f.forget(name)
}

// block folds a block, and returns what stands in its place.
func (f *folder) block(n *render.BlockNode) render.Node {
	set := assigned(n)
	switch n.Name {
	case "if", "unless", "case":
		if chosen, ok := f.choose(n); ok {
			f.sequence(chosen)
			return sequenceOf(chosen)
		}
		for _, nodes := range branches(n) {
			f.branch().sequence(nodes)
		}
	case "for":
		if f.always(n) {
			return f.printed(n)
		}
		within := f.branch()
		within.forget(append(set, loopVariable(n), "forloop")...)
		for _, nodes := range branches(n) {
			within.branch().sequence(nodes)
		}
	case "capture":
		f.branch().sequence(n.Body)
	}
	f.forget(set...)
	return n
}

// choose returns the branch that is rendered in every message. ok is false if it
// depends on the message.
func (f *folder) choose(n *render.BlockNode) (nodes []render.Node, ok bool) {
	isTrue := f.isTrue
	if n.Name == "case" {
		isTrue = func(when string) (bool, bool) { return f.isCase(n.Args, when) }
	} else if yes, constant := f.isTrue(n.Args); !constant || yes != (n.Name == "unless") {
		return n.Body, constant
	}
	for _, clause := range n.Clauses {
		if clause.Name == "else" {
			return clause.Body, true
		}
		if yes, constant := isTrue(clause.Args); !constant || yes {
			return clause.Body, constant
		}
	}
	return nil, true
}

// isTrue reports whether a condition holds in every message, or in none.
func (f *folder) isTrue(condition string) (yes, constant bool) {
	if !f.constant(condition) {
		return false, false
	}
	parsed, err := expressions.Parse(condition)
	if err != nil {
		return false, false
	}
	value, err := parsed.Evaluate(f.context())
	return value != nil && value != false, err == nil
}

// isCase is isTrue for a branch of a case.
func (f *folder) isCase(subject, when string) (yes, constant bool) {
	if !f.constant(subject) || !f.constant(when) {
		return false, false
	}
	of, err := expressions.EvaluateString(subject, f.context())
	if err != nil {
		return false, false
	}
	parsed, err := expressions.ParseStatement(expressions.WhenStatementSelector, when)
	if err != nil {
		return false, false
	}
	for _, one := range parsed.Exprs {
		value, err := one.Evaluate(f.context())
		if err != nil {
			return false, false
		}
		if values.Equal(of, value) {
			return true, true
		}
	}
	return false, true
}

// always reports whether a loop prints the same in every message: it is over a constant,
// and has only marks of constants and of its own variables.
func (f *folder) always(n *render.BlockNode) bool {
	_, over, ok := strings.Cut(n.Args, " in ")
	if !ok || !f.constant(over) || len(n.Clauses) > 0 {
		return false
	}
	within := f.branch()
	within.learn(loopVariable(n), nil)
	within.learn("forloop", nil)
	var prints func(nodes []render.Node) bool
	prints = func(nodes []render.Node) bool {
		for _, node := range nodes {
			switch n := node.(type) {
			case *render.TextNode:
			case *render.ObjectNode:
				if !within.constant(n.Args) {
					return false
				}
			case *render.BlockNode:
				if n.Name != "if" && n.Name != "unless" || !within.constant(n.Args) || len(n.Clauses) > 0 || !prints(n.Body) {
					return false
				}
			default:
				return false
			}
		}
		return true
	}
	return prints(n.Body)
}

// printed returns what the node prints, or the node if it fails.
func (f *folder) printed(n render.Node) render.Node {
	var out bytes.Buffer
	if err := render.Render(&render.SeqNode{Children: []render.Node{n}}, &out, f.values, *f.engine); err != nil {
		return n
	}
	return text(out.String())
}

func (f *folder) context() expressions.Context {
	return expressions.NewContext(f.values, f.engine.Config.Config)
}

// steadyFilters are filters that give the same for the same values. There are more, but
// layouts give constants to these only.
var steadyFilters = []string{"t", "json"}

// steadyWords are what else an expression of constants can have.
var steadyWords = []string{"and", "or", "contains", "true", "false", "nil", "|", ",", "==", "!=", "<", ">", "<=", ">="}

// constant reports whether an expression has the same value in every message. It says no
// to what it does not know.
func (f *folder) constant(expression string) bool {
	words := liquidWord().FindAllString(expression, -1)
	for i, word := range words {
		known := false
		switch first := word[0]; {
		case i > 0 && words[i-1] == "|":
			known = slices.Contains(steadyFilters, strings.TrimSuffix(word, ":"))
		case isName(word):
			known = f.named(word)
		case first == '\'' || first == '"':
			known = len(word) > 1
		default:
			known = first >= '0' && first <= '9' || slices.Contains(steadyWords, word)
		}
		if !known {
			return false
		}
	}
	return len(words) > 0
}

// named reports whether a name or a part of it before a point is a constant.
func (f *folder) named(name string) bool {
	for !f.names[name] {
		at := strings.LastIndexByte(name, '.')
		if at < 0 {
			return false
		}
		name = name[:at]
	}
	return true
}

// loopVariable returns the variable of a loop.
func loopVariable(n *render.BlockNode) string {
	name, _, _ := strings.Cut(strings.TrimSpace(n.Args), " ")
	return name
}

// branches returns the sequences of a block.
func branches(n *render.BlockNode) [][]render.Node {
	all := [][]render.Node{n.Body}
	for _, clause := range n.Clauses {
		all = append(all, clause.Body)
	}
	return all
}

// assigned returns the variables that a block sets when it is rendered.
func assigned(n *render.BlockNode) (names []string) {
	if n.Name == "capture" {
		names = append(names, strings.TrimSpace(n.Args))
	}
	for _, nodes := range branches(n) {
		for _, node := range nodes {
			switch n := node.(type) {
			case *render.BlockNode:
				names = append(names, assigned(n)...)
			case *render.TagNode:
				if n.Name == "assign" {
					name, _, _ := strings.Cut(n.Args, "=")
					names = append(names, strings.TrimSpace(name))
				}
			}
		}
	}
	return names
}

func text(s string) *render.TextNode {
	return &render.TextNode{Token: parser.Token{Type: parser.TextTokenType, Source: s}}
}

// nothing is a node that prints nothing.
var nothing = &render.SeqNode{}

// sequenceOf returns the nodes as one: a text, if that is all that they are.
func sequenceOf(nodes []render.Node) render.Node {
	kept := slices.DeleteFunc(slices.Clone(nodes), func(n render.Node) bool { return n == render.Node(nothing) })
	switch len(kept) {
	case 0:
		return nothing
	case 1:
		return kept[0]
	}
	return &render.SeqNode{Children: kept}
}

// join makes one text of texts that follow each other, at the place of the first.
func join(nodes []render.Node) {
	for i := 0; i < len(nodes); i++ {
		first, ok := nodes[i].(*render.TextNode)
		if !ok {
			continue
		}
		var all strings.Builder
		all.WriteString(first.Source)
		from := i
		for i+1 < len(nodes) {
			next, ok := nodes[i+1].(*render.TextNode)
			if ok {
				all.WriteString(next.Source)
			} else if nodes[i+1] != render.Node(nothing) {
				break
			}
			i++
			nodes[i] = nothing
		}
		if all.Len() > len(first.Source) {
			nodes[from] = text(all.String())
		}
	}
}
