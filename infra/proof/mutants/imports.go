package main

// ofImports breaks the import of a shop's history.
func ofImports() []mutant {
	past := "infra/ops/importer/past/"
	seenBy := func(test string) *check { return &check{"./infra/ops/importer", test} }
	return []mutant{
		{
			name:   "an import forgets the list of suppressed addresses",
			means:  "a yes of the contacts' file outweighs the list of suppressed addresses of the same import",
			edits:  []edit{{past + "people.go", "if s.Given && suppressed {", "if false && suppressed {"}},
			seenBy: seenBy("TestAnImportIsStoredAndTheSecondOneChangesNothing"),
		},
		{
			name:   "an imported consent is of today",
			means:  "a consent of the file gets the time of the import and outweighs a later no",
			edits:  []edit{{"infra/ops/importer/shape/contact.go", `given["at"], _ = d.when(w.text(field))`, `_, _ = d.when(w.text(field))`}},
			seenBy: seenBy("TestAnImportIsStoredAndTheSecondOneChangesNothing"),
		},
		{
			name:   "a yes without a time outweighs a no",
			means:  "an export whose consents have no time opts customers in again who have opted out",
			edits:  []edit{{past + "said.go", "known && s.undated {", "known && false {"}},
			seenBy: seenBy("TestAnOlderImportNeverOverridesANewerConsent"),
		},
		{
			name:   "an import brings an erased customer back",
			means:  "a file that still has an erased customer makes their profile again",
			edits:  []edit{{past + "people.go", "if at.After(gone) {", "if false {"}},
			seenBy: seenBy("TestAnErasedMailboxStaysSuppressed"),
		},
		{
			name:   "an erased customer's consents are imported",
			means:  "the mailbox of an erased customer gets a yes from an old file",
			edits:  []edit{{past + "people.go", "p.contacts, p.said = nil, nil", "p.contacts = nil"}},
			seenBy: seenBy("TestWhatAnErasedCustomerSaidIsNotImported"),
		},
		{
			name:   "a no to an earlier address does not hold",
			means:  "an imported opt-out is stored at an address that the customer no longer has, and nowhere else",
			edits:  []edit{{past + "said.go", "if now.Mailbox == p.box {", "if true {"}},
			seenBy: seenBy("TestANoToAnEarlierAddressHoldsForThePresentOneAndAYesDoesNot"),
		},
		{
			name:   "a dry run of an import writes",
			means:  "the command without APPLY=1 changes the tables",
			edits:  []edit{{past + "groups.go", "\treturn w.Apply\n}", "\treturn true\n}"}},
			seenBy: seenBy("TestADryRunCountsAndWritesNothing"),
		},
		{
			name:   "an import drops whom a live event was faster than",
			means:  "after a conflict the customers of the transaction are counted as imported, and are not",
			edits:  []edit{{"shared/dynamo/history_batch.go", "left, err = append(left, next.pasts...), nil", "err = nil"}},
			seenBy: seenBy("TestLiveEventsDuringAnImportAreKept"),
		},
		{
			name:   "an import overwrites an order of live events",
			means:  "an order that is stored loses what events have said of it",
			edits:  []edit{{past + "fold.go", "old := stored[order]", `old := stored[order+"x"]`}},
			seenBy: seenBy("TestAnOrderOfLiveEventsStaysTheirs"),
		},
		{
			name:   "history raises messages",
			means:  "an imported order is not marked, so the shop's next event of it thanks for an order of last year",
			edits:  []edit{{past + "fold.go", "next.Imported = fresh || old.Imported", "next.Imported = old.Imported"}},
			seenBy: seenBy("TestLinesOfEventsOfAnOrderComeTogether"),
		},
		{
			name:   "an import skips the first row of each next order",
			means:  "an order that follows another one in the file is not read",
			edits:  []edit{{"infra/ops/importer/shape/shape.go", "r.next = &next\n", "r.next = nil\n"}},
			seenBy: seenBy("TestADryRunCountsAndWritesNothing"),
		},
		{
			name:   "an order is a guest's and a customer's",
			means:  "an order that moves to a customer stays in the profile of the guest, so it counts twice",
			edits:  []edit{{past + "past.go", "if err := w.takeFromGuests(ctx, &done);", "if err := w.takeFromGuests(ctx, &folded{});"}},
			seenBy: seenBy("TestOrdersOfAGuestBecomeTheCustomersWhomALaterFileNames"),
		},
		{
			name:   "contacts that are given as suppressed are taken",
			means:  "a whole list of contacts is unsubscribed, because it was named as the wrong kind",
			edits:  []edit{{"infra/ops/importer/shape/columns.go", "case kind == Suppressed && len", "case false && len"}},
			seenBy: &check{"./infra/ops/importer/shape", "TestAFileOfAnotherKindIsRefused"},
		},
	}
}
