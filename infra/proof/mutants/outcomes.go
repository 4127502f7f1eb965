package main

import "regulars/infra/proof/simulate/judge"

// ofOutcomes breaks how the end of an attempt is written, and what events and
// the clock make of a send.
func ofOutcomes() []mutant {
	return []mutant{
		{
			// A schedule shows it too: one in 16,000.
			name:   "an outcome needs no fence",
			means:  "a worker writes the outcome of another worker's attempt",
			edits:  []edit{{"shared/dynamo/send_outcome.go", `in(from).And(under(fence(d)))`, `in(from)`}},
			seenBy: &check{"./shared/dynamo", "TestOutcomeIsWrittenUnderTheFence"},
		},
		{
			name:   "an outcome is written in any state",
			means:  "the outcome of an attempt overwrites the state that an SES event reported before",
			edits:  []edit{{"shared/dynamo/send_outcome.go", `in(from).And(under(fence(d)))`, `under(fence(d))`}},
			breaks: []judge.Promise{judge.Once, judge.NothingLost},
		},
		{
			name:  "an end without a message ignores the stored record",
			means: "End overwrites a send that another worker has claimed",
			edits: []edit{{
				"shared/dynamo/send_outcome.go",
				"e := where(openAt(d))\n\tit := sendItemOf(d)",
				"e := where(expression.AttributeExists(expression.Name(\"send\")).Or(openAt(d)))\n\tit := sendItemOf(d)",
			}},
			breaks: []judge.Promise{judge.NothingLost, judge.Honoured},
		},
		{
			name:  "an end without a message needs no fence",
			means: "End overwrites a wait that began, with a reservation, after the send was read",
			edits: []edit{
				{"shared/dynamo/send_claim.go", `.And(under(fence(d)))`, ``},
				{"shared/dynamo/send_claim.go", `if !d.ReservationKept {`, `if false {`}, // each of both holds without the other
			},
			breaks: []judge.Promise{judge.Honoured},
		},
		{
			name:   "an event lowers a state",
			means:  "the last SES event counts, not the highest state",
			edits:  []edit{{"shared/claim/state.go", `rank[reported] <= rank[s]`, `rank[reported] == rank[s]`}},
			breaks: []judge.Promise{judge.NothingLost},
		},
		{
			name:   "an event cannot raise LOST",
			means:  "a message that SES reports late stays LOST",
			edits:  []edit{{"shared/claim/state.go", `Lost: 1, `, ``}},
			breaks: []judge.Promise{judge.NothingLost},
		},
		{
			name:   "a lost promotion is sent again",
			means:  "the tick puts an unconfirmed promotion back on the queue",
			edits:  []edit{{"shared/sendoutcome/clock.go", `if needed && d.Unconfirmed < attempts {`, `if (needed || true) && d.Unconfirmed < attempts {`}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:   "a lost service message is not sent again",
			means:  "the tick gives a transactional message up after one attempt",
			edits:  []edit{{"shared/sendoutcome/clock.go", `if needed && d.Unconfirmed < attempts {`, `if false && needed && d.Unconfirmed < attempts {`}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:   "a lost service message is sent without end",
			means:  "the tick repeats an unconfirmed message thirty times",
			edits:  []edit{{"shared/sendoutcome/clock.go", `attempts = 3 `, `attempts = 30 `}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:  "an unknown outcome gives reservation and coupon back",
			means: "LOST gives back a coupon that may be in the customer's inbox",
			edits: []edit{{
				"shared/dynamo/send_outcome.go",
				"d.State, d.Reason, d.Changed = claim.Lost, why, at\n\treturn s.move(ctx, d, claim.Sending)",
				"return s.Refuse(ctx, d, claim.Lost, why, at)",
			}},
			breaks: []judge.Promise{judge.Capped, judge.Honoured},
		},
	}
}
