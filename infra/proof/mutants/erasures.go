package main

// ofErasures breaks the erasure of a customer.
func ofErasures() []mutant {
	nothingLeft := &check{"./functions/privacy", "TestErasureGoesOnAfterEachStep"}
	return []mutant{
		{
			name:   "an erasure waits for a profile that cannot be read",
			means:  "the customer is not erased until somebody mends the row",
			edits:  []edit{{"shared/privacy/unreadable.go", "	return e.Customers.DeleteUnreadable(ctx, id)", "	return b.Err"}},
			seenBy: &check{"./functions/privacy", "TestErasureOfRowsThatCannotBeRead"},
		},
		{
			name:   "an erasure takes a row that cannot be read by any name in it",
			means:  "the order of another customer that names this one becomes a stub",
			edits:  []edit{{"shared/privacy/text.go", `if l.path == "customer" && l.value != "" {`, `if l.path == "customer" && false {`}},
			seenBy: &check{"./functions/privacy", "TestErasureLeavesWhatIsAnothersThoughItCannotBeRead"},
		},
		{
			name:   "an erasure deletes what a later version stored",
			means:  "during a deployment, the erasure by the earlier version deletes rows that it does not know, with what is later than it",
			edits:  []edit{{"shared/privacy/unreadable.go", "	if !errors.Is(b.Err, dynamo.ErrDamaged) {\n		return b.Err\n	}\n	j.count(", "	j.count("}},
			seenBy: &check{"./functions/privacy", "TestErasureWaitsForRowsOfAnotherForm"},
		},
		{
			name:   "an erasure does not say what it could not attribute",
			means:  "it ends as done, though a row that cannot be read can still name the customer",
			edits:  []edit{{"shared/privacy/unreadable.go", "	case !sure:\n		j.Unattributed++\n	case ours:", "	case !sure:\n	case ours:"}},
			seenBy: &check{"./functions/privacy", "TestErasureLeavesWhatIsAnothersThoughItCannotBeRead"},
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
