package main

// ofCounters breaks how live counters are counted once, and how they move from the row
// of their product.
func ofCounters() []mutant {
	return []mutant{
		{
			name:   "a count is added under a mark that is there",
			means:  "an order that is delivered again is counted twice",
			edits:  []edit{{"shared/dynamo/catalogue_count.go", "WithCondition(there.And(once))", "WithCondition(there)"}},
			seenBy: &check{"./shared/dynamo", "TestCountAddsOnceAndSubtractsWhatIsReturned"},
		},
		{
			name:   "counters move over counters",
			means:  "of two first changes at once, the later one undoes the earlier one",
			edits:  []edit{{"shared/dynamo/catalogue_count.go", "own, expression.AttributeNotExists(there)", `own, expression.AttributeNotExists(expression.Name("moved"))`}},
			seenBy: &check{"./shared/dynamo", "TestCountersThatAnotherCallMovedStay"},
		},
		{
			name:   "counters move without their marks",
			means:  "an order that the earlier version counted is counted again",
			edits:  []edit{{"shared/dynamo/catalogue_count.go", " || strings.HasPrefix(name, prefixMark) {", " {"}},
			seenBy: &check{"./shared/dynamo", "TestCountersOfAnEarlierVersionMoveOnce"},
		},
	}
}
