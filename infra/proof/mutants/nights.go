package main

// ofNights breaks nights of learn that are counted in segments.
func ofNights() []mutant {
	learn := func(test string) *check { return &check{"./functions/learn", test} }
	return []mutant{
		{
			name:   "a missing segment is passed over",
			means:  "a version is published without the customers of a segment",
			edits:  []edit{{"functions/learn/stored.go", `return nil, fmt.Errorf("segment %d of %d of the night %s is missing: count it, then merge again; nothing was published", s.Index, of, version(night))`, "continue"}},
			seenBy: learn("TestMergeStopsWithoutEachSegment"),
		},
		{
			name:   "the partial of another segment is merged",
			means:  "the customers of one segment count twice, and those of another not at all",
			edits:  []edit{{"functions/learn/stored.go", "|| is.Index != of.Index ", ""}},
			seenBy: learn("TestMergeStopsWithoutEachSegment"),
		},
		{
			name:   "partials are removed before the version is published",
			means:  "a merge that dies cannot be repeated",
			edits:  []edit{{"functions/learn/handler.go", "answer, err := h.publish(ctx, begun, night, counted)\n", "h.remove(ctx, night, of)\n\tanswer, err := h.publish(ctx, begun, night, counted)\n"}},
			seenBy: learn("TestMergeThatDiesChangesNothing"),
		},
		{
			name:   "a late merge replaces the version of a later night",
			means:  "a version that is a day old comes into force",
			edits:  []edit{{"functions/learn/handler.go", "case inForce > version(night):", `case inForce > version(night) && inForce == "":`}},
			seenBy: learn("TestLaterNightStays"),
		},
		{
			name:   "a merged sample keeps the bound of one part",
			means:  "the customers of one segment are in the sample more often than those of another",
			edits:  []edit{{"shared/hashsample/sample.go", "s.below = min(s.below, other.below)", "s.below = min(s.below, s.below)"}},
			seenBy: &check{"./shared/hashsample", "TestPartsMergeToTheSampleOfAll"},
		},
	}
}
