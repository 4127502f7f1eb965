package main

import "regulars/infra/proof/simulate/judge"

// ofCaps breaks the cap engine and the checks beside it.
func ofCaps() []mutant {
	capped, optOut := []judge.Promise{judge.Capped}, []judge.Promise{judge.OptOut}
	return []mutant{
		{
			name:   "no slack in the window",
			means:  "a rolling window is counted by the times of claims, although SES accepts messages later",
			edits:  []edit{{"shared/frequency/check.go", `r.Window.Rolling + c.policy.Slack`, `r.Window.Rolling`}},
			breaks: capped,
		},
		{
			name:   "no slack before midnight",
			means:  "a message that was claimed at the end of a day counts for that day, although SES accepts it on the next",
			edits:  []edit{{"shared/frequency/check.go", `last.Add(c.policy.Slack), r.Window.Calendar`, `last, r.Window.Calendar`}},
			seenBy: &check{"./shared/frequency", "TestCheck"}, // few schedules have a message on its way at a midnight that counts
		},
		{
			name:   "no slack after midnight",
			means:  "a fast clock counts for a day that has not begun",
			edits:  []edit{{"shared/frequency/check.go", `free = end.Add(c.policy.Slack)`, `free = end`}},
			seenBy: &check{"./shared/frequency", "TestCheck"},
		},
		{
			name:   "no slack in the gap",
			means:  "the gap is measured between claims, although SES accepts messages later",
			edits:  []edit{{"shared/frequency/check.go", `c.policy.MinGap+c.policy.Slack`, `c.policy.MinGap`}},
			breaks: capped,
		},
		{
			name:  "a takeover keeps the old time",
			means: "the ledger keeps the time of the first claim, although the message is sent later",
			edits: []edit{{
				"shared/decide/rivals.go",
				`e := frequency.Entry{Send: c.id, At: c.now,`,
				`at := c.now
	if kept, ok := c.Kept[c.id]; ok {
		at = kept.Claimed
	}
	e := frequency.Entry{Send: c.id, At: at,`,
			}},
			breaks: capped,
		},
		{
			name:   "a kept reservation is not checked again",
			means:  "a postponed message is sent when it is woken, even if quiet hours or caps forbid it by then",
			edits:  []edit{{"shared/decide/checks.go", `if v.Allowed {`, `if _, kept := c.Kept[c.id]; kept || v.Allowed {`}},
			breaks: capped,
		},
		{
			name:   "quiet hours are ignored",
			means:  "a message that does not wait for the quiet hours is sent at night",
			edits:  []edit{{"shared/frequency/check.go", `if keepsQuiet {`, `if false {`}},
			breaks: capped,
		},
		{
			name:   "the customer's zone is ignored",
			means:  "days and quiet hours are the shop's",
			edits:  []edit{{"shared/frequency/check.go", `clock: p.clock(zones)`, `clock: p.clock(nil)`}},
			breaks: capped,
		},
		{
			name:   "the pace that the customer chose is ignored",
			means:  "only the shop's caps count",
			edits:  []edit{{"shared/frequency/check.go", `chosen := paces[wishes.Pace.Value]; chosen {`, `chosen := paces[wishes.Pace.Value]; chosen && false {`}},
			breaks: capped,
		},
		{
			name:   "the customer's pause is ignored",
			means:  "only the shop's caps count",
			edits:  []edit{{"shared/frequency/check.go", `c.hold(c.clock.begins(wishes.Pause.Value), CodePaused, "the customer asked for a pause until %s", wishes.Pause.Value)`, ``}},
			breaks: capped,
		},
		{
			name:   "a promise ignores an opt-out",
			means:  "a customer who opted out of promotions is still reminded of a coupon",
			edits:  []edit{{"shared/decide/consent.go", `case c.Contact.Allows(topic, box):`, `case c.Contact.Consented(shop.TopicPromotions, box) || c.campaign.Class == shop.ClassPromise:`}},
			breaks: optOut,
		},
		{
			name:   "a service message sells without an opt-in",
			means:  "the thanks for an order carries a coupon, points and recommendations, whatever the customer said",
			edits:  []edit{{"shared/decide/consent.go", `case c.Contact.Allows(topic, box):`, `case c.Contact.Consented(shop.TopicPromotions, box) || c.campaign.Class == shop.ClassService:`}},
			seenBy: &check{"./shared/decide", "TestAServiceMessageSellsNothingDuringAPauseOrWithoutAnOptIn"},
		},
		{
			name:   "the soft opt-in ignores the empty box",
			means:  "a customer who left the box on the order form empty gets offers, in a country of the soft opt-in",
			edits:  []edit{{"shared/decide/consent.go", `!said && orderConsent(p) == nil && slices.Contains(`, `!said && slices.Contains(`}},
			seenBy: &check{"./shared/decide", "TestTheSoftOptIn"},
		},
		{
			name:   "the soft opt-in shows no opt-out",
			means:  "a message sells by the soft opt-in and does not show how to object",
			edits:  []edit{{"shared/decide/compose.go", `data.SoftOptIn = true`, ``}},
			seenBy: &check{"./shared/decide", "TestTheSoftOptIn"},
		},
		{
			name:   "the checkbox of the order form outweighs an opt-out",
			means:  "consent is what the customer chose when ordering, also after a later opt-out",
			edits:  []edit{{"shared/frequency/consent.go", `if said, ok := c.Consents[topic]; ok {`, `if said, ok := c.Consents[topic]; ok && said.Given {`}},
			breaks: optOut,
		},
	}
}
