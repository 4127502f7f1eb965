// Package celcheck checks the conditions of a shop's files by CEL, for programs that have
// no CEL in them.
//
// The check is conditioncheck.Compile. It runs in a program of its own, which is built and
// started for the first condition that needs it: CEL is a sixth of what the compilers do
// before the first message of make run. The conditions of infra/shop do not need it: those
// that it has accepted are in accepted.json. A condition that changed is checked at each
// use, unless
//
//	go test ./infra/ops/publish/celcheck -update
//
// writes it there. What is there counts only for the code and the version of CEL that
// have accepted it (docs/decisions/0114).
package celcheck

import (
	"errors"

	"regulars/infra/ops/publish/goprogram"
	"regulars/shared/condition"
	"regulars/shared/shop"
)

// Compile returns what conditioncheck.Compile does: the condition, or every fault as
// [condition.Faults]. Another error says that the check could not be made, for instance
// because Go is not installed.
func Compile(currency shop.Currency, text string, segments condition.Segments) (condition.Condition, error) {
	if text == "" {
		return condition.Condition{}, nil
	}
	if read, is := kept().find(currency, text, segments); is {
		return read, nil
	}
	return fresh(currency, text, segments)
}

// Question asks the checker about a condition.
type Question struct {
	Currency shop.Currency
	Text     string
	Segments map[string]Segment // those that the checker has missed
}

// Segment is what a [condition.Segments] returns.
type Segment struct {
	Text       string // of its condition
	Uses       []string
	What, Hint string // a fault
}

// Answer is what the checker says.
type Answer struct {
	Missing  []string // segments that the question lacks; if there are any, that is all
	Text     string   // of the accepted condition, with the conditions of its segments
	Segments []string
	Faults   condition.Faults
	Failure  string // why the condition could not be checked
}

var checker = goprogram.Program{Path: "regulars/infra/ops/publish/celcheck/checker", Name: "the check of conditions by CEL"}

// fresh returns the condition, or its faults, from the checker. The second question has
// the segments that the first one lacks.
func fresh(currency shop.Currency, text string, segments condition.Segments) (condition.Condition, error) {
	q := Question{Currency: currency, Text: text, Segments: map[string]Segment{}}
	for {
		var a Answer
		if err := checker.Ask(q, &a); err != nil {
			return condition.Condition{}, err
		}
		switch {
		case a.Failure != "":
			return condition.Condition{}, errors.New(a.Failure)
		case len(a.Faults) > 0:
			return condition.Condition{}, a.Faults
		case len(a.Missing) == 0:
			return read(currency, text, a.Text, a.Segments)
		}
		for _, name := range a.Missing {
			when, what, hint := segments(name)
			q.Segments[name] = Segment{Text: when.Text(), Uses: when.Segments(), What: what, Hint: hint}
		}
	}
}

// read returns an accepted condition, as conditioncheck does: functions read its whole
// text, in which the conditions of segments replace their names.
func read(currency shop.Currency, written, text string, segments []string) (condition.Condition, error) {
	c, err := condition.Parse(text, currency)
	if err == nil && len(segments) > 0 {
		c = c.WrittenAs(written, segments)
	}
	return c, err
}
