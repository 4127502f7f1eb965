package main

// ofRehearsals breaks the rehearsal of a message and the funnel of a campaign.
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
	}
}
