package main

// ofRewards breaks what holds if the order that earned a reward is not paid, or
// is taken back.
func ofRewards() []mutant {
	checkout := func(name string) *check { return &check{"./functions/redeem", name} }
	decided := func(name string) *check { return &check{"./shared/decide", name} }
	return []mutant{
		{
			name:   "a coupon of a cancelled order is still quoted",
			means:  "the checkout takes a coupon whose order was cancelled or returned",
			edits:  []edit{{"shared/cartquote/codes.go", `if k.State != coupon.Redeemed && decide.Fallen(`, `if false && decide.Fallen(`}},
			seenBy: checkout("TestCouponStandsAsLongAsTheOrderThatEarnedItStands"),
		},
		{
			name:   "a coupon that fell after its hold is redeemed",
			means:  "a customer cancels the order that earned a coupon while they pay with it",
			edits:  []edit{{"shared/redemption/step.go", `if decide.Fallen(`, `if false && decide.Fallen(`}},
			seenBy: checkout("TestRedemptionIsRefusedIfTheEarningOrderFellAfterTheHold"),
		},
		{
			name:   "an order that is not paid earns",
			means:  "units of an order that is not paid count for a free one",
			edits:  []edit{{"shared/decide/fallen.go", `(!v.Unpaid || in.Shop.RewardsOnPlacing)`, `(!v.Unpaid || true)`}},
			seenBy: checkout("TestCouponStandsAsLongAsTheOrderThatEarnedItStands"),
		},
		{
			name:   "an order that shrank keeps its coupon",
			means:  "most of an order is refunded, and the coupon for an amount that it does not have any more is still valid",
			edits:  []edit{{"shared/decide/fallen.go", `(p.Orders[at].Gone() || f.shrunk(k))`, `p.Orders[at].Gone()`}},
			seenBy: checkout("TestCouponStandsAsLongAsTheOrderThatEarnedItStands"),
		},
		{
			name:   "the message of an order that is not paid has a coupon",
			means:  "a customer gets a coupon for an order that they never pay",
			edits:  []edit{{"shared/decide/compose.go", `c.silent != nil || c.unpaid()`, `c.silent != nil`}},
			seenBy: decided("TestOrderEarnsACouponWhenItIsPaid"),
		},
		{
			name:   "a reward is sent although its order fell",
			means:  "all of the order was returned while the reward waited",
			edits:  []edit{{"shared/decide/checks.go", `c.intent.Event().Earns() && visit.Gone()`, `c.intent.Event().Earns() && visit.Cancelled`}},
			seenBy: decided("TestNothingIsGivenForAnOrderThatFell"),
		},
		{
			name:   "a kept coupon that fell is printed",
			means:  "a throttled message is sent with a coupon whose order was returned since",
			edits:  []edit{{"shared/decide/compose.go", `if !ok || Fallen(c.now, i.coupon, c.Profile, c.Contact, c.Items, c.Policy) ||`, `if !ok ||`}},
			seenBy: decided("TestKeptCouponOfAnOrderThatFellIsNotPrinted"),
		},
		{
			name:   "points come before the payment",
			means:  "an order that is never paid raises its customer's tier",
			edits:  []edit{{"shared/points/order.go", `Unpaid: !s.Placed}`, `Unpaid: false}`}},
			seenBy: &check{"./shared/points", "TestWhatWasTakenBackEarnsNothing"},
		},
		{
			name:   "a payment before its order earns nothing",
			means:  "the order's payment comes first, and its free unit is never given",
			edits:  []edit{{"shared/recording/raise.go", `(known || old.Placed != nil)`, `true`}},
			seenBy: &check{"./shared/recording", "TestRewardIsRaisedWhenTheOrderIsPaid"},
		},
		{
			name:   "a return leaves a free unit",
			means:  "the paid unit of two for one is paid back in full, and the free one stays",
			edits:  []edit{{"shared/checkout/return.go", `if len(r.Deals) == 0 {`, `if true {`}},
			seenBy: &check{"./shared/checkout", "TestReturnPaysBackWhatTheKeptUnitsWouldNotHaveCost"},
		},
		{
			name:   "a return pays back again what an earlier one paid",
			means:  "the parts of an order add up to more than was paid",
			edits:  []edit{{"shared/checkout/return.go", `all.money-kept.money-before.Paid)`, `all.money-kept.money)`}},
			seenBy: &check{"./shared/checkout", "TestReturnsOfRepricedOrdersAddUp"},
		},
		{
			name:   "deals are not kept with the order",
			means:  "an order forgets what it was priced with, so that its returns are refunded unit by unit",
			edits:  []edit{{"shared/cartquote/price.go", `, Deals: q.Deals}`, `}`}},
			seenBy: checkout("TestReturnOfAPaidUnitDoesNotLeaveAFreeOne"),
		},
	}
}
