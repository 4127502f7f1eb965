package main

import "regulars/infra/proof/simulate/judge"

// ofWaiting breaks how a send waits, and how it is woken.
func ofWaiting() []mutant {
	return []mutant{
		{
			name:   "a wait does not keep its slot",
			means:  "Wait forgets that the send's slot and coupon are held",
			edits:  []edit{{"shared/dynamo/send_outcome.go", `claim.Queued, why, wake, true, at`, `claim.Queued, why, wake, false, at`}},
			breaks: []judge.Promise{judge.Vanished, judge.Kept},
		},
		{
			name:   "a wait counts against itself",
			means:  "what was put off is decided again with its own slot in its way, and without its coupon",
			edits:  []edit{{"shared/dispatch/prepare.go", `if w.record.ReservationKept {`, `if false {`}},
			seenBy: &check{"./functions/send", "TestPostponedSendKeepsItsReservationAndCoupon"}, // it waits too long, and breaks nothing
		},
		{
			name:  "a wake takes the send from the index before it is on the queue",
			means: "the clock puts a waiting send on no list, and then its intent on the queue",
			edits: []edit{{
				"shared/dynamo/send_due.go",
				`Set(expression.Name("due_shard"), expression.Value(dueShardOf(d))).
			Set(expression.Name("due_at"), expression.Value(stampOf(at))).
`,
				`Remove(expression.Name("due_shard")).Remove(expression.Name("due_at")).
`,
			}, {
				"shared/outcome/clock.go",
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
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:  "a wake overrules a newer wait",
			means: "the clock moves a send that waits for another time since it was listed",
			edits: []edit{{
				"shared/dynamo/send_due.go",
				`.And(under(fence(d))).
			And(expression.Name("wake").Equal(expression.Value(stampOf(d.Wake))))`,
				`.And(under(fence(d)))`,
			}},
			seenBy: &check{"./functions/settle", "TestClockLeavesANewerWaitAlone"}, // it goes late, and breaks nothing
		},
		{
			name:   "a takeover leaves the index",
			means:  "a claim takes a waiting send off the only list that surely names it",
			edits:  []edit{{"shared/dynamo/send_claim.go", `it.DueShard, it.DueAt = dueShardOf(c.Send), stampOf(c.Send.Claimed.Add(s.WatchFor))`, ``}},
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:   "an end of a wait keeps the slot",
			means:  "what waited with its slot ends without giving it back",
			edits:  []edit{{"shared/dispatch/act.go", `if w.record.ReservationKept && send.State.Ended() && !w.unconfirmed() {`, `if false {`}},
			breaks: []judge.Promise{judge.Vanished, judge.Kept},
		},
		{
			name:   "not_after is ignored",
			means:  "a message goes although its time is over",
			edits:  []edit{{"shared/decide/decide.go", `case c.now.After(c.intent.NotAfter):`, `case false:`}},
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:   "a probe of a paused account is used up by a beaten claim",
			means:  "the one message that may try whether SES takes anything again asks for that right twice, and is in its own way",
			edits:  []edit{{"shared/dispatch/breaker.go", `w.permit.probe = may && err == nil`, `w.permit.probe = false`}},
			seenBy: &check{"./functions/send", "TestProbeSurvivesASecondDecision"}, // rarer than one schedule in 20,000
		},
	}
}
