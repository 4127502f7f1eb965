package main

import "regulars/infra/proof/simulate/judge"

// ofOutcomes breaks how the end of an attempt is written, and what events and
// the clock make of a send.
func ofOutcomes() []mutant {
	return []mutant{
		{
			// A schedule shows it too: one in 16,000.
			name:   "an outcome needs no fence",
			means:  "a worker writes the end of an attempt that is not its own",
			edits:  []edit{{"shared/dynamo/send_outcome.go", `in(from).And(under(fence(d)))`, `in(from)`}},
			seenBy: &check{"./shared/dynamo", "TestOutcomeIsWrittenUnderTheFence"},
		},
		{
			name:   "an outcome is written whatever the state",
			means:  "the end of an attempt is written over what an event of SES told before",
			edits:  []edit{{"shared/dynamo/send_outcome.go", `in(from).And(under(fence(d)))`, `under(fence(d))`}},
			breaks: []judge.Promise{judge.Once, judge.Vanished},
		},
		{
			name:  "an end without a message looks at no record",
			means: "End writes over what another worker has claimed meanwhile",
			edits: []edit{{
				"shared/dynamo/send_outcome.go",
				"e := where(openAt(d))\n\tit := sendItemOf(d)",
				"e := where(expression.AttributeExists(expression.Name(\"send\")).Or(openAt(d)))\n\tit := sendItemOf(d)",
			}},
			breaks: []judge.Promise{judge.Vanished, judge.Kept},
		},
		{
			name:  "an end without a message needs no fence",
			means: "End writes over a wait that began, and took a slot, after the send was looked at",
			edits: []edit{
				{"shared/dynamo/send_claim.go", `.And(under(fence(d)))`, ``},
				{"shared/dynamo/send_claim.go", `if !d.ReservationKept {`, `if false {`}, // each of both holds without the other
			},
			breaks: []judge.Promise{judge.Kept},
		},
		{
			name:   "an event lowers a state",
			means:  "of SES's events the last to come counts, not the one that tells most",
			edits:  []edit{{"shared/claim/state.go", `rank[reported] <= rank[s]`, `rank[reported] == rank[s]`}},
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:   "an event cannot raise LOST",
			means:  "a message of which SES tells late stays LOST",
			edits:  []edit{{"shared/claim/state.go", `Lost: 1, `, ``}},
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:   "a lost promotion is sent again",
			means:  "the clock puts a promotion of which nothing was heard back on the queue",
			edits:  []edit{{"shared/outcome/clock.go", `if needed && d.Unconfirmed < attempts {`, `if (needed || true) && d.Unconfirmed < attempts {`}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:   "a lost service message is not sent again",
			means:  "the clock gives up what the customer needs to know after one attempt",
			edits:  []edit{{"shared/outcome/clock.go", `if needed && d.Unconfirmed < attempts {`, `if false && needed && d.Unconfirmed < attempts {`}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:   "a lost service message is sent without end",
			means:  "the clock tries what nothing is heard of thirty times",
			edits:  []edit{{"shared/outcome/clock.go", `attempts = 3 `, `attempts = 30 `}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:  "what is unknown gives its slot and coupon back",
			means: "LOST frees what its message may be using in the customer's inbox",
			edits: []edit{{
				"shared/dynamo/send_outcome.go",
				"d.State, d.Reason, d.Changed = claim.Lost, why, at\n\treturn s.move(ctx, d, claim.Sending)",
				"return s.Refuse(ctx, d, claim.Lost, why, at)",
			}},
			breaks: []judge.Promise{judge.Often, judge.Kept},
		},
	}
}
