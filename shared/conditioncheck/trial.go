package conditioncheck

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"regulars/shared/condition"
	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// trials is the number of customers for whom a condition is tried.
const trials = 40

// tried returns the fault of a condition that CEL and functions do not decide alike, or
// nil. It asks both about customers whose facts are near the values that the condition
// names. The two are compared for all of the language in the tests of this package, so
// a fault here is one of the program.
func (c *Checker) tried(read condition.Condition, checked *cel.Ast) error {
	program, err := c.env.Program(checked, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return condition.Faults{{Line: 1, Column: 1, Text: err.Error()}}
	}
	drawn, near := rand.New(rand.NewPCG(1, 2)), c.near(checked)
	for range trials {
		f := near.facts(drawn, c.currency)
		want, got := asCEL(program, f, c.currency), asFunctions(read, f)
		if want != got {
			return condition.Faults{{
				Line: 1, Column: 1, Text: fmt.Sprintf("functions take this as %s, and it means %s, for a customer with %s", got, want, values(read, f, c.currency)),
				Hint: "write it in another way, and report this fault of the program",
			}}
		}
	}
	return nil
}

// The answers of a condition: it has none if it asks whether null is less than something.
const (
	yes      = "true"
	no       = "false"
	noAnswer = "without an answer"
)

func asFunctions(c condition.Condition, f condition.Facts) string {
	return answer(c.Evaluate(f))
}

func asCEL(program cel.Program, f condition.Facts, currency shop.Currency) string {
	v, _, err := program.Eval(&evaluation{&f, currency})
	return answer(v == types.True, err)
}

func answer(holds bool, err error) string {
	switch {
	case err != nil:
		return noAnswer
	case holds:
		return yes
	}
	return no
}

// values returns the facts of the condition with their values, for a fault.
func values(c condition.Condition, f condition.Facts, currency shop.Currency) string {
	var all []string
	for _, path := range c.Names() {
		all = append(all, fmt.Sprintf("%s = %v", path, f.Value(path, currency)))
	}
	return strings.Join(all, ", ")
}

// near is the values near which facts are drawn.
type near struct {
	texts    []string
	numbers  []int64 // also of amounts, in minor units
	decimals []float64
	days     []time.Time
}

// near returns the values that the condition names, the values just below and above
// them, and some that are special.
func (c *Checker) near(checked *cel.Ast) near {
	n := near{
		texts: []string{"", "x", "GB"}, numbers: []int64{0, 1, 3, condition.Never, -1},
		decimals: []float64{0, 0.5, 1, math.NaN()}, days: []time.Time{{}, time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)},
	}
	ast.PreOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.LiteralKind {
			return
		}
		switch v := e.AsLiteral().(type) {
		case types.Int:
			n.numbers = append(n.numbers, int64(v)-1, int64(v), int64(v)+1)
		case types.Double:
			n.decimals = append(n.decimals, float64(v), float64(v)-1e-9, float64(v)+1e-9, -float64(v))
		case types.String:
			n.text(string(v))
			if m, err := condition.ParseMoney(string(v), c.currency); err == nil {
				n.numbers = append(n.numbers, m.Minor-1, m.Minor, m.Minor+1)
			}
		}
	}))
	return n
}

func (n *near) text(v string) {
	n.texts = append(n.texts, v, v+"\x00", v+"x", "x"+v, strings.ToUpper(v))
	if day, err := time.Parse(time.DateOnly, v); err == nil {
		n.days = append(n.days, day.AddDate(0, 0, -1), day, day.AddDate(0, 0, 1))
	}
}

// facts draws facts. They need not fit together.
func (n near) facts(r *rand.Rand, in shop.Currency) condition.Facts {
	number := func() int { return int(pick(r, n.numbers)) }
	text := func() string { return pick(r, n.texts) }
	decimal := func() float64 { return pick(r, n.decimals) }
	yes := func() bool { return r.IntN(2) == 0 }
	day := func() time.Time { return pick(r, n.days) }
	product := func() shop.ProductID { return shop.ProductID(text()) }
	money := func() shop.Money {
		if r.IntN(10) == 0 {
			return shop.Money{Minor: int64(number()), Currency: "XXX"}
		}
		return shop.Money{Minor: int64(number()), Currency: in}
	}
	f := condition.Facts{
		Customer: condition.Customer{
			Orders: number(), Spent: money(), Average: money(), SinceLast: number(), SinceOne: number(), Returns: number(),
			Rhythm: text(), Gap: number(), FullPrice: number(), Alive: decimal(), Expected: decimal(), Worth: money(), Late: decimal(),
			Points: number(), ExpireIn: number(), Tier: text(), Coupons: number(), SinceGot: number(),
			Country: text(), Language: text(), Guest: yes(), Birthday: number(), Born: yes(), Province: text(), First: day(), Last: day(),
			Sources: map[shop.Topic]shop.ConsentSource{}, Bought: map[shop.ProductID]condition.Bought{}, Likes: map[shop.ProductID]bool{},
		},
		Order:    condition.Order{Event: shop.OrderKind(text()), Total: money(), Lines: map[shop.ProductID]int{}, First: yes(), Last: yes(), Back: yes(), Cause: shop.Cause(text())},
		Campaign: condition.Campaign{ID: shop.CampaignID(text()), Run: day()},
		Journey:  condition.Journey{Days: number(), Ordered: yes(), Returned: yes(), OptedOut: yes()},
		Line:     condition.Line{Product: product(), Category: text(), Units: number(), Price: money()},
		OwnDay:   condition.OwnDay{Years: number(), Points: number(), In: number(), Product: product(), Every: number(), Since: number(), Tier: text()},
		Product:  condition.Product{ID: product(), Category: text(), Price: money(), Former: money(), Stock: number()},
	}
	for range r.IntN(4) {
		f.Customer.Consents = append(f.Customer.Consents, shop.Topic(text()))
		f.Customer.Sources[shop.Topic(text())] = shop.ConsentSource(text())
		f.Customer.Placed = append(f.Customer.Placed, condition.Placed{Days: number(), Net: money()})
		f.Customer.Bought[product()] = condition.Bought{Units: number(), Category: text()}
		f.Customer.Likes[product()] = yes()
		f.Order.Lines[product()] = number()
	}
	return f
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// unread returns the fault of a condition that CEL reads and functions do not.
func unread(err error, segments bool) error {
	faults, ok := err.(condition.Faults) //nolint:errorlint // Parse returns no other one
	if !ok {
		return err
	}
	one := inputfault.InFile{Line: 1, Column: 1, Text: "functions cannot read this: " + faults[0].Text, Hint: faults[0].Hint}
	if !segments { // otherwise the position is one of the whole text
		one.Line, one.Column = faults[0].Line, faults[0].Column
	}
	if one.Hint == "" {
		one.Hint = "write it with facts and values alone: docs/policy.md lists them"
	}
	return condition.Faults{one}
}
