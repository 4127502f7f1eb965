package main

// ofCatalogue breaks the rows of the catalogue that a function keeps in memory.
func ofCatalogue() []mutant {
	return []mutant{
		{
			name:   "a price from memory is not checked before it is sent",
			means:  "a message states a price that was changed up to a minute ago",
			edits:  []edit{{"shared/dispatch/decide.go", "if err != nil || !changed {", "if err != nil || !changed || changed {"}},
			seenBy: &check{"./shared/dispatch", "TestAPriceThatChangedAfterItsRowWasReadIsNotPrinted"},
		},
		{
			name:   "an older read replaces a newer row",
			means:  "a row that was out of date comes back for a minute",
			edits:  []edit{{"shared/cataloguecache/cache.go", "case ok && old.turn > read.turn && old.usable(read.at):", "case ok && old.turn < 0:"}, {"shared/cataloguecache/cache.go", "case ok && old.turn > read.turn:", "case ok && old.turn < -1:"}},
			seenBy: &check{"./shared/cataloguecache", "TestAnOlderReadDoesNotReplaceANewerRow"},
		},
		{
			name:   "a run about a product takes its stock from memory",
			means:  "the message that a product is back ends, because it is thought to be sold out",
			edits:  []edit{{"shared/dispatch/reader.go", "decide.About(s.Profile, intent)...)", "decide.About(s.Profile, intent)[:0]...)"}},
			seenBy: &check{"./shared/dispatch", "TestWhatAnIntentIsAboutIsNotTakenFromMemory"},
		},
	}
}
