package rehearsal

import (
	"context"
	"fmt"
	"strings"

	"regulars/shared/dynamo"
	"regulars/shared/intake"
	"regulars/shared/mailbox"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Customers finds customers; [dynamo.Store] does.
type Customers interface {
	Profile(context.Context, shop.CustomerID) (profile.Profile, dynamo.Rev, error)
	Order(context.Context, shop.OrderID) (dynamo.Order, dynamo.Rev, error)
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
}

// Find returns the customers whom a text names: by their ID, the ID of one of their
// orders, or the address of their mailbox, which several may share. For an address it
// reads every customer, and tells progress how many it has read. It fails with
// [ErrNoCustomer] if there is none.
func Find(ctx context.Context, in Customers, text string, progress func(read int)) ([]shop.CustomerID, error) {
	if strings.Contains(text, "@") {
		return byAddress(ctx, in, text, progress)
	}
	p, rev, err := in.Profile(ctx, shop.CustomerID(text))
	if err != nil {
		return nil, err
	}
	if rev != "" {
		return []shop.CustomerID{p.ID}, nil
	}
	o, rev, err := in.Order(ctx, shop.OrderID(text))
	switch {
	case err != nil:
		return nil, err
	case rev == "":
		return nil, fmt.Errorf("%w under this ID, and no order has it: %s", ErrNoCustomer, text)
	case o.Customer == "":
		return nil, fmt.Errorf("order %s does not name its customer yet", text)
	}
	return []shop.CustomerID{o.Customer}, nil
}

func byAddress(ctx context.Context, in Customers, address string, progress func(read int)) (found []shop.CustomerID, err error) {
	wanted, ok := mailbox.Normalize(address)
	if !ok {
		return nil, fmt.Errorf("this is not an address, and an ID has no @")
	}
	if _, rev, err := in.Profile(ctx, intake.Guest(address)); err != nil {
		return nil, err
	} else if rev != "" {
		found = append(found, intake.Guest(address))
	}
	read := 0
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = in.Profiles(ctx, page, func(p profile.Profile) error {
			read++
			if normal, _ := mailbox.Normalize(p.Email.Value); normal == wanted && !p.ID.IsGuest() {
				found = append(found, p.ID)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		progress(read)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%w with this address", ErrNoCustomer)
	}
	return found, nil
}

// FindOrder returns the order that a message to the customer is to be about: the wanted
// one, or the one by whose ID text named the customer; else none. It fails if the wanted
// order is not stored, or is not the customer's.
func FindOrder(ctx context.Context, in Customers, customer shop.CustomerID, wanted shop.OrderID, text string) (shop.OrderID, error) {
	asked := wanted != ""
	if !asked {
		if text == string(customer) || strings.Contains(text, "@") {
			return "", nil
		}
		wanted = shop.OrderID(text)
	}
	o, rev, err := in.Order(ctx, wanted)
	switch {
	case err != nil:
		return "", err
	case rev == "" && asked:
		return "", fmt.Errorf("no order is stored under the ID %s", wanted)
	case rev == "":
		return "", nil
	case o.Customer != customer:
		return "", fmt.Errorf("order %s is not one of customer %s: name its own customer, or leave the order out", wanted, customer)
	}
	return wanted, nil
}
