package main

// ofRehearsals breaks the rehearsal of a message, the funnel of a campaign, and what
// decisions are made again from.
func ofRehearsals() []mutant {
	rivals := &check{"./shared/dispatch", "TestBestWaitingMessageIsSentFirst"}
	return []mutant{
		{
			name:   "a rehearsal sends a better message",
			means:  "who asks what a campaign would do sends another one's messages",
			edits:  []edit{{"shared/dispatch/rivals.go", "case open.State == claim.Queued && w.rehearsal != nil:", "case false:"}},
			seenBy: rivals,
		},
		{
			name:   "a rehearsal forgets what a better message leaves",
			means:  "a message is said to go now, and its cap is full by then",
			edits:  []edit{{"shared/dispatch/rehearse.go", "w.rehearsal.contact = &d.Contact", "_ = d.Contact"}},
			seenBy: rivals,
		},
		{
			name:   "a rehearsal gives coupons without a budget",
			means:  "messages are said to have a coupon that none of them will have",
			edits:  []edit{{"shared/dispatch/rehearse.go", "if w.budgets.spent[coupon.Offer] {", "if false {"}},
			seenBy: &check{"./shared/planning", "TestAFunnelIsWhatALiveRunDoes"},
		},
		{
			name:   "a funnel forgets the other customers of a mailbox",
			means:  "each customer of a mailbox is said to get the message that one of them gets",
			edits:  []edit{{"shared/funnel/funnel.go", "if left != nil {", "if false {"}},
			seenBy: &check{"./shared/funnel", "TestTheCustomersOfAMailboxGetOneMessage"},
		},
		{
			name:   "an interval takes the size of a sampled table for known",
			means:  "numbers of a large shop are outside of the interval that they are said with",
			edits:  []edit{{"shared/funnel/sample.go", "math.Hypot(down, total)", "down"}},
			seenBy: &check{"./shared/funnel", "TestIntervalsOfASampledTableHoldAsOftenAsTheySay"},
		},
		{
			name:   "a rehearsed mail and the mail that is sent share their tags",
			means:  "the number of the attempt gets into what the decision is compared with",
			edits:  []edit{{"shared/dispatch/act.go", "a.mail.Tags = maps.Clone(a.mail.Tags)", "_ = maps.Clone(a.mail.Tags)"}},
			seenBy: &check{"./shared/dispatch", "TestASendThatTwoRunsPlannedCountsForOne"},
		},
		{
			name:   "used-up budgets are left out of the inputs",
			means:  "a message without the coupon that was used up gets it when it is decided again",
			edits:  []edit{{"shared/redecide/form.go", "Spent: m.Snapshot.Spent, ", ""}},
			seenBy: &check{"./shared/redecide", "TestEveryInputIsStored"},
		},
		{
			name:   "inputs name contents that are not stored",
			means:  "a decision cannot be made again, although its inputs are stored",
			edits:  []edit{{"shared/redecide/keeper.go", "if err := k.share(ctx, contents, m.Now, keep); err != nil {", "if err := k.share(ctx, contents, m.Now, keep); false {"}},
			seenBy: &check{"./shared/redecide", "TestAKeeperThatDiesLeavesNothingBroken"},
		},
		{
			name:   "a worker takes a content that expires for stored",
			means:  "inputs name contents that are deleted before them",
			edits:  []edit{{"shared/redecide/keeper.go", "return !k.known[rev].Before(needed) })", "return !k.known[rev].IsZero() })"}},
			seenBy: &check{"./shared/redecide", "TestContentsAreStoredOnce"},
		},
		{
			name:   "a row that was changed in the archive is believed",
			means:  "a decision is made again from other inputs, and seems to be wrong",
			edits:  []edit{{"shared/dynamo/decision_content.go", "if rev := it.Body.rev(); it.sendKey == keyOfContent(rev) {", "if rev := strings.TrimPrefix(string(it.Customer), contentPrefix); true {"}, {"shared/dynamo/decision_content.go", "\"fmt\"\n", "\"fmt\"\n\t\"strings\"\n"}},
			seenBy: &check{"./shared/redecide", "TestWhatIsMissingIsNamed"},
		},
	}
}
