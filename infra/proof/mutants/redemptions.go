package main

// ofRedemptions breaks what orders do with coupons and budgets. The simulator does
// not go to the checkout; the test that asks porcupine does, with faults of its own.
func ofRedemptions() []mutant {
	judged := &check{"./functions/redeem", "TestRedemptionIsLinearizable"}
	return []mutant{
		{
			name:  "an order holds a coupon that another order holds",
			means: "a held coupon can be held by the next order",
			edits: []edit{{
				"shared/coupon/transition.go",
				`{State: Held, SameCustomer: true, Lapsed: true, Valid: true}`,
				`{State: Held, SameCustomer: true, Valid: true}`,
			}},
			seenBy: judged,
		},
		{
			name:  "an order redeems a coupon that another order holds",
			means: "an order whose hold has lapsed redeems the coupon that another order holds by now",
			edits: []edit{{
				"shared/coupon/transition.go",
				"To: Redeemed, Order: order, From: []Guard{\n\t\t{State: Held, SameOrder: true}",
				"To: Redeemed, Order: order, From: []Guard{\n\t\t{State: Held}",
			}},
			seenBy: judged,
		},
		{
			name:  "an order releases another order's coupon",
			means: "an order whose hold has lapsed releases the coupon that another order holds or has redeemed",
			edits: []edit{{
				"shared/coupon/transition.go",
				"{State: Held, SameOrder: true},\n\t\t{State: Redeemed, SameOrder: true}",
				"{State: Held},\n\t\t{State: Redeemed}",
			}},
			seenBy: judged,
		},
		{
			name:  "a step overwrites another step",
			means: "a redemption is written even if it changed after it was read",
			edits: []edit{{
				"shared/dynamo/coupon_redemption.go",
				`e := unchanged("coupon", rev)`,
				`e := condition{text: "attribute_exists(coupon) OR attribute_not_exists(coupon)"}`,
			}},
			seenBy: judged,
		},
		{
			name:   "steps are not counted",
			means:  "an order that is held, released and held again in one millisecond looks unchanged to a late write",
			edits:  []edit{{"shared/checkout/redemption.go", "wanted.Step = r.Step + 1\n", "\n"}},
			seenBy: &check{"./shared/checkout", "TestNoTwoStepsOfAnOrderAreEqual"},
		},
		{
			name:   "a longer hold is not stored with the coupon",
			means:  "a coupon that the order holds already keeps the end of the first hold",
			edits:  []edit{{"shared/checkout/redemption.go", `case use.Coupon != "": // the hold is made longer`, `case use.Coupon != "" && false:`}},
			seenBy: judged,
		},
		{
			name:  "a redeemed order is released",
			means: "a placed order gives its uses back and keeps its discount",
			edits: []edit{
				{"shared/checkout/redemption.go", "case Held:\n\t\tfreed", "case Held, Redeemed:\n\t\tfreed"},
				{"shared/checkout/redemption.go", "case Redeemed, Returned:\n\t\treturn r, nil, fmt.Errorf(\"release", "case Returned:\n\t\treturn r, nil, fmt.Errorf(\"release"},
			},
			seenBy: judged,
		},
		{
			name:   "a use is kept on cancellation",
			means:  "an order that was returned completely does not give its uses back",
			edits:  []edit{{"shared/checkout/return.go", `freed = append(freed, Change{u, Free})`, `_ = freed`}},
			seenBy: judged,
		},
		{
			name:   "a use is given back twice",
			means:  "a partial return gives back uses that an earlier return gave back",
			edits:  []edit{{"shared/checkout/return.go", `if !u.Back && r.over(u, left) {`, `if r.over(u, left) {`}},
			seenBy: judged,
		},
		{
			name:   "a return counts each time it is called",
			means:  "a return's ID does not prevent its repetition",
			edits:  []edit{{"shared/checkout/return.go", `if _, there := r.Returns[id]; there {`, `if _, there := r.Returns[id]; there && false {`}},
			seenBy: judged,
		},
		{
			name:   "a partial return keeps no use",
			means:  "the first returned unit gives back the use of a discount on units that the customer keeps",
			edits:  []edit{{"shared/checkout/return.go", `if left[l.ID] > 0 {`, `if left[l.ID] == l.Units {`}},
			seenBy: judged,
		},
		{
			name:   "the sweep releases holds without reading them",
			means:  "the sweep releases an order that was held again after it was listed",
			edits:  []edit{{"shared/redemption/sweep.go", `if r.State != checkout.Held || !now.After(r.Until) {`, `if r.State != checkout.Held {`}},
			seenBy: judged,
		},
		{
			name:  "the sweep expires a held coupon",
			means: "a coupon whose end has passed expires while an order holds it",
			edits: []edit{{
				"shared/coupon/transition.go",
				`{State: Held, Lapsed: true, Over: true}`,
				`{State: Held, Over: true}`,
			}},
			seenBy: &check{"./functions/redeem", "TestSweepDoesNotExpireHeldCoupons"},
		},
		{
			name:   "an expired coupon keeps its use",
			means:  "the use of a coupon that was not used in time is not credited to its budget",
			edits:  []edit{{"shared/dynamo/coupon_expiry.go", `coupon.Expire(now)), s.credit(c))`, `coupon.Expire(now)))`}},
			seenBy: judged,
		},
		{
			name:   "a grant is not stored",
			means:  "one customer gets an offer without a code again and again",
			edits:  []edit{{"shared/redemption/hold.go", `if offers[use.Deal()].LimitsCustomers() {`, `if offers[use.Deal()].LimitsCustomers() && false {`}},
			seenBy: judged,
		},
		{
			name:   "an order counts against itself",
			means:  "a second call for the same order finds the customer's limit used up",
			edits:  []edit{{"shared/cartquote/case.go", `return g.Send == frequency.AtCheckout(order) })`, `return g.Send == "" })`}},
			seenBy: judged,
		},
		{
			name:   "a use that was found spent stays spent",
			means:  "a use that another call for the same order got in the meantime is taken away from it",
			edits:  []edit{{"shared/redemption/hold.go", "clear(c.spent)\n", "\n"}},
			seenBy: &check{"./functions/redeem", "TestUseThatAnotherCallHoldsForTheOrderIsNotRefused"},
		},
		{
			name:   "a coupon that was found taken stays taken",
			means:  "an order is answered that it holds a coupon although it does not",
			edits:  []edit{{"shared/redemption/hold.go", `return c.To == checkout.Free && lost[c.Use]`, `return lost[c.Use]`}},
			seenBy: &check{"./functions/redeem", "TestCouponReleasedDuringAHoldIsHeld"},
		},
		{
			name:   "held points are free",
			means:  "two orders that are placed at the same time hold the same points",
			edits:  []edit{{"shared/points/account.go", `free := a.Ledger.At(now).Active - a.HeldAt(now)`, `free := a.Ledger.At(now).Active`}},
			seenBy: judged,
		},
		{
			name:   "an order spends points that another order spent",
			means:  "an order whose hold has lapsed is paid with points that another order has spent",
			edits:  []edit{{"shared/points/account.go", `id := "spend/" + string(order)`, "id := \"spend/\" + string(order)\n\tif own := a.Held[order]; own.Points < points {\n\t\treturn a.add(order, Entry{ID: id, Kind: Spend, At: now, Points: -points, Order: order}, now)\n\t}"}},
			seenBy: judged,
		},
		{
			name:  "a profile with points overwrites a newer one",
			means: "the profile with its points is stored even if it changed after it was read",
			edits: []edit{{
				"shared/dynamo/coupon_redemption.go",
				`putAt(s.tables.Customers, profileItemOf(c.Redemption.Customer, *c.Profile), "customer", c.ProfileRev)`,
				`types.TransactWriteItem{Put: &types.Put{TableName: &s.tables.Customers, Item: marshal(profileItemOf(c.Redemption.Customer, *c.Profile))}}`,
			}},
			seenBy: judged,
		},
		{
			name:  "a redemption's answer is not read back",
			means: "an order that was stored is answered that the call failed",
			edits: []edit{{
				"shared/dynamo/coupon_redemption.go",
				"_, rev, err := s.Redemption(ctx, c.Redemption.Order)\n\t\treturn rev == it.Rev, err",
				"_, rev, err := s.Redemption(ctx, c.Redemption.Order)\n\t\treturn rev == it.Rev && false, err",
			}},
			seenBy: &check{"./shared/dynamo", "TestLostAnswersAreReadBack"}, // a price, and no breach: the shop calls again
		},
	}
}
