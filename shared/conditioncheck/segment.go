package conditioncheck

import (
	"fmt"
	"math"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"

	"regulars/shared/condition"
	"regulars/shared/inputfault"
)

// inSegment is the function by which a condition uses a segment.
const inSegment = "in_segment"

// noSegments is for conditions that are read where no segments are known: they
// were replaced by their conditions when the policy was published.
func noSegments(string) (condition.Condition, string, string) {
	return condition.Condition{}, "there are no segments here", "write the segment's condition itself"
}

// expand replaces the calls of in_segment in the parsed condition by the segments'
// conditions, and returns the names of the segments.
func (c *Checker) expand(text string, parsed *cel.Ast, segments condition.Segments) (used []string, faults condition.Faults) {
	var calls []ast.Expr
	ast.PreOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == inSegment {
			calls = append(calls, e)
		}
	}))
	next := ast.MaxID(parsed.NativeRep())
	fresh := func(int64) int64 { next++; return next }
	for _, call := range calls {
		when, at, what, hint := segmentOf(call, segments)
		if what != "" {
			faults = append(faults, faultAt(text, parsed, at, what, hint))
			continue
		}
		with := when.Text()
		if with == "" {
			with = "true" // the fault of the segment is reported with its own file
		}
		other, issues := c.env.Parse(with)
		if issues.Err() != nil { // unreachable: the segment was compiled
			return nil, condition.Faults{faultAt(text, parsed, at, issues.Err().Error(), "")}
		}
		body := ast.NewExprFactory().CopyExpr(other.NativeRep().Expr())
		body.RenumberIDs(fresh)
		used = append(append(used, string(at.AsLiteral().(types.String))), when.Segments()...)
		call.SetKindCase(body)
	}
	return used, faults
}

// segmentOf returns the segment that a call names, and the part of the call at
// which a fault is to be reported.
func segmentOf(call ast.Expr, segments condition.Segments) (when condition.Condition, at ast.Expr, what, hint string) {
	args := call.AsCall().Args()
	if call.AsCall().IsMemberFunction() || len(args) != 1 {
		return condition.Condition{}, call, "in_segment takes one name", `write in_segment("loyal")`
	}
	name, text := types.String(""), false
	if args[0].Kind() == ast.LiteralKind {
		name, text = args[0].AsLiteral().(types.String)
	}
	if !text {
		return condition.Condition{}, args[0], "in_segment takes a name in quotes", `write in_segment("loyal")`
	}
	when, what, hint = segments(string(name))
	return when, args[0], what, hint
}

func faultAt(text string, parsed *cel.Ast, at ast.Expr, what, hint string) inputfault.InFile {
	where := parsed.NativeRep().SourceInfo().GetStartLocation(at.ID())
	return inputfault.InFile{Line: where.Line(), Column: begin(text, where.Line(), where.Column()+1), Text: what, Hint: hint}
}

// textOf returns a parsed condition as text, on one line.
func textOf(parsed *cel.Ast) (string, error) {
	text, err := parser.Unparse(parsed.NativeRep().Expr(), parsed.NativeRep().SourceInfo(), parser.WrapOnColumn(math.MaxInt))
	if err != nil {
		return "", fmt.Errorf("write a condition with its segments: %w", err)
	}
	return text, nil
}
