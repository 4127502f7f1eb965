package recording

import (
	"strings"

	"regulars/shared/shop"
)

// about returns names of what the events of a message are about: orders, customers,
// addresses and products. Messages with a name in common write the same items, as a
// rule; recording them at the same time is safe, and slower.
func about(all []shop.Event) (names []string) {
	add := func(kind, id string) {
		if id != "" {
			names = append(names, kind+" "+id)
		}
	}
	customer := func(id shop.CustomerID, email string) {
		add("customer", string(id))
		add("address", strings.ToLower(email))
	}
	for _, event := range all {
		switch fact := event.Fact.(type) {
		case shop.OrderFact:
			add("order", string(fact.Order))
			customer(fact.Customer, "")
			if fact.Placed != nil {
				customer(fact.Placed.Customer.ID, fact.Placed.Customer.Email)
			}
		case shop.CustomerFact:
			customer(fact.Customer, fact.Email)
		case shop.ContactFact:
			customer(fact.Customer.ID, fact.Customer.Email)
		case shop.CartFact:
			customer(fact.Customer.ID, fact.Customer.Email)
		case shop.ConsentFact:
			customer(fact.Customer, fact.Email)
		case shop.ProductFact:
			add("product", string(fact.Product.ID))
			add("product", string(fact.Product.VariantOf))
		case shop.ListingFact:
			add("product", string(fact.Listing.ID))
		}
	}
	return names
}
