// Command checker checks conditions by CEL. It reads questions from its input and writes
// the answers, both in JSON. Package celcheck starts it.
//
// It is the only program with CEL, ANTLR and protocol buffers.
package main

import (
	"errors"
	"fmt"
	"os"

	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/goprogram"
	"regulars/shared/condition"
	"regulars/shared/conditioncheck"
)

func main() {
	if err := goprogram.Serve(os.Stdin, os.Stdout, answer); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// answer checks a condition. A segment that the question lacks counts as one that always
// holds, until all that are missing are known.
func answer(q celcheck.Question) celcheck.Answer {
	var missing []string
	c, err := conditioncheck.Compile(q.Currency, q.Text, func(name string) (when condition.Condition, what, hint string) {
		s, known := q.Segments[name]
		if !known {
			missing = append(missing, name)
		}
		_ = when.UnmarshalText([]byte(s.Text)) // never fails
		return when.WrittenAs("", s.Uses), s.What, s.Hint
	})
	var faults condition.Faults
	switch {
	case len(missing) > 0:
		return celcheck.Answer{Missing: missing}
	case errors.As(err, &faults):
		return celcheck.Answer{Faults: faults}
	case err != nil:
		return celcheck.Answer{Failure: err.Error()}
	}
	return celcheck.Answer{Text: c.Text(), Segments: c.Segments()}
}
