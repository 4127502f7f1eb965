package main

// ofPoints breaks the ledger of points: what it is made of, and what it adds up to.
func ofPoints() []mutant {
	ledger := &check{"./shared/points", "TestBalance"}
	return []mutant{
		{
			name:  "a profile is folded from an older order",
			means: "a repeated event writes the profile that it computed from the order before another event",
			edits: []edit{{
				"shared/dynamo/order_fold.go",
				`case profileMoves, len(f.Contacts) > 0, len(f.Left) > 0:`,
				"case profileMoves && !orderMoves && len(f.Contacts) == 0:\n\t\terr = s.saveAlone(ctx, s.tables.Customers, prof, \"customer\", f.ProfileRev, prof.Rev)\n\tcase profileMoves, len(f.Contacts) > 0, len(f.Left) > 0:",
			}},
			seenBy: &check{"./shared/dynamo", "TestProfileFromAnOlderOrderIsRefused"},
		},
		{
			name:   "points depend on the order of events",
			means:  "the same events in another order give another ledger",
			edits:  []edit{{"shared/points/order.go", "slices.SortFunc(folded, byTime)", ""}},
			seenBy: &check{"./shared/points", "TestSameOrdersGiveTheSameLedgerInAnyOrder"},
		},
		{
			name:   "points are taken back twice",
			means:  "an order that is refunded in part and then cancelled loses more points than it had earned",
			edits:  []edit{{"shared/points/balance.go", "lot.left = max(0, lot.left)", ""}},
			seenBy: ledger,
		},
		{
			name:   "a balance never falls below zero",
			means:  "the shop loses the points that were spent before they were taken back",
			edits:  []edit{{"shared/points/balance.go", "debt += owed", "_ = owed"}},
			seenBy: ledger,
		},
		{
			name:   "pending points are spent",
			means:  "points are spent within the return window of their order",
			edits:  []edit{{"shared/points/balance.go", "case lot.from().After(now):\n\t\t\tb.Pending", "case false:\n\t\t\tb.Pending"}},
			seenBy: ledger,
		},
	}
}
