package dynamo

// TablesFrom reads the names of the tables from settings: text returns the one
// of that name, and takes note where it is missing.
func TablesFrom(text func(name string) string) Tables {
	return Tables{
		Customers: text("CUSTOMERS_TABLE"), Orders: text("ORDERS_TABLE"), Catalogue: text("CATALOGUE_TABLE"),
		Sends: text("SENDS_TABLE"), Coupons: text("COUPONS_TABLE"), Settings: text("SETTINGS_TABLE"),
	}
}
