package offer

import "encoding/json"

// Terms returns what a coupon of this version promises, as JSON of an [Offer]:
// the effect, what it is on, and its limits at the checkout. They are kept when
// the version is published and must never change after that; all the rest (who
// may have the offer, how long, how many) may.
func (o Offer) Terms() []byte {
	promised := Offer{
		ID: o.ID, Version: o.Version, On: o.On, Effect: o.Effect,
		Minimum: o.Minimum, AtMost: o.AtMost, Margin: o.Margin, Stacks: o.Stacks,
	}
	b, err := json.Marshal(promised)
	if err != nil {
		panic("offer: " + err.Error()) // only plain data is in it
	}
	return b
}
