package main

// ofRate breaks how the account's rate is shared. The promises say nothing of it,
// and so the judge does not: SES's 429 is an answer like others.
func ofRate() []mutant {
	return []mutant{
		{
			name:   "moments are leased without compare-and-swap",
			means:  "a container that was beaten goes on with the moments of whoever beat it",
			edits:  []edit{{"shared/sendrate/reserve.go", "if !saved {\n\t\treturn State{}, errConflict\n\t}", "_ = saved"}},
			seenBy: &check{"./shared/sendrate", "TestContainersStayWithinTheRate"},
		},
		{
			name:   "a 429 is kept to oneself",
			means:  "the worker that was told to slow down does not tell the others",
			edits:  []edit{{"shared/dispatch/permit.go", `err = w.Pace.TooFast(ctx)`, `_ = w.Pace`}},
			seenBy: &check{"./functions/send", "TestTooFastSlowsAllFunctionsDown"},
		},
	}
}
