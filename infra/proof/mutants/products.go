package main

// ofProducts breaks what starts campaigns about products, and the check before their
// messages.
func ofProducts() []mutant {
	said := &check{"./shared/decide", "TestAMessageAboutAProductEndsIfItIsNotTrueAnyMore"}
	return []mutant{
		{
			name:   "a product that is sold out again counts as back",
			means:  "a message says that a product is back that cannot be bought",
			edits:  []edit{{"shared/decide/subject.go", "case !item.InStock():", "case false:"}},
			seenBy: said,
		},
		{
			name:   "a price that went up again counts as lower",
			means:  "a message tells of a price that the product has no more",
			edits:  []edit{{"shared/decide/subject.go", "item.Price.Minor > s.Price.Minor:", "false:"}},
			seenBy: said,
		},
		{
			name:   "a customer who would not like the product any more gets the message",
			means:  "what led to the product was returned, and the message still says that it is for them",
			edits:  []edit{{"shared/decide/subject.go", "item, c.likes(about.Product))", "item, true)"}},
			seenBy: &check{"./shared/decide", "TestAMessageAboutAProductEndsIfTheCustomerWouldNotLikeItAnyMore"},
		},
		{
			name:   "a row forgets which runs a product asked for",
			means:  "one occasion starts a run at each later event of the product",
			edits:  []edit{{"shared/dynamo/catalogue_news.go", "kept.SoldOut, kept.New, kept.Started, p.Revision", "kept.SoldOut, kept.New, nil, p.Revision"}},
			seenBy: &check{"./shared/dynamo", "TestOccasionsInAnotherOrderAreNotMore"},
		},
		{
			name:   "a first catalogue is news",
			means:  "a shop that sends all its products announces each as new",
			edits:  []edit{{"shared/dynamo/catalogue_news.go", "return now.Sub(it.Since.time()) > firstLoad, err", "return true, err"}},
			seenBy: &check{"./shared/dynamo", "TestNeitherAnImportNorAFirstCatalogueIsNew"},
		},
	}
}
