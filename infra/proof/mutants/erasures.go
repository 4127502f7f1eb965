package main

// ofErasures breaks the erasure of a customer.
func ofErasures() []mutant {
	nothingLeft := &check{"./functions/privacy", "TestErasureGoesOnAfterEachStep"}
	return []mutant{
		{
			name:   "an erasure waits for a profile that cannot be read",
			means:  "the customer is not erased until somebody mends the row",
			edits:  []edit{{"shared/privacy/erase.go", "				return e.Customers.DeleteUnreadable(ctx, id)", "				return err"}},
			seenBy: &check{"./functions/privacy", "TestErasureOfRowsThatCannotBeRead"},
		},
		{
			name:   "an erasure forgets what it learned",
			means:  "a function that dies after it erased an order no longer knows the address in it, nor the guest who has it",
			edits:  []edit{{"shared/privacy/erase.go", "if o.Placed != nil && j.addAddress(o.Placed.Customer.Email) {", "if o.Placed != nil && j.addAddress(o.Placed.Customer.Email) && false {"}},
			seenBy: nothingLeft,
		},
		{
			name:   "an event from before an erasure is recorded",
			means:  "an order event that was on the queue makes the profile of an erased customer again",
			edits:  []edit{{"shared/recording/erased.go", "return err == nil && !erased.IsZero() && !at.After(erased), err", "return err == nil && !erased.IsZero() && false, err"}},
			seenBy: &check{"./shared/recording", "TestEventsFromBeforeAnErasureBringNothingBack"},
		},
		{
			name:   "an erased order takes later events",
			means:  "a refund that comes weeks after the erasure makes the order again",
			edits:  []edit{{"shared/recording/recording.go", "if !old.Erased.IsZero() {", "if false {"}},
			seenBy: &check{"./shared/recording", "TestEventsFromBeforeAnErasureBringNothingBack"},
		},
		{
			name:   "an order ends the suppression of an erasure",
			means:  "an opt-in from before the erasure counts, and the mailbox gets promotions again",
			edits:  []edit{{"shared/frequency/erased.go", "s.Reason == SuppressedErased && at.After(s.At)", "s.Reason == SuppressedErased"}, {"shared/frequency/erased.go", "kept := Contact{Consents: map[shop.Topic]Consent{shop.TopicPromotions: {Given: false, At: at}}}", "kept := Contact{}"}},
			seenBy: &check{"./shared/recording", "TestOptInAfterAnErasureEndsTheSuppression"},
		},
		{
			name:   "a use goes with its coupon",
			means:  "an erased coupon that was not used does not give its use back to the budget",
			edits:  []edit{{"shared/dynamo/erase_coupon.go", "err = s.transact(ctx, remove, s.credit(c))", "err = s.transact(ctx, remove)"}},
			seenBy: nothingLeft,
		},
	}
}
