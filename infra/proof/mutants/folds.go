package main

// ofFolds breaks how a template is rendered in part once, for all messages of a shop.
func ofFolds() []mutant {
	same := &check{"./shared/message", "TestFoldedEditionsRenderTheSame"}
	return []mutant{
		{
			name:   "a shop gets the text of another shop",
			means:  "what was rendered once for one shop is used for messages of another",
			edits:  []edit{{"shared/message/fold.go", "reflect.DeepEqual(p.shop, from)", "reflect.DeepEqual(p.shop, p.shop)"}},
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
	}
}
