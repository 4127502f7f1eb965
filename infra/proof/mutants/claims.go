package main

import "regulars/infra/proof/simulate/judge"

// ofClaims breaks the transaction that makes a decision binding.
func ofClaims() []mutant {
	return []mutant{
		{
			name:  "a claim takes over what another holds",
			means: "Claim takes a send that is SENDING as if it waited, whoever its owner is",
			edits: []edit{{
				"shared/dynamo/send_claim.go",
				`free = expression.Name("state").Equal(expression.Value(claim.Queued)).And(under(*c.From))`,
				`free = expression.Name("state").In(expression.Value(claim.Queued), expression.Value(claim.Sending))`,
			}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:  "a claim looks at no record",
			means: "Claim writes the send's record over whatever is there",
			edits: []edit{{
				"shared/dynamo/send_claim.go",
				`e := where(free)`,
				`e := where(expression.AttributeExists(expression.Name("send")).Or(free))`,
			}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:   "a claim needs no fence",
			means:  "Claim takes over what waits, also where it has been claimed and has waited again since it was looked at",
			edits:  []edit{{"shared/dynamo/send_claim.go", `.And(under(*c.From))`, ``}},
			seenBy: &check{"./shared/dynamo", "TestTakeoverNeedsTheFence"}, // the contact's revision, which each claim changes, refuses it as well
		},
		{
			name:  "a claim of what is absent takes what waits",
			means: "a worker that has not looked takes a send off the list of what is due, and does not know it",
			edits: []edit{{
				"shared/dynamo/send_claim.go",
				`free := expression.AttributeNotExists(expression.Name("send"))`,
				`free := expression.AttributeNotExists(expression.Name("send")).Or(expression.Name("state").Equal(expression.Value(claim.Queued)))`,
			}},
			seenBy: &check{"./shared/dynamo", "TestUnclaimedWaitIsClaimedOnlyFromItsFence"}, // one schedule in 70,000
		},
		{
			name:   "one owner for all attempts",
			means:  "two workers that claim at once both find a record that looks like their own",
			edits:  []edit{{"shared/dispatch/act.go", `w.record.Attempt+1, w.Owner(), w.Now()`, `w.record.Attempt+1, "worker", w.Now()`}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:  "a token that is derived from the send",
			means: "a claim's ClientRequestToken names the send, so that DynamoDB takes a second attempt for a repetition of the first",
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
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:  "consent and ledger are read before the claim only",
			means: "a claim writes the contact whatever it has become since it was read",
			edits: []edit{{
				"shared/dynamo/send_claim.go",
				`return putAt(s.tables.Customers, contactItemOf(customer, contact), "customer", rev)`,
				`return types.TransactWriteItem{Put: &types.Put{TableName: &s.tables.Customers, Item: marshal(contactItemOf(customer, contact))}}`,
			}},
			breaks: []judge.Promise{judge.Often, judge.No, judge.Kept},
		},
		{
			name:   "a merged send is not ended with its speaker's claim",
			means:  "a message speaks for another that goes by itself as well",
			edits:  []edit{{"shared/dynamo/send_claim.go", `writes = append(writes, s.endMerged(merged))`, `_ = merged`}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:  "a merged send is ended whatever it has become",
			means: "a message speaks for another that is on its way to SES",
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
			name:   "a claim's lost answer is taken for done",
			means:  "whoever hears nothing of a write goes on as if it had been made",
			edits:  []edit{{"shared/dynamo/call.go", `if ok, errRead := ours(); errRead == nil && ok {`, `if true {`}},
			breaks: []judge.Promise{judge.Once, judge.Vanished},
		},
		{
			name:   "a claim's lost answer is not read back",
			means:  "whoever hears nothing of its own claim gives the message up, which is then LOST",
			edits:  []edit{{"shared/dynamo/call.go", `if ok, errRead := ours(); errRead == nil && ok {`, `if ok, errRead := ours(); false && errRead == nil && ok {`}},
			seenBy: &check{"./shared/dynamo", "TestLostAnswersAreReadBack"}, // a price, and no breach
		},
	}
}
