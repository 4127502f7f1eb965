package main

// ofPoints breaks the ledger of points: what it is made of, and what it adds up to.
func ofPoints() []mutant {
	ledger := &check{"./shared/points", "TestBalance"}
	return []mutant{
		{
			name:  "a profile is made of an older order",
			means: "an event told twice writes what it made of the order as it was before another event",
			edits: []edit{{
				"shared/dynamo/order_fold.go",
				`case profileMoves, f.Contact != nil:`,
				"case profileMoves && !orderMoves && f.Contact == nil:\n\t\terr = s.saveAlone(ctx, s.tables.Customers, prof, \"customer\", f.ProfileRev, prof.Rev)\n\tcase profileMoves, f.Contact != nil:",
			}},
			seenBy: &check{"./shared/dynamo", "TestProfileFromAnOlderOrderIsRefused"},
		},
		{
			name:   "points stand in the order of telling",
			means:  "the same events give another ledger where they come in another order",
			edits:  []edit{{"shared/points/order.go", "slices.SortFunc(folded, byTime)", ""}},
			seenBy: &check{"./shared/points", "TestSameOrdersGiveTheSameLedgerInAnyOrder"},
		},
		{
			name:   "points are taken back twice",
			means:  "an order that is refunded in part and then cancelled costs more points than it had earned",
			edits:  []edit{{"shared/points/balance.go", "lot.left = max(0, lot.left)", ""}},
			seenBy: ledger,
		},
		{
			name:   "nobody owes points",
			means:  "points that were spent and then taken back are the shop's loss",
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
