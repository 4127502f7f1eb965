package main

import "regulars/infra/proof/simulate/judge"

// ofCaps breaks the cap engine and the checks beside it.
func ofCaps() []mutant {
	often, no := []judge.Promise{judge.Often}, []judge.Promise{judge.No}
	return []mutant{
		{
			name:   "no slack in the window",
			means:  "a rolling window ends by the times of claims, though SES takes messages later",
			edits:  []edit{{"shared/frequency/check.go", `r.Window.Rolling + c.policy.Slack`, `r.Window.Rolling`}},
			breaks: often,
		},
		{
			name:   "no slack before midnight",
			means:  "what was claimed at the end of a day counts for that day, though SES takes it in the next",
			edits:  []edit{{"shared/frequency/check.go", `last.Add(c.policy.Slack), r.Window.Calendar`, `last, r.Window.Calendar`}},
			seenBy: &check{"./shared/frequency", "TestCheck"}, // few schedules have a message on its way at a midnight that counts
		},
		{
			name:   "no slack after midnight",
			means:  "a fast clock sees a day that has not begun",
			edits:  []edit{{"shared/frequency/check.go", `free = end.Add(c.policy.Slack)`, `free = end`}},
			seenBy: &check{"./shared/frequency", "TestCheck"},
		},
		{
			name:   "no slack in the gap",
			means:  "the gap is kept between claims, though SES takes messages later",
			edits:  []edit{{"shared/frequency/check.go", `c.policy.MinGap+c.policy.Slack`, `c.policy.MinGap`}},
			breaks: often,
		},
		{
			name:  "no new stamp on a takeover",
			means: "the ledger keeps the time of the first claim, though the message goes later",
			edits: []edit{{
				"shared/decide/rivals.go",
				`return frequency.Entry{Send: c.id, At: c.now,`,
				`at := c.now
	if kept, ok := c.Kept[c.id]; ok {
		at = kept.Claimed
	}
	return frequency.Entry{Send: c.id, At: at,`,
			}},
			breaks: often,
		},
		{
			name:   "what kept its slot is not checked again",
			means:  "a message that was put off goes when it is woken, whatever the hour and the caps say by then",
			edits:  []edit{{"shared/decide/decide.go", `if v.Allowed {`, `if _, kept := c.Kept[c.id]; kept || v.Allowed {`}},
			breaks: often,
		},
		{
			name:   "quiet hours are ignored",
			means:  "what waits for another reason, or for none, goes at night",
			edits:  []edit{{"shared/frequency/check.go", `if keepsQuiet {`, `if false {`}},
			breaks: often,
		},
		{
			name:   "the customer's zone is ignored",
			means:  "days and quiet hours are the shop's",
			edits:  []edit{{"shared/frequency/check.go", `clock: p.clock(zone)`, `clock: p.clock("")`}},
			breaks: often,
		},
		{
			name:   "the customer's own limit is ignored",
			means:  "only the shop's caps count",
			edits:  []edit{{"shared/frequency/check.go", `Own.perWeek(); ok && promotion {`, `Own.perWeek(); ok && promotion && false {`}},
			breaks: often,
		},
		{
			name:   "the customer's pause is ignored",
			means:  "only the shop's caps count",
			edits:  []edit{{"shared/frequency/check.go", `c.hold(c.contact.Own.PausedUntil, CodePaused, "the customer asked for a pause")`, ``}},
			breaks: often,
		},
		{
			name:   "a promise does not heed a no",
			means:  "who said no to promotions is still reminded of a coupon",
			edits:  []edit{{"shared/decide/decide.go", `if said && !explicit.Given {`, `if false {`}},
			breaks: no,
		},
		{
			name:   "the box of the order form outweighs a no",
			means:  "consent is what the customer said when ordering, whatever they said since",
			edits:  []edit{{"shared/frequency/consent.go", `if said, ok := c.Consents[topic]; ok {`, `if said, ok := c.Consents[topic]; ok && said.Given {`}},
			breaks: no,
		},
	}
}
