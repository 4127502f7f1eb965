package main

// ofBooks breaks how an order is accounted: what was bought, spent and given
// back, and what is still true of it.
func ofBooks() []mutant {
	books := &check{"./shared/intake", "TestBooksOfAShopifyOrder"}
	account := &check{"./shared/shop", "TestAccount"}
	first := &check{"./shared/recording", "TestTheFirstWebhookOfAnOrderRaisesWhatTheOrderIs"}
	return []mutant{
		{
			name:   "an edit is a return",
			means:  "units that were taken out of an order pause promotions and count as returned",
			edits:  []edit{{"shared/intake/shopify_refund.go", "to = edited\n", "to = returned\n"}},
			seenBy: books,
		},
		{
			name:   "removed units count as bought",
			means:  "units that were taken out of an order count towards the nth unit",
			edits:  []edit{{"shared/profile/profile.go", "line.Units -= min(line.Units, taken[line.Product])", "line.Units -= 0 * taken[line.Product]"}},
			seenBy: books,
		},
		{
			name:   "a gift card is spent when it is bought",
			means:  "a gift card counts as spent and earns points twice",
			edits:  []edit{{"shared/intake/shopify_order.go", "p.Total.Minor = max(p.Total.Minor-gifts.Minor, 0)", "_ = gifts"}},
			seenBy: books,
		},
		{
			name:   "a removal is settled twice",
			means:  "the worth of removed units and the refund that pays it are both subtracted",
			edits:  []edit{{"shared/shop/account.go", "owed, paid = owed-part, paid-part", "owed -= part"}},
			seenBy: account,
		},
		{
			name:   "a refund in the customer's currency is lost",
			means:  "a refund in another currency than the shop's takes nothing back",
			edits:  []edit{{"shared/shop/account.go", "case p.Rate != nil &&", "case false &&"}},
			seenBy: account,
		},
		{
			name:   "a cancelled order is thanked for",
			means:  "an order that comes already cancelled is being got ready",
			edits:  []edit{{"shared/recording/raise.go", "(!known || again) && !now.Outdates(kind)", "!known || again"}},
			seenBy: first,
		},
	}
}
