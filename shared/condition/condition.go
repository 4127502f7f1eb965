package condition

import (
	"fmt"
	"sync"

	"regulars/shared/shop"
)

// Condition is a condition that was parsed. The zero value has no text and always
// holds. It is safe for concurrent use. Its JSON is its text; a Condition that
// is read from JSON holds for no customer until it is parsed: see [Parse].
type Condition struct {
	text     string
	written  string   // with the names of segments; empty if there are none
	segments []string // see Segments
	names    []string
	root     *node // nil if it was not parsed
	currency shop.Currency
	products []shop.ProductID
	bought   []shop.ProductID // see Bought
	anything bool             // see Bought
}

func newCondition(text string, root *node, currency shop.Currency) Condition {
	c := Condition{text: text, root: root, names: root.facts(), currency: currency}
	c.products = c.productsOf()
	c.bought, c.anything = root.bought()
	return c
}

// Text returns the condition as it was written, with the conditions of segments
// in place of their names: see [Condition.Written].
func (c Condition) Text() string { return c.text }

// Currency returns the currency of its amounts, or "" if the condition was not
// parsed.
func (c Condition) Currency() shop.Currency { return c.currency }

// Names returns the facts that the condition uses, such as
// "customer.orders", sorted.
func (c Condition) Names() []string { return c.names }

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

// WrittenAs returns the condition with the text of its file, which uses these
// segments by their names.
func (c Condition) WrittenAs(written string, segments []string) Condition {
	c.written, c.segments = written, segments
	return c
}

// Segments returns the condition of the segment with this name. If there is no
// such segment, or it must not be used here, what says so, and hint what to do. A
// segment that has faults of its own returns the zero Condition and no fault.
type Segments func(name string) (when Condition, what, hint string)

// Holds reports whether the condition is true for these facts. A condition that
// was read from JSON and not parsed never holds, which is the safe answer.
func (c Condition) Holds(f Facts) bool {
	if c.text == "" {
		return true
	}
	answer, err := c.ask(&f)
	return err == nil && answer
}

// Evaluate is [Condition.Holds] with the reason why a condition has no answer: it was not
// parsed, or it asks whether null is less than something.
func (c Condition) Evaluate(f Facts) (bool, error) {
	if c.text == "" {
		return true, nil
	}
	return c.ask(&f)
}

// ask evaluates the condition on a copy of the facts, in memory that is used again: a
// condition is asked for each customer.
func (c Condition) ask(f *Facts) (bool, error) {
	a := copies.Get().(*asked)
	a.facts = *f
	a.evaluation = evaluation{Facts: &a.facts, currency: c.currency}
	answer, err := c.evaluate(&a.evaluation)
	a.facts = Facts{}
	copies.Put(a)
	return answer, err
}

// asked is an evaluation with its facts.
type asked struct {
	evaluation
	facts Facts
}

var copies = sync.Pool{New: func() any { return new(asked) }}

func (c Condition) evaluate(e *evaluation) (bool, error) {
	if c.root == nil {
		return false, fmt.Errorf("condition %q is not parsed", c.text)
	}
	return c.root.holds(e)
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

// MarshalText returns the text of the condition.
func (c Condition) MarshalText() ([]byte, error) { return []byte(c.text), nil }

// UnmarshalText sets the text and does not parse it: see [Parse].
func (c *Condition) UnmarshalText(text []byte) error {
	*c = Condition{text: string(text)}
	return nil
}
