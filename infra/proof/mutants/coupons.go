package main

import "regulars/infra/proof/simulate/judge"

// ofCoupons breaks what is given back, and what is not.
func ofCoupons() []mutant {
	kept := []judge.Promise{judge.Kept}
	return []mutant{
		{
			name:   "a refusal keeps the slot",
			means:  "what SES refused still counts for the caps",
			edits:  []edit{{"shared/dynamo/send_refuse.go", `contact.WithoutSend(d.ID), rev)`, `contact, rev)`}},
			breaks: kept,
		},
		{
			name:   "a refusal keeps the grant",
			means:  "a coupon that was taken back still counts as given to the customer",
			edits:  []edit{{"shared/frequency/grant.go", "c.Granted = granted\n", "_ = granted\n"}},
			breaks: kept,
		},
		{
			name:   "a refusal keeps the budget",
			means:  "a coupon that was taken back is still paid for",
			edits:  []edit{{"shared/dynamo/send_refuse.go", `s.void(*d.Coupon), s.credit(*d.Coupon)`, `s.void(*d.Coupon)`}},
			breaks: kept,
		},
		{
			name:   "a refusal leaves the coupon",
			means:  "a code exists without a message",
			edits:  []edit{{"shared/dynamo/send_refuse.go", `s.void(*d.Coupon), s.credit(*d.Coupon)`, `s.credit(*d.Coupon)`}},
			breaks: kept,
		},
		{
			name:   "a budget may be overdrawn",
			means:  "a debit does not ask whether a use is left",
			edits:  []edit{{"shared/dynamo/coupon_budget.go", `GreaterThan(expression.Value(0))`, `GreaterThan(expression.Value(-100))`}},
			breaks: kept,
		},
		{
			name:   "a takeover issues its coupon again",
			means:  "what was put off cannot be claimed, because its own coupon is in its way",
			edits:  []edit{{"shared/dispatch/act.go", `coupon != nil && w.record.Coupon == nil {`, `coupon != nil {`}},
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:   "a takeover forgets its coupon",
			means:  "what was put off is decided again as if no coupon had been issued for it",
			edits:  []edit{{"shared/decide/decide.go", `c.kept, c.Contact = kept.Coupon,`, `_, c.Contact = kept.Coupon,`}},
			seenBy: &check{"./shared/decide", "TestAKeptSlotGoesAgainAsItWas"}, // the judge does not read which terms a message prints
		},
		{
			name:   "a refusal in doubt gives back",
			means:  "SES refuses the second attempt, and the coupon of the first, which may have arrived, is voided",
			edits:  []edit{{"shared/dispatch/act.go", `if w.unconfirmed() {`, `if false {`}},
			breaks: []judge.Promise{judge.Vanished, judge.Kept},
		},
		{
			name:   "an end in doubt gives back",
			means:  "nobody remembers that an attempt of which nothing was heard may have arrived",
			edits:  []edit{{"shared/dispatch/unconfirmed.go", `return w.record.Unconfirmed > 0`, `return false`}},
			breaks: []judge.Promise{judge.Vanished, judge.Kept},
		},
		{
			name:   "a claim forgets the doubt",
			means:  "the next attempt's record does not say that nothing was heard of the one before",
			edits:  []edit{{"shared/dispatch/act.go", "d.Send.Unconfirmed = w.record.Unconfirmed\n", "\n"}},
			breaks: []judge.Promise{judge.Once, judge.Vanished, judge.Kept},
		},
	}
}
