package main

import "regulars/infra/proof/simulate/judge"

// ofJourneys breaks how customers move through journeys.
func ofJourneys() []mutant {
	const mover = "shared/journeyadvance/journeyadvance.go"
	return []mutant{
		{
			name:   "a step is done twice",
			means:  "a step that is repeated after a crash makes another send",
			edits:  []edit{{"shared/journey/position.go", `Customer: p.Customer, Occasion: p.Occasion, Order`, `Customer: p.Customer, Occasion: p.Occasion + now.UTC().Format("150405.000"), Order`}},
			breaks: []judge.Promise{judge.OnTheWay},
		},
		{
			name:  "a step is skipped after a crash",
			means: "the new position is stored before its messages are on the queue",
			edits: []edit{
				{mover, `	if err := m.Intents.Put(ctx, intents...); err != nil {
		return err
	}
`, ``},
				{mover, `	if next.End != "" {
		slog`, `	if err := m.Intents.Put(ctx, intents...); err != nil {
		return err
	}
	if next.End != "" {
		slog`},
			},
			breaks: []judge.Promise{judge.OnTheWay},
		},
		{
			name:   "an exit is not seen by a message that waited",
			means:  "until and unless are evaluated when a step is done, and not when its message is decided",
			edits:  []edit{{"shared/decide/checks.go", `if over := c.onTheWay(); over != nil {`, `if over := c.onTheWay(); over != nil && false {`}},
			breaks: []judge.Promise{judge.OnTheWay},
		},
		{
			name:   "an exit is not seen by a step",
			means:  "a step is done after the goal or the exit holds; only its message is stopped",
			edits:  []edit{{"shared/journey/position.go", `if over := j.Over(facts); over != "" {`, `if over := j.Over(facts); over != "" && false {`}},
			seenBy: &check{"./shared/journeyadvance", "TestGoalAndExitEndTheWay"},
		},
		{
			name:   "a customer enters again too early",
			means:  "reentry after days holds as soon as the way has ended",
			edits:  []edit{{"shared/journey/position.go", `return !entry.Entered.Before(before.Entered.AddDate(0, 0, j.Reentry.Days))`, `return true`}},
			breaks: []judge.Promise{judge.OnTheWay},
		},
		{
			name:   "an entry is repeated after its way has ended",
			means:  "an event that is delivered again lets a customer enter again",
			edits:  []edit{{"shared/journey/position.go", `case before.End == "" || !later(entry, before):`, `case before.End == "":`}},
			breaks: []judge.Promise{judge.OnTheWay},
		},
		{
			name:   "a customer enters once for each zone",
			means:  "the runs of one local time in two zones let a customer enter twice, who moves from one to the other",
			edits:  []edit{{"shared/journey/position.go", `entry.Occasion != last.Occasion && (now == "" || now > then)`, `(now == "" || now > "" || then > "")`}},
			breaks: []judge.Promise{judge.OnTheWay},
		},
		{
			name:   "a customer enters who has left the audience",
			means:  "an entry by a run is not checked again when the customer enters",
			edits:  []edit{{mover, "entry != nil && !decide.StillEnters(", "false && !decide.StillEnters("}},
			seenBy: &check{"./shared/journeyadvance", "TestACustomerWhoLeftTheAudienceDoesNotEnter"},
		},
		{
			name:   "an entry is stored after its message",
			means:  "a customer has a message of a journey that they have not entered, and enters again too early",
			edits:  []edit{{mover, "if entry != nil && len(intents) > 0 {", "if false {"}},
			seenBy: &check{"./shared/journeyadvance", "TestAnEntryWithAMessageAtOnceIsStoredBeforeTheMessage"},
		},
		{
			name:   "a customer finishes under the new version",
			means:  "who is under way when a version is published moves to it, in spite of on_change: finish",
			edits:  []edit{{mover, "j, known := inForce.JourneyAt(p.Journey, p.Version)\n	if !known {", "j, known := inForce.Journey(p.Journey)\n	if !known {"}},
			breaks: []judge.Promise{judge.OnTheWay},
		},
		{
			name:   "a version goes on with the mail of the next",
			means:  "the messages of an earlier version are not kept",
			edits:  []edit{{"shared/shoppolicy/earlier.go", "if now, still := p.Messages.Messages[c.Message]; !known || still && same(now, old) {", "if _, still := p.Messages.Messages[c.Message]; !known || still {"}},
			seenBy: &check{"./shared/policyfiles", "TestCustomersFinishUnderTheVersionThatTheyEntered"},
		},
		{
			name:   "a customer stays at a step",
			means:  "a tick passes over the customers whose step became due before it",
			edits:  []edit{{mover, `err != nil || rev == "" || p.End != "" || p.Due.After(m.Now())`, `err != nil || rev == "" || p.End != "" || !p.Due.After(m.Now().Add(-5*time.Minute)) || p.Due.After(m.Now())`}},
			breaks: []judge.Promise{judge.OnTheWay},
		},
	}
}
