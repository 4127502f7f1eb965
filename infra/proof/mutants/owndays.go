package main

import "regulars/infra/proof/simulate/judge"

// ofOwnDays breaks the passes that find the customers' own days, and the check before
// their messages.
func ofOwnDays() []mutant {
	year := &check{"./shared/decide", "TestAYearOfPasses"}
	return []mutant{
		{
			name:   "an occasion has no year",
			means:  "a customer gets one birthday message in their life",
			edits:  []edit{{"shared/decide/ownday.go", `"%s/%d", shop.BirthdayComes, date.Year()`, `"%s/%d", shop.BirthdayComes, 0`}},
			seenBy: year,
		},
		{
			name:   "a pass finds the days of its own date only",
			means:  "a day whose pass did not take place is never found",
			edits:  []edit{{"shared/campaign/ownday.go", "return !due.After(at) && due.Add(c.NotAfter).After(at)", "return due.Equal(at)"}},
			seenBy: year,
		},
		{
			name:   "a late pass takes a later order for the one that is long ago",
			means:  "the lateness after that order is never found, because its occasion was used up",
			edits:  []edit{{"shared/decide/ownday.go", `if last.Order == "" || last.At.After(at) {`, `if last.Order == "" {`}},
			seenBy: year,
		},
		{
			name:   "the birthday that arrives last counts",
			means:  "a customer who deleted their birthday is congratulated, because the event that stated it came late",
			edits:  []edit{{"shared/profile/customer.go", "w.after(p.Birthday)", "true || w.after(p.Birthday)"}},
			seenBy: &check{"./shared/profile", "TestADeletedBirthdayDoesNotComeBack"},
		},
		{
			name:   "a day is not checked before its message is sent",
			means:  "a customer is reminded of a product that they bought or returned since",
			edits:  []edit{{"shared/decide/due.go", "return c.onTheirDay()", "return nil"}},
			breaks: []judge.Promise{judge.AtItsTime},
		},
	}
}
