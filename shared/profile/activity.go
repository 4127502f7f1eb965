package profile

import "time"

// LastActivity returns when the customer last did something that the profile knows:
// they placed an order, changed a cart, or stated data of theirs. It is the zero time if the
// profile knows nothing.
func (p Profile) LastActivity() (last time.Time) {
	all := []time.Time{p.newest(), p.Earlier.First}
	for _, said := range []Statement{p.Email, p.Name, p.Locale, p.Zone, p.Country, p.Province, p.Consent, p.Birthday} {
		all = append(all, said.At)
	}
	if p.Cart != nil {
		all = append(all, p.Cart.At)
	}
	for _, at := range all {
		if at.After(last) {
			last = at
		}
	}
	return last
}
