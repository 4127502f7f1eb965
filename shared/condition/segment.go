package condition

import (
	"fmt"
	"math"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"

	"regulars/shared/inputfault"
)

// inSegment is the function by which a condition uses a segment.
const inSegment = "in_segment"

// Segments returns the condition of the segment with this name. If there is no
// such segment, or it must not be used here, what says so, and hint what to do. A
// segment that has faults of its own returns the zero Condition and no fault.
type Segments func(name string) (when Condition, what, hint string)

// noSegments is for conditions that are read where no segments are known: they
// were replaced by their conditions when the policy was published.
func noSegments(string) (Condition, string, string) {
	return Condition{}, "there are no segments here", "write the segment's condition itself"
}

// Segments returns the names of the segments that the condition uses, each once
// and in the order of its text; also those that another segment uses.
func (c Condition) Segments() []string { return c.segments }

// Written returns the condition as it stands in the file. It differs from
// [Condition.Text] only if the condition uses segments: the text has their
// conditions in place of their names.
func (c Condition) Written() string {
	if c.written != "" {
		return c.written
	}
	return c.text
}

// CompileIn is [Checker.Compile] for a condition that can use segments: it
// replaces each in_segment("name") by the condition of that segment. So the
// result does not depend on the segments any more.
func (c *Checker) CompileIn(text string, segments Segments) (Condition, error) {
	return c.compile(text, segments)
}

// expand replaces the calls of in_segment in the parsed condition by the segments'
// conditions, and returns the names of the segments.
func (c *Checker) expand(text string, parsed *cel.Ast, segments Segments) (used []string, faults Faults) {
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
		with := when.text
		if with == "" {
			with = "true" // the fault of the segment is reported with its own file
		}
		other, issues := c.env.Parse(with)
		if issues.Err() != nil { // unreachable: the segment was compiled
			return nil, Faults{faultAt(text, parsed, at, issues.Err().Error(), "")}
		}
		body := ast.NewExprFactory().CopyExpr(other.NativeRep().Expr())
		body.RenumberIDs(fresh)
		used = append(append(used, string(at.AsLiteral().(types.String))), when.segments...)
		call.SetKindCase(body)
	}
	return used, faults
}

// segmentOf returns the segment that a call names, and the part of the call at
// which a fault is to be reported.
func segmentOf(call ast.Expr, segments Segments) (when Condition, at ast.Expr, what, hint string) {
	args := call.AsCall().Args()
	if call.AsCall().IsMemberFunction() || len(args) != 1 {
		return Condition{}, call, "in_segment takes one name", `write in_segment("loyal")`
	}
	name, text := types.String(""), false
	if args[0].Kind() == ast.LiteralKind {
		name, text = args[0].AsLiteral().(types.String)
	}
	if !text {
		return Condition{}, args[0], "in_segment takes a name in quotes", `write in_segment("loyal")`
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
