package main

// ofClocks breaks when a scheduled campaign runs, by the customers' clocks above all.
func ofClocks() []mutant {
	year := &check{"./shared/campaign", "TestAYearByTheCustomersClocks"}
	return []mutant{
		{
			name:   "a run by the customers' clocks reaches everybody",
			means:  "each instant of a run takes the customers of all zones",
			edits:  []edit{{"shared/planning/part.go", "case !reached[zone]:", "case false:"}},
			seenBy: &check{"./shared/planning", "TestEachCustomerGetsTheRunByTheirOwnClock"},
		},
		{
			name:   "a skipped time is a run beside the one that is shown",
			means:  "in spring a customer gets two runs at one instant",
			edits:  []edit{{"shared/campaign/schedule.go", "	runs = slices.CompactFunc(runs, func(a, b Run) bool { return a.At.Equal(b.At) })\n", ""}},
			seenBy: year,
		},
		{
			name:   "an order does not note the zone",
			means:  "the planning of a run does not know the zone of a customer whose profile an order has saved",
			edits:  []edit{{"shared/dynamo/order_fold.go", "	if profileMoves {\n", "	if false {\n"}},
			seenBy: &check{"./shared/dynamo", "TestEachZoneOfACustomerIsKnown"},
		},
		{
			name:   "a send that two runs planned counts for both",
			means:  "a customer who moves while a run goes round is missing in the reconciliation",
			edits:  []edit{{"shared/dispatch/again.go", "first.IsZero() || first.Equal(came.Run)", "!first.IsZero()"}},
			seenBy: &check{"./shared/dispatch", "TestASendThatTwoRunsPlannedCountsForOne"},
		},
		{
			name:   "a run is due again on each tick",
			means:  "a campaign with a date runs again on each tick",
			edits:  []edit{{"shared/campaign/schedule.go", "if at := first(wall, zone); at.After(after) && !at.After(until) {", "if at := first(wall, zone); !at.After(until) {"}},
			seenBy: &check{"./shared/planning", "TestACampaignWithADateRunsOnce"},
		},
		{
			name:   "a part of a run forgets how many there are",
			means:  "a run that was started in more parts than the fewest misses customers",
			edits:  []edit{{"shared/planning/part.go", "h.page(ctx, inForce, find, c, p, from, len(progress.Cursors))", "h.page(ctx, inForce, find, c, p, from, leastParts)"}},
			seenBy: &check{"./shared/planning", "TestALargeTableIsPlannedInMoreParts"},
		},
	}
}
