package main

// ofLifts breaks how customers are divided among variants, and how the effect of a
// campaign is computed.
func ofLifts() []mutant {
	return []mutant{
		{
			name:   "a fixed-sample interval",
			means:  "a 95 % interval for one look is looked at every day",
			edits:  []edit{{"shared/lift/sequence.go", "return math.Sqrt((1 + start/orders) * math.Log((1+orders/start)/(alpha*alpha)))", "_, _ = orders, start\n\treturn 1.96"}},
			seenBy: &check{"./shared/lift", "TestSequenceHoldsAtAllLooks"},
		},
		{
			name:   "the past has orders of the campaign",
			means:  "the difference is corrected by orders that the message can have caused",
			edits:  []edit{{"shared/lift/arm.go", "return c.Orders, c.OrdersBefore", "return c.Orders, c.OrdersBefore + c.Orders"}},
			seenBy: &check{"./shared/lift", "TestCorrectedDifferenceIsUnbiased"},
		},
		{
			name:   "each arm's own variance",
			means:  "a small holdout that lacks the largest customers looks sure of its low mean",
			edits:  []edit{{"shared/lift/compare.go", "for _, p := range pairs {", "for _, p := range pairs[:1] {"}},
			seenBy: &check{"./infra/lab/lifteval", "TestIntervalsHoldTheTruthOnEachDayWithRealSpending"},
		},
		{
			name:   "days with different shares are added up",
			means:  "what the days do to orders is taken for what the message does",
			edits:  []edit{{"shared/lift/compare.go", "newPairs(strata, m)", "newPairs([]Stratum{all}, m)"}},
			seenBy: &check{"./shared/lift", "TestStrataAreComparedWithinThemselves"},
		},
		{
			name:   "a waiting send changes its variant",
			means:  "a coupon that was issued goes into a message that does not print it",
			edits:  []edit{{"shared/decide/checks.go", `c.Profile.FirstOrder(), kept.Variant)`, `c.Profile.FirstOrder(), "")`}},
			seenBy: &check{"./shared/decide", "TestAWaitingSendKeepsItsVariant"},
		},
		{
			name:   "all experiments divide the customers alike",
			means:  "who is in a variant of one experiment is in that of each other one of the campaign",
			edits:  []edit{{"shared/variant/variant.go", `string(campaign) + "\x00" + experiment + "\x00"`, `string(campaign) + "\x00"`}},
			seenBy: &check{"./shared/variant", "TestVariantsAreIndependentOfHoldoutsAndOtherExperiments"},
		},
		{
			name:   "the journey's holdout is that of its steps",
			means:  "a step is compared with customers who had none of the messages before it either",
			edits:  []edit{{"shared/outcome/fold.go", "if !inGlobal && !ofJourney {", "if !inGlobal {"}},
			seenBy: &check{"./shared/outcome", "TestAJourneyIsComparedAsAWhole"},
		},
		{
			name:   "new shares are for everybody",
			means:  "customers change their variant each time the better one's share grows",
			edits:  []edit{{"shared/variant/nights.go", "shares := a.Nights[at].Shares", "shares := a.Nights[len(a.Nights)-1].Shares"}},
			seenBy: &check{"./shared/variant", "TestACustomerWhoWasAssignedKeepsTheirVariant"},
		},
		{
			name:   "variants may be of different classes",
			means:  "one variant of a promotion obeys no cap",
			edits:  []edit{{"shared/policyfiles/variants.go", "if as.Class != c.Class {", "if false {"}},
			seenBy: &check{"./shared/policyfiles", "TestLoadReportsEveryFault"},
		},
		{
			name:   "only delivered customers count",
			means:  "the mailed customers who can be reached are compared with all held-out ones",
			edits:  []edit{{"shared/outcome/fold.go", "return s.Assigned.IsZero() })", "return s.Assigned.IsZero() || s.State != claim.HeldOut && s.State != claim.Delivered })"}},
			seenBy: &check{"./shared/outcome", "TestCustomersAreComparedAsTheyWereAssigned"},
		},
		{
			name:   "luck counts like a measurement",
			means:  "a campaign with few customers competes with what they happened to spend",
			edits:  []edit{{"shared/outcome/value.go", "weight := prior * prior / (prior*prior + e.StandardError*e.StandardError)", "weight := prior / prior"}},
			seenBy: &check{"./shared/outcome", "TestValueIsDrawnTowardsWhatTheFileStates"},
		},
		{
			name:   "the shop's holdout is that of a campaign",
			means:  "the shop's holdout takes customers out of one arm of a campaign only",
			edits:  []edit{{"shared/campaign/campaign.go", `return heldOut("", holdout, customer)`, `return heldOut("weekly", holdout, customer)`}},
			seenBy: &check{"./shared/campaign", "TestTheShopsHoldoutIsIndependentOfTheCampaigns"},
		},
		{
			name:   "a wait hides the assignment",
			means:  "a mailed customer who gave way to a better message is missing among the mailed",
			edits:  []edit{{"shared/dispatch/act.go", "d.Send.Assigned = first(w.record.Assigned, d.Send.Assigned)", "_ = first"}},
			seenBy: &check{"./shared/dispatch", "TestACustomerCountsFromTheFirstDecisionThatGotToTheHoldout"},
		},
	}
}
