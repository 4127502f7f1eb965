package main

import "regulars/infra/proof/simulate/judge"

// ofTimes breaks messages that wait for their time, and those about carts.
func ofTimes() []mutant {
	after := &check{"./shared/decide", "TestAMessageThatIsSentSomeTimeAfterItsEvent"}
	cart := &check{"./shared/decide", "TestAnAbandonedCart"}
	return []mutant{
		{
			name:   "a message is sent before its time",
			means:  "what a campaign sends three days after an event is sent at once",
			edits:  []edit{{"shared/decide/due.go", "!c.now.Before(c.intent.NotBefore) || stop != nil && stop.Ends", "true || stop != nil"}},
			breaks: []judge.Promise{judge.AtItsTime},
		},
		{
			name:   "a condition is not asked again",
			means:  "a message that waited is sent although its order no longer meets the campaign's if",
			edits:  []edit{{"shared/decide/due.go", "case c.campaign.After > 0 && !c.campaign.If.Holds(facts):", "case false:"}},
			seenBy: after,
		},
		{
			name:   "unless is not asked",
			means:  "a review is asked for although the order came back",
			edits:  []edit{{"shared/decide/due.go", `case c.campaign.Unless.Text() != "" && c.campaign.Unless.Holds(facts):`, "case false:"}},
			breaks: []judge.Promise{judge.AtItsTime},
		},
		{
			name:   "a run does not ask its audience again",
			means:  "a customer who ordered while the run was held up gets it all the same",
			edits:  []edit{{"shared/decide/due.go", "if !ok || included(", "if true || !ok || included("}},
			seenBy: &check{"./shared/decide", "TestARunAsksItsAudienceAgain"},
		},
		{
			name:   "a message that waits for its time is on the waiting list",
			means:  "it takes a place on the list of the messages that compete",
			edits:  []edit{{"shared/dispatch/rivals.go", " && !stored.Changed.Before(w.intent.NotBefore)", ""}},
			seenBy: &check{"./shared/dispatch", "TestAMessageWaitsForItsTimeAndIsSentOnce"},
		},
		{
			name:   "an order does not end its cart",
			means:  "a customer who has ordered is asked to come back to the cart",
			edits:  []edit{{"shared/decide/cart.go", "case c.ordered().After(cart.At.Add(-orderedBefore)):", "case false:"}},
			breaks: []judge.Promise{judge.AtItsTime},
		},
		{
			name:   "an order does not end the carts of its mailbox",
			means:  "an order of another customer with the same address is not noted",
			edits:  []edit{{"shared/recording/cart.go", `if len(inForce.OnCarts()) == 0 || f.Order.Placed == nil || f.Profile.Mailbox == "" {`, "if true {"}},
			seenBy: &check{"./shared/recording", "TestAnOrderEndsTheCartsOfItsMailbox"},
		},
		{
			name:   "a changed cart does not start the time again",
			means:  "a cart counts as abandoned while its customer fills it",
			edits:  []edit{{"shared/decide/cart.go", "	i.NotBefore, i.NotAfter = at.NotBefore, at.NotAfter\n", "	_ = at\n"}},
			seenBy: cart,
		},
		{
			name:   "each change of a cart is an occasion",
			means:  "a cart that was changed twice gets two messages",
			edits:  []edit{{"shared/recording/cart.go", "campaign.CartOccasion(fact.Cart.ID)", "campaign.CartOccasion(fact.Cart.ID + event.At.String())"}},
			seenBy: &check{"./shared/recording", "TestACartRaisesOneIntent"},
		},
		{
			name:   "the change of a cart that arrives last counts",
			means:  "an event that comes late brings an old cart back",
			edits:  []edit{{"shared/profile/cart.go", "if p.Cart == nil || cmp.Or(cart.At.Compare(p.Cart.At), cmp.Compare(text(cart), text(*p.Cart))) > 0 {", "if p.Cart == nil || cmp.Or(0, cmp.Compare(text(cart), text(*p.Cart))) != 0 {"}},
			seenBy: &check{"./shared/recording", "TestTheLastChangeOfACartCounts"},
		},
		{
			name:   "a redeemed order leaves the cart",
			means:  "a message asks for an order that the checkout has taken, until its event comes",
			edits:  []edit{{"shared/redemption/step.go", "len(policy.OnCarts()) == 0", "len(policy.OnCarts()) >= 0"}},
			seenBy: &check{"./shared/redemption", "TestARedeemedOrderEndsTheCarts"},
		},
	}
}
