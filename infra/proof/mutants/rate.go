package main

// ofRate breaks how the account's rate is shared. The promises say nothing of it,
// and so the judge does not: SES's 429 is an answer like others.
func ofRate() []mutant {
	return []mutant{
		{
			name:   "permits are reserved without compare-and-swap",
			means:  "a worker whose write failed uses the permits of the worker that wrote first",
			edits:  []edit{{"shared/sendrate/reserve.go", "if !saved {\n\t\treturn State{}, errConflict\n\t}", "_ = saved"}},
			seenBy: &check{"./shared/sendrate", "TestWorkersStayWithinTheRate"},
		},
		{
			name:   "a 429 slows down one shard only",
			means:  "the other shards of a high rate keep their pace",
			edits:  []edit{{"shared/sendrate/pacer.go", "p.changeAll(ctx, func(s State) (State, bool) { return s.SlowDown(p.now()) })", "p.change(ctx, func(s State) (State, bool) { return s.SlowDown(p.now()) })"}},
			seenBy: &check{"./shared/sendrate", "TestAllShardsSlowDownTogether"},
		},
		{
			name:   "every shard gives the whole rate",
			means:  "the permits of a shard are as close together as if there were no others",
			edits:  []edit{{"shared/sendrate/state.go", "float64(s.shards()) * float64(time.Second)", "float64(time.Second)"}},
			seenBy: &check{"./shared/sendrate", "TestAHighRateIsDividedAmongShards"},
		},
		{
			name:   "two messages of a batch get one permit",
			means:  "a permit stays in the block after a message took it, and the next message of the batch takes it again",
			edits:  []edit{{"shared/sendrate/pacer.go", "p.permits = slices.Delete(p.permits, i, i+1)", "_ = i"}},
			seenBy: &check{"./shared/sendrate", "TestMessagesOfABatchShareABlock"},
		},
		{
			name:   "a 429 slows down one worker only",
			means:  "the worker that got the 429 does not store the lower rate",
			edits:  []edit{{"shared/dispatch/permit.go", `err = w.Pace.TooFast(ctx)`, `_ = w.Pace`}},
			seenBy: &check{"./functions/send", "TestTooFastSlowsAllFunctionsDown"},
		},
	}
}
