package main

// ofClicks breaks the links that count clicks.
func ofClicks() []mutant {
	counted := &check{"./functions/click", "TestWhatIsCounted"}
	return []mutant{
		{
			name:   "a link to the shop leads to any host",
			means:  "a domain that the shop gave up, or a stolen key, leads its customers anywhere",
			edits:  []edit{{"shared/click/click.go", `return WellFormed(address) && s.LinkFault(address) == ""`, "return WellFormed(address)"}},
			seenBy: &check{"./functions/click", "TestNoTokenLeadsToAnotherHost"},
		},
		{
			name:   "the seal of a link is not checked",
			means:  "who alters a token sends customers elsewhere, and counts clicks of others",
			edits:  []edit{{"shared/linktoken/linktoken.go", "key.aead.Open(nil, nonce, sealed[size:], []byte(id))", "key.aead.Seal(nil, nonce, sealed[size:len(sealed)-16], []byte(id))[:len(sealed)-size-16], error(nil)"}},
			seenBy: &check{"./functions/click", "TestAnAlteredTokenLeadsNowhere"},
		},
		{
			name:   "a click is counted of a person who wants none counted",
			means:  "the switch on the preference page does nothing for mails that were sent",
			edits:  []edit{{"functions/click/handler.go", "contact.Wishes.Plain.Value == frequency.Yes", `contact.Wishes.Plain.Value == frequency.Yes+"!"`}},
			seenBy: counted,
		},
		{
			name:   "a person who wants direct links gets others",
			means:  "the switch on the preference page does nothing for new mails",
			edits:  []edit{{"shared/decide/clicks.go", "c.Contact.Wishes.Plain.Value == frequency.Yes", `c.Contact.Wishes.Plain.Value == frequency.Yes+"!"`}},
			seenBy: &check{"./shared/decide", "TestWhoseLinksAreDirect"},
		},
		{
			name:   "HEAD counts as a click",
			means:  "each scanner that asks for the head of a page counts as a person",
			edits:  []edit{{"functions/click/handler.go", "if method == http.MethodGet && known", "if known"}},
			seenBy: &check{"./functions/click", "TestHeadNeverCounts"},
		},
		{
			name:   "a program that says so counts as a person",
			means:  "prefetches and scanners make campaigns look clicked",
			edits:  []edit{{"functions/click/handler.go", "Machine: byMachine", "Machine: byMachine && false"}},
			seenBy: counted,
		},
		{
			name:   "who follows all links at once counts as a person",
			means:  "scanners that look like a browser make campaigns look clicked",
			edits:  []edit{{"shared/click/click.go", "return o.Link != c.Link &&", "return false && o.Link != c.Link &&"}},
			seenBy: &check{"./shared/click", "TestWhoFollowedALink"},
		},
	}
}
