package conditioncheck

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

	"regulars/shared/condition"
	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// Limits of one condition. They are far above what a person writes; they keep a
// very long text from slowing every send.
const (
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

// New returns a Checker for a shop with this currency. It fails if the
// currency is not in ISO 4217.
func New(currency shop.Currency) (*Checker, error) {
	if _, err := condition.ParseMoney("0", currency); err != nil {
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
	for _, fact := range condition.Known() {
		options = append(options, cel.Variable(fact.Path, celType(fact.Type)))
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
		m, err := condition.ParseMoney(string(v.(types.String)), currency)
		if err != nil {
			return types.WrapErr(err) // unreachable: Compile has parsed every amount
		}
		known.Store(v, ref.Val(minor(m.Minor)))
		return minor(m.Minor)
	}
}

// checkers has a *Checker for each shop.Currency.
var checkers sync.Map

// Compile is [Checker.CompileIn] with the Checker of a currency, which it keeps. It fails
// also if the currency is not in ISO 4217.
func Compile(currency shop.Currency, text string, segments condition.Segments) (condition.Condition, error) {
	known, ok := checkers.Load(currency)
	if !ok {
		c, err := New(currency)
		if err != nil {
			return condition.Condition{}, err
		}
		known, _ = checkers.LoadOrStore(currency, c)
	}
	return known.(*Checker).CompileIn(text, segments)
}

// Compile checks a condition and returns it ready for use. An empty text gives
// the zero Condition. The error is of type [condition.Faults] and lists every fault,
// with line, column and a hint.
func (c *Checker) Compile(text string) (condition.Condition, error) {
	return c.CompileIn(text, noSegments)
}

// CompileIn is [Checker.Compile] for a condition that can use segments: it
// replaces each in_segment("name") by the condition of that segment. So the
// result does not depend on the segments any more.
func (c *Checker) CompileIn(text string, segments condition.Segments) (condition.Condition, error) {
	if text == "" {
		return condition.Condition{}, nil
	}
	checked, used, err := c.checked(text, segments)
	if err != nil {
		return condition.Condition{}, err
	}
	whole := text
	if len(used) > 0 {
		if whole, err = textOf(checked); err != nil {
			return condition.Condition{}, condition.Faults{{Line: 1, Column: 1, Text: err.Error()}}
		}
		if err := tooLong(whole, "its segments count with it"); err != nil {
			return condition.Condition{}, err
		}
	}
	read, err := condition.Parse(whole, c.currency)
	if err != nil {
		return condition.Condition{}, unread(err, len(used) > 0)
	}
	if err := c.tried(read, checked); err != nil {
		return condition.Condition{}, err
	}
	if len(used) > 0 {
		read = read.WrittenAs(text, compact(used))
	}
	return read, nil
}

// checked returns the condition as CEL has checked it, with the conditions of segments
// in place of their names, and these names.
func (c *Checker) checked(text string, segments condition.Segments) (checked *cel.Ast, used []string, err error) {
	if err := tooLong(text, "split it"); err != nil {
		return nil, nil, err
	}
	parsed, issues := c.env.Parse(text)
	if issues.Err() != nil {
		return nil, nil, translate(text, issues.Errors())
	}
	used, faults := c.expand(text, parsed, segments)
	if len(faults) > 0 {
		return nil, nil, faults
	}
	checked, issues = c.env.Check(parsed)
	if issues.Err() != nil {
		return nil, nil, translate(text, issues.Errors())
	}
	if faults := c.check(text, checked); len(faults) > 0 {
		return nil, nil, faults
	}
	return checked, used, nil
}

// tooLong returns the fault of a text that is too long, or nil.
func tooLong(text, hint string) error {
	if n := utf8.RuneCountInString(text); n > condition.MaxLength {
		return condition.Faults{{Line: 1, Column: 1, Text: fmt.Sprintf("this has %d characters, a condition at most %d", n, condition.MaxLength), Hint: hint}}
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
func (c *Checker) check(text string, checked *cel.Ast) (faults condition.Faults) {
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
			} else if _, err := condition.ParseMoney(string(arg.AsLiteral().(types.String)), c.currency); err != nil {
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
