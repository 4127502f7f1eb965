package main

// ofRedemptions breaks what orders do with coupons and budgets. The simulator does
// not go to the checkout; the test that asks porcupine does, with faults of its own.
func ofRedemptions() []mutant {
	judged := &check{"./functions/redeem", "TestRedemptionIsLinearizable"}
	return []mutant{
		{
			name:  "an order takes what another holds",
			means: "a coupon that is held is free for whoever asks next",
			edits: []edit{{
				"shared/coupon/transition.go",
				`{State: Held, SameCustomer: true, Lapsed: true, Valid: true}`,
				`{State: Held, SameCustomer: true, Valid: true}`,
			}},
			seenBy: judged,
		},
		{
			name:  "an order redeems what another holds",
			means: "an order whose hold had lapsed uses the coupon that another has by now",
			edits: []edit{{
				"shared/coupon/transition.go",
				"To: Redeemed, Order: order, From: []Guard{\n\t\t{State: Held, SameOrder: true}",
				"To: Redeemed, Order: order, From: []Guard{\n\t\t{State: Held}",
			}},
			seenBy: judged,
		},
		{
			name:  "an order gives back what another has",
			means: "an order whose hold had lapsed frees the coupon that another holds or has used",
			edits: []edit{{
				"shared/coupon/transition.go",
				"{State: Held, SameOrder: true},\n\t\t{State: Redeemed, SameOrder: true}",
				"{State: Held},\n\t\t{State: Redeemed}",
			}},
			seenBy: judged,
		},
		{
			name:  "a step is stored over another",
			means: "what an order has is written whatever it has become since it was read",
			edits: []edit{{
				"shared/dynamo/coupon_redemption.go",
				`e := where(unchanged("coupon", rev))`,
				`e := where(expression.AttributeExists(expression.Name("coupon")).Or(unchanged("coupon", rev)))`,
			}},
			seenBy: judged,
		},
		{
			name:   "steps are not counted",
			means:  "an order that is held, released and held again at one instant looks untouched to a write that comes late",
			edits:  []edit{{"shared/checkout/redemption.go", "wanted.Step = r.Step + 1\n", "\n"}},
			seenBy: &check{"./shared/checkout", "TestNoTwoStepsOfAnOrderAreEqual"},
		},
		{
			name:   "a hold is made longer in words only",
			means:  "a coupon that the order holds already keeps the end that its hold had",
			edits:  []edit{{"shared/checkout/redemption.go", `case use.Coupon != "": // the hold is made longer`, `case use.Coupon != "" && false:`}},
			seenBy: judged,
		},
		{
			name:  "what was redeemed is released",
			means: "an order that was placed gives its uses back and keeps its discount",
			edits: []edit{
				{"shared/checkout/redemption.go", "case Held:\n\t\tfreed", "case Held, Redeemed:\n\t\tfreed"},
				{"shared/checkout/redemption.go", "case Redeemed, Returned:\n\t\treturn r, nil, fmt.Errorf(\"release", "case Returned:\n\t\treturn r, nil, fmt.Errorf(\"release"},
			},
			seenBy: judged,
		},
		{
			name:   "a use is kept on cancellation",
			means:  "an order that came back whole does not give its uses back",
			edits:  []edit{{"shared/checkout/return.go", `freed = append(freed, Change{u, Free})`, `_ = freed`}},
			seenBy: judged,
		},
		{
			name:   "a use is given back twice",
			means:  "a part that comes back gives back what an earlier one gave back before",
			edits:  []edit{{"shared/checkout/return.go", `if !u.Back && r.over(u, left) {`, `if r.over(u, left) {`}},
			seenBy: judged,
		},
		{
			name:   "a return counts each time it is told",
			means:  "one return's ID does not keep it from being made again",
			edits:  []edit{{"shared/checkout/return.go", `if _, there := r.Returns[id]; there {`, `if _, there := r.Returns[id]; there && false {`}},
			seenBy: judged,
		},
		{
			name:   "a part keeps no use",
			means:  "the first unit that comes back gives back the use of a discount that the customer keeps the rest of",
			edits:  []edit{{"shared/checkout/return.go", `if left[l.ID] > 0 {`, `if left[l.ID] == l.Units {`}},
			seenBy: judged,
		},
		{
			name:   "the sweep believes the index",
			means:  "the sweep lets go of an order that was held again after it was listed",
			edits:  []edit{{"functions/redeem/sweep.go", `if r.State != checkout.Held || !now.After(r.Until) {`, `if r.State != checkout.Held {`}},
			seenBy: judged,
		},
		{
			name:  "the sweep ends what is held",
			means: "a coupon whose end has passed is ended while an order holds it",
			edits: []edit{{
				"shared/coupon/transition.go",
				`{State: Held, Lapsed: true, Over: true}`,
				`{State: Held, Over: true}`,
			}},
			seenBy: &check{"./functions/redeem", "TestSweepDoesNotExpireHeldCoupons"},
		},
		{
			name:   "an ended coupon keeps its use",
			means:  "a coupon that was not used in time does not come back to its budget",
			edits:  []edit{{"shared/dynamo/coupon_expiry.go", `coupon.Expire(now)), s.credit(c))`, `coupon.Expire(now)))`}},
			seenBy: judged,
		},
		{
			name:   "a limit is not written down",
			means:  "an offer without a code is had again and again by one customer",
			edits:  []edit{{"functions/redeem/hold.go", `if offers[use.Deal()].LimitsCustomers() {`, `if offers[use.Deal()].LimitsCustomers() && false {`}},
			seenBy: judged,
		},
		{
			name:   "an order is in its own way",
			means:  "who asks again for the same order has had their share",
			edits:  []edit{{"shared/cartquote/case.go", `return g.Send == frequency.AtCheckout(order) })`, `return g.Send == "" })`}},
			seenBy: judged,
		},
		{
			name:   "spent once, spent for good",
			means:  "a use that another call for the same order had meanwhile is taken away from it",
			edits:  []edit{{"functions/redeem/hold.go", "clear(c.spent)\n", "\n"}},
			seenBy: &check{"./functions/redeem", "TestUseThatAnotherCallHoldsForTheOrderIsNotRefused"},
		},
		{
			name:   "lost once, lost for good",
			means:  "an order is told that it holds a coupon, and does not",
			edits:  []edit{{"functions/redeem/hold.go", `return c.To == checkout.Free && lost[c.Use]`, `return lost[c.Use]`}},
			seenBy: &check{"./functions/redeem", "TestCouponReleasedDuringAHoldIsHeld"},
		},
		{
			name:   "points that are held are free",
			means:  "two orders that are paid at the same time hold the same points",
			edits:  []edit{{"shared/points/account.go", `free := a.Ledger.At(now).Active - a.HeldAt(now)`, `free := a.Ledger.At(now).Active`}},
			seenBy: judged,
		},
		{
			name:   "an order spends points that are gone",
			means:  "an order whose hold had lapsed is paid with points that another has spent",
			edits:  []edit{{"shared/points/account.go", `id := "spend/" + string(order)`, "id := \"spend/\" + string(order)\n\tif own := a.Held[order]; own.Points < points {\n\t\treturn a.add(order, Entry{ID: id, Kind: Spend, At: now, Points: -points, Order: order}, now)\n\t}"}},
			seenBy: judged,
		},
		{
			name:  "points are written over others",
			means: "the profile with its points is stored whatever it has become since it was read",
			edits: []edit{{
				"shared/dynamo/coupon_redemption.go",
				`putAt(s.tables.Customers, profileItemOf(c.Redemption.Customer, *c.Profile), "customer", c.ProfileRev)`,
				`types.TransactWriteItem{Put: &types.Put{TableName: &s.tables.Customers, Item: marshal(profileItemOf(c.Redemption.Customer, *c.Profile))}}`,
			}},
			seenBy: judged,
		},
		{
			name:  "a redemption's answer is not read back",
			means: "an order that was stored is told that the call failed",
			edits: []edit{{
				"shared/dynamo/coupon_redemption.go",
				"_, rev, err := s.Redemption(ctx, c.Redemption.Order)\n\t\treturn rev == it.Rev, err",
				"_, rev, err := s.Redemption(ctx, c.Redemption.Order)\n\t\treturn rev == it.Rev && false, err",
			}},
			seenBy: &check{"./shared/dynamo", "TestLostAnswersAreReadBack"}, // a price, and no breach: the shop calls again
		},
	}
}
