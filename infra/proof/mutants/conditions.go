package main

// ofConditions breaks the evaluator of conditions, and how a policy is kept from holding
// conditions that functions read differently from CEL.
func ofConditions() []mutant {
	decided := &check{"./shared/conditioncheck", "TestFunctionsDecideAsCEL"}
	read := &check{"./shared/conditioncheck", "TestFunctionsReadDelicateTextsAsCEL"}
	const kept = "infra/ops/publish/celcheck/kept.go"
	return []mutant{
		{
			name:   "at most is less",
			means:  "a customer with exactly as many orders as a condition allows is left out",
			edits:  []edit{{"shared/condition/value.go", "return a <= b", "return a < b"}},
			seenBy: decided,
		},
		{
			name:   "what is not a number is at least anything",
			means:  "a share that could not be computed meets a condition",
			edits:  []edit{{"shared/condition/value.go", "return a >= b", "return !(a < b)"}},
			seenBy: decided,
		},
		{
			name:   "a part without an answer decides",
			means:  "a condition has no answer although its other part decides it",
			edits:  []edit{{"shared/condition/node.go", "failed = err", "return false, err"}},
			seenBy: read,
		},
		{
			name:   "or binds more than and",
			means:  "a || b && c is read as (a || b) && c",
			edits:  []edit{{"shared/condition/parser.go", `p.joined("||", opOr, p.and)`, `p.joined("&&", opAnd, p.and)`}, {"shared/condition/parser.go", `p.joined("&&", opAnd, p.comparison)`, `p.joined("||", opOr, p.comparison)`}},
			seenBy: read,
		},
		{
			name:   "comparisons are read from the right",
			means:  "a < b == true is read as a < (b == true)",
			edits:  []edit{{"shared/condition/parser.go", "left = p.operation(at, op, left, p.unary())", "left = p.operation(at, op, left, p.comparison())"}},
			seenBy: read,
		},
		{
			name:   "a category is looked up with its capitals",
			means:  "units of the category Mug do not count for mug",
			edits:  []edit{{"shared/condition/maps.go", "if strings.ToLower(b.Category) == wanted {", "if b.Category == wanted {"}},
			seenBy: decided,
		},
		{
			name:   "a missing key is there",
			means:  "a customer who never bought a product counts as one who did",
			edits:  []edit{{"shared/condition/value.go", "_, is := in.of.entries()[what]\n\t\treturn is", "return true"}},
			seenBy: read,
		},
		{
			name:   "an escape is one byte",
			means:  "a text with an escaped letter that is not ASCII equals no fact",
			edits:  []edit{{"shared/condition/lexer.go", "out = utf8.AppendRune(out, r)", "out = append(out, byte(r))"}},
			seenBy: read,
		},
		{
			name:   "conditions are published without being tried",
			means:  "a condition that functions decide differently from CEL is published",
			edits:  []edit{{"shared/conditioncheck/trial.go", "if want != got {", "if false {"}},
			seenBy: &check{"./shared/conditioncheck", "TestAConditionThatFunctionsDecideDifferentlyIsRefused"},
		},
		{
			name:   "a condition that is not kept counts as checked",
			means:  "CEL never sees a condition that a shop writes",
			edits:  []edit{{"infra/ops/publish/celcheck/celcheck.go", "	return fresh(currency, text, segments)", "	return condition.Parse(text, currency)"}},
			seenBy: &check{"./infra/ops/publish/celcheck", "TestAConditionThatIsNotKeptIsCheckedByCEL"},
		},
		{
			name:   "what other rules accepted is kept",
			means:  "a condition is published that CEL accepted before the code that decides it changed",
			edits:  []edit{{kept, " || all.Rules != rules {", " {"}},
			seenBy: &check{"./infra/ops/publish/celcheck", "TestNothingIsKeptByOtherRules"},
		},
		{
			name:   "a kept condition has its segment of then",
			means:  "a condition is published with a segment that CEL has not checked in it, or without the change of a segment",
			edits:  []edit{{kept, " || when.Text() != s.Text {", " {"}},
			seenBy: &check{"./infra/ops/publish/celcheck", "TestAKeptConditionIsFoundOnlyAsItWasAccepted"},
		},
		{
			name:   "the rules lack the evaluator",
			means:  "a condition stays accepted although functions decide it differently now",
			edits:  []edit{{"rules.go", "go:embed go.mod shared/condition/*.go", "go:embed go.mod"}},
			seenBy: &check{"./infra/ops/publish/celcheck", "TestRulesHaveAllThatTheCheckLinks"},
		},
		{
			name:   "a stored condition may compare anything",
			means:  "a stored condition with a text for a number is false for every customer, and no one is told",
			edits:  []edit{{"shared/condition/parser.go", "both, ok := join(a.typ, wanted)", "_, _ = join(a.typ, wanted)\n\tboth, ok := a.typ, true"}},
			seenBy: &check{"./shared/condition", "TestParseRefusesWhatIsNoCondition"},
		},
	}
}
