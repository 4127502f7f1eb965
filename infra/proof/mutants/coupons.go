package main

import "regulars/infra/proof/simulate/judge"

// ofCoupons breaks what is given back, and what is not.
func ofCoupons() []mutant {
	honoured := []judge.Promise{judge.Honoured}
	return []mutant{
		{
			name:   "a refusal keeps the reservation",
			means:  "a message that SES refused still counts against the caps",
			edits:  []edit{{"shared/dynamo/send_refuse.go", `c.WithoutSend(d.ID), rev)`, `c, rev)`}},
			breaks: honoured,
		},
		{
			name:   "a refusal keeps the grant",
			means:  "a voided coupon still counts as granted to the customer",
			edits:  []edit{{"shared/frequency/grant.go", "c.Granted = granted\n", "_ = granted\n"}},
			breaks: honoured,
		},
		{
			name:   "a refusal keeps the budget",
			means:  "the use of a voided coupon is not credited to its budget",
			edits:  []edit{{"shared/dynamo/send_refuse.go", `s.void(*d.Coupon), s.credit(*d.Coupon)`, `s.void(*d.Coupon)`}},
			breaks: honoured,
		},
		{
			name:   "a refusal leaves the coupon",
			means:  "a code is valid although its message was not sent",
			edits:  []edit{{"shared/dynamo/send_refuse.go", `s.void(*d.Coupon), s.credit(*d.Coupon)`, `s.credit(*d.Coupon)`}},
			breaks: honoured,
		},
		{
			name:   "a budget may be overdrawn",
			means:  "a debit does not check that a use is left",
			edits:  []edit{{"shared/dynamo/coupon_budget.go", `GreaterThan(expression.Value(0))`, `GreaterThan(expression.Value(-100))`}},
			breaks: honoured,
		},
		{
			name:   "a takeover issues its coupon again",
			means:  "a postponed send cannot be claimed, because its own coupon exists already",
			edits:  []edit{{"shared/dispatch/act.go", `coupon != nil && w.record.Coupon == nil {`, `coupon != nil {`}},
			seenBy: &check{"./functions/send", "TestPostponedSendKeepsItsReservationAndCoupon"}, // none of 488 schedules showed it
		},
		{
			name:   "a takeover forgets its coupon",
			means:  "a postponed send is decided again as if it had no coupon",
			edits:  []edit{{"shared/decide/decide.go", `c.kept, c.Contact = kept.Coupon,`, `_, c.Contact = kept.Coupon,`}},
			seenBy: &check{"./shared/decide", "TestAKeptReservationIsClaimedAgainWithItsCoupon"}, // the judge does not read which terms a message prints
		},
		{
			name:   "a refusal after an unconfirmed attempt gives back",
			means:  "SES refuses the second attempt, and the coupon of the first, which may have arrived, is voided",
			edits:  []edit{{"shared/dispatch/act.go", `if w.unconfirmed() {`, `if false {`}},
			breaks: []judge.Promise{judge.NothingLost, judge.Honoured},
		},
		{
			name:   "an end after an unconfirmed attempt gives back",
			means:  "it is forgotten that an unconfirmed attempt may have arrived",
			edits:  []edit{{"shared/dispatch/unconfirmed.go", `return w.record.Unconfirmed > 0`, `return false`}},
			breaks: []judge.Promise{judge.NothingLost, judge.Honoured},
		},
		{
			name:   "a claim forgets the unconfirmed attempts",
			means:  "the record of the next attempt does not count the unconfirmed one",
			edits:  []edit{{"shared/dispatch/act.go", "d.Send.Unconfirmed = w.record.Unconfirmed\n", "\n"}},
			breaks: []judge.Promise{judge.Once, judge.NothingLost, judge.Honoured},
		},
	}
}
