package main

// ofProfiles returns the faults in what is stored of a profile, and beside it.
func ofProfiles() []mutant {
	return []mutant{
		{
			name:   "sums go beside the profile before it is saved",
			means:  "a fold that is refused, and made again, adds what the customer bought twice",
			edits:  []edit{{"shared/dynamo/order_fold.go", "	err = s.transact(ctx, slices.Concat(writes, left, beside)...)\n	var other cancelled", "	if len(beside) > 0 {\n		if err := s.transact(ctx, beside...); err != nil {\n			return err\n		}\n	}\n	err = s.transact(ctx, slices.Concat(writes, left)...)\n	var other cancelled"}},
			seenBy: &check{"./shared/dynamo", "TestSumsBesideTheProfileAreAddedOnce"},
		},
		{
			name:   "newer sums are added to an older profile",
			means:  "what moved out of the profile during a read counts twice",
			edits:  []edit{{"shared/dynamo/customer_bought.go", "newer = newer || beside > p.Beside", "_ = beside"}},
			seenBy: &check{"./shared/dynamo", "TestSumsThatAreNewerThanTheProfileAreNotAddedToIt"},
		},
		{
			name:   "older sums are added to a newer profile",
			means:  "what moved out of the profile during a read does not count, and the tenth unit is not seen",
			edits:  []edit{{"shared/dynamo/customer_bought.go", "older = older || found[key] < beside", "_ = beside"}},
			seenBy: &check{"./shared/dynamo", "TestSumsThatAreOlderThanTheProfileAreReadAgain"},
		},
		{
			name:   "what was beside an overwritten profile is added",
			means:  "after an import over a used table, or a restore of profiles alone, what a customer bought counts twice",
			edits:  []edit{{"shared/dynamo/customer_bought.go", "first := p.Beside == 0", "first := false"}},
			seenBy: &check{"./shared/dynamo", "TestSumsThatWereBesideAnOverwrittenProfileCountNoMore"},
		},
		{
			name:   "a product beside the profile counts as not bought",
			means:  "the tenth unit is not seen, and a condition on the product reads 0",
			edits:  []edit{{"shared/recording/recording.go", "return h.Orders.ProfileAbout(ctx, order.Customer, about)", "return h.Orders.ProfileAbout(ctx, order.Customer, about[:0])"}},
			seenBy: &check{"./shared/recording", "TestProductsBesideTheProfileCount"},
		},
		{
			name:   "an order is written before its profile",
			means:  "if another order pushes it into the profile's sums in between, its refund and its points are lost for good",
			edits:  []edit{{"shared/dynamo/order_fold.go", "	writes := []types.TransactWriteItem{putAt(s.tables.Customers, prof,", "	if f.Order.ID != \"\" && order.Rev != f.OrderRev {\n		if err := s.saveAlone(ctx, s.tables.Orders, order, \"order\", f.OrderRev, order.Rev); err != nil {\n			return err\n		}\n		f.OrderRev = order.Rev\n	}\n	writes := []types.TransactWriteItem{putAt(s.tables.Customers, prof,"}},
			seenBy: &check{"./shared/recording", "TestAFoldThatIsInterruptedLosesNothing"},
		},
		{
			name:   "only packed profiles are read",
			means:  "a profile that an earlier version stored cannot be read",
			edits:  []edit{{"shared/profile/packed.go", "if !bytes.HasPrefix(text, []byte(\"[\")) {", "if !bytes.HasPrefix(text, []byte(\"[\")) && false {"}},
			seenBy: &check{"./shared/profile", "TestPackedProfilesAreTheSame"},
		},
		{
			name:   "a list of any length is an order",
			means:  "what a later version added to an order is lost with the next write, and a damaged order counts as one without products",
			edits:  []edit{{"shared/shop/list.go", "case len(list) != all && len(list) != all-1:", "case false:"}},
			seenBy: &check{"./shared/profile", "TestDamagedOrdersAreNoProfile"},
		},
		{
			name:   "an erasure leaves what is beside the profile",
			means:  "what an erased customer bought is still stored",
			edits:  []edit{{"shared/dynamo/erase_customer.go", "beside, err := s.deleteBought(ctx, id)", "beside, err := s.deleteBought(ctx, id+\"-\")"}},
			seenBy: &check{"./functions/privacy", "TestErasureLeavesNothingOfTheCustomer"},
		},
	}
}
