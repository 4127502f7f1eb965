package main

// ofFolds breaks how a template is rendered in part once, for all messages of a shop, and
// the rest of it by a program.
func ofFolds() []mutant {
	same := &check{"./shared/message", "TestFoldedEditionsRenderTheSame"}
	asEngine := &check{"./shared/message", "TestProgramsRenderAsTheEngine"}
	return []mutant{
		{
			name:   "a shop gets the text of another shop",
			means:  "what was rendered once for one shop is used for messages of another",
			edits:  []edit{{"shared/message/fold.go", "reflect.DeepEqual(&p.shop, &from)", "reflect.DeepEqual(&p.shop, &p.shop)"}},
			seenBy: &check{"./shared/message", "TestAnotherShopDoesNotGetTheFoldedText"},
		},
		{
			name:   "what a branch assigns is forgotten",
			means:  "a variable that only some messages set is printed in all of them as it was before",
			edits:  []edit{{"shared/message/fold.go", "f.forget(set...)\n\treturn n", "return n"}},
			seenBy: same,
		},
		{
			name:   "what a loop assigns is not known at its start",
			means:  "the second round of a loop prints what the first one did",
			edits:  []edit{{"shared/message/fold.go", `append(set, loopVariable(n), "forloop")`, `append(set[:0:0], loopVariable(n), "forloop")`}},
			seenBy: same,
		},
		{
			name:   "a program prints data without escaping it",
			means:  "a title of the catalogue can add markup to a mail",
			edits:  []edit{{"shared/message/program.go", "if r.escapes {", "if false {"}},
			seenBy: same,
		},
		{
			name:   "a program that is given up counts",
			means:  "a mail ends where its program met a value that it does not know",
			edits:  []edit{{"shared/message/program.go", "return r.next == onwards\n}", "return true\n}"}},
			seenBy: asEngine,
		},
		{
			name:   "a program sets variables of the next part",
			means:  "the text of a mail prints what its HTML assigned, and says another thing than was proved",
			edits:  []edit{{"shared/message/program.go", " // a part can set names", "; r.names = names"}},
			seenBy: same,
		},
		{
			name:   "a loop of a program leaves its variable set",
			means:  "what follows a loop prints its last item in place of the variable of that name",
			edits:  []edit{{"shared/message/program.go", "r.names[variable] = before", "_ = before"}},
			seenBy: asEngine,
		},
	}
}
