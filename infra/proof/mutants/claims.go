package main

import "regulars/infra/proof/simulate/judge"

// ofClaims breaks the transaction that makes a decision binding.
func ofClaims() []mutant {
	return []mutant{
		{
			name:  "a claim takes over another worker's send",
			means: "Claim takes a send that is SENDING, whichever worker owns it",
			edits: []edit{{
				"shared/dynamo/send_claim.go",
				`free = expression.Name("state").Equal(expression.Value(claim.Queued)).And(under(*c.From))`,
				`free = expression.Name("state").In(expression.Value(claim.Queued), expression.Value(claim.Sending))`,
			}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:  "a claim ignores the stored record",
			means: "Claim overwrites the send's record in any state",
			edits: []edit{{
				"shared/dynamo/send_claim.go",
				`e := where(free)`,
				`e := where(expression.AttributeExists(expression.Name("send")).Or(free))`,
			}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:   "a claim needs no fence",
			means:  "Claim takes over a waiting send, also if it was claimed and waited again after it was read",
			edits:  []edit{{"shared/dynamo/send_claim.go", `.And(under(*c.From))`, ``}},
			seenBy: &check{"./shared/dynamo", "TestTakeoverNeedsTheFence"}, // the contact's revision, which each claim changes, refuses it as well
		},
		{
			name:  "a claim of an absent send takes a waiting one",
			means: "a worker that has not read the record removes a send from the due index without knowing it",
			edits: []edit{{
				"shared/dynamo/send_claim.go",
				`free := expression.AttributeNotExists(expression.Name("send"))`,
				`free := expression.AttributeNotExists(expression.Name("send")).Or(expression.Name("state").Equal(expression.Value(claim.Queued)))`,
			}},
			seenBy: &check{"./shared/dynamo", "TestUnclaimedWaitIsClaimedOnlyFromItsFence"}, // one schedule in 70,000
		},
		{
			name:   "one owner for all attempts",
			means:  "two workers that claim at the same time both find a record that looks like their own",
			edits:  []edit{{"shared/dispatch/act.go", `w.record.Attempt+1, w.Owner(), w.Now()`, `w.record.Attempt+1, "worker", w.Now()`}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:  "a transaction token that is derived from the send",
			means: "a claim's ClientRequestToken is the send's ID, so that DynamoDB treats a second attempt as a repetition of the first",
			edits: []edit{{
				"shared/dynamo/call_transact.go",
				`TransactItems: writes, ReturnConsumedCapacity: s.price(),`,
				`TransactItems: writes, ReturnConsumedCapacity: s.price(), ClientRequestToken: tokenOf(writes),`,
			}, {
				"shared/dynamo/call_transact.go",
				`// cancelled is the error of a transaction`,
				`func tokenOf(writes []types.TransactWriteItem) *string {
	if writes[0].Put != nil {
		if id, ok := writes[0].Put.Item["send"].(*types.AttributeValueMemberS); ok {
			return &id.Value
		}
	}
	return nil
}

// cancelled is the error of a transaction`,
			}},
			seenBy: &check{"./shared/dynamo", "TestLinearizableOverMemory"}, // schedules lose nothing, they become slow
		},
		{
			name:  "the claim does not check the contact's revision",
			means: "a claim overwrites the contact even if it changed after it was read",
			edits: []edit{{
				"shared/dynamo/send_claim.go",
				`return putAt(s.tables.Customers, contactItemOf(key, contact), "customer", rev)`,
				`return types.TransactWriteItem{Put: &types.Put{TableName: &s.tables.Customers, Item: marshal(contactItemOf(key, contact))}}`,
			}},
			breaks: []judge.Promise{judge.Capped, judge.OptOut, judge.Honoured},
		},
		{
			name:   "a merged send is not ended by the claim that covers it",
			means:  "a message covers another one that is sent as well",
			edits:  []edit{{"shared/dynamo/send_claim.go", `writes = append(writes, s.endMerged(merged))`, `_ = merged`}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:  "a merged send is ended in any state",
			means: "a message covers another one that is on its way to SES",
			edits: []edit{{
				"shared/dynamo/send_claim.go",
				"d.ReservationKept = false\n\te := where(openAt(d))",
				"d.ReservationKept = false\n\te := where(expression.AttributeExists(expression.Name(\"send\")).Or(openAt(d)))",
			}},
			// The contact's revision refuses most of it already: what another does with
			// the send changes the contact as well, unless it only ends it.
			seenBy: &check{"./shared/dispatch", "TestSendChangedBeforeTheClaimIsNotMerged"},
		},
		{
			name:   "a claim whose answer was lost counts as stored",
			means:  "a worker that gets no answer to a write goes on as if it had been stored",
			edits:  []edit{{"shared/dynamo/call.go", `if ok, errRead := ours(); errRead == nil && ok {`, `if true {`}},
			breaks: []judge.Promise{judge.Once, judge.NothingLost},
		},
		{
			name:   "a claim's lost answer is not read back",
			means:  "a worker that gets no answer to its claim gives the message up, which then ends LOST",
			edits:  []edit{{"shared/dynamo/call.go", `if ok, errRead := ours(); errRead == nil && ok {`, `if ok, errRead := ours(); false && errRead == nil && ok {`}},
			seenBy: &check{"./shared/dynamo", "TestLostAnswersAreReadBack"}, // a price, and no breach
		},
	}
}
