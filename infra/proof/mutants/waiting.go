package main

import "regulars/infra/proof/simulate/judge"

// ofWaiting breaks how a send waits, and how it is woken.
func ofWaiting() []mutant {
	return []mutant{
		{
			name:   "a wait does not keep its reservation",
			means:  "Wait forgets that the send keeps its reservation and coupon",
			edits:  []edit{{"shared/dynamo/send_outcome.go", `claim.Queued, why, wake, true, at`, `claim.Queued, why, wake, false, at`}},
			breaks: []judge.Promise{judge.NothingLost, judge.Honoured},
		},
		{
			name:   "a wait counts against itself",
			means:  "a postponed send is decided again with its own reservation counted against it, and without its coupon",
			edits:  []edit{{"shared/dispatch/prepare.go", `if w.record.ReservationKept {`, `if false {`}},
			seenBy: &check{"./functions/send", "TestPostponedSendKeepsItsReservationAndCoupon"}, // it waits too long, and breaks nothing
		},
		{
			name:  "a wake removes the send from the index before it is on the queue",
			means: "the tick removes a waiting send from the due index, and then puts its intent on the queue",
			edits: []edit{{
				"shared/dynamo/send_due.go",
				`Set(expression.Name("due_shard"), expression.Value(dueShardOf(d))).
			Set(expression.Name("due_at"), expression.Value(stampOf(at))).
`,
				`Remove(expression.Name("due_shard")).Remove(expression.Name("due_at")).
`,
			}, {
				"shared/sendoutcome/clock.go",
				`	if err := t.Intents.Put(ctx, intents...); err != nil {
		t.failed(len(waiting), err)
		return
	}
`,
				`	defer func() {
		if err := t.Intents.Put(ctx, intents...); err != nil {
			t.failed(len(waiting), err)
		}
	}()
`,
			}},
			breaks: []judge.Promise{judge.NothingLost},
		},
		{
			name:  "a wake overrules a newer wait",
			means: "the tick moves a send that waits for another time since it was listed",
			edits: []edit{{
				"shared/dynamo/send_due.go",
				`.And(under(fence(d))).
			And(expression.Name("wake").Equal(expression.Value(stampOf(d.Wake))))`,
				`.And(under(fence(d)))`,
			}},
			seenBy: &check{"./functions/settle", "TestClockLeavesANewerWaitAlone"}, // the message is sent late, and no promise is broken
		},
		{
			name:   "a takeover removes the send from the index",
			means:  "a claim removes a waiting send from the only list that is sure to name it",
			edits:  []edit{{"shared/dynamo/send_claim.go", `it.duePlace = duePlace{dueShardOf(c.Send), stampOf(c.Send.Claimed.Add(s.WatchFor))}`, ``}},
			breaks: []judge.Promise{judge.NothingLost},
		},
		{
			name:   "the end of a wait keeps the reservation",
			means:  "a send that waited with a reservation ends without giving it back",
			edits:  []edit{{"shared/dispatch/act.go", `if w.record.ReservationKept && send.State.Ended() && !w.unconfirmed() {`, `if false {`}},
			breaks: []judge.Promise{judge.NothingLost, judge.Honoured},
		},
		{
			name:   "not_after is ignored",
			means:  "a message is sent although it has expired",
			edits:  []edit{{"shared/decide/checks.go", `case c.now.After(c.intent.NotAfter):`, `case false:`}},
			breaks: []judge.Promise{judge.NothingLost},
		},
		{
			name:   "a failed claim uses up the probe of a paused account",
			means:  "the one message that may probe a paused account asks for the probe twice, and blocks itself",
			edits:  []edit{{"shared/dispatch/breaker.go", `w.permit.probe = may`, `w.permit.probe = false`}},
			seenBy: &check{"./functions/send", "TestProbeSurvivesASecondDecision"}, // rarer than one schedule in 20,000
		},
	}
}
