package main

import "regulars/infra/proof/simulate/judge"

// ofMailboxes returns the faults in what belongs to a mailbox, and in what goes with a
// customer whose address changes.
func ofMailboxes() []mutant {
	optOut, anything := []judge.Promise{judge.OptOut}, judge.Promises
	return []mutant{
		{
			name:   "contacts are kept by customer ID",
			means:  "caps and opt-outs hold for each customer ID, and not for the mailbox",
			edits:  []edit{{"shared/dynamo/customer_item.go", `id = shop.CustomerID(shop.MailboxPrefix + mailbox)`, `id = shop.CustomerID(shop.MailboxPrefix+mailbox) + id`}},
			breaks: []judge.Promise{judge.Once, judge.Capped, judge.OptOut},
		},
		{
			name:   "addresses are not normalized",
			means:  "another spelling of an address is another mailbox",
			edits:  []edit{{"shared/mailbox/key.go", `normal, _ := Normalize(address)`, `normal := address`}},
			breaks: []judge.Promise{judge.Once, judge.Capped, judge.OptOut},
		},
		{
			name:   "an opt-out is kept by customer ID",
			means:  "the mailbox that the link came to goes on getting promotions under another customer ID",
			edits:  []edit{{"shared/contactchange/contactchange.go", "	if mailbox != \"\" {\n		if err := store.UpdateMailbox(ctx, mailbox, change); err != nil {", "	if false {\n		if err := store.UpdateMailbox(ctx, mailbox, change); err != nil {"}},
			seenBy: &check{"./shared/recording", "TestAnOptOutHoldsForTheMailboxOfTheMessage"},
		},
		{
			name:   "an opt-out by an old link forgets the customer",
			means:  "a customer whose address has changed goes on getting promotions after an opt-out by an older message",
			edits:  []edit{{"shared/contactchange/contactchange.go", "			return err\n		}\n	}\n	return store.UpdateContact(ctx, customer, change)\n}\n\nfunc changed", "			return err\n		}\n		return nil\n	}\n	return store.UpdateContact(ctx, customer, change)\n}\n\nfunc changed"}},
			breaks: optOut,
		},
		{
			name:   "a change of address forgets an opt-out",
			means:  "what the old mailbox has said does not go with the customer",
			edits:  []edit{{"shared/frequency/mailbox.go", `with.Suppressed, with.Issues, with.Moved = nil, nil, nil`, `with.Consents, with.Suppressed, with.Issues, with.Moved = nil, nil, nil, nil`}},
			breaks: optOut,
		},
		{
			name:   "a change of address forgets the ledger",
			means:  "the caps do not count what went to the old address",
			edits:  []edit{{"shared/frequency/mailbox.go", `with.Suppressed, with.Issues, with.Moved = nil, nil, nil`, `with.Ledger, with.Suppressed, with.Issues, with.Moved = nil, nil, nil, nil`}},
			breaks: []judge.Promise{judge.Capped, judge.Honoured},
		},
		{
			name:   "a change of address overwrites the new mailbox",
			means:  "what the new mailbox has said is lost",
			edits:  []edit{{"shared/frequency/mailbox.go", `joined = to.join(with).arrived(of)`, `joined = with.arrived(of)`}},
			breaks: []judge.Promise{judge.Capped, judge.OptOut, judge.Honoured},
		},
		{
			name:  "a later opt-in of the new mailbox outweighs the customer's opt-out",
			means: "of the two contacts that a change of address adds up, the later word counts",
			edits: []edit{{"shared/frequency/mailbox.go", `ours = Consent{Given: false, At: later(ours.At, theirs.At)}`, `if theirs.At.After(ours.At) {
				ours = theirs
			}`}},
			breaks: nil,
			seenBy: &check{"./shared/recording", "TestAChangeOfAddressForgetsNoOptOut"},
		},
		{
			name:   "the old mailbox does not name who has moved",
			means:  "a promotion that was decided before the change of address is claimed after it",
			edits:  []edit{{"shared/frequency/mailbox.go", `left.Moved = append(from.withoutMoved(customer).Moved, customer)`, `left.Moved = from.withoutMoved(customer).Moved`}},
			breaks: anything,
		},
		{
			name:   "a reader believes an old profile",
			means:  "a decision is made from the contact of a mailbox that the customer has left",
			edits:  []edit{{"shared/dynamo/customer_item.go", `err == nil && snapshot.Contact.HasMoved(id)`, `err == nil && false`}},
			breaks: anything,
		},
		{
			name:   "a claim does not look whether the own contact has become a mailbox's",
			means:  "a claim makes a customer's own contact again, which no decision reads any more",
			edits:  []edit{{"shared/dynamo/send_claim.go", "	if c.Send.Mailbox == \"\" {\n		writes", "	if false {\n		writes"}},
			seenBy: &check{"./shared/dynamo", "TestOwnContactIsNotMadeAgainAfterTheProfileGotAMailbox"},
		},
		{
			name:   "a profile gets its mailbox although an own contact appears",
			means:  "an own contact that is made at the same time is forgotten",
			edits:  []edit{{"shared/dynamo/order_fold.go", `writes = append(writes, s.customerUnchanged(key, c.Rev))`, `_ = key`}},
			breaks: anything,
		},
		{
			name:   "an opt-out loses against an opt-in with a later stamp",
			means:  "an opt-in that a fast clock has stamped outweighs a later click on unsubscribe",
			edits:  []edit{{"shared/frequency/consent.go", `said.At.After(at)`, `false && said.At.After(at)`}},
			breaks: optOut,
		},
		{
			name:   "a complaint is kept by customer ID",
			means:  "the mailbox that complained goes on getting promotions under another customer ID",
			edits:  []edit{{"shared/sendoutcome/ses_event.go", `mailbox := shop.Mailbox(n.tag("mailbox"))`, `mailbox := shop.Mailbox(n.tag("mail"))`}},
			seenBy: &check{"./shared/recording", "TestAMailboxIsOnePersonWhateverItsCustomerIDs"},
		},
		{
			name:   "a mailbox gets a run twice",
			means:  "two customer IDs of one mailbox get the same promotion",
			edits:  []edit{{"shared/decide/checks.go", `return e.Run == run && e.Send != c.id`, `return false && e.Run == run`}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:   "a refusal forgets the contact that the customer has moved to",
			means:  "the copy of a reservation and of a grant stays after SES refused the message",
			edits:  []edit{{"shared/dynamo/send_refuse.go", `if d.Mailbox != "" && d.Mailbox != read.Profile.Mailbox {`, `if false {`}},
			seenBy: &check{"./shared/dynamo", "TestRefusalAfterAChangeOfAddressGivesBackInBothMailboxes"},
		},
	}
}
