package main

// ofLints breaks how a rendered message is looked at before it is sent.
func ofLints() []mutant {
	same := &check{"./shared/message", "TestLintFindsWhatPlainLintFinds"}
	return []mutant{
		{
			name:   "an amount of the data excuses a longer number",
			means:  "€12.50 in the data lets a template print €12.505",
			edits:  []edit{{"shared/message/datatexts.go", " || numeric(firstTwo(left[end:]))", ""}},
			seenBy: same,
		},
		{
			name:   "a text is excused once more by one that overlaps it",
			means:  "a price is excused by a title of which a part is already another title",
			edits:  []edit{{"shared/message/datatexts.go", " || string(left[at.start:end]) != d.text", ""}},
			seenBy: same,
		},
		{
			name:   "a currency is no sign of a price",
			means:  "a price in roubles is not looked at",
			edits:  []edit{{"shared/message/money.go", `"%kłб"`, `"%kł"`}},
			seenBy: same,
		},
		{
			name:   "a day of two digits is not looked at",
			means:  "a template can print an end that the data does not have",
			edits:  []edit{{"shared/message/dates.go", "digits <= 2 && !continued", "digits < 2 && !continued"}},
			seenBy: same,
		},
		{
			name:   "the rest of the links is as sound as the first",
			means:  "only one link of a message is looked at",
			edits:  []edit{{"shared/message/lint.go", "slices.Contains(sound, href)", "len(sound) > 0"}},
			seenBy: same,
		},
	}
}
