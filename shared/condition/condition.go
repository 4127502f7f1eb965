package condition

import (
	"fmt"
	"slices"
	"sync"
	"unicode/utf8"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/env"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// Limits of one condition. They are far above what a person writes; they keep a
// very long text from slowing every send.
const (
	maxText = 2_000  // characters
	maxCost = 10_000 // CEL's cost units in the worst case; a comparison of two facts costs about 3
	maxSize = 500    // assumed characters of a fact and entries of a list, in the worst case
)

// functions are the functions that conditions can call by name; the operators
// are in operations.
var functions = []string{"money", inSegment, "startsWith", "endsWith", "contains"}

// operations are the functions and operators of CEL that cannot fail.
var operations = []string{
	operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional,
	operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
	operators.In, operators.OldIn, overloads.StartsWith, overloads.EndsWith, overloads.Contains,
}

// Checker compiles the conditions of one shop. It is safe for concurrent use.
// Making one takes about a millisecond, so make one for each policy.
type Checker struct {
	env      *cel.Env
	currency shop.Currency
}

// NewChecker returns a Checker for a shop with this currency. It fails if the
// currency is not in ISO 4217.
func NewChecker(currency shop.Currency) (*Checker, error) {
	if _, err := ParseMoney("0", currency); err != nil {
		return nil, fmt.Errorf("conditions need the shop's currency: %w", err)
	}
	library := env.NewLibrarySubset().SetDisableMacros(true)
	for _, op := range operations {
		library.AddIncludedFunctions(env.NewFunction(op))
	}
	library.AddIncludedFunctions(env.NewFunction(operators.Index, &env.Overload{ID: overloads.IndexMap})) // a list's index can be out of range
	options := []cel.EnvOption{
		cel.StdLib(cel.StdLibSubset(library)),
		cel.HomogeneousAggregateLiterals(),
		cel.ParserRecursionLimit(50),
		cel.Function("money", cel.Overload("money_string", []*cel.Type{cel.StringType}, moneyType, cel.UnaryBinding(amounts(currency)))),
	}
	for _, op := range []string{operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals} {
		options = append(options, cel.Function(op, cel.Overload("money_"+op, []*cel.Type{moneyType, moneyType}, cel.BoolType)))
	}
	for _, n := range names {
		options = append(options, cel.Variable(n.path, n.typ))
	}
	e, err := cel.NewCustomEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("build the CEL environment of conditions: %w", err)
	}
	return &Checker{env: e, currency: currency}, nil
}

// amounts returns the implementation of money(). It parses each amount once:
// amounts are literals, and parsing one costs more than the rest of a
// condition.
func amounts(currency shop.Currency) func(ref.Val) ref.Val {
	var known sync.Map // of types.String to ref.Val
	return func(v ref.Val) ref.Val {
		if m, ok := known.Load(v); ok {
			return m.(ref.Val)
		}
		m, err := ParseMoney(string(v.(types.String)), currency)
		if err != nil {
			return types.WrapErr(err) // unreachable: Compile has parsed every amount
		}
		known.Store(v, ref.Val(minor(m.Minor)))
		return minor(m.Minor)
	}
}

// Condition is a compiled condition. The zero value has no text and always
// holds. It is safe for concurrent use. Its JSON is its text; a Condition that
// is read from JSON holds for no customer until it is compiled again.
type Condition struct {
	text     string
	written  string   // with the names of segments; empty if there are none
	segments []string // see Segments
	names    []string
	program  cel.Program
	parsed   ast.Expr // see Never
	env      *cel.Env // with checked, to explain it
	checked  *cel.Ast
	currency shop.Currency
	products []shop.ProductID
	bought   []shop.ProductID // see Bought
	anything bool             // see Bought
}

// Text returns the condition as it was written, with the conditions of segments
// in place of their names: see [Condition.Written].
func (c Condition) Text() string { return c.text }

// Currency returns the currency of its amounts, or "" if the condition was not
// compiled.
func (c Condition) Currency() shop.Currency { return c.currency }

// Names returns the facts that the condition uses, such as
// "customer.orders", sorted.
func (c Condition) Names() []string { return c.names }

// Holds reports whether the condition is true for these facts. A condition that
// was read from JSON and not compiled never holds, which is the safe answer.
func (c Condition) Holds(f Facts) bool {
	if c.text == "" {
		return true
	}
	answer, err := c.holds(&f)
	return err == nil && answer
}

// OnLines returns a function that reports whether the condition holds for a
// line of a cart. The condition must use facts of lines only. The function
// reuses its memory for each line, so only one goroutine at a time may call it.
// If the condition uses only the category, it is evaluated once for each
// category: a cart has many lines and few categories.
func (c Condition) OnLines() func(Line) bool {
	if c.text == "" {
		return func(Line) bool { return true }
	}
	one := &evaluation{Facts: &Facts{}, currency: c.currency}
	holds := func(l Line) bool {
		one.Line = l
		answer, err := c.evaluate(one)
		return err == nil && answer
	}
	if len(c.names) != 1 || c.names[0] != "line.category" {
		return holds
	}
	known := map[string]bool{}
	return func(l Line) bool {
		answer, ok := known[l.Category]
		if !ok {
			answer = holds(l)
			known[l.Category] = answer
		}
		return answer
	}
}

func (c Condition) holds(f *Facts) (bool, error) {
	return c.evaluate(&evaluation{Facts: f, currency: c.currency})
}

func (c Condition) evaluate(e *evaluation) (bool, error) {
	if c.program == nil {
		return false, fmt.Errorf("condition %q is not compiled", c.text)
	}
	value, _, err := c.program.Eval(e)
	if err != nil {
		return false, err
	}
	answer, ok := value.(types.Bool)
	if !ok {
		return false, fmt.Errorf("condition %q gives %v, not true or false", c.text, value.Type())
	}
	return bool(answer), nil
}

// MarshalText returns the text of the condition.
func (c Condition) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// UnmarshalText sets the text and does not compile it: see [Checker.Compile].
func (c *Condition) UnmarshalText(text []byte) error {
	*c = Condition{text: string(text)}
	return nil
}

// Compile checks a condition and returns it ready for use. An empty text gives
// the zero Condition. The error is of type [Faults] and lists every fault, with
// line, column and a hint.
func (c *Checker) Compile(text string) (Condition, error) { return c.compile(text, noSegments) }

func (c *Checker) compile(text string, segments Segments) (Condition, error) {
	if text == "" {
		return Condition{}, nil
	}
	if long := tooLong(text, "split it"); long != nil {
		return Condition{}, long
	}
	parsed, issues := c.env.Parse(text)
	if issues.Err() != nil {
		return Condition{}, translate(text, issues.Errors())
	}
	used, faults := c.expand(text, parsed, segments)
	if len(faults) > 0 {
		return Condition{}, faults
	}
	checked, issues := c.env.Check(parsed)
	if issues.Err() != nil {
		return Condition{}, translate(text, issues.Errors())
	}
	if faults := c.check(text, checked); len(faults) > 0 {
		return Condition{}, faults
	}
	program, err := c.env.Program(checked, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return Condition{}, Faults{{Line: 1, Column: 1, Text: err.Error()}}
	}
	compiled := Condition{text: text, program: program, parsed: parsed.NativeRep().Expr(), env: c.env, checked: checked, currency: c.currency}
	if len(used) > 0 {
		compiled.written, compiled.segments = text, compact(used)
		if compiled.text, err = textOf(parsed); err != nil {
			return Condition{}, Faults{{Line: 1, Column: 1, Text: err.Error()}}
		}
		if long := tooLong(compiled.text, "its segments count with it"); long != nil {
			return Condition{}, long
		}
	}
	var mentioned []string
	for _, reference := range checked.NativeRep().ReferenceMap() {
		if _, known := byPath[reference.Name]; known {
			mentioned = append(mentioned, reference.Name)
		}
	}
	slices.Sort(mentioned)
	compiled.names = slices.Compact(mentioned)
	compiled.products = productsOf(compiled, checked)
	compiled.bought, compiled.anything = boughtOf(checked)
	return compiled, nil
}

// tooLong returns the fault of a text that is too long, or nil.
func tooLong(text, hint string) error {
	if n := utf8.RuneCountInString(text); n > maxText {
		return Faults{{Line: 1, Column: 1, Text: fmt.Sprintf("this has %d characters, a condition at most %d", n, maxText), Hint: hint}}
	}
	return nil
}

// compact returns the words without repetitions, in their order.
func compact(words []string) (once []string) {
	for _, word := range words {
		if !slices.Contains(once, word) {
			once = append(once, word)
		}
	}
	return once
}

// check returns the faults that CEL's type checker does not find: a result
// other than true or false, invalid amounts, literal maps (a missing key would
// fail), and a cost above maxCost.
func (c *Checker) check(text string, checked *cel.Ast) (faults Faults) {
	at := func(e ast.Expr, what, hint string) {
		faults = append(faults, faultAt(text, checked, e, what, hint))
	}
	root := checked.NativeRep().Expr()
	if t := checked.OutputType(); !t.IsExactType(cel.BoolType) {
		at(root, fmt.Sprintf("this is %s, not true or false", t), "compare it with something, such as customer.orders >= 2")
	}
	ast.PreOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		switch {
		case e.Kind() == ast.MapKind || e.Kind() == ast.StructKind:
			at(e, "conditions have no { }", "lists are written [ ]")
		case e.Kind() == ast.CallKind && e.AsCall().FunctionName() == "money":
			arg := e.AsCall().Args()[0]
			if arg.Kind() != ast.LiteralKind {
				at(arg, "money takes a written amount", `write money("500.00")`)
			} else if _, err := ParseMoney(string(arg.AsLiteral().(types.String)), c.currency); err != nil {
				at(arg, err.Error(), "")
			}
		}
	}))
	if estimate, err := c.env.EstimateCost(checked, sizes{}); err != nil || estimate.Max > maxCost {
		at(root, "the condition costs too much to evaluate", "split it, or shorten its lists")
	}
	slices.SortStableFunc(faults, func(a, b inputfault.InFile) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return faults
}

// sizes gives the cost estimate the assumed size of facts and lists.
type sizes struct{}

func (sizes) EstimateSize(cost.AstNode) *cost.SizeEstimate {
	return &cost.SizeEstimate{Min: 0, Max: maxSize}
}

func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}
