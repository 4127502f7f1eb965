package profile

import "regulars/shared/shop"

// Profile is what the shop knows of one customer.
type Profile struct {
	Customer shop.Customer `json:"customer"`
}
